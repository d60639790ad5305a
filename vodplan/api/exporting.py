"""Manifests of the live library: read as a whole, written as files."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Collection, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.projects import StrPath, find_project
from vodplan.api.quiet import Quiet
from vodplan.core.errors import UsageError
from vodplan.kinds import assets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vodplan.core.categories import CategoryTree
    from vodplan.core.desired import DesiredState
    from vodplan.core.exported import ExportReport
    from vodplan.core.live import Category, LiveAsset
    from vodplan.core.plan import Target
    from vodplan.core.ports import LiveReader, Progress
    from vodplan.core.selector import Selector
    from vodplan.manifests.project import Project
    from vodplan.store.spool import Spool

FIELDS = assets.FIELDS
"""Fields that an export may be asked for; not every kind has each."""

KINDS = tuple(assets.ASSETS)

MOST = 1_000
"""Entries that a file has at most, unless asked otherwise."""

LARGEST = 5_000
"""What may be asked for: a file of so many entries stays below the 64 MiB that are read, whatever stands in them."""

LASTS = datetime.timedelta(hours=24)
"""How long an export that was cut off can be gone on with; what was read before is too old then."""

Keep = Callable[["LiveAsset"], bool]
"""Whether an asset is to be exported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWishes:
    """What is to be written, and how.

    split:   `category`, `month`, `asset` or `none`.
    name_by: `reference` or `id`.
    fields:  names; all when empty.
    empties: also fields that are empty.
    most:    entries a file.
    keep, select: which assets, by any condition, and by a selector as rules have it; all when None.
    beside:  manifests beside which the files are to stand: what they name is left out, but for what files of the same
             folder name.
    """

    kinds: tuple[str, ...] = KINDS
    split: str = "category"
    name_by: str = "reference"
    fields: tuple[str, ...] = ()
    empties: bool = False
    most: int = MOST
    keep: Keep | None = None
    select: Selector | None = None
    beside: DesiredState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLibrary:
    """A whole library that was read, for as long as its spool is open.

    since: when the reading began that this one went on with; None when it began itself.
    """

    target: Target
    spool: Spool
    categories: tuple[Category, ...]
    tree: CategoryTree
    since: str | None


def export(
    folder: StrPath | None = None,
    *,
    wishes: ExportWishes | None = None,
    walk_by: str = "search",
    fresh: bool = False,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    resumed: Callable[[str], None] | None = None,
    now: datetime.datetime | None = None,
) -> ExportReport:
    """Write manifests that ask for the library as it is; the service is only read.

    folder:  where the files go; the first of the project's `manifests:` when None. It must hold no manifest but those
             that an earlier export wrote and nobody changed: they are replaced.
    walk_by: `search` or `list`: which operation lists the videos.
    fresh:   read everything anew, also where an export was cut off.
    resumed: told when the reading began that is gone on with.
    raises:  Refused when the folder holds other manifests; Locked, StoreError, ConfigError, ApiError, CredentialsError.
    """
    from vodplan.api.exportfiles import Folder, write_files

    wishes = wishes or ExportWishes()
    _check(wishes)
    environment = os.environ if environ is None else environ
    base = Path.cwd() if cwd is None else Path(cwd)
    project = find_project(config=config, cwd=base, environ=environment)
    path = base / folder if folder is not None else project.manifests[0]
    with opened_spool(project, path) as spool:
        place = Folder(path, shown=str(folder) if folder is not None else _shown(path, project), spool=spool)
        place.require_own()
        library = read_library(
            spool,
            project=project,
            environ=environment,
            target=target,
            kinds=wishes.kinds,
            select=wishes.select,
            walk_by=walk_by,
            fresh=fresh,
            progress=progress or Quiet(),
            resumed=resumed,
            now=now,
        )
        report = write_files(place, library, wishes, root=project.root, progress=progress or Quiet())
        spool.finish()
        return report


@contextmanager
def opened_spool(project: Project, folder: Path) -> Iterator[Spool]:
    """The spool of exports into a folder."""
    from vodplan.store.spool import Spool, spool_name

    with Spool(project.root / ".vodplan" / "export" / spool_name(folder)) as spool:
        yield spool


def read_library(
    spool: Spool,
    *,
    project: Project,
    environ: Mapping[str, str],
    target: str | None,
    kinds: Collection[str],
    walk_by: str,
    fresh: bool,
    progress: Progress,
    select: Selector | None = None,
    resumed: Callable[[str], None] | None = None,
    now: datetime.datetime | None = None,
) -> LiveLibrary:
    """Read everything there is of some kinds into a spool, or go on with what was begun.

    select: SearchMedia is asked for what may fit, and no more is read; whoever writes it holds the values that were
            read to the selector. GetVideoList has no words for it, so there everything of the kind is read.
    raises: ApiError, CredentialsError, ConfigError, StoreError; what was read until then stays in the spool.
    """
    from vodplan.core.categories import CategoryTree
    from vodplan.core.exporting import WalkBy
    from vodplan.core.live import DEFAULT_TREE
    from vodplan.engine.exporter import read_library as read
    from vodplan.engine.pauses import without_pauses
    from vodplan.vod.concurrency import run as run_alone
    from vodplan.vod.listing import Lister
    from vodplan.wiring import choose, open_target, target_of

    choice = choose(project, target, environ)
    here = target_of(choice)
    now = (now or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC)
    wanted = [kind for kind in kinds if select is None or select.kind == kind]

    def begin(match: str | None) -> str | None:
        about = {
            "target": here.name,
            "region": here.region,
            "endpoint": here.endpoint,
            "kinds": ",".join(sorted(wanted)),
            "walk_by": walk_by,
            "match": "nothing" if match is None else match,
        }
        since = spool.begin(about, began=_written(now), least=_written(now - LASTS), fresh=fresh)
        if since is not None and resumed is not None:
            resumed(since)
        return since

    async def work() -> tuple[str | None, tuple[Category, ...]]:
        async with open_target(choice, project=project, environ=environ, home=Path.home(), progress=progress) as opened:
            match = "" if select is None else await _asked(select, opened.service.reader)
            since = begin(match)
            with without_pauses():
                await read(
                    lister=Lister(opened.service.api, match=match or ""),
                    reader=opened.service.reader,
                    keeper=spool,
                    kinds=() if match is None else wanted,
                    by=WalkBy(walk_by),
                    progress=progress,
                )
            # Last, so that every category that an asset was read with is in it.
            trees = {DEFAULT_TREE, *(assets.ASSETS[kind].tree for kind in kinds)}
            found = [one for tree in sorted(trees) for one in await opened.service.reader.categories(tree)]
            return since, tuple(found)

    since, categories = run_alone(work())
    spool.keep()
    return LiveLibrary(target=here, spool=spool, categories=categories, tree=CategoryTree(categories), since=since)


async def _asked(select: Selector, reader: LiveReader) -> str | None:
    """What SearchMedia is asked for a selector; None when nothing can fit, for its category is not there."""
    from vodplan.core.categories import CategoryTree
    from vodplan.core.selecting import categories_below
    from vodplan.vod.select import expression

    if not select.category:
        return expression(select, None)
    name = assets.ASSETS[select.kind].tree
    below = categories_below(select.category, CategoryTree(await reader.categories(name)), name)
    return expression(select, below) if below else None


def _check(wishes: ExportWishes) -> None:
    unknown = [name for name in wishes.fields if name not in FIELDS]
    if unknown:
        raise UsageError(
            f'There is no field "{unknown[0]}" to export; there are {", ".join(FIELDS)}.', next="vodplan export --help"
        )
    if not 0 < wishes.most <= LARGEST:
        raise UsageError(
            f"A file of an export has 1 to {LARGEST:,} entries, not {wishes.most:,}.", next="vodplan export --help"
        )


def _shown(path: Path, project: Project) -> str:
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else str(path)


def _written(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
