"""Whose each change is: of this branch, or older than it."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from vodplan.core.address import REFERENCE_PREFIX, URL_PREFIX
from vodplan.core.change import Action, Change
from vodplan.core.desired import DesiredAsset, DesiredCategory, DesiredState
from vodplan.core.drift import History, put_right, still_as_left
from vodplan.core.kind import Kind
from vodplan.core.oldcovers import OLD_COVER, waited_for
from vodplan.core.plan import GuardRefusal, Plan
from vodplan.core.rule import Rule
from vodplan.core.urls import resource_key
from vodplan.core.values import UNSET, Json


class ChangeOrigin(enum.StrEnum):
    """Where a change comes from, beside a base revision of the manifests.

    BRANCH:  the manifests ask for something else than at the base.
    PENDING: the base asks for the same, and what the last run left is still live: it was never applied.
    CONSOLE: the base asks for the same, and what is live is not what the last run left: it was edited since.
    EARLIER: the base asks for the same, and what runs left there is not known: one of the two, nobody knows which.
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
    now, before = _Wanted(head, plan, kinds), _Wanted(base, plan, kinds)

    def origin(change: Change, name: str, live: Json) -> ChangeOrigin:
        asked = before.asks(change, name)
        if asked is None or asked != now.asks(change, name):
            return ChangeOrigin.BRANCH
        last = history.writes.get(str(change.address), {}).get(name)
        left = None if last is None or not change.certain else still_as_left(last, name, live, change.params)
        if left is None:
            return ChangeOrigin.EARLIER
        return ChangeOrigin.PENDING if left else ChangeOrigin.CONSOLE

    changes = [
        dataclasses.replace(
            change, origins={name: origin(change, name, live).value for name, _, live in put_right(change)}
        )
        for change in plan.changes
    ]
    covers = {str(one.address): one.origins["cover"] for one in changes if "cover" in one.origins}
    changes = [_as_what_follows(change, covers) if change.params.get(OLD_COVER) else change for change in changes]
    return dataclasses.replace(plan, changes=tuple(changes), base=revision)


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


def _as_what_follows(change: Change, covers: Mapping[str, str]) -> Change:
    """The deletion of an old cover, which comes from where the new covers do: this branch, when one of them does."""
    found = sorted({covers[address] for address in waited_for(change) if address in covers})
    mine = ChangeOrigin.BRANCH.value
    return dataclasses.replace(change, origins={"state": mine if mine in found or not found else found[0]})


class _Wanted:
    """What manifests ask for in what a plan changes, by whatever names an asset."""

    def __init__(self, desired: DesiredState, plan: Plan, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self._today = datetime.datetime.fromisoformat(plan.created_at).date()
        names = {(change.kind, key) for change in plan.changes for key in _keys(change)}
        named = ((place, one) for one in desired.assets if (place := (one.kind, _plain(one.key))) in names)
        self._assets = dict(named)
        self._categories = {one.path: one for one in desired.categories}
        wanted = [one.path.split("/") for one in desired.categories if not one.absent]
        self._above = {"/".join(path[:depth]) for path in wanted for depth in range(1, len(path))}
        self._rules = {one.name: one for one in desired.rules}

    def asks(self, change: Change, name: str) -> object:
        """What is asked for in a field of a change's asset; None for nothing."""
        if change.kind == "category":
            return self._of_category(change)
        entry = self._entry(change)
        asked = None if entry is None else self._of_entry(entry, name)
        return asked if asked is not None or change.rule is None else self._of_rules(change.rule)

    def _entry(self, change: Change) -> DesiredAsset | None:
        places = ((change.kind, key) for key in _keys(change))
        return next((self._assets[place] for place in places if place in self._assets), None)

    def _waits(self, entry: DesiredAsset | DesiredCategory) -> bool:
        """Whether what an entry removes is for a later day, so that nothing is asked for yet."""
        return entry.after is not None and entry.after > self._today

    def _of_category(self, change: Change) -> object:
        path = change.address.key
        entry = self._categories.get(path)
        if entry is None and change.action is Action.CREATE and path in self._above:
            return (None, False)
        return None if entry is None or (entry.absent and self._waits(entry)) else _CATEGORY(entry)

    def _of_entry(self, entry: DesiredAsset, name: str) -> object:
        due = not self._waits(entry)
        match name:
            case "state":
                return True if entry.absent and due else None
            case "source":
                return ("source", entry.source_force) if entry.source_absent and due else None
            case "streams":
                return entry.streams if due else None
        value = entry.values[self._kinds[entry.kind].index(name)] if entry.values else UNSET
        # None is a value that is asked for: it clears.
        return None if value is UNSET else (value,)

    def _of_rules(self, names: str) -> object:
        found: list[Rule | None] = [self._rules.get(name) for name in names.split(", ")]
        return None if None in found else tuple(_RULE(one) for one in found)


def _keys(change: Change) -> Iterator[str]:
    """What an entry may call the asset of a change."""
    yield _plain(change.address.key)
    if change.id:
        yield change.id
    if change.facts.get("reference"):
        yield f"{REFERENCE_PREFIX}{change.facts['reference']}"
    if change.facts.get("url"):
        yield _plain(f"{URL_PREFIX}{change.facts['url']}")


def _plain(key: str) -> str:
    return URL_PREFIX + resource_key(key.removeprefix(URL_PREFIX)) if key.startswith(URL_PREFIX) else key
