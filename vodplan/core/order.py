"""The order in which changes are carried out."""

from __future__ import annotations

from collections.abc import Iterable

from vodplan.core.change import Action, Change

_RANK = {
    Action.CREATE: 0,
    Action.RENAME: 0,
    Action.UPDATE: 1,
    Action.DELETE_STREAMS: 2,
    Action.DELETE_SOURCE: 3,
    Action.DELETE: 4,
}
_CATEGORY_DELETE = 5


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Sort changes: categories made and renamed, updates, removals (docs/contract.md section 6).

    Categories are made and renamed from the top down, a rename before a creation on the same level, since the new one
    may take the old name; they are deleted last, from the bottom up. Within a rank by kind and key, so that the same
    changes always have the same order.
    """
    return tuple(sorted(changes, key=_key))


def _key(change: Change) -> tuple[int, int, int, str, str]:
    address = change.address
    rank, depth, second = _RANK[change.action], 0, 0
    if address.kind == "category":
        depth = address.key.count("/")
        if change.action is Action.DELETE:
            rank, depth = _CATEGORY_DELETE, -depth
        else:
            second = 0 if change.action is Action.RENAME else 1
    return rank, depth, second, address.kind, address.key
