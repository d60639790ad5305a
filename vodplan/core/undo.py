"""What it takes to put back what a run changed: data in, wishes out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vodplan.core.address import Address
from vodplan.core.categories import SEPARATOR, CategoryTree, decide_categories
from vodplan.core.change import Action, Change
from vodplan.core.decide import shown
from vodplan.core.desired import DesiredAsset, DesiredCategory, DesiredState
from vodplan.core.diagnostics import SourceRef
from vodplan.core.guards import pictures
from vodplan.core.history import ChangeRecord, ChangeState, EventKind, RunDetail
from vodplan.core.kind import Field, Kind, Style
from vodplan.core.plan import Plan
from vodplan.core.standing import Fresh, Standing, remaining, stand
from vodplan.core.urls import resource_key
from vodplan.core.values import UNSET, FieldValue, Json, fingerprint

_PERHAPS = frozenset({ChangeState.ALREADY, ChangeState.UNKNOWN, ChangeState.INTENT})
"""States in which a change may be the run's doing, if the journal says that a call with it was about to be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A value that somebody edited after the run: neither what the run left nor what was there before it.

    before, after: what undoing would put back, and what the run left; `now`: what is live. As in `Change`.
    """

    address: Address
    field: str
    before: Json
    after: Json
    now: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A value that cannot be put back.

    field:  empty when it is about everything that the run changed of the asset.
    before: the value.
    reason: one sentence.
    """

    address: Address
    field: str
    before: Json
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What undoing a run comes to.

    desired:   the old values, of everything that is now as the run left it.
    conflicts: what was edited since; left alone.
    stuck:     what cannot be put back for another reason.
    lost:      removals, which nothing undoes, with all that is known of what went.
    made:      paths of categories that the run made; they stay.
    unchanged: how many values are as before the run already.
    """

    run: str
    desired: DesiredState
    conflicts: tuple[Conflict, ...]
    stuck: tuple[Stuck, ...]
    lost: tuple[Change, ...]
    made: tuple[str, ...]
    unchanged: int


def carried_out(detail: RunDetail) -> tuple[ChangeRecord, ...]:
    """The changes of a run that are its doing, or may be: what it did, and what it was about to do when it was cut off.

    A change that was so before the run came to it is somebody else's doing, and is left out.
    """
    sent = _sent(detail)
    return tuple(
        one for one in detail.changes if one.state is ChangeState.DONE or (one.state in _PERHAPS and one.place in sent)
    )


def decide_undo(detail: RunDetail, fresh: Fresh, kinds: Mapping[str, Kind]) -> Undo:
    """Work out what to put back.

    fresh: the live state of everything that `carried_out` names, and the categories.
    """
    run = detail.record.id
    work = _Work(run=run, fresh=fresh)
    records = carried_out(detail)
    for record in records:
        if record.change.action is Action.DELETE and _is_gone(record, fresh, kinds[record.change.kind]):
            work.pictures.update(dict.fromkeys(pictures(record.change), str(record.change.address)))
    for record in records:
        change = record.change
        if change.action is Action.UPDATE:
            work.update(record, kinds[change.kind])
        elif change.action is Action.CREATE:
            work.made.extend([change.address.key] if fresh.tree.find(change.address.key) else [])
        elif change.action.removes and _is_gone(record, fresh, kinds[change.kind]):
            work.lost.append(change)
    work.renames([one for one in records if one.change.action is Action.RENAME])
    return Undo(
        run=run,
        desired=DesiredState(
            assets=tuple(work.assets), categories=tuple(work.categories), digest=fingerprint(f"undo {run}")
        ),
        conflicts=tuple(work.conflicts),
        stuck=tuple(work.stuck),
        lost=tuple(work.lost),
        made=tuple(work.made),
        unchanged=work.unchanged,
    )


def fits(plan: Plan, undo: Undo, fresh: Fresh, kinds: Mapping[str, Kind]) -> bool:
    """Whether a plan made from `undo` found the library as `fresh` has it.

    Between the two readings somebody may have edited what is to be put back; the plan must not take that for the run's.
    """
    if plan.missing or any(one.action not in (Action.UPDATE, Action.RENAME) for one in plan.changes):
        return False
    by_id = dataclasses.replace(fresh, assets={Address(one.kind, one.id): one for one in fresh.assets.values()})
    updates = [one for one in plan.changes if one.action is Action.UPDATE]
    found = [stand(one, by_id, kinds[one.kind], {}) for one in updates]
    renames = sum(one.action is Action.RENAME for one in plan.changes)
    as_read = all(one.standing is Standing.PENDING and not one.moved for one in found)
    return as_read and len(updates) == len(undo.desired.assets) and renames == len(undo.desired.categories)


def _sent(detail: RunDetail) -> frozenset[int]:
    """The places of changes that a call was about to be sent for."""
    places: set[int] = set()
    for event in detail.events:
        items = event.detail.get("items")
        if event.kind is EventKind.INTENT and isinstance(items, list | tuple):
            places.update(
                place for item in items if isinstance(item, Mapping) and isinstance(place := item.get("change"), int)
            )
    return frozenset(places)


def _is_gone(record: ChangeRecord, fresh: Fresh, kind: Kind) -> bool:
    if record.state is ChangeState.DONE:
        return True
    return stand(record.change, fresh, kind, {}).standing is Standing.ALREADY


@dataclass(slots=True, kw_only=True)
class _Work:
    """Collects what becomes of each change.

    pictures: `core.urls.resource_key` of images that the run deleted → their addresses.
    """

    run: str
    fresh: Fresh
    assets: list[DesiredAsset] = field(default_factory=list)
    categories: list[DesiredCategory] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)
    lost: list[Change] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    unchanged: int = 0

    def update(self, record: ChangeRecord, kind: Kind) -> None:
        """Put the values of one asset back, each that is as the run left it."""
        change = record.change
        live = self.fresh.assets.get(change.address)
        if live is None:
            self.stuck.append(
                Stuck(
                    address=change.address, field="", before=dict(change.before or {}), reason="It does not exist now."
                )
            )
            return
        left, old = _differing(change, self.fresh, kind), _differing(_reversed(change), self.fresh, kind)
        values: list[FieldValue] = [UNSET] * len(kind.fields)
        for place, one in enumerate(kind.fields):
            if one.name not in (change.before or {}):
                continue
            if one.name not in old:
                self.unchanged += 1
            elif one.name in left:
                self._conflict(change, one, live.values[place])
            else:
                values[place] = self._old_value(change, one)
        if any(value is not UNSET for value in values):
            self.assets.append(
                DesiredAsset(kind=kind.name, key=live.id, values=tuple(values), source=self._source(record))
            )

    def _conflict(self, change: Change, one: Field, now: FieldValue) -> None:
        self.conflicts.append(
            Conflict(
                address=change.address,
                field=one.name,
                before=(change.before or {})[one.name],
                after=(change.after or {})[one.name],
                now=shown(one.style, now, self.fresh.tree),
            )
        )

    def _old_value(self, change: Change, one: Field) -> FieldValue:
        """What one field held before the run; unset when it cannot hold that any more."""
        before = (change.before or {})[one.name]
        if one.style is Style.CATEGORY:
            category = change.params.get("category_before")
            if not isinstance(category, int) or (category and category not in self.fresh.tree):
                self.stuck.append(
                    Stuck(
                        address=change.address, field=one.name, before=before, reason="The category does not exist now."
                    )
                )
                return UNSET
            return category or None
        if one.style is Style.CATEGORIES:
            ids = change.params.get("categories_before")
            known = [each for each in ids if isinstance(each, int)] if isinstance(ids, list | tuple) else None
            if known is None or not all(each in self.fresh.tree for each in known):
                self.stuck.append(
                    Stuck(
                        address=change.address,
                        field=one.name,
                        before=before,
                        reason="One of the categories does not exist now.",
                    )
                )
                return UNSET
            return tuple(known)
        gone = self.pictures.get(resource_key(before)) if one.style is Style.URL and isinstance(before, str) else None
        if gone is not None:
            reason = f"The run deleted the image at that address, {gone}."
            self.stuck.append(Stuck(address=change.address, field=one.name, before=before, reason=reason))
            return UNSET
        if one.style is Style.TAGS:
            return tuple(str(tag) for tag in before) if isinstance(before, list | tuple) else ()
        return "" if before is None else str(before)

    def renames(self, records: Sequence[ChangeRecord]) -> None:
        """Give categories their old names back, as many as the names that are free allow."""
        going = [one for one in records if self._is_as_left(one)]
        while going:
            entries = _entries(going, self.fresh.tree, self._source)
            done = {one.id for one in decide_categories(list(entries.values()), self.fresh.tree).renames}
            blocked = [one for one in going if one.place not in entries or int(one.change.id or 0) not in done]
            if not blocked:
                self.categories.extend(entries.values())
                return
            for one in blocked:
                reason = "Another category has that name, or the path is not the only one of its kind."
                self._stuck_rename(one.change, reason)
            going = [one for one in going if one not in blocked]

    def _is_as_left(self, record: ChangeRecord) -> bool:
        change = record.change
        assert change.before is not None
        assert change.after is not None
        live = self.fresh.tree.get(int(change.id or 0))
        if live is None:
            self._stuck_rename(change, "It does not exist now.")
            return False
        if live.name == _last(change.before["path"]):
            self.unchanged += 1
            return False
        if live.name != _last(change.after["path"]):
            self.conflicts.append(
                Conflict(
                    address=change.address,
                    field="path",
                    before=change.before["path"],
                    after=change.after["path"],
                    now=self.fresh.tree.path(live.id) or live.name,
                )
            )
            return False
        return True

    def _stuck_rename(self, change: Change, reason: str) -> None:
        before = (change.before or {})["path"]
        self.stuck.append(Stuck(address=change.address, field="path", before=before, reason=reason))

    def _source(self, record: ChangeRecord) -> SourceRef:
        """Where the wish comes from: the run, and the place of the change in it, from 1."""
        return SourceRef(f"undo {self.run}", record.place + 1)


def _entries(
    records: Sequence[ChangeRecord], tree: CategoryTree, source: Callable[[ChangeRecord], SourceRef]
) -> Mapping[int, DesiredCategory]:
    """Place → wish, for the renames whose old and new paths can be written."""
    old = {int(one.change.id or 0): _last((one.change.before or {})["path"]) for one in records}
    future = tree
    for category_id, name in old.items():
        future = future.renamed(category_id, name)
    entries: dict[int, DesiredCategory] = {}
    for one in records:
        category_id = int(one.change.id or 0)
        live, path = tree.get(category_id), future.path(category_id)
        if live is not None and path is not None and SEPARATOR not in live.name:
            above = path.rpartition(SEPARATOR)[0]
            renamed_from = SEPARATOR.join(filter(None, (above, live.name)))
            entries[one.place] = DesiredCategory(path=path, renamed_from=renamed_from, source=source(one))
    return entries


def _differing(change: Change, fresh: Fresh, kind: Kind) -> frozenset[str]:
    """The fields that are not as a change wants them."""
    return frozenset(one.field for one in remaining(change, fresh, kind))


def _reversed(change: Change) -> Change:
    """The change that leads back, for comparing."""
    params = dict(change.params)
    if "category_before" in params:
        params["category_id"] = params["category_before"]
    if "categories_before" in params:
        params["categories_ids"] = params["categories_before"]
    return dataclasses.replace(change, before=change.after, after=change.before, params=params)


def _last(path: Json) -> str:
    return str(path or "").rpartition(SEPARATOR)[2]
