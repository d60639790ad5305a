"""Leaves out of a plan what an earlier run asked for in vain, so that nothing is sent for ever."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from vodplan.core.categories import SEPARATOR
from vodplan.core.change import Action, Change
from vodplan.core.decide import stamp
from vodplan.core.history import NotTaken, wanted_fingerprint
from vodplan.core.plan import NotConverging
from vodplan.core.standing import plain

_CATEGORY = "category"


def withhold(
    changes: Sequence[Change], not_taken: Mapping[str, Mapping[str, NotTaken]]
) -> tuple[tuple[Change, ...], tuple[NotConverging, ...]]:
    """The changes without the fields that would not take, and those fields by address and name.

    A field is left out when the same value was wanted of it before and it still has the value that came of that. A
    field that was edited since, or of which something else is wanted, is sent. What waits for a category that is not
    made, because making it did not take, is left out as well.
    """
    if not not_taken:
        return tuple(changes), ()
    held: list[NotConverging] = []
    kept = [one for change in changes if (one := _without(change, _stuck(change, not_taken), held)) is not None]
    unmade = {one.address.key for one in held if one.address.kind == _CATEGORY and one.live is None}
    if unmade:
        kept = [one for change in kept if (one := _without(change, _waiting(change, unmade), held)) is not None]
    return tuple(kept), tuple(sorted(held, key=lambda one: (one.address, one.field)))


def _stuck(change: Change, not_taken: Mapping[str, Mapping[str, NotTaken]]) -> frozenset[str]:
    remembered = not_taken.get(str(change.address), {})
    before = change.before or {}
    return frozenset(
        field
        for field, one in remembered.items()
        if wanted_fingerprint(change, field) == one.wanted and plain(before.get(field)) == one.live
    )


def _waiting(change: Change, unmade: set[str]) -> frozenset[str]:
    """The field that names a category which is not made, or is made below one."""
    if change.action is Action.CREATE:
        return frozenset({"path"}) if _within(change.address.key, unmade) else frozenset()
    wanted = (change.after or {}).get("category")
    waits = isinstance(wanted, str) and "category_id" not in change.params and _within(wanted, unmade)
    return frozenset({"category"}) if waits else frozenset()


def _within(path: str, unmade: set[str]) -> bool:
    names = path.split(SEPARATOR)
    return any(SEPARATOR.join(names[:depth]) in unmade for depth in range(1, len(names) + 1))


def _without(change: Change, fields: frozenset[str], held: list[NotConverging]) -> Change | None:
    """The change without some of its fields, None when nothing is left of it."""
    if not fields:
        return change
    before, after = dict(change.before or {}), dict(change.after or {})
    for name in sorted(fields):
        held.append(
            NotConverging(
                address=change.address,
                field=name,
                wanted=after.pop(name),
                live=before.pop(name, None),
                source=change.source,
            )
        )
    if not after:
        return None
    params = dict(change.params)
    for name in fields & {"category", "categories"}:
        for told in ("id", "ids", "before"):
            params.pop(f"{name}_{told}", None)
    return dataclasses.replace(change, before=before, after=after, params=params, fingerprint=stamp(before, params))
