"""Tries a target out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.projects import StrPath, find_project

if TYPE_CHECKING:
    from vodplan.vod.service import ProbeResult


def probe(
    *,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    need: str | None = None,
) -> tuple[str, Sequence[ProbeResult]]:
    """Try a target with harmless calls: credentials, clock, permission per operation.

    need:    `plan`, `apply` or `delete`: how far to go; all of it when None. Writes name what does not exist, and are
             sent only after the service has said so.
    returns: `NAME (ENDPOINT)` of the target, and one result per thing tried.
    raises:  ConfigError, CredentialsError when none are found.
    """
    import asyncio

    from vodplan.vod.probes import Need
    from vodplan.wiring import choose, open_target

    environment = os.environ if environ is None else environ
    project = find_project(config=config, cwd=cwd, environ=environment)
    choice = choose(project, target, environment)

    async def run() -> Sequence[ProbeResult]:
        async with open_target(choice, project=project, environ=environment, home=Path.home()) as opened:
            return await opened.service.probe(Need(need or Need.DELETE))

    return f"{choice.name} ({choice.shown_endpoint})", asyncio.run(run())
