"""Which changes can be read back while others are still being written, and how far behind the writing that is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vodplan.core.change import Action, Change

BEHIND = 400
"""Changes that are carried out after one before it is read back: the service may show old values for a moment, and a
look that comes too early has to be repeated. An apply of fewer changes reads back when it is through."""


def trailing(changes: Sequence[Change]) -> frozenset[int]:
    """The places of those changes of which one look at the asset by its id tells whether they took.

    Left out is what takes the categories or an asset's parts to be judged, what has no id to look it up by, and assets
    with several changes, which are looked at once, after the last of them.
    """
    ids = Counter(change.id for change in changes)
    return frozenset(place for place, one in enumerate(changes) if ids[one.id] == 1 and _told_by_a_look(one))


def _told_by_a_look(change: Change) -> bool:
    if not change.id or not change.certain or change.kind == "category" or {"url", "video"} & change.params.keys():
        return False
    if change.action is Action.UPDATE:
        return (change.after or {}).get("category") is None or isinstance(change.params.get("category_id"), int)
    return change.action is Action.DELETE
