"""What is live and managed but not as in the manifests, how much that matters to the team, and where it came from."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from vodplan.core.address import Address
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.diagnostics import SourceRef
from vodplan.core.guards.protect import described_by
from vodplan.core.oldcovers import OLD_COVER
from vodplan.core.plan import Plan, Target
from vodplan.core.policy import Protection
from vodplan.core.tiers import DriftRules, Tier, TierRule
from vodplan.core.values import Json

_LIVE_IDS = {"category": "category_before", "categories": "categories_before"}
"""Field → the parameter of a change with its live value by id: a path is another one once its category is renamed."""


class OriginKind(enum.StrEnum):
    """Where a difference came from.

    EDITED:  a run left another value than is live now: it was changed outside of vodplan since.
    PENDING: no run wrote the field, or what the last one left is still live: the manifest is ahead.
    KEPT:    a run wrote the value, and the service kept another.
    UNKNOWN: no run on the target is on record, or what the last one left in the field is not known for sure.
    """

    EDITED = "edited"
    PENDING = "pending"
    KEPT = "kept"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a difference came from.

    run, at: the last run that wrote the field and when it did, UTC ISO 8601; None where none is on record.
    left:    what it left there, None where none did; as `Change.after` has values.
    """

    kind: OriginKind
    run: str | None = None
    at: str | None = None
    left: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWrite:
    """What the last run that wrote a field left there.

    value: as `Change.after` has it; `state` is "present" or "missing".
    ids:   of the categories written, as in `Change.params`; None for other fields, and where only a path is on record.
    sure:  whether it was read back as written, and no later write of the field has an outcome that nobody knows.
    """

    run: str
    at: str
    value: Json
    ids: Json = None
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is remembered of earlier runs on a target.

    known:  whether any run on it is on record.
    writes: address → field → what the last run left there, for the addresses that were asked about.
    """

    known: bool = False
    writes: Mapping[str, Mapping[str, LastWrite]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftItem:
    """One field that is not as in the manifest.

    id:     the service's id; None for what does not exist.
    field:  of the kind, or one of `core.tiers.STATE_FIELDS`; `state` is "present", "absent" where wanted so, "missing"
            where live so.
    wanted, live: as `Change.after` and `Change.before` have values; of `streams` the job ids.
    rule:   the place of the rule in `core.tiers.DriftRules.tiers`; None for the default.
    title:  the live title, empty where there is none.
    """

    address: Address
    id: str | None
    field: str
    wanted: Json
    live: Json
    source: SourceRef
    tier: Tier
    rule: int | None
    origin: Origin
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Everything that is managed and differs.

    items:     of every tier, by address.
    unchanged: entries that are as wanted.
    scheduled: removals that wait for their day; they are no drift.
    uncertain: removals of which the service cannot say whether they are done; they are none either.
    snapshot:  since when the live values are what they are, UTC ISO 8601; None when they were read now.
    """

    target: Target
    created_at: str
    vodplan_version: str
    manifests_digest: str
    items: tuple[DriftItem, ...]
    unchanged: int = 0
    scheduled: int = 0
    uncertain: int = 0
    snapshot: str | None = None

    def of(self, tier: Tier) -> tuple[DriftItem, ...]:
        """The items of one tier."""
        return tuple(one for one in self.items if one.tier is tier)

    @property
    def fails(self) -> bool:
        """Whether anything at tier `fail` differs."""
        return any(one.tier is Tier.FAIL for one in self.items)


def find_drift(plan: Plan, rules: DriftRules, *, history: History, tree: CategoryTree, now: datetime.datetime) -> Drift:
    """What a plan would have to put right, field by field.

    tree: the live categories, for rules that name one; those that the plan's facts name by path need none.
    now:  what ages are counted to.
    """
    items = [
        dataclasses.replace(
            _judged(one.item, one.facts, rules, tree=tree, now=now), origin=_origin(one.item, one.params, history)
        )
        for one in _differences(plan)
    ]
    return Drift(
        target=plan.target,
        created_at=plan.created_at,
        vodplan_version=plan.vodplan_version,
        manifests_digest=plan.manifests_digest,
        items=tuple(sorted(items, key=lambda one: one.address)),
        unchanged=plan.summary.unchanged,
        scheduled=plan.summary.scheduled,
        uncertain=sum(not change.certain for change in plan.changes),
        snapshot=plan.reading.snapshot if plan.reading else None,
    )


def drifted(plan: Plan) -> dict[str, str | None]:
    """Address → the service's id where there is one, of everything that differs: what to ask a store about."""
    return {str(one.item.address): one.item.id for one in _differences(plan)}


@dataclass(frozen=True, slots=True)
class _Difference:
    """One field that differs, not yet judged, with the facts of its asset and the parameters of its change."""

    item: DriftItem
    facts: Mapping[str, Json] = field(default_factory=dict)
    params: Mapping[str, Json] = field(default_factory=dict)


def _differences(plan: Plan) -> Iterator[_Difference]:
    facts: dict[Address, Mapping[str, Json]] = {}
    ids: dict[Address, str | None] = {}
    for change in plan.changes:
        # What only follows from another change is not managed, so nothing of it drifted.
        if change.certain and not change.params.get(OLD_COVER):
            known = {"category": change.address.key} if change.kind == "category" else change.facts
            facts[change.address], ids[change.address] = known, change.id
            for name, wanted, live in put_right(change):
                item = _item(change.address, change.id, name, wanted, live, change.source, known)
                yield _Difference(item, known, change.params)
    for one in plan.unconverged:
        known = facts.get(one.address, {})
        kept = _item(one.address, ids.get(one.address), one.field, one.wanted, one.live, one.source, known)
        yield _Difference(dataclasses.replace(kept, origin=Origin(kind=OriginKind.KEPT)), known)
    for gone in plan.missing:
        yield _Difference(_item(gone.address, None, "state", "present", "missing", gone.source, {}))


def put_right(change: Change) -> Iterable[tuple[str, Json, Json]]:
    """Field, wanted and live value of everything that a change would put right."""
    before, after = change.before or {}, change.after or {}
    match change.action:
        case Action.CREATE:
            return [("state", "present", "missing")]
        case Action.DELETE:
            return [("state", "absent", "present")]
        case Action.DELETE_SOURCE:
            return [("source", "absent", "present")]
        case Action.DELETE_STREAMS:
            return [("streams", [], change.params.get("jobs"))]
        case Action.UPDATE | Action.RENAME:
            return [(name, wanted, before.get(name)) for name, wanted in after.items()]
        case _:
            assert_never(change.action)


def still_as_left(last: LastWrite, name: str, live: Json, params: Mapping[str, Json]) -> bool | None:
    """Whether a field is as the last run left it; None when that is not known.

    params: of the change that would put the field right; they have the live categories by id.
    """
    told = _LIVE_IDS.get(name)
    if told is not None and last.ids is not None:
        same = comparable(last.ids) == comparable(params.get(told))
        return same if same or last.sure else None
    same = comparable(last.value) == comparable(live)
    # Another path may be another name of the same category.
    return same if same or (last.sure and told is None) else None


def _item(
    address: Address,
    asset_id: str | None,
    name: str,
    wanted: Json,
    live: Json,
    source: SourceRef,
    facts: Mapping[str, Json],
) -> DriftItem:
    title = facts.get("title")
    return DriftItem(
        address=address,
        id=asset_id,
        field=name,
        wanted=wanted,
        live=live,
        source=source,
        tier=Tier.FAIL,
        rule=None,
        origin=Origin(kind=OriginKind.UNKNOWN),
        title=title if isinstance(title, str) else "",
    )


def _judged(
    item: DriftItem,
    facts: Mapping[str, Json],
    rules: DriftRules,
    *,
    tree: CategoryTree,
    now: datetime.datetime,
) -> DriftItem:
    def fits(rule: TierRule) -> bool:
        if rule.kinds and item.address.kind not in rule.kinds:
            return False
        if rule.fields and item.field not in rule.fields:
            return False
        return rule.where is None or _fits_where(rule.where, item, facts, tree, now)

    place = next((place for place, rule in enumerate(rules.tiers) if fits(rule)), None)
    tier = rules.default if place is None else rules.tiers[place].tier
    return dataclasses.replace(item, tier=tier, rule=place)


def _fits_where(
    where: Protection, item: DriftItem, facts: Mapping[str, Json], tree: CategoryTree, now: datetime.datetime
) -> bool:
    dated = where.created_after or where.created_before or where.younger_than
    if (where.statuses and not facts.get("status")) or (dated and not facts.get("created")):
        # A protection takes in what is not known; a tier must not hide it.
        return False
    return described_by(where, address=item.address, asset_id=item.id or "", facts=facts, tree=tree, now=now)


def _origin(item: DriftItem, params: Mapping[str, Json], history: History) -> Origin:
    last = history.writes.get(str(item.address), {}).get(item.field)
    if item.origin.kind is OriginKind.KEPT:
        kind = OriginKind.KEPT
    elif not history.known:
        kind = OriginKind.UNKNOWN
    elif last is None:
        kind = OriginKind.PENDING
    else:
        left = still_as_left(last, item.field, item.live, params)
        kind = OriginKind.UNKNOWN if left is None else OriginKind.PENDING if left else OriginKind.EDITED
    if last is None:
        return Origin(kind=kind)
    return Origin(kind=kind, run=last.run, at=last.at, left=last.value)


def comparable(value: Json) -> Json:
    """A value by which equal ones are equal: lists without order and repeats, texts without a last newline."""
    if isinstance(value, list | tuple):
        return sorted({str(one) for one in value})
    return value.removesuffix("\n") if isinstance(value, str) else value
