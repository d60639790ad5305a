"""Adds entries at the end of a list of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from vodplan.manifests.edit.cuts import Cuts
from vodplan.manifests.edit.fields import new_field
from vodplan.manifests.edit.model import Value
from vodplan.manifests.edit.tree import SECTIONS, Head, Node, Sort
from vodplan.manifests.edit.values import flow_value

_BEFORE = re.compile(r"(?P<indent> *)-(?P<gap> +)")
_APART = re.compile(r"(?:\n|\r(?!\n))[ \t]*[\r\n]")

Entry = Mapping[str, Value]


def add_to(cuts: Cuts, head: Head, last: Sequence[Node], entries: Sequence[Entry]) -> None:
    """Add entries to a list that is in the file.

    last: the last two entries it has, or the one, or none.
    """
    key, value = head.key, head.value
    if head.streamed and last:
        _behind(cuts, last, entries)
    elif value.sort is Sort.SEQ and value.items:
        end = value.items[-1].end
        cuts.replace(end, end, "".join(f", {flow_value(entry)}" for entry in entries))
    elif value.sort is Sort.ALIAS or value.anchor is not None or value.tag is not None:
        raise cuts.unsafe(value, f"The list {key.value} is shared or has a tag.")
    elif value.flow or (value.sort is Sort.SCALAR and not value.style):
        colon = cuts.behind_colon(key)
        cuts.require_uncommented(colon, value.end, value)
        cuts.replace(colon, value.end, "")
        cuts.insert_lines(cuts.next_line(value.end), "\n".join(_lines(cuts, entry, "  ", " ") for entry in entries))
    else:
        raise cuts.unsafe(value, f"{key.value} is no list.")


def add_section(cuts: Cuts, top: Node, section: str, entries: Sequence[Entry]) -> None:
    """Add a list that the file does not have, behind everything else."""
    if top.flow:
        raise cuts.unsafe(top, "The whole file stands in braces.")
    lines = "\n".join(_lines(cuts, entry, "  ", " ") for entry in entries)
    apart = "\n" if section in SECTIONS and _APART.search(cuts.text, top.start, top.end) else ""
    cuts.insert_lines(cuts.next_line(top.end), f"{apart}{section}:\n{lines}")


def _behind(cuts: Cuts, last: Sequence[Node], entries: Sequence[Entry]) -> None:
    """Write entries as the last one there is."""
    model = last[-1]
    before = _BEFORE.fullmatch(cuts.text, cuts.line_start(model.start), model.start)
    if before is None:
        raise cuts.unsafe(model, "The entry does not stand on a line of its own behind its dash.")
    between = cuts.text[last[0].end : cuts.line_start(model.start)] if len(last) > 1 else ""
    apart = "\n" if _APART.search(between) else ""
    flow = model.flow and all(node.flow for node in last)
    lines = []
    for entry in entries:
        if flow:
            lines.append(f"{apart}{before.group('indent')}-{before.group('gap')}{flow_value(entry)}")
        else:
            lines.append(apart + _lines(cuts, entry, before.group("indent"), before.group("gap")))
    cuts.insert_lines(cuts.next_line(model.end), "\n".join(lines))


def _lines(cuts: Cuts, entry: Entry, indent: str, gap: str) -> str:
    inner = f"{indent} {' ' * len(gap)}"
    fields = [new_field(cuts, name, value, inner) for name, value in entry.items()]
    return f"{indent}-{gap}" + f"\n{inner}".join(fields)
