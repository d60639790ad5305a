"""What is live and in no manifest."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.projects import Workspace
from vodplan.api.quiet import Quiet

if TYPE_CHECKING:
    from vodplan.core.ports import LiveReader, Progress
    from vodplan.core.unmanaged import Unmanaged


@contextmanager
def unmanaged(
    workspace: Workspace,
    *,
    walk_by: str = "search",
    target: str | None = None,
    progress: Progress | None = None,
    now: datetime.datetime | None = None,
) -> Iterator[Unmanaged]:
    """List the library and leave out what the manifests name; nothing is written.

    An entry with `state: absent` names its asset as well. What the list says may be a little behind.

    walk_by: `search` or `list`: which operation lists the videos.
    now:     what ages are counted to.
    returns: a context manager; the assets themselves can be gone through until it is left.
    raises:  ApiError, CredentialsError, ConfigError.
    """
    from vodplan.core.categories import CategoryTree
    from vodplan.core.exporting import WalkBy
    from vodplan.core.unmanaged import Tally, Unmanaged, UnmanagedAsset
    from vodplan.engine.pauses import without_pauses
    from vodplan.kinds.assets import ASSETS
    from vodplan.store.sorting import SortedAssets
    from vodplan.vod.concurrency import run as run_alone
    from vodplan.vod.listing import Lister
    from vodplan.wiring import choose, open_target, target_of

    choice = choose(workspace.project, target, workspace.environ)
    progress = progress or Quiet()
    now = (now or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC)
    tally = Tally(now)
    by = WalkBy(walk_by)
    with SortedAssets() as found:

        async def work() -> int:
            missed = 0
            opening = open_target(choice, project=workspace.project, environ=workspace.environ, home=Path.home())
            async with opening as opened:
                lister, reader = Lister(opened.service.api), opened.service.reader
                trees = dict.fromkeys(kind.tree for kind in ASSETS.values())
                tree = CategoryTree([each for one in trees for each in await reader.categories(one)])
                named = await _named(workspace, reader)
                progress.start("listing", sum([await lister.count(kind, by=by) for kind in ASSETS]))
                for kind in ASSETS:
                    async for page in lister.walk(kind, by=by, detailed=True, done={}):
                        missed += page.missed
                        for one in page.assets:
                            tally.seen(kind, one.size)
                            if (kind, one.id) in named:
                                continue
                            shown = tree.shown(one.category)
                            asset = UnmanagedAsset(
                                kind=kind,
                                id=one.id,
                                title=one.title,
                                category=shown
                                if isinstance(shown, str)
                                else ""
                                if shown is None
                                else f"id {one.category}",
                                created=one.created,
                                size=one.size,
                            )
                            tally.unmanaged(asset)
                            found.add(asset)
                        progress.advance(len(page.assets))
            return missed

        try:
            with without_pauses():
                missed = run_alone(work())
        finally:
            progress.finish()
        yield Unmanaged(
            target=target_of(choice).name,
            live=tally.live,
            kinds=tally.kinds,
            categories=dict(sorted(tally.categories.items())),
            ages=tally.ages,
            missed=missed,
            assets=lambda: found,
        )


async def _named(workspace: Workspace, reader: LiveReader) -> set[tuple[str, str]]:
    """Kind and id of everything that an entry names; references are looked up, for lists do not tell them."""
    named: set[tuple[str, str]] = set()
    others: dict[str, list[str]] = {}
    for entry in workspace.desired.assets:
        if ":" not in entry.key:
            named.add((entry.kind, entry.key))
        elif not entry.key.startswith("video:"):
            others.setdefault(entry.kind, []).append(entry.key)
    for kind, keys in others.items():
        async for batch in reader.read(kind, keys):
            named.update((kind, live.id) for _, live in batch.found)
    return named
