"""Desired state → plan: reads the live library batch by batch and keeps only what differs."""

from __future__ import annotations

import asyncio
import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from vodplan.core.address import Address
from vodplan.core.assemble import Decisions, Frame, Memory, assemble
from vodplan.core.categories import CategoryDecision, CategoryResolver, decide_categories
from vodplan.core.change import Action
from vodplan.core.coverfile import digests, with_pictures
from vodplan.core.decide import category_changes, decide_parts, described
from vodplan.core.desired import DesiredCategory, DesiredState
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.errors import ManifestError
from vodplan.core.guards import moment
from vodplan.core.kind import Kind, OperationSpec, Style
from vodplan.core.live import DEFAULT_TREE, Members, Parts
from vodplan.core.oldcovers import asked_in
from vodplan.core.plan import Plan, RuleUse, Scheduled
from vodplan.core.policy import Policy
from vodplan.core.ports import LiveReader, Progress
from vodplan.core.problems import once_each
from vodplan.core.road import Rates, ReadBy
from vodplan.core.values import UNSET
from vodplan.engine.fresh import read_owners, read_trees
from vodplan.engine.intake import INDEXED, Intake
from vodplan.engine.oldcovers import OldCovers
from vodplan.engine.rules import KnownReader, resolve_rules
from vodplan.engine.sorter import Sorter


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
    read_by: ReadBy = ReadBy.AUTO,
    kept: Callable[[Address], bool] | None = None,
    whole: DesiredState | None = None,
    excluded: Callable[[Address], bool] = lambda address: False,
) -> Plan:
    """Plan what it takes to make the library as desired.

    Reads each managed asset once, in batches, and drops it at once when it is as wanted; nothing is written.

    today:   UTC; removals with a later `after` are scheduled, not planned.
    managed: kind → entries of all manifests, which the shares in guards are of; those of `desired` when it is all.
    memory:  what is remembered of earlier runs on the target.
    read_by: whether the search index may spare reads by id (docs/reading.md).
    kept:    which of the assets that rules find are to be planned; all when None.
    whole:   what all manifests ask for, where `desired` is a part of it; an old cover that they have a use for stays.
    excluded: the old covers that are not to be deleted.
    raises: ManifestError when an entry does not fit the live library (codes VP3xx), ApiError, CredentialsError.
    """
    categories, later_categories = _due_categories(desired.categories, today)
    old_covers_go = asked_in(desired)
    tree = await read_trees(reader, _trees(desired, catalogue, old_covers_go))
    rules: tuple[RuleUse, ...] = ()
    contradictions: tuple[Diagnostic, ...] = ()
    if desired.rules:
        resolved = await resolve_rules(desired, reader=reader, kinds=catalogue.kinds, tree=tree, kept=kept)
        managed = _with_found(managed or _managed(desired), desired, resolved.desired)
        desired, rules, contradictions = resolved.desired, resolved.uses, resolved.problems
        reader = KnownReader(reader, resolved.live)
    named = digests(desired)
    if named:
        desired = with_pictures(desired, await reader.pictures(named))
    decision = decide_categories(categories, tree)
    sorter = Sorter(
        kinds=catalogue.kinds,
        tree=tree,
        resolvers={one.tree: CategoryResolver(decision, one.tree) for one in catalogue.kinds.values()},
        today=today,
        by_other_keys=frozenset(asset.kind for asset in desired.assets if ":" in asset.key),
        old_covers_go=old_covers_go,
        old=OldCovers(owed=memory.owed if memory else ()),
    )
    intake = Intake(
        sorter=sorter,
        reader=reader,
        progress=progress,
        rates=_rates(catalogue, frame.share),
        read_by=read_by,
        written=memory.written if memory else frozenset(),
    )
    reading = await intake.read(desired.assets)
    parts = await _read_parts(sorter, reader)
    changes = [*category_changes(decision), *sorter.changes]
    if sorter.old.asking:
        changes = await sorter.old.decide(
            changes,
            sorter.covers,
            reader,
            entries=(*desired.assets, *(whole.assets if whole is not None else ())),
            read=_read_now(desired, sorter),
            excluded=excluded,
            kinds=catalogue.kinds,
            tree=tree,
            policy=catalogue.policy,
            now=moment(frame.created_at),
        )
    members = await _members(decision, reader)
    owners = await read_owners(sorter.changes, reader)
    problems = once_each([*contradictions, *decision.problems, *sorter.problems])
    if problems:
        problems.sort(key=lambda one: (one.span.file, one.span.line, one.span.column) if one.span else ("", 0, 0))
        raise ManifestError(problems, next="vodplan plan")
    decisions = Decisions(
        changes=changes,
        scheduled=[*sorter.scheduled, *later_categories],
        missing=sorter.missing,
        unchanged=sorter.unchanged + decision.unchanged,
        managed=_managed(desired) if managed is None else managed,
        tree=tree,
        members=members,
        reading=reading,
        rules=rules,
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


def _rates(catalogue: Catalogue, share: float) -> Rates:
    """How many videos a second the two ways of reading give."""
    video, search = catalogue.kinds["video"], catalogue.operations["SearchMedia"]
    by_id = catalogue.operations[video.read_operation]
    return Rates(ids=by_id.rate * share * video.read_batch, search=search.rate * share * search.batch)


def _managed(desired: DesiredState) -> Mapping[str, int]:
    managed = dict(Counter(asset.kind for asset in desired.assets))
    if desired.categories:
        managed["category"] = len(desired.categories)
    return managed


def _with_found(managed: Mapping[str, int], named: DesiredState, all_of_them: DesiredState) -> Mapping[str, int]:
    """Kind → managed assets, with those that only rules name: what rules want is wanted, too."""
    found = Counter(one.kind for one in all_of_them.assets[len(named.assets) :])
    return dict(Counter(managed) + found)


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


def _read_now(desired: DesiredState, sorter: Sorter) -> frozenset[str]:
    """The ids of videos that this plan has read; those that are deleted later are not looked at."""
    waiting = (one.key for one in desired.assets if one.absent and sorter.postponed(one))
    return frozenset(one.key for one in desired.assets if one.kind == INDEXED).difference(waiting)


def _trees(desired: DesiredState, catalogue: Catalogue, old_covers_go: bool) -> list[str]:
    """Trees of categories are read only when an entry names one, or something goes and its category is to be shown."""
    places = {
        kind.name: place
        for kind in catalogue.kinds.values()
        for place, field in enumerate(kind.fields)
        if field.style in (Style.CATEGORY, Style.CATEGORIES)
    }
    of = {kind.name: kind.tree for kind in catalogue.kinds.values()}
    wanted = {DEFAULT_TREE} if desired.categories or old_covers_go else set()
    wanted.update(of[rule.selector.kind] for rule in desired.rules)
    for asset in desired.assets:
        if of[asset.kind] not in wanted and (
            asset.absent
            or asset.source_absent
            or asset.streams is not None
            or (asset.kind in places and asset.values[places[asset.kind]] is not UNSET)
        ):
            wanted.add(of[asset.kind])
    return sorted(wanted)


async def _read_parts(sorter: Sorter, reader: LiveReader) -> Mapping[str, Parts]:
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
        kind = sorter.kinds[asset.kind]
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
