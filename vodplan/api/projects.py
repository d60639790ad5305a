"""Projects and their manifests: found, read, narrowed down."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.core.address import Address
from vodplan.core.errors import UsageError

if TYPE_CHECKING:
    from vodplan.core.desired import DesiredState
    from vodplan.core.diagnostics import Diagnostic
    from vodplan.manifests.load import Loaded
    from vodplan.manifests.project import Project

StrPath = str | Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A project with its manifests, read and valid.

    desired:     everything the manifests ask for.
    diagnostics: the warnings; errors never get this far.
    files:       the manifest files, as they are shown.
    managed:     kind → entries.
    whole:       whether these are all manifests of the project, not some that were named.
    paths:       the files and folders that were named; empty when `whole`.
    environ:     the environment it was loaded with; targets and credentials are looked up there.
    """

    project: Project
    desired: DesiredState
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    managed: Mapping[str, int]
    environ: Mapping[str, str]
    whole: bool = True
    paths: tuple[Path, ...] = ()


def find_project(
    *, config: StrPath | None = None, cwd: StrPath | None = None, environ: Mapping[str, str] | None = None
) -> Project:
    """Find and read the project file: `config`, `VODPLAN_CONFIG`, or vodplan.yaml searched upward from `cwd`.

    returns: the project; without a file one with the default settings.
    raises:  ManifestError (codes VP2xx) when the file is not valid.
    """
    from vodplan.manifests import project as projects

    environ = os.environ if environ is None else environ
    explicit = config or environ.get("VODPLAN_CONFIG") or None
    return projects.find_project(
        Path.cwd() if cwd is None else Path(cwd), explicit=Path(explicit) if explicit else None, environ=environ
    )


def load(
    paths: Sequence[StrPath] = (),
    *,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
) -> Workspace:
    """Read and check manifests; no network, no credentials.

    paths:  files and folders; the project's `manifests:` when empty.
    cwd:    where relative paths start and the search for the project file begins; the working directory by default.
    raises: ManifestError with every finding of every file; ConfigError.
    """
    from vodplan.manifests.cache import open_cache
    from vodplan.manifests.load import load as load_manifests

    environ = os.environ if environ is None else environ
    base = Path.cwd() if cwd is None else Path(cwd)
    project = find_project(config=config, cwd=base, environ=environ)
    named = tuple(base / path for path in paths)
    loaded = load_manifests(named, project=project, cache=open_cache(project, environ))
    return workspace_of(loaded, project=project, paths=named, environ=environ)


def workspace_of(loaded: Loaded, *, project: Project, paths: tuple[Path, ...], environ: Mapping[str, str]) -> Workspace:
    """A project with manifests that were loaded from these paths; raises ManifestError when they are not valid."""
    from vodplan.manifests.load import require_valid

    return Workspace(
        project=project,
        desired=require_valid(loaded),
        diagnostics=loaded.diagnostics,
        files=loaded.files,
        managed=loaded.managed,
        environ=dict(environ),
        whole=not paths,
        paths=paths,
    )


def select(desired: DesiredState, *, only: Sequence[str], exclude: Sequence[str]) -> DesiredState:
    """The part of the desired state that the address globs leave.

    raises: UsageError for a glob that fits no entry: a filter that filters nothing is a mistake in writing it. Where
            there are rules, it may fit what these find, which nobody knows yet.
    """
    if not only and not exclude:
        return desired
    addresses = [str(asset.address) for asset in desired.assets]
    addresses += [f"category/{category.path}" for category in desired.categories]
    for pattern in () if desired.rules else (*only, *exclude):
        if not any(fnmatch.fnmatchcase(address, pattern) for address in addresses):
            raise UsageError(
                f'No entry of the manifests has an address like "{pattern}". An address is KIND/ID, such as '
                "video/00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, and * stands for anything.",
                next="vodplan plan",
            )

    kept = keeper(only=only, exclude=exclude)
    return replace(
        desired,
        assets=tuple(asset for asset in desired.assets if kept(asset.address)),
        categories=tuple(one for one in desired.categories if kept(Address("category", one.path))),
    )


def keeper(*, only: Sequence[str], exclude: Sequence[str]) -> Callable[[Address], bool]:
    """Tells whether the address globs leave an address."""

    def kept(address: Address) -> bool:
        text = str(address)
        wanted = not only or any(fnmatch.fnmatchcase(text, pattern) for pattern in only)
        return wanted and not any(fnmatch.fnmatchcase(text, pattern) for pattern in exclude)

    return kept
