"""The live library as rows: what an export reads, for whatever is not written as manifests."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.exporting import KINDS, Keep, LiveLibrary, opened_spool, read_library
from vodplan.api.projects import StrPath, find_project
from vodplan.api.quiet import Quiet
from vodplan.core.exported import ExportedAsset

if TYPE_CHECKING:
    from vodplan.core.live import LiveAsset
    from vodplan.core.ports import Progress


@contextmanager
def exported_rows(
    at: StrPath,
    *,
    kinds: Collection[str] = KINDS,
    keep: Keep | None = None,
    walk_by: str = "search",
    fresh: bool = False,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    resumed: Callable[[str], None] | None = None,
    now: datetime.datetime | None = None,
) -> Iterator[Iterator[ExportedAsset]]:
    """Read everything there is of some kinds, and give it row by row: by kind, time of creation, id.

    at:      the file that the rows are for; what was read is kept under its name until the rows were all taken, so
             that the same call goes on after a kill.
    keep:    which assets; all when None.
    walk_by, fresh, resumed: as `export` takes them.
    returns: a context manager; the rows can be gone through once, until it is left.
    raises:  Locked, StoreError, ConfigError, ApiError, CredentialsError.
    """
    environment = os.environ if environ is None else environ
    base = Path.cwd() if cwd is None else Path(cwd)
    project = find_project(config=config, cwd=base, environ=environment)
    with opened_spool(project, base / at) as spool:
        library = read_library(
            spool,
            project=project,
            environ=environment,
            target=target,
            kinds=kinds,
            walk_by=walk_by,
            fresh=fresh,
            progress=progress or Quiet(),
            resumed=resumed,
            now=now,
        )
        yield rows_of(library, keep)
        spool.finish()


def rows_of(library: LiveLibrary, keep: Keep | None = None) -> Iterator[ExportedAsset]:
    """The rows of a library that was read, for as long as its spool is open."""
    from vodplan.core.exporting import created_of

    library.spool.place(lambda live: None if keep is not None and not keep(live) else ("", created_of(live)))
    for kind, stem, _ in library.spool.groups():
        for live in library.spool.members(kind, stem):
            yield _row(live, library)


def _row(live: LiveAsset, library: LiveLibrary) -> ExportedAsset:
    from vodplan.registry import KINDS as REGISTERED

    kind = REGISTERED[live.kind]
    values = dict(zip((field.name for field in kind.fields), live.values, strict=True))
    tags, size = values["tags"], live.facts.get("size")
    shown = [library.tree.shown(one) for one in kind.categories(live.values)]
    return ExportedAsset(
        kind=live.kind,
        id=live.id,
        reference=str(live.facts.get("reference", "")),
        title=str(values["title"]),
        description=str(values["description"]),
        tags=tuple(map(str, tags)) if isinstance(tags, tuple) else (),
        category=", ".join(
            str(one) if isinstance(one, str) else f"id {number}"
            for one, number in zip(shown, kind.categories(live.values), strict=True)
        ),
        cover=str(values.get("cover", "")),
        created=str(live.facts.get("created", "")),
        size=size if isinstance(size, int) else None,
        status=str(live.facts.get("status", "")),
        modified=str(live.facts.get("modified", "")),
    )
