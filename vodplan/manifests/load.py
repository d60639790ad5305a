"""Loads all manifests: every file, every finding, one desired state."""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vodplan.core.desired import DesiredAsset, DesiredCategory, DesiredState
from vodplan.core.diagnostics import Diagnostic, Severity
from vodplan.core.errors import ManifestError
from vodplan.manifests import source
from vodplan.manifests.discover import discover
from vodplan.manifests.document import read_document
from vodplan.manifests.findings import Findings
from vodplan.manifests.project import Project
from vodplan.manifests.seen import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the manifests ask for, and what is wrong with them.

    desired:     complete only when `ok`; entries with errors are left out of it.
    diagnostics: errors and warnings of all files, in order of file, line and column.
    files:       the files that were read, as they are shown, sorted.
    managed:     kind → entries.
    """

    desired: DesiredState
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    managed: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings may be there."""
        return all(one.severity is not Severity.ERROR for one in self.diagnostics)


def load(paths: Sequence[Path], *, project: Project) -> Loaded:
    """Read and check the manifests.

    paths:   files and folders; `project.manifests` when empty. Their order has no influence on the result.
    returns: everything found, right and wrong; nothing is raised for what stands in a file.
    source:  docs/contract.md section 3.
    """
    discovery = discover(paths, project)
    diagnostics = [one for broken in discovery.broken for one in broken.diagnostics()]
    assets: list[DesiredAsset] = []
    categories: list[DesiredCategory] = []
    managed: Counter[str] = Counter()
    digests: list[str] = []
    seen = Seen()
    with _without_collector():
        for shown, path in discovery.files.items():
            found = Findings(shown)
            data = source.read(path, found)
            if data is not None:
                digests.append(f"{shown}\0{hashlib.sha256(data).hexdigest()}")
                document = read_document(data, found, seen, project.policy)
                assets += document.assets
                categories += document.categories
                managed.update(document.managed)
            diagnostics += found.diagnostics()
    if not managed.total() and not any(one.severity is Severity.ERROR for one in diagnostics):
        diagnostics.append(_nothing(list(discovery.files)))
    diagnostics.sort(key=_place)
    return Loaded(
        desired=DesiredState(assets=tuple(assets), categories=tuple(categories), digest=_digest(digests)),
        diagnostics=tuple(diagnostics),
        files=tuple(discovery.files),
        managed=managed,
    )


def require_valid(loaded: Loaded) -> DesiredState:
    """The desired state; raises ManifestError with every error when there is one."""
    errors = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
    if errors:
        # Where nothing was found there is nothing to mend: a repository is to be started.
        raise ManifestError(errors, next="vodplan validate" if loaded.files else "vodplan init")
    return loaded.desired


def _place(one: Diagnostic) -> tuple[str, int, int]:
    return (one.span.file, one.span.line, one.span.column) if one.span else ("", 0, 0)


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _nothing(files: Sequence[str]) -> Diagnostic:
    found = Findings("")
    named = ", ".join(files[:3]) + ("" if len(files) <= 3 else f" and {len(files) - 3} more")
    found.error(
        "VP148",
        f"No entry stands in {named}. Write what is wanted; to delete something, write its entry with state: absent.",
        None,
    )
    return found.diagnostics()[0]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let the cyclic collector rest: the records have no cycles, and walking them over and over costs time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
