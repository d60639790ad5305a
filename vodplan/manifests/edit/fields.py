"""Sets and removes the fields of one entry."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from vodplan.manifests.edit.cuts import Cuts
from vodplan.manifests.edit.lists import is_list, set_items
from vodplan.manifests.edit.model import Value
from vodplan.manifests.edit.shapes import same
from vodplan.manifests.edit.tree import Node, Sort
from vodplan.manifests.edit.values import block_text, flow_value, key_text, scalar

ORDER = (
    *("id", "reference", "url", "video", "types", "path", "renamed_from"),
    *("title", "description", "tags", "category", "categories", "cover"),
    *("state", "source", "force", "streams", "reason", "after"),
)
"""The keys of entries as docs/manifests.md has them: a new field is put behind the last one that comes before it."""

_RANK = {name: place for place, name in enumerate(ORDER)}
_BLOCK_HEADER = re.compile(r"[|>](?P<indent>[-+]?[0-9])?[-+]?(?P<comment>[ \t]+#[^\r\n]*)?[ \t]*(?:\r\n|\n|\r)?")
_INDENT = re.compile(r"^ *(?=[^ \r\n])", re.MULTILINE)


def rank(name: str) -> int:
    """Where a key of an entry belongs."""
    return _RANK.get(name, len(_RANK))


def set_field(cuts: Cuts, entry: Node, path: Sequence[str], value: Value) -> None:
    """Give a field of a mapping a value."""
    pair = entry.get(path[0])
    if pair is None:
        _add(cuts, entry, path[0], _nested(path[1:], value))
    elif len(path) > 1 and pair[1].sort is Sort.MAP:
        set_field(cuts, pair[1], path[1:], value)
    else:
        _replace(cuts, entry, pair, _nested(path[1:], value))


def remove_fields(cuts: Cuts, entry: Node, names: Collection[str]) -> None:
    """Take fields out of a mapping; those it does not have need nothing."""
    gone = [place for place, (key, _) in enumerate(entry.pairs) if key.value in names]
    if not gone:
        return
    if len(gone) == len(entry.pairs):
        raise cuts.unsafe(entry, "Nothing would be left of it.", "Remove it as a whole, by hand.")
    if entry.flow:
        cuts.unlist([(key, key.start, value.end) for key, value in entry.pairs], gone)
        return
    first = 0
    while first in gone:
        first += 1
    if first:
        # The first key may stand behind a dash, so the next one moves up to its place.
        start, end = entry.pairs[0][0].start, entry.pairs[first][0].start
        for (_, value), (following, _) in zip(entry.pairs[:first], entry.pairs[1:], strict=False):
            cuts.require_uncommented(value.start, value.end, value)
            cuts.require_uncommented(cuts.next_line(value.end), following.start, following)
        cuts.replace(start, end, "")
    for place in gone:
        if place >= first:
            key, value = entry.pairs[place]
            _own_line(cuts, key)
            cuts.require_uncommented(key.end, value.end, key)
            cuts.replace(cuts.line_start(key.start), cuts.next_line(value.end), "")


def new_field(cuts: Cuts, name: str, value: Value, indent: str) -> str:
    """The lines of a field in block style, the first without its indentation, the last without its line end."""
    if isinstance(value, str) and "\n" in value:
        text = _block(cuts, value, style="|", indent=f"{indent}  ")
        if text is not None:
            return f"{key_text(name)}: {text}"
    return f"{key_text(name)}: {_flat(value)}"


def _nested(path: Sequence[str], value: Value) -> Value:
    for name in reversed(path):
        value = {name: value}
    return value


def _add(cuts: Cuts, entry: Node, name: str, value: Value) -> None:
    before = [pair for pair in entry.pairs if rank(pair[0].value) < rank(name)]
    if entry.flow:
        text = f"{key_text(name)}: {flow_value(value)}"
        if not entry.pairs:
            cuts.replace(entry.inner + 1, entry.inner + 1, text)
        else:
            end = (before or entry.pairs)[-1][1].end
            cuts.replace(end, end, f", {text}")
        return
    if not entry.pairs:
        raise cuts.unsafe(entry, "It has no field to add another to.")
    indent = " " * entry.pairs[0][0].column
    place = cuts.next_line((before or entry.pairs)[-1][1].end)
    cuts.insert_lines(place, indent + new_field(cuts, name, value, indent))


def _replace(cuts: Cuts, entry: Node, pair: tuple[Node, Node], value: Value) -> None:
    key, node = pair
    if same(node, value):
        return
    if node.sort is Sort.ALIAS:
        raise cuts.unsafe(
            node,
            f"The value is *{node.value}, which is shared with whatever else uses that anchor.",
            "Write the value out in its place, or change it where the anchor stands.",
        )
    if node.tag is not None:
        raise cuts.unsafe(node, f"The value has the tag {node.tag}.", "Remove the tag first.")
    if isinstance(value, Mapping) and node.sort is Sort.MAP and {key.value for key, _ in node.pairs} <= set(value):
        for name in sorted(value, key=rank):
            set_field(cuts, node, (name,), value[name])
    elif is_list(value) and node.sort is Sort.SEQ and node.items:
        set_items(cuts, key, node, value)
    elif node.sort is Sort.SCALAR and not isinstance(value, Mapping) and not is_list(value):
        _replace_scalar(cuts, entry, key, node, value)
    else:
        _replace_whole(cuts, key, node, _flat(value, flow=entry.flow))


def _replace_scalar(cuts: Cuts, entry: Node, key: Node, node: Node, value: Value) -> None:
    assert not isinstance(value, Mapping | list | tuple)
    if node.style in ("|", ">"):
        _replace_block(cuts, key, node, value)
        return
    text = None
    if isinstance(value, str) and "\n" in value and not node.style and not entry.flow and not cuts.rest(node.end):
        text = _block(cuts, value, style="|", indent=" " * (key.column + 2))
    shown = scalar(value, style=node.style, flow=entry.flow) if text is None else text  # type: ignore[arg-type]
    if node.inner == node.end:
        # Nothing stands there: the value follows the colon, or the anchor.
        cuts.replace(node.end, node.end, f" {shown}")
    else:
        cuts.replace(node.inner, node.end, shown)


def _replace_block(cuts: Cuts, key: Node, node: Node, value: Value) -> None:
    written = cuts.text[node.inner : node.end]
    header = _BLOCK_HEADER.match(written)
    comment = (header and header.group("comment")) or ""
    body = written[header.end() :] if header else ""
    indent = _INDENT.search(body)
    blanks = indent.group() if indent and header and not header.group("indent") else " " * (key.column + 2)
    text = None
    if isinstance(value, str):
        text = _block(cuts, value, style=node.style, indent=blanks, comment=comment)
    if text is None:
        text = scalar(value, style="", flow=False) + comment  # type: ignore[arg-type]
    cuts.replace(node.inner, node.end, text, kept=comment.strip())


def _replace_whole(cuts: Cuts, key: Node, node: Node, shown: str) -> None:
    start = cuts.behind_colon(key)
    if node.inner == node.end:
        cuts.replace(node.end, node.end, f" {shown}")
        return
    cuts.require_uncommented(start, node.end, node)
    if node.flow or node.sort is Sort.SCALAR:
        cuts.replace(node.inner, node.end, shown)
    elif node.anchor is not None or node.tag is not None:
        raise cuts.unsafe(node, "The value has an anchor or a tag.")
    else:
        cuts.replace(start, node.end, f" {shown}")


def _block(cuts: Cuts, value: str, *, style: str, indent: str, comment: str = "") -> str | None:
    if value.endswith("\n") and not cuts.ended:
        # The text may become the file's last line, which has no line end for it.
        return None
    return block_text(value, style=style, indent=indent, comment=comment)


def _own_line(cuts: Cuts, key: Node) -> None:
    if cuts.text[cuts.line_start(key.start) : key.start].strip(" "):
        raise cuts.unsafe(key, "The key does not stand at the beginning of its line.")


def _flat(value: Value, *, flow: bool = False) -> str:
    """A value on one line."""
    if isinstance(value, Mapping) or is_list(value):
        return flow_value(value)
    return scalar(value, style="", flow=flow)  # type: ignore[arg-type]
