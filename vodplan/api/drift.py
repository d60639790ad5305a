"""What is live and managed but not as in the manifests."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from vodplan.api.overlap import plan_from
from vodplan.api.planning import live_reader
from vodplan.api.projects import StrPath

if TYPE_CHECKING:
    from vodplan.core.categories import CategoryTree
    from vodplan.core.diagnostics import Diagnostic
    from vodplan.core.drift import Drift
    from vodplan.core.plan import Plan
    from vodplan.core.ports import Progress
    from vodplan.manifests.project import Project


def drift(
    paths: Sequence[StrPath] = (),
    *,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    target: str | None = None,
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    snapshot: StrPath | None = None,
    read_by: str = "auto",
    warn: Callable[[Sequence[Diagnostic]], None] = lambda found: None,
    progress: Progress | None = None,
    now: datetime.datetime | None = None,
) -> Drift:
    """Compare the manifests with the live library, and say of each field that differs how much it matters (`drift:` of
    the project file) and where it came from (the store, which is only read). Nothing is written, and no guard applies.

    All arguments and errors: as in `plan_from`.
    """
    from vodplan.core.drift import drifted, find_drift
    from vodplan.wiring import history_of

    environ = os.environ if environ is None else environ
    now = now or datetime.datetime.now(datetime.UTC)
    workspace, plan = plan_from(
        paths,
        config=config,
        cwd=cwd,
        environ=environ,
        target=target,
        only=only,
        exclude=exclude,
        snapshot=snapshot,
        read_by=read_by,
        warn=warn,
        progress=progress,
        now=now,
    )
    project = workspace.project
    return find_drift(
        plan,
        project.drift,
        history=history_of(project, environ, plan.target, drifted(plan)),
        tree=_tree(plan, project, target, environ),
        now=now,
    )


def drift_json(drift: Drift) -> bytes:
    """The canonical JSON document, with a final newline (schemas/drift.v1.json)."""
    from vodplan.core.driftfile import drift_bytes

    return drift_bytes(drift)


def _tree(plan: Plan, project: Project, target: str | None, environ: Mapping[str, str]) -> CategoryTree:
    """The live categories, where a tier asks for one and the plan names categories by id alone; empty otherwise."""
    from vodplan.core.categories import CategoryTree, named_in
    from vodplan.registry import KINDS

    trees = {
        KINDS[change.kind].tree
        for change in plan.changes
        if any(isinstance(one, Mapping) for one in named_in(change.facts))
    }
    if not project.drift.by_category or not trees:
        return CategoryTree(())
    from vodplan.vod.concurrency import run as run_alone
    from vodplan.wiring import choose

    async def work() -> CategoryTree:
        async with contextlib.AsyncExitStack() as stack:
            reader = live_reader(stack, choose(project, target, environ), project, environ)
            return CategoryTree([each for one in sorted(trees) for each in await reader.categories(one)])

    return run_alone(work())
