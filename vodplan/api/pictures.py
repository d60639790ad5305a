"""Small copies of the pictures of what a plan is about."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.projects import StrPath, find_project
from vodplan.api.quiet import Quiet

if TYPE_CHECKING:
    from vodplan.core.pictures import Pictures
    from vodplan.core.plan import Plan
    from vodplan.core.ports import Progress


def pictures(
    plan: Plan,
    *,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Pictures:
    """Fetch the covers and images of a plan's changes, by addresses that the service signs anew.

    target: the one of the plan, when left out.
    raises: ConfigError when there is no such target, CredentialsError. A picture that cannot be had is left out.
    """
    import asyncio

    from vodplan.wiring import ENVIRONMENT_TARGET, choose, open_target

    environment = os.environ if environ is None else environ
    project = find_project(config=config, cwd=cwd, environ=environment)
    name = target or (None if plan.target.name == ENVIRONMENT_TARGET else plan.target.name)
    choice = choose(project, name, environment)

    async def run() -> Pictures:
        async with open_target(choice, project=project, environ=environment, home=Path.home()) as opened:
            return await opened.service.pictures(plan.changes, progress=progress or Quiet())

    return asyncio.run(run())
