"""Changes the items of a list: those that stay are not touched, new ones come last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeGuard

from vodplan.manifests.edit.cuts import Cuts
from vodplan.manifests.edit.model import Value
from vodplan.manifests.edit.shapes import same
from vodplan.manifests.edit.tree import Node, Sort
from vodplan.manifests.edit.values import flow_value, scalar

_DASH = re.compile(r"(?P<indent> *)-(?P<gap>[ ]+)")


def is_list(value: Value) -> TypeGuard[Sequence[Value]]:
    """Whether a value is a list; a text is none."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def set_items(cuts: Cuts, key: Node, node: Node, values: Sequence[Value]) -> None:
    """Make a list that has items hold exactly these values."""
    wanted: list[Value] = []
    for value in values:
        if value not in wanted:
            wanted.append(value)
    gone = []
    for place, item in enumerate(node.items):
        match = next((value for value in wanted if _same_item(item, value)), _NONE)
        if match is _NONE:
            if item.sort is Sort.ALIAS:
                raise cuts.unsafe(item, f"The item is *{item.value}, which is shared.", "Write the value out.")
            gone.append(place)
        else:
            wanted.remove(match)
    if node.flow:
        _flow(cuts, node, gone, wanted)
    else:
        _block(cuts, key, node, gone, wanted)


_NONE: Value = "\x00"


def _same_item(item: Node, value: Value) -> bool:
    """Whether an item is a value; around texts blanks mean nothing in the lists of a manifest."""
    if item.sort is Sort.SCALAR and isinstance(value, str) and (item.style or item.value):
        return same(item, value) or (same(item, item.value) and item.value.strip() == value)
    return same(item, value)


def _flow(cuts: Cuts, node: Node, gone: Sequence[int], new: Sequence[Value]) -> None:
    items = node.items
    shown = [_item(value, items[-1], flow=True) for value in new]
    if len(gone) == len(items):
        cuts.require_uncommented(node.inner, node.end, node)
        if shown:
            cuts.replace(items[0].start, items[-1].end, ", ".join(shown))
        else:
            cuts.replace(node.inner, node.end, "[]")
        return
    cuts.unlist([(item, item.start, item.end) for item in items], gone)
    if shown:
        end = items[max(place for place in range(len(items)) if place not in gone)].end
        cuts.replace(end, end, "".join(_separator(cuts, node) + one for one in shown))


def _separator(cuts: Cuts, node: Node) -> str:
    """What stands between two items: a comma and a blank, or a comma and a line end with what follows it."""
    items = node.items
    if len(items) > 1:
        between = cuts.text[items[-2].end : items[-1].start]
    else:
        between = "," + cuts.text[node.inner + 1 : items[0].start]
    return between.replace(cuts.eol, "\n") if "\n" in between and not between.strip(", \r\n") else ", "


def _block(cuts: Cuts, key: Node, node: Node, gone: Sequence[int], new: Sequence[Value]) -> None:
    items = node.items
    for place in gone:
        start = cuts.line_start(items[place].start)
        _dash(cuts, items[place])
        cuts.require_uncommented(start, items[place].end, items[place])
        cuts.replace(start, cuts.next_line(items[place].end), "")
    left = [item for place, item in enumerate(items) if place not in gone]
    if new:
        dash = _dash(cuts, items[-1])
        lines = [
            f"{dash.group('indent')}-{dash.group('gap')}{_item(value, items[-1], flow=not isinstance(value, str))}"
            for value in new
        ]
        at = cuts.next_line(left[-1].end) if left else cuts.line_start(items[0].start)
        cuts.insert_lines(at, "\n".join(lines))
    elif not left:
        if node.anchor is not None or node.tag is not None:
            raise cuts.unsafe(node, "The list has an anchor or a tag.")
        colon = cuts.behind_colon(key)
        cuts.replace(colon, colon, " []")


def _dash(cuts: Cuts, item: Node) -> re.Match[str]:
    found = _DASH.fullmatch(cuts.text, cuts.line_start(item.start), item.start)
    if found is None:
        raise cuts.unsafe(item, "The item does not stand on a line of its own behind its dash.")
    return found


def _item(value: Value, like: Node, *, flow: bool) -> str:
    if isinstance(value, str):
        return scalar(value, style=like.style if like.sort is Sort.SCALAR else "", flow=flow)
    return flow_value(value)
