"""Says of each change of a plan whether it comes from this branch, beside a base revision."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from vodplan.api.projects import StrPath, Workspace, find_project
from vodplan.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from vodplan.core.desired import DesiredState
    from vodplan.core.plan import Plan


def require_revision(
    ref: str,
    *,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
) -> None:
    """Make sure that there is such a revision, before anything is asked of the service for it.

    raises: UsageError when the repository has no such revision, ConfigError when git cannot be asked.
    """
    from vodplan.manifests.git import Repository

    environment = os.environ if environ is None else environ
    Repository(find_project(config=config, cwd=cwd, environ=environment).root, environment).commit(ref)


def beside(workspace: Workspace, plan: Plan, ref: str, *, fail_on_foreign: bool = False) -> Plan:
    """The plan with the origin of each of its changes; nothing is read of the service for it.

    plan:   of this workspace.
    ref:    a branch, a tag, a commit, or another name that git knows for one.
    fail_on_foreign: have the guard `foreign` hold a plan with changes that do not come from this branch.
    raises: UsageError when the repository has no such revision, ConfigError when git cannot be asked, and when a
            manifest of the revision cannot be read: whose its changes are could not be told then.
    """
    from vodplan.core.origins import refuse_foreign, with_origins
    from vodplan.core.planfile import seal
    from vodplan.manifests.cache import open_cache
    from vodplan.manifests.revisions import read_before
    from vodplan.registry import KINDS
    from vodplan.wiring import history_of

    project, environ, now = workspace.project, workspace.environ, workspace.desired
    cache = open_cache(project, environ)
    before = read_before(ref, project=project, paths=_places(workspace), environ=environ, cache=cache)
    if before.broken:
        file, why = next(iter(before.broken.items()))
        raise ConfigError(
            f"{file} of {before.revision.shown} cannot be read, so nobody can say whose its changes are: {why}",
            next=f"git show {before.revision.commit}:./{file}",
        )
    told = with_origins(
        plan,
        head=now,
        base=_with_the_same(before.desired, now, before.same),
        revision=before.revision.shown,
        history=history_of(project, environ, plan.target, {str(one.address): one.id for one in plan.changes}),
        kinds=KINDS,
    )
    return seal(refuse_foreign(told) if fail_on_foreign else told)


def _places(workspace: Workspace) -> tuple[Path, ...]:
    """Where the base's manifests are: all the project's when those named are some of them, since entries move."""
    homes = [home.resolve() for home in workspace.project.manifests]
    named = [path.resolve() for path in workspace.paths]
    return () if all(any(one.is_relative_to(home) for home in homes) for one in named) else workspace.paths


def _with_the_same(before: DesiredState, now: DesiredState, same: frozenset[str]) -> DesiredState:
    """What the revision asked for, in files that were parsed and in those that are today's to the byte."""
    return replace(
        before,
        assets=(*before.assets, *(one for one in now.assets if one.source.file in same)),
        categories=(*before.categories, *(one for one in now.categories if one.source.file in same)),
        rules=(*before.rules, *(one for one in now.rules if one.source.file in same)),
    )
