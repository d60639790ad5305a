"""The state of a library: read as an export reads it, counted, with a patch for what was found."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.exporting import KINDS, opened_spool, read_library
from vodplan.api.exportrows import rows_of
from vodplan.api.projects import StrPath, find_project
from vodplan.api.quiet import Quiet
from vodplan.core.errors import UsageError

if TYPE_CHECKING:
    from vodplan.core.categories import CategoryTree
    from vodplan.core.desired import DesiredState
    from vodplan.core.live import Category
    from vodplan.core.ports import Progress
    from vodplan.core.survey import Check, Finding, Survey, Wishes

REPORT = "-report"
"""What is read for reports is kept under this name, as an export's is under that of its folder."""


@contextmanager
def survey(
    *,
    wishes: Wishes | None = None,
    beside: DesiredState | None = None,
    walk_by: str = "search",
    fresh: bool = False,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    resumed: Callable[[str], None] | None = None,
    now: datetime.datetime | None = None,
) -> Iterator[tuple[Survey, str]]:
    """Read the whole library and tell its state; the service is only read.

    beside:  manifests that the patches are to stand beside: what they name gets no second entry.
    walk_by, fresh, resumed: as `export` takes them.
    returns: a context manager: the survey, whose members can be gone through until it is left, and a manifest of all
             patches, empty when there is nothing to put right.
    raises:  Locked, StoreError, ConfigError, ApiError, CredentialsError.
    """
    from vodplan.core import survey as core
    from vodplan.core.exporting import created_of
    from vodplan.core.live import DEFAULT_TREE
    from vodplan.kinds.assets import ASSETS
    from vodplan.manifests.patches import Patches
    from vodplan.manifests.seen import noted
    from vodplan.store.surveyed import Surveyed

    wishes = wishes or core.Wishes()
    environment = os.environ if environ is None else environ
    base = Path.cwd() if cwd is None else Path(cwd)
    project = find_project(config=config, cwd=base, environ=environment)
    now = (now or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC)
    tally = core.Tally(now, wishes)
    with opened_spool(project, project.root / REPORT) as spool, Surveyed() as shelf:
        library = read_library(
            spool,
            project=project,
            environ=environment,
            target=target,
            kinds=KINDS,
            walk_by=walk_by,
            fresh=fresh,
            progress=progress or Quiet(),
            resumed=resumed,
            now=now,
        )
        spool.place(lambda live: ("", created_of(live)))
        for row in rows_of(library):
            shelf.add(row, tally.take(row))
        shelf.sort()
        missed = spool.missed()
        spool.finish()
        here = [name for name, kind in ASSETS.items() if kind.tree == DEFAULT_TREE]
        found: list[Finding] = [replace(one, members=partial(shelf.members, one)) for one in tally.flagged()]
        found += tally.strays() + tally.huge() + tally.empty(library.categories, library.tree, here)
        if wishes.wants(core.Check.DUPLICATE_TITLES):
            found += shelf.duplicates()
        if wishes.wants(core.Check.SHARED_COVERS):
            found += shelf.covers(wishes.shared)
        paths = () if beside is None else frozenset(one.path for one in beside.categories)
        named = () if beside is None else frozenset(noted(one.kind, one.key) for one in beside.assets)
        # Rules about tags leave alone what the strays' find, so these come first.
        first = sorted(found, key=lambda one: one.check is not core.Check.STRAY_TAGS)
        patches = Patches(first, now=now, leaves=_leaves(library.categories, library.tree), named=named, paths=paths)
        yield (
            core.Survey(
                target=library.target.name,
                created_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                wishes=wishes,
                kinds=tally.kinds,
                categories=tally.categories,
                ages=tally.ages,
                undated=tally.undated,
                missed=missed,
                findings=core.in_order(patches.findings),
            ),
            patches.manifest(),
        )


def checks(names: Sequence[str]) -> tuple[Check, ...]:
    """The checks of these names; raises UsageError for one that there is not."""
    from vodplan.core.survey import Check

    for name in names:
        if name not in list(Check):
            raise UsageError(f'There is no check "{name}"; there are {", ".join(Check)}.', next="vodplan report --help")
    return tuple(Check(name) for name in names)


def _leaves(categories: Collection[Category], tree: CategoryTree) -> frozenset[str]:
    """Paths of the default tree with nothing below them."""
    from vodplan.core.live import DEFAULT_TREE

    leaves = (tree.shown(one.id) for one in categories if one.tree == DEFAULT_TREE and not tree.children(one.id))
    return frozenset(path for path in leaves if isinstance(path, str))
