"""The project file, `vodplan.yaml`: found, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from vodplan.core.policy import Policy
from vodplan.core.tiers import DriftRules

FILE_NAME = "vodplan.yaml"
DEFAULT_SHARE = 0.8
DEFAULT_REGION = "cn-shanghai"
_VARIABLE = "VODPLAN_CONFIG"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetConfig:
    """One account and region, or an emulator.

    endpoint: overrides the region's own endpoint.
    profile:  of the credential chain.
    emulator: the database of an emulator that is started in the process.
    """

    name: str
    region: str
    endpoint: str | None = None
    profile: str | None = None
    emulator: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The settings of a project.

    path:      the project file; None when there is none.
    root:      the folder that its paths are relative to.
    manifests: files and folders.
    store:     where runs, the journal and locks are kept; None for the default.
    share:     of the account's rates, more than 0, at most 1.
    rates:     operation → calls per second, where the account's rate is not the documented one.
    """

    path: Path | None
    root: Path
    manifests: tuple[Path, ...]
    default_target: str | None = None
    targets: Mapping[str, TargetConfig] = field(default_factory=lambda: MappingProxyType({}))
    policy: Policy = field(default_factory=Policy)
    drift: DriftRules = field(default_factory=DriftRules)
    store: str | None = None
    share: float = DEFAULT_SHARE
    rates: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def find_project(start: Path, *, explicit: Path | None = None, environ: Mapping[str, str]) -> Project:
    """The project of a folder.

    start:    where the search for `vodplan.yaml` begins; it goes upward.
    explicit: the project file itself; then, and with VODPLAN_CONFIG in `environ`, nothing is searched.
    raises:   ManifestError, with a VP2xx diagnostic for each thing that is wrong.
    """
    named = explicit or (Path(environ[_VARIABLE]) if environ.get(_VARIABLE) else None)
    if named is not None:
        return _read(start / named, shown=str(named))
    for folder in (start.absolute(), *start.absolute().parents):
        candidate = folder / FILE_NAME
        if candidate.exists():
            return _read(candidate, shown=FILE_NAME)
    return Project(path=None, root=start, manifests=(start / "manifests",))


def _read(path: Path, *, shown: str) -> Project:
    from vodplan.manifests.project_file import read_project

    return read_project(path, shown=shown)
