"""Plans: what would change, and what would take a change back."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan._version import __version__
from vodplan.api.projects import StrPath, Workspace, find_project, keeper, select
from vodplan.api.quiet import Quiet
from vodplan.core.errors import Refused

if TYPE_CHECKING:
    from vodplan.api.revisions import Since
    from vodplan.core.desired import DesiredState
    from vodplan.core.history import RunRecord
    from vodplan.core.plan import Plan, Target
    from vodplan.core.ports import LiveReader, Progress
    from vodplan.core.undo import Undo
    from vodplan.manifests.project import Project
    from vodplan.wiring import Choice


def plan(
    workspace: Workspace,
    *,
    target: str | None = None,
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    since: Since | None = None,
    snapshot: StrPath | None = None,
    read_by: str = "auto",
    progress: Progress | None = None,
    now: datetime.datetime | None = None,
) -> Plan:
    """Compare the manifests with the live library and say what would change; nothing is written.

    only, exclude: address globs (`video/*`, `category/News/*`); an entry is planned when it fits one of `only`, if
                   there are any, and none of `exclude`.
    since:         plan only what changed since a revision, as `changed_since` finds it. Where nothing did, nothing is
                   asked of the service.
    snapshot:      a file that keeps what is read for several plans: live values that it holds are taken from it, what
                   it lacks is read and added. It is made when it is not there.
    read_by:       `ids` reads each asset by its id; `search` walks the search index first, and reads by id what that
                   does not show to be as wanted; `auto` takes the cheaper one (docs/reading.md).
    now:           the time of planning, UTC; decides which removals are due.
    raises:        ManifestError (codes VP3xx), UsageError for a glob that fits nothing and for the snapshot of another
                   target, ConfigError, ApiError, CredentialsError; StoreError when policy.max_managed_drop counts on a
                   store that cannot be read.
    """
    from vodplan.vod.concurrency import run as run_alone

    return run_alone(
        planned(
            workspace,
            target=target,
            only=only,
            exclude=exclude,
            since=since,
            snapshot=snapshot,
            read_by=read_by,
            progress=progress,
            now=now,
        )
    )


async def planned(
    workspace: Workspace,
    *,
    target: str | None = None,
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    since: Since | None = None,
    snapshot: StrPath | None = None,
    read_by: str = "auto",
    progress: Progress | None = None,
    now: datetime.datetime | None = None,
    reader: LiveReader | None = None,
) -> Plan:
    """See `plan`; with a reader of the target's library where there is one already."""
    from vodplan.core.assemble import Frame
    from vodplan.core.oldcovers import asked_in
    from vodplan.core.road import ReadBy
    from vodplan.engine.pauses import without_pauses
    from vodplan.engine.planner import Catalogue, make_plan
    from vodplan.kinds.operations import OPERATIONS
    from vodplan.registry import KINDS
    from vodplan.store.snapshot import open_snapshot
    from vodplan.store.snapshot_reader import SnapshotReader
    from vodplan.wiring import choose, remembered, target_of

    desired = select(workspace.desired, only=only, exclude=exclude)
    if since is not None:
        desired = _both(desired, since.desired)
    project = workspace.project
    choice = choose(project, target, workspace.environ)
    now = now or datetime.datetime.now(datetime.UTC)
    frame = Frame(
        target=target_of(choice),
        created_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        vodplan_version=__version__,
        manifests_digest=workspace.desired.digest,
        share=project.share,
    )
    operations = {name: replace(spec, rate=project.rates.get(name, spec.rate)) for name, spec in OPERATIONS.items()}
    catalogue = Catalogue(kinds=KINDS, operations=operations, policy=project.policy)

    memory = remembered(project, workspace.environ, frame.target, old_covers=asked_in(desired))
    if not workspace.whole:
        # Some manifests have fewer entries than all of them, and lost none.
        memory = replace(memory, managed=None)

    async with contextlib.AsyncExitStack() as stack:
        if reader is None:
            reader = live_reader(stack, choice, project, workspace.environ, progress=progress)
        held = None
        if snapshot is not None:
            held = stack.enter_context(open_snapshot(Path(snapshot), frame.target))
            reader = SnapshotReader(reader, held, at=now)
        stack.enter_context(without_pauses())
        plan = await make_plan(
            desired,
            reader=reader,
            catalogue=catalogue,
            frame=frame,
            today=now.astimezone(datetime.UTC).date(),
            managed=workspace.managed,
            memory=memory,
            progress=progress or Quiet(),
            read_by=ReadBy(read_by),
            kept=keeper(only=only, exclude=exclude) if only or exclude else None,
            whole=workspace.desired,
            excluded=keeper(only=exclude, exclude=()) if exclude else lambda address: False,
        )
        return _noted(plan, since, held.oldest if held is not None else None)


def live_reader(
    stack: contextlib.AsyncExitStack,
    choice: Choice,
    project: Project,
    environ: Mapping[str, str],
    *,
    progress: Progress | None = None,
) -> LiveReader:
    """A reader of a target that is connected to once something is read, until the stack is closed."""
    from vodplan.api.ondemand import OnDemand
    from vodplan.wiring import open_target

    async def connect() -> LiveReader:
        opening = open_target(choice, project=project, environ=environ, home=Path.home(), progress=progress)
        return (await stack.enter_async_context(opening)).service.reader

    return OnDemand(connect)


def _both(one: DesiredState, other: DesiredState) -> DesiredState:
    """The entries that are in both of two parts of the same manifests."""
    names = {rule.name for rule in other.rules}
    assets, paths = {(entry.kind, entry.key) for entry in other.assets}, {entry.path for entry in other.categories}
    return replace(
        one,
        assets=tuple(entry for entry in one.assets if (entry.kind, entry.key) in assets),
        categories=tuple(entry for entry in one.categories if entry.path in paths),
        rules=tuple(rule for rule in one.rules if rule.name in names),
    )


def _noted(plan: Plan, since: Since | None, oldest: datetime.datetime | None) -> Plan:
    """The plan, saying that it is about a part of the manifests only, and how old its live values are."""
    from vodplan.core.planfile import seal

    if plan.reading is None or (since is None and oldest is None):
        return plan
    reading = replace(plan.reading, since=since.revision if since is not None else None)
    if oldest is not None:
        why = "What a snapshot holds was taken from it, and the rest was read by id."
        reading = replace(reading, snapshot=oldest.strftime("%Y-%m-%dT%H:%M:%SZ"), why=why)
    return seal(replace(plan, reading=reading))


def undo(
    run: str,
    *,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    now: datetime.datetime | None = None,
) -> tuple[Plan, Undo]:
    """Plan what it takes to put back what a run changed; nothing is written.

    run:     its id, or the beginning of exactly one.
    target:  the one the run was for, when left out.
    returns: an ordinary plan, and what it leaves out: what was edited since, and what nothing puts back.
    raises:  UsageError for an unknown run, Locked for one that is at work, Refused when the run was for another target,
             StoreError, ConfigError, ApiError, CredentialsError.
    """
    from vodplan.core.assemble import Frame
    from vodplan.core.errors import Locked
    from vodplan.core.history import RunStatus
    from vodplan.core.values import fingerprint
    from vodplan.engine.planner import Catalogue
    from vodplan.engine.undo import make_undo
    from vodplan.kinds.operations import OPERATIONS
    from vodplan.registry import KINDS
    from vodplan.vod.concurrency import run as run_alone
    from vodplan.wiring import choose, open_project_store, open_target, target_of

    environment = os.environ if environ is None else environ
    project = find_project(config=config, cwd=cwd, environ=environment)
    with open_project_store(project, environment) as store:
        detail = store.run(run)
    record = detail.record
    if record.status is RunStatus.RUNNING:
        raise Locked(f"Run {record.id} is at work: {record.holder}.", next=f"vodplan history {record.id}")
    choice = choose(project, target or record.target.name, environment)
    _require_target(record, target_of(choice))
    now = now or datetime.datetime.now(datetime.UTC)
    frame = Frame(
        target=target_of(choice),
        created_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        vodplan_version=__version__,
        manifests_digest=fingerprint(f"undo {record.id}"),
        share=project.share,
    )
    operations = {name: replace(spec, rate=project.rates.get(name, spec.rate)) for name, spec in OPERATIONS.items()}

    async def work() -> tuple[Plan, Undo]:
        async with open_target(choice, project=project, environ=environment, home=Path.home()) as opened:
            return await make_undo(
                detail,
                reader=opened.service.reader,
                catalogue=Catalogue(kinds=KINDS, operations=operations, policy=project.policy),
                frame=frame,
                today=now.astimezone(datetime.UTC).date(),
                progress=progress or Quiet(),
            )

    return run_alone(work())


def _require_target(record: RunRecord, here: Target) -> None:
    """Refuse to look for what a run did in another library than its own."""
    there = record.target
    for name, was, is_now in (
        ("target", there.name, here.name),
        ("region", there.region, here.region),
        ("endpoint", there.endpoint, here.endpoint),
    ):
        if was != is_now:
            raise Refused(
                f'Run {record.id} was for the {name} "{was}", and this is "{is_now}".',
                next=f"vodplan history {record.id}",
            )
