"""Loads manifests and plans in one go, so that the library is read while large manifests are still being parsed."""

from __future__ import annotations

import contextlib
import datetime
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.planning import live_reader, plan, planned
from vodplan.api.projects import StrPath, Workspace, find_project, load, workspace_of
from vodplan.api.revisions import changed_since as entries_since
from vodplan.core.errors import ConfigError

if TYPE_CHECKING:
    from vodplan.core.desired import DesiredAsset
    from vodplan.core.diagnostics import Diagnostic
    from vodplan.core.plan import Plan
    from vodplan.core.ports import Progress
    from vodplan.engine.prefetch import PrefetchReader
    from vodplan.manifests.discover import Discovery
    from vodplan.manifests.project import Project
    from vodplan.wiring import Choice

OVERLAPPED = 1024 * 1024
"""Bytes of all manifests from which on reading them takes long enough to begin with the library meanwhile."""


SWITCH = 0.0005
"""Seconds after which the parsing thread hands over: with the usual 0.005 an answer waits so long for each of its steps
that the allowed rate is missed."""


class _Ended(Exception):
    """Nobody waits for the manifests any more."""


def plan_from(
    paths: Sequence[StrPath] = (),
    *,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    target: str | None = None,
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    changed_since: str | None = None,
    snapshot: StrPath | None = None,
    read_by: str = "auto",
    warn: Callable[[Sequence[Diagnostic]], None] = lambda found: None,
    progress: Progress | None = None,
    now: datetime.datetime | None = None,
) -> tuple[Workspace, Plan]:
    """Load manifests and plan them: `load` and `plan`, with the same results and errors, sooner when they are large.

    Where the manifests turn out wrong, that is what is raised, whatever the library said meanwhile. Small manifests are
    all read before anything is asked of the service, and so is what `only`, `exclude`, `changed_since` or `snapshot`
    leave a part of.

    changed_since: a git revision; plan only what changed since.
    warn:          handed the warnings about the manifests as soon as these are known to be right.
    raises:        as `load`, `changed_since` and `plan`.
    """
    environ = os.environ if environ is None else environ
    base = Path.cwd() if cwd is None else Path(cwd)
    project = find_project(config=config, cwd=base, environ=environ)
    named = tuple(base / path for path in paths)
    whole = not (only or exclude or changed_since is not None or snapshot is not None or read_by == "search")
    discovery = _large(named, project) if whole else None
    choice = None if discovery is None else _choice(project, target, environ)
    if discovery is None or choice is None:
        workspace = load(paths, config=config, cwd=base, environ=environ)
        warn(workspace.diagnostics)
        since = None if changed_since is None else entries_since(workspace, changed_since)
        return workspace, plan(
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

    async def work() -> tuple[Workspace, Plan]:
        from vodplan.engine.prefetch import PrefetchReader

        async with contextlib.AsyncExitStack() as stack:
            connected = live_reader(stack, choice, project, environ, progress=progress)
            # Left before the connections are closed, which happens with the stack.
            async with PrefetchReader(connected) as reader:
                workspace = await _loaded(reader, named, project, discovery, environ)
                warn(workspace.diagnostics)
                return workspace, await planned(
                    workspace, target=target, read_by=read_by, progress=progress, now=now, reader=reader
                )

    from vodplan.vod.concurrency import run as run_alone

    return run_alone(work())


def _large(paths: Sequence[Path], project: Project) -> Discovery | None:
    """What the paths lead to, when it is large."""
    from vodplan.manifests.discover import discover

    discovery = discover(paths, project)
    size = 0
    for path in discovery.files.values():
        with contextlib.suppress(OSError):
            size += path.stat().st_size
    return discovery if size >= OVERLAPPED else None


def _choice(project: Project, target: str | None, environ: Mapping[str, str]) -> Choice | None:
    """The target; None when it cannot be chosen, which is told once the manifests are known to be right."""
    from vodplan.wiring import choose

    try:
        return choose(project, target, environ)
    except ConfigError:
        return None


async def _loaded(
    reader: PrefetchReader,
    paths: tuple[Path, ...],
    project: Project,
    discovery: Discovery,
    environ: Mapping[str, str],
) -> Workspace:
    """Load in a thread, and have what is known so far read meanwhile."""
    import asyncio

    from vodplan.core.values import UNSET
    from vodplan.kinds.video import VIDEO
    from vodplan.manifests.cache import open_cache
    from vodplan.manifests.load import load as load_manifests

    loop = asyncio.get_running_loop()
    place = VIDEO.index("category")
    ended = threading.Event()

    def tell(assets: Sequence[DesiredAsset]) -> None:
        if ended.is_set():
            raise _Ended
        # Images are few, and those that go are read before all others.
        keys = [one.key for one in assets if one.kind == "video" and one.after is None]
        loop.call_soon_threadsafe(reader.feed, "video", keys)
        if any(one.kind == "video" and one.values and one.values[place] is not UNSET for one in assets):
            loop.call_soon_threadsafe(reader.feed_categories)

    # Before the thread begins: two threads that load modules and parse at once hold each other up.
    import_module("vodplan.vod.service")
    import_module("vodplan.vod.client")
    cache = open_cache(project, environ)
    work = partial(load_manifests, paths, project=project, discovery=discovery, cache=cache, tell=tell)
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    try:
        loaded = await loop.run_in_executor(None, work)
    finally:
        sys.setswitchinterval(usual)
        ended.set()
    return workspace_of(loaded, project=project, paths=paths, environ=environ)
