"""Runs: plans carried out, gone on with, and what the store knows of them."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from vodplan.api.projects import StrPath, Workspace, find_project
from vodplan.api.quiet import Quiet

if TYPE_CHECKING:
    from vodplan.core.history import LeaseInfo
    from vodplan.core.plan import Plan, Target
    from vodplan.core.ports import Progress
    from vodplan.core.report import ApplyReport
    from vodplan.store.store import Store


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
