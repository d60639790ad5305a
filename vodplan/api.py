"""The library: load manifests, plan, apply, show. The command line is a thin client of it."""

from __future__ import annotations

import asyncio
import datetime
import fnmatch
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vodplan._version import __version__
from vodplan.core.errors import Refused, UsageError

if TYPE_CHECKING:
    from vodplan.core.desired import DesiredState
    from vodplan.core.diagnostics import Diagnostic
    from vodplan.core.history import LeaseInfo, RunRecord
    from vodplan.core.plan import Plan, Target
    from vodplan.core.ports import Progress
    from vodplan.core.report import ApplyReport
    from vodplan.core.undo import Undo
    from vodplan.manifests.project import Project
    from vodplan.store.store import Store
    from vodplan.vod.service import ProbeResult

StrPath = str | Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A project with its manifests, read and valid.

    desired:     everything the manifests ask for.
    diagnostics: the warnings; errors never get this far.
    files:       the manifest files, as they are shown.
    managed:     kind → entries.
    whole:       whether these are all manifests of the project, not some that were named.
    environ:     the environment it was loaded with; targets and credentials are looked up there.
    """

    project: Project
    desired: DesiredState
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    managed: Mapping[str, int]
    environ: Mapping[str, str]
    whole: bool = True


def find_project(
    *, config: StrPath | None = None, cwd: StrPath | None = None, environ: Mapping[str, str] | None = None
) -> Project:
    """Find and read the project file: `config`, `VODPLAN_CONFIG`, or vodplan.yaml searched upward from `cwd`.

    returns: the project; without a file one with the default settings.
    raises:  ManifestError (codes VP2xx) when the file is not valid.
    """
    from vodplan.manifests import project as projects

    environ = os.environ if environ is None else environ
    explicit = config or environ.get("VODPLAN_CONFIG") or None
    return projects.find_project(
        Path.cwd() if cwd is None else Path(cwd), explicit=Path(explicit) if explicit else None, environ=environ
    )


def load(
    paths: Sequence[StrPath] = (),
    *,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
) -> Workspace:
    """Read and check manifests; no network, no credentials.

    paths:  files and folders; the project's `manifests:` when empty.
    cwd:    where relative paths start and the search for the project file begins; the working directory by default.
    raises: ManifestError with every finding of every file; ConfigError.
    """
    from vodplan.manifests.load import load as load_manifests
    from vodplan.manifests.load import require_valid

    environ = os.environ if environ is None else environ
    base = Path.cwd() if cwd is None else Path(cwd)
    project = find_project(config=config, cwd=base, environ=environ)
    loaded = load_manifests([base / path for path in paths], project=project)
    return Workspace(
        project=project,
        desired=require_valid(loaded),
        diagnostics=loaded.diagnostics,
        files=loaded.files,
        managed=loaded.managed,
        environ=dict(environ),
        whole=not paths,
    )


def plan(
    workspace: Workspace,
    *,
    target: str | None = None,
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    progress: Progress | None = None,
    now: datetime.datetime | None = None,
) -> Plan:
    """Compare the manifests with the live library and say what would change; nothing is written.

    only, exclude: address globs (`video/*`, `category/News/*`); an entry is planned when it fits one of `only`, if
                   there are any, and none of `exclude`.
    now:           the time of planning, UTC; decides which removals are due.
    raises:        ManifestError (codes VP3xx), UsageError for a glob that fits nothing, ConfigError, ApiError,
                   CredentialsError; StoreError when policy.max_managed_drop counts on a store that cannot be read.
    """
    from vodplan.core.assemble import Frame
    from vodplan.engine.planner import Catalogue, make_plan
    from vodplan.kinds.operations import OPERATIONS
    from vodplan.registry import KINDS
    from vodplan.wiring import choose, open_target, remembered, target_of

    desired = select(workspace.desired, only=only, exclude=exclude)
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

    memory = remembered(project, workspace.environ, frame.target)
    if not workspace.whole:
        # Some manifests have fewer entries than all of them, and lost none.
        memory = replace(memory, managed=None)

    async def run() -> Plan:
        async with open_target(choice, project=project, environ=workspace.environ, home=Path.home()) as opened:
            return await make_plan(
                desired,
                reader=opened.service.reader,
                catalogue=catalogue,
                frame=frame,
                today=now.astimezone(datetime.UTC).date(),
                managed=workspace.managed,
                memory=memory,
                progress=progress or Quiet(),
            )

    return asyncio.run(run())


def apply(
    plan: Plan,
    workspace: Workspace | None = None,
    *,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    allow_deletes: int | None = None,
    max_failures: int | None = None,
    canary: int | None = None,
    max_age: datetime.timedelta | None = None,
    progress: Progress | None = None,
) -> ApplyReport:
    """Carry out a plan, and nothing else (docs/contract.md section 6).

    workspace:     where the project comes from; without one the project file is looked up as `find_project` does.
    allow_deletes: the exact number of removals in the plan (`plan.summary.delete`).
    max_failures:  so many refused or unknown changes are borne; one more, and the rest is held.
    canary:        so many changes go ahead and are read back before the others follow.
    max_age:       a plan that was made longer ago is stale.
    returns:       what became of each change. Look at `complete` and `converged`: an incomplete run is reported, not
                   raised.
    raises:        Refused (also for a plan made for another target), StalePlan, Locked, StoreError, ConfigError,
                   ApiError and CredentialsError before the first write.
    """
    from vodplan.applying import Conditions, apply_plan
    from vodplan.engine.limits import Limits
    from vodplan.wiring import choose

    environment = workspace.environ if workspace else (os.environ if environ is None else environ)
    project = workspace.project if workspace else find_project(config=config, cwd=cwd, environ=environment)
    return apply_plan(
        plan,
        project=project,
        choice=choose(project, target, environment),
        environ=environment,
        conditions=Conditions(
            allow_deletes=allow_deletes, limits=Limits(max_failures=max_failures, canary=canary), max_age=max_age
        ),
        progress=progress or Quiet(),
    )


def resume(
    run: str,
    *,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    max_failures: int | None = None,
    progress: Progress | None = None,
) -> tuple[Plan, ApplyReport]:
    """Go on with a run that did not get to its end (docs/contract.md section 6).

    run:     its id, or the beginning of exactly one.
    target:  the one the run was for, when left out.
    returns: the run's plan, and what became of each change of it, over all attempts.
    raises:  UsageError for an unknown or finished run; otherwise as `apply`.
    """
    from vodplan.applying import resume_run
    from vodplan.engine.limits import Limits
    from vodplan.wiring import choose, open_project_store

    environment = os.environ if environ is None else environ
    project = find_project(config=config, cwd=cwd, environ=environment)
    if target is None:
        with open_project_store(project, environment) as store:
            target = store.run(run).record.target.name
    return resume_run(
        run,
        project=project,
        choice=choose(project, target, environment),
        environ=environment,
        limits=Limits(max_failures=max_failures),
        progress=progress or Quiet(),
    )


def open_store(
    *, config: StrPath | None = None, cwd: StrPath | None = None, environ: Mapping[str, str] | None = None
) -> Store:
    """The project's store: runs, journals and leases (docs/store.md). Use it as a context manager.

    raises: StoreError when it cannot be reached, read or made.
    """
    from vodplan.wiring import open_project_store

    environment = os.environ if environ is None else environ
    return open_project_store(find_project(config=config, cwd=cwd, environ=environment), environment)


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

    return asyncio.run(work())


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


def lease(
    *,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[Target, LeaseInfo | None]:
    """Which run holds a target, if one does.

    returns: the target, and its lease as it stands.
    raises:  StoreError, ConfigError.
    """
    from vodplan.wiring import choose, open_project_store, target_of

    environment = os.environ if environ is None else environ
    project = find_project(config=config, cwd=cwd, environ=environment)
    wanted = target_of(choose(project, target, environment))
    with open_project_store(project, environment) as store:
        return wanted, store.lease(wanted)


def unlock(
    *,
    target: str | None = None,
    force: bool = False,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
) -> LeaseInfo | None:
    """Remove a target's lease whose holder is gone, or that has run out.

    force:   remove it in any case; two applies may then work on one library.
    returns: what it was; None when there was none.
    raises:  Locked when its holder may still be at work; StoreError, ConfigError.
    """
    from vodplan.wiring import choose, open_project_store, target_of

    environment = os.environ if environ is None else environ
    project = find_project(config=config, cwd=cwd, environ=environment)
    wanted = target_of(choose(project, target, environment))
    with open_project_store(project, environment) as store:
        return store.unlock(wanted, force=force)


def show(plan: Plan, *, format: str = "text", width: int = 80, color: bool = False) -> str:
    """A plan as people (`text`) or programs (`json`) read it.

    width:  columns to lay out for, `text` only.
    raises: UsageError for a format there is not.
    """
    from vodplan.core.planfile import plan_bytes

    if format == "json":
        return plan_bytes(plan).decode("utf-8")
    if format != "text":
        raise UsageError(f'There is no format "{format}"; the formats are text and json.', next="vodplan show --help")
    from vodplan.render.text import plan_text

    return plan_text(plan, width=width, color=color)


def read_plan(path: StrPath) -> Plan:
    """Read a saved plan; see `vodplan.planfile.files.read_plan` for what is refused."""
    from vodplan.planfile.files import read_plan as read

    return read(Path(path))


def write_plan(plan: Plan, path: StrPath) -> None:
    """Save a plan, whole or not at all; raises ConfigError when the file cannot be written."""
    from vodplan.planfile.files import write_plan as write

    write(plan, Path(path))


def plan_json(plan: Plan) -> bytes:
    """The plan's canonical JSON document, with a final newline."""
    from vodplan.core.planfile import plan_bytes

    return plan_bytes(plan)


def report_json(report: ApplyReport, plan: Plan) -> bytes:
    """The report of an apply as a JSON document, with a final newline (docs/output.md)."""
    from vodplan.core.reportfile import report_bytes

    return report_bytes(report, plan)


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema called `manifest`, `project` or `plan`; raises UsageError for another name."""
    if name == "plan":
        from vodplan.planfile.model import schema as plan_schema

        return plan_schema()
    from vodplan.manifests.schema import schema as manifest_schema

    if name in ("manifest", "project"):
        return manifest_schema(name)
    raise UsageError(f'There is no schema "{name}"; the schemas are manifest, project and plan.', next="vodplan schema")


SCHEMAS = ("manifest", "project", "plan")
"""The names `schema` knows."""


def probe(
    *,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[str, Sequence[ProbeResult]]:
    """Try a target with harmless calls: credentials, clock, permission per operation.

    returns: `NAME (ENDPOINT)` of the target, and one result per thing tried.
    raises:  ConfigError, CredentialsError when none are found.
    """
    from vodplan.wiring import choose, open_target

    environment = os.environ if environ is None else environ
    project = find_project(config=config, cwd=cwd, environ=environment)
    choice = choose(project, target, environment)

    async def run() -> Sequence[ProbeResult]:
        async with open_target(choice, project=project, environ=environment, home=Path.home()) as opened:
            return await opened.service.probe()

    return f"{choice.name} ({choice.shown_endpoint})", asyncio.run(run())


def select(desired: DesiredState, *, only: Sequence[str], exclude: Sequence[str]) -> DesiredState:
    """The part of the desired state that the address globs leave.

    raises: UsageError for a glob that fits no entry: a filter that filters nothing is a mistake in writing it.
    """
    if not only and not exclude:
        return desired
    addresses = [str(asset.address) for asset in desired.assets]
    addresses += [f"category/{category.path}" for category in desired.categories]
    for pattern in (*only, *exclude):
        if not any(fnmatch.fnmatchcase(address, pattern) for address in addresses):
            raise UsageError(
                f'No entry of the manifests has an address like "{pattern}". An address is KIND/ID, such as '
                "video/00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, and * stands for anything.",
                next="vodplan plan",
            )

    def kept(address: str) -> bool:
        wanted = not only or any(fnmatch.fnmatchcase(address, pattern) for pattern in only)
        return wanted and not any(fnmatch.fnmatchcase(address, pattern) for pattern in exclude)

    return replace(
        desired,
        assets=tuple(asset for asset in desired.assets if kept(str(asset.address))),
        categories=tuple(one for one in desired.categories if kept(f"category/{one.path}")),
    )


class Quiet:
    """A progress that shows nothing; see `core.ports.Progress`."""

    def start(self, step: str, total: int) -> None:
        """See `Progress.start`."""

    def advance(self, count: int) -> None:
        """See `Progress.advance`."""

    def finish(self) -> None:
        """See `Progress.finish`."""
