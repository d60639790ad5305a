"""What becomes of one field, as the page's script draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vodplan.core.change import Action, Change
from vodplan.core.values import Json
from vodplan.render.html.links import linkable
from vodplan.render.html.marks import marked
from vodplan.render.words import Mark, difference, item_text, mapping_text

FIRST = ("title", "description", "tags", "category", "categories", "cover")
"""The fields that people look at first, in that order; others follow by name."""

_MARKS = {Mark.KEPT: 0, Mark.GONE: 1, Mark.NEW: 2}

Field = list[object]
"""`[name, form, …]`, texts marked. Forms:

`w` one woven text: a flat list of mark (0 kept, 1 gone, 2 new) and text.
`t` two texts, old and new; empty for none.
`g` tags: those added, those removed, how many stay.
`u` two addresses, and each as it may be opened, empty when it may not.
"""


def field_list(change: Change) -> list[Field]:
    """Every field that a change sets, in the order in which people look at them."""
    if change.action not in (Action.UPDATE, Action.RENAME):
        return []
    before, after = change.before or {}, change.after or {}
    return [one_field(name, before.get(name), after[name]) for name in sorted(after, key=_place)]


def one_field(name: str, old: Json, new: Json) -> Field:
    """One field; old and new as in `Change.before` and `Change.after`."""
    label = marked(name)
    if isinstance(old, list | tuple) or isinstance(new, list | tuple):
        was, is_now = _texts(old), _texts(new)
        added = [marked(tag) for tag in is_now if tag not in was]
        removed = [marked(tag) for tag in dict.fromkeys(was) if tag not in is_now]
        return [label, "g", added, removed, len(set(was) & set(is_now))]
    before, after = value_text(old), value_text(new)
    if name == "cover":
        return [label, "u", marked(before), marked(after), linkable(before), linkable(after)]
    pieces = difference(before, after) if before and after and name not in ("category", "path") else None
    if pieces is None:
        return [label, "t", marked(before), marked(after)]
    flat: list[object] = []
    for piece in pieces:
        flat += [_MARKS[piece.mark], marked(piece.text)]
    return [label, "w", flat]


def value_text(value: Json) -> str:
    """One value as a text, raw; empty for none."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return mapping_text(value)
    if isinstance(value, list | tuple):
        return ", ".join(_texts(value))
    return str(value)


def _place(name: str) -> tuple[int, str]:
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)


def _texts(value: Json) -> Sequence[str]:
    return [item_text(one) for one in value] if isinstance(value, list | tuple) else []
