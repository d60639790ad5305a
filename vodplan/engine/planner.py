"""Desired state → plan: reads the live library batch by batch and keeps only what differs."""

from __future__ import annotations

import asyncio
import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vodplan.core.address import SNAPSHOT_PREFIX, Address
from vodplan.core.assemble import Decisions, Frame, Memory, assemble
from vodplan.core.categories import CategoryDecision, CategoryResolver, CategoryTree, decide_categories
from vodplan.core.change import Action, Change
from vodplan.core.decide import category_changes, decide_delete, decide_parts, decide_update, described
from vodplan.core.desired import DesiredAsset, DesiredCategory, DesiredState
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.diff import CategoryProblem
from vodplan.core.errors import ManifestError
from vodplan.core.guards import CoverUsers, pictures
from vodplan.core.kind import Kind, OperationSpec, Style
from vodplan.core.live import LiveAsset, Members, Parts
from vodplan.core.plan import Missing, Plan, Reading, Scheduled
from vodplan.core.policy import Policy
from vodplan.core.ports import LiveReader, Progress
from vodplan.core.problems import same_asset, too_many_tags
from vodplan.core.road import BY_ID
from vodplan.core.values import UNSET
from vodplan.engine.fresh import read_all, read_owners


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The registered kinds, the documented operations, and the team's policy."""

    kinds: Mapping[str, Kind]
    operations: Mapping[str, OperationSpec]
    policy: Policy


async def make_plan(
    desired: DesiredState,
    *,
    reader: LiveReader,
    catalogue: Catalogue,
    frame: Frame,
    today: datetime.date,
    progress: Progress,
    managed: Mapping[str, int] | None = None,
    memory: Memory | None = None,
) -> Plan:
    """Plan what it takes to make the library as desired.

    Reads each managed asset once, in batches, and drops it at once when it is as wanted; nothing is written.

    today:   UTC; removals with a later `after` are scheduled, not planned.
    managed: kind → entries of all manifests, which the shares in guards are of; those of `desired` when it is all.
    memory:  what is remembered of earlier runs on the target.
    raises: ManifestError when an entry does not fit the live library (codes VP3xx), ApiError, CredentialsError.
    """
    categories, later_categories = _due_categories(desired.categories, today)
    tree = CategoryTree(await reader.categories() if _needs_tree(desired, catalogue) else ())
    decision = decide_categories(categories, tree)
    sorter = _Sorter(
        catalogue=catalogue,
        tree=tree,
        resolver=CategoryResolver(decision),
        today=today,
        by_other_keys=any(":" in asset.key for asset in desired.assets),
    )
    asked = await _read_assets(desired.assets, sorter, reader, progress)
    parts = await _read_parts(sorter, reader)
    members = await _members(decision, reader)
    owners = await read_owners(sorter.changes, reader)
    problems = [*decision.problems, *sorter.problems]
    if problems:
        problems.sort(key=lambda one: (one.span.file, one.span.line, one.span.column) if one.span else ("", 0, 0))
        raise ManifestError(problems, next="vodplan plan")
    decisions = Decisions(
        changes=[*category_changes(decision), *sorter.changes],
        scheduled=[*sorter.scheduled, *later_categories],
        missing=sorter.missing,
        unchanged=sorter.unchanged + decision.unchanged,
        managed=_managed(desired) if managed is None else managed,
        tree=tree,
        members=members,
        reading=Reading(why=BY_ID, assets=asked, by_id=asked),
        owners={
            video_id: None if video is None else described(video, catalogue.kinds["video"], tree)
            for video_id, video in owners.items()
        },
        parts=parts,
        covers=sorter.covers.found(),
    )
    return assemble(
        decisions,
        frame,
        kinds=catalogue.kinds,
        operations=catalogue.operations,
        policy=catalogue.policy,
        memory=memory,
    )


def _managed(desired: DesiredState) -> Mapping[str, int]:
    managed = dict(Counter(asset.kind for asset in desired.assets))
    if desired.categories:
        managed["category"] = len(desired.categories)
    return managed


def _due_categories(
    entries: Iterable[DesiredCategory], today: datetime.date
) -> tuple[list[DesiredCategory], list[Scheduled]]:
    due, later = [], []
    for entry in entries:
        if entry.absent and entry.after is not None and entry.after > today:
            later.append(
                Scheduled(
                    address=Address("category", entry.path),
                    action=Action.DELETE,
                    after=entry.after,
                    source=entry.source,
                    reason=entry.reason,
                )
            )
        else:
            due.append(entry)
    return due, later


def _needs_tree(desired: DesiredState, catalogue: Catalogue) -> bool:
    """Categories are read only when an entry names one, or something is removed and its category is to be shown."""
    places = {
        kind.name: place
        for kind in catalogue.kinds.values()
        for place, field in enumerate(kind.fields)
        if field.style is Style.CATEGORY
    }
    return bool(desired.categories) or any(
        asset.absent
        or asset.source_absent
        or asset.streams is not None
        or (asset.kind in places and asset.values[places[asset.kind]] is not UNSET)
        for asset in desired.assets
    )


@dataclass(slots=True, kw_only=True)
class _Sorter:
    """Takes assets as they arrive and keeps what is to be done; the one place that grows with the changes."""

    catalogue: Catalogue
    tree: CategoryTree
    resolver: CategoryResolver
    today: datetime.date
    by_other_keys: bool
    changes: list[Change] = field(default_factory=list)
    scheduled: list[Scheduled] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    with_parts: list[tuple[DesiredAsset, LiveAsset]] = field(default_factory=list)
    ids: dict[tuple[str, str], DesiredAsset] = field(default_factory=dict)
    covers: CoverUsers = field(default_factory=CoverUsers)
    unchanged: int = 0

    def postponed(self, asset: DesiredAsset) -> bool:
        """Whether the entry's removals wait for a later day."""
        return asset.after is not None and asset.after > self.today

    def found(self, asset: DesiredAsset, live: LiveAsset) -> None:
        """Decide on an asset that exists."""
        if self._doubled(asset, live):
            return
        kind = self.catalogue.kinds[asset.kind]
        if asset.absent:
            deletion = decide_delete(asset, live, kind, tree=self.tree)
            self.changes.append(deletion)
            self.covers.deleted(pictures(deletion))
            return
        for place in self._urls(kind):
            self.covers.add(live.id, live.values[place], asset.values[place])
        try:
            change = decide_update(asset, live, kind, tree=self.tree, resolve=self.resolver.resolve)
        except CategoryProblem as problem:
            self.problems.append(problem.diagnostic)
            return
        if change is not None:
            self.changes.append(change)
            excess = too_many_tags(change, kind)
            if excess is not None:
                self.problems.append(excess)
        if (asset.source_absent or asset.streams is not None) and not self.postponed(asset):
            self.with_parts.append((asset, live))
        elif change is None:
            self.unchanged += 1

    def gone(self, asset: DesiredAsset) -> None:
        """Decide on an asset that does not exist."""
        if asset.absent:
            self.unchanged += 1
        else:
            self.missing.append(Missing(address=asset.address, source=asset.source))

    def later(self, asset: DesiredAsset) -> None:
        """Note the removals that wait for their day."""
        actions = [Action.DELETE] if asset.absent else []
        if asset.streams is not None:
            actions.append(Action.DELETE_STREAMS)
        if asset.source_absent:
            actions.append(Action.DELETE_SOURCE)
        assert asset.after is not None
        self.scheduled.extend(
            Scheduled(address=asset.address, action=action, after=asset.after, source=asset.source, reason=asset.reason)
            for action in actions
        )

    def _urls(self, kind: Kind) -> Sequence[int]:
        """The places of the fields that name a picture; none while no picture is deleted."""
        if not self.covers:
            return ()
        return [place for place, one in enumerate(kind.fields) if one.style is Style.URL]

    def _doubled(self, asset: DesiredAsset, live: LiveAsset) -> bool:
        """Whether another entry, by another key, means the same asset: an id and a reference, or an id and a URL."""
        if not self.by_other_keys:
            return False
        if asset.key == live.id or not live.id or asset.key.startswith(SNAPSHOT_PREFIX):
            key = (asset.kind, asset.key)
        else:
            key = (asset.kind, live.id)
        other = self.ids.setdefault(key, asset)
        if other is asset:
            return False
        self.problems.append(same_asset(other, asset, live.id))
        return True


async def _read_assets(assets: Sequence[DesiredAsset], sorter: _Sorter, reader: LiveReader, progress: Progress) -> int:
    """Read and decide; gives how many assets were asked for."""
    wanted: dict[str, dict[str, DesiredAsset]] = {}
    for asset in assets:
        if sorter.postponed(asset):
            sorter.later(asset)
            if asset.absent:
                continue
        wanted.setdefault(asset.kind, {})[asset.key] = asset
    asked = sum(len(keys) for keys in wanted.values())
    progress.start("reading", asked)
    try:
        # Pictures that go are known first, so that of all covers only those that show one of them are kept.
        if any(asset.absent and asset.kind == "image" for asset in assets):
            await _read_kind("image", wanted.pop("image", {}), sorter, reader, progress)
        await asyncio.gather(*(_read_kind(kind, keys, sorter, reader, progress) for kind, keys in wanted.items()))
    finally:
        progress.finish()
    return asked


async def _read_kind(
    kind: str, wanted: Mapping[str, DesiredAsset], sorter: _Sorter, reader: LiveReader, progress: Progress
) -> None:
    async for batch in read_all(reader, kind, list(wanted)):
        for key, live in batch.found:
            sorter.found(wanted[key], live)
        for key in batch.missing:
            sorter.gone(wanted[key])
        progress.advance(len(batch.found) + len(batch.missing))


async def _read_parts(sorter: _Sorter, reader: LiveReader) -> Mapping[str, Parts]:
    """Decide on streams and sources; gives the parts of the videos that lose some."""
    losing: dict[str, Parts] = {}
    if not sorter.with_parts:
        return losing
    updated = {change.address for change in sorter.changes}
    parts = await reader.parts([live.id for _, live in sorter.with_parts])
    for asset, live in sorter.with_parts:
        if live.id not in parts:
            sorter.gone(asset)
            continue
        kind = sorter.catalogue.kinds[asset.kind]
        removals = list(decide_parts(asset, live, parts[live.id], kind, tree=sorter.tree))
        sorter.changes.extend(removals)
        if removals:
            losing[live.id] = parts[live.id]
        if not removals and asset.address not in updated:
            sorter.unchanged += 1
    return losing


async def _members(decision: CategoryDecision, reader: LiveReader) -> Mapping[int, Members]:
    ids = [removal.id for removal in decision.removals]
    return dict(zip(ids, await asyncio.gather(*(reader.members(one) for one in ids)), strict=True))
