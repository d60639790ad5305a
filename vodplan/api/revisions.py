"""Manifests of git revisions: what changed since one, and what one asked for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vodplan.api.projects import Workspace
from vodplan.manifests.collector import without_collector

if TYPE_CHECKING:
    from vodplan.core.desired import DesiredState


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What changed since a revision.

    revision: the revision for people: `main (0a1b2c3d4e5f)`.
    commit:   the id of the commit it stands for.
    desired:  the entries that changed, and the category entries that they stand on.
    removed:  entries of the revision that are gone; they plan nothing, since deleting needs `state: absent`.
    broken:   file → why the revision of it cannot be read; all its entries of today count as changed.
    """

    revision: str
    commit: str
    desired: DesiredState
    removed: int
    broken: Mapping[str, str]


def changed_since(workspace: Workspace, ref: str) -> Since:
    """The entries of the manifests that are not as they were at a git revision, by item, wherever they stand.

    Manifests whose bytes are the same are not parsed again. The project file of the revision does not count: policy is
    today's.

    ref:    a branch, a tag, a commit, or another name that git knows for one.
    raises: UsageError when the repository has no such revision, ConfigError when git cannot be asked (it is missing,
            there is no repository, or it does not trust it).
    """
    from vodplan.core.changed import changed, removed, with_places
    from vodplan.manifests.cache import open_cache
    from vodplan.manifests.revisions import read_before
    from vodplan.registry import KINDS

    project, environ = workspace.project, workspace.environ
    cache = open_cache(project, environ)
    now = workspace.desired
    with without_collector():
        before = read_before(ref, project=project, paths=workspace.paths, environ=environ, cache=cache)
        # What stands in a file that is the same as it was cannot have changed; only the rest is compared.
        rest = replace(
            now,
            assets=tuple(one for one in now.assets if one.source.file not in before.same),
            categories=tuple(one for one in now.categories if one.source.file not in before.same),
            rules=tuple(one for one in now.rules if one.source.file not in before.same),
        )
        gone = removed(before.desired, rest)
        since = Since(
            revision=before.revision.shown,
            commit=before.revision.commit,
            desired=with_places(changed(before.desired, rest), now, KINDS),
            removed=removed(before.desired, now) if gone else 0,
            broken=before.broken,
        )
    _tell(since)
    return since


def load_revision(workspace: Workspace, ref: str) -> DesiredState:
    """Everything that the manifests asked for at a git revision, under today's project file.

    ref:    as for `changed_since`.
    raises: as `changed_since`; ManifestError with every finding when the manifests of the revision are not valid.
    """
    from vodplan.manifests.cache import open_cache
    from vodplan.manifests.load import require_valid
    from vodplan.manifests.revisions import load_revision as load

    project, environ = workspace.project, workspace.environ
    cache = open_cache(project, environ)
    return require_valid(load(ref, project=project, paths=workspace.paths, environ=environ, cache=cache))


def _tell(since: Since) -> None:
    log = logging.getLogger("vodplan")
    for file, why in since.broken.items():
        log.warning("%s of %s cannot be read, so all its entries count as changed: %s", file, since.revision, why)
    if since.removed:
        entries = "1 entry" if since.removed == 1 else f"{since.removed:,} entries"
        log.warning(
            "%s of %s gone from the manifests. That deletes nothing: deleting needs an entry with state: absent.",
            entries,
            f"{since.revision} {'is' if since.removed == 1 else 'are'}",
        )
