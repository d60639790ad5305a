"""Whose each change is: of this branch, or older than it."""

from __future__ import annotations

import dataclasses
import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from operator import attrgetter

from vodplan.core.address import REFERENCE_PREFIX, URL_PREFIX
from vodplan.core.change import Change
from vodplan.core.desired import DesiredAsset, DesiredState
from vodplan.core.drift import History, comparable, put_right
from vodplan.core.kind import Kind
from vodplan.core.plan import GuardRefusal, Plan
from vodplan.core.rule import Rule
from vodplan.core.urls import resource_key
from vodplan.core.values import UNSET, Json


class ChangeOrigin(enum.StrEnum):
    """Where a change comes from, beside a base revision of the manifests.

    BRANCH:  the manifests ask for something else than at the base.
    PENDING: the base asks for the same, and what the last run left is still live: it was never applied.
    CONSOLE: the base asks for the same, and what is live is not what the last run left: it was edited since.
    EARLIER: the base asks for the same, and no run on record wrote the field: one of the two, nobody knows which.
    """

    BRANCH = "branch"
    PENDING = "pending"
    CONSOLE = "console"
    EARLIER = "earlier"


_RULE = attrgetter("selector", "values", "absent")
_CATEGORY = attrgetter("renamed_from", "absent")


def with_origins(
    plan: Plan,
    *,
    head: DesiredState,
    base: DesiredState,
    revision: str,
    history: History,
    kinds: Mapping[str, Kind],
) -> Plan:
    """The plan with the origin of each field of each change, not sealed.

    head, base: what all manifests ask for now, and what they asked for at the base.
    revision:   the base, for people.
    history:    of the plan's addresses.
    """
    now, before = _Wanted(head, kinds), _Wanted(base, kinds)

    def origin(change: Change, name: str, live: Json) -> ChangeOrigin:
        asked = before.asks(change, name)
        if asked is None or asked != now.asks(change, name):
            return ChangeOrigin.BRANCH
        last = history.writes.get(str(change.address), {}).get(name)
        if last is None:
            return ChangeOrigin.EARLIER
        same = comparable(last.value) == comparable(live)
        return ChangeOrigin.PENDING if same else ChangeOrigin.CONSOLE

    changes = tuple(
        dataclasses.replace(
            change, origins={name: origin(change, name, live).value for name, _, live in put_right(change)}
        )
        for change in plan.changes
    )
    return dataclasses.replace(plan, changes=changes, base=revision)


def foreign(plan: Plan) -> tuple[str, ...]:
    """The addresses of changes that do not come from this branch alone, sorted."""
    mine = ChangeOrigin.BRANCH.value
    return tuple(sorted({str(one.address) for one in plan.changes if any(by != mine for by in one.origins.values())}))


def refuse_foreign(plan: Plan) -> Plan:
    """The plan, held when a change of it does not come from this branch; not sealed."""
    found = foreign(plan)
    if not found:
        return plan
    several = len(found) != 1
    what = f"changes of {len(found)} assets or categories that do" if several else "a change that does"
    refusal = GuardRefusal(
        guard="foreign",
        number=str(len(found)),
        threshold="0",
        setting="--fail-on-foreign",
        message=f"The plan has {what} not come from this branch: {plan.base} asks for the same.",
        addresses=found,
    )
    return dataclasses.replace(plan, guards=(*plan.guards, refusal))


def origin_of(change: Change) -> str:
    """The one origin of all fields of a change; "" where they differ or none is known."""
    found = set(change.origins.values())
    return found.pop() if len(found) == 1 else ""


def counted(changes: Iterable[Change]) -> Mapping[ChangeOrigin, int]:
    """How many changes have each origin; one whose fields have several counts for each of them."""
    totals = Counter(origin for change in changes for origin in set(change.origins.values()))
    return {one: totals[one.value] for one in ChangeOrigin if totals[one.value]}


class _Wanted:
    """What manifests ask for, by whatever names an asset."""

    def __init__(self, desired: DesiredState, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self._assets = {(one.kind, _plain(one.key)): one for one in desired.assets}
        self._categories = {one.path: one for one in desired.categories}
        self._rules = {one.name: one for one in desired.rules}

    def asks(self, change: Change, name: str) -> object:
        """What is asked for in a field of a change's asset; None for nothing."""
        if change.kind == "category":
            category = self._categories.get(change.address.key)
            return None if category is None else _CATEGORY(category)
        entry = self._entry(change)
        asked = None if entry is None else self._of_entry(entry, name)
        return asked if asked is not None or change.rule is None else self._of_rules(change.rule)

    def _entry(self, change: Change) -> DesiredAsset | None:
        keys = [_plain(change.address.key), change.id or ""]
        if change.facts.get("reference"):
            keys.append(f"{REFERENCE_PREFIX}{change.facts['reference']}")
        return next((self._assets[change.kind, key] for key in keys if (change.kind, key) in self._assets), None)

    def _of_entry(self, entry: DesiredAsset, name: str) -> object:
        match name:
            case "state":
                return True if entry.absent else None
            case "source":
                return ("source", entry.source_force) if entry.source_absent else None
            case "streams":
                return entry.streams
        value = entry.values[self._kinds[entry.kind].index(name)] if entry.values else UNSET
        # None is a value that is asked for: it clears.
        return None if value is UNSET else (value,)

    def _of_rules(self, names: str) -> object:
        found: list[Rule | None] = [self._rules.get(name) for name in names.split(", ")]
        return None if None in found else tuple(_RULE(one) for one in found)


def _plain(key: str) -> str:
    return URL_PREFIX + resource_key(key.removeprefix(URL_PREFIX)) if key.startswith(URL_PREFIX) else key
