"""Manifests patched from a sheet: read as a whole, checked as a whole, written only when nothing is wrong."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.projects import StrPath, find_project
from vodplan.core.edited import FileEdit, FileEdits
from vodplan.core.errors import ConfigError, ManifestError, UsageError

if TYPE_CHECKING:
    from vodplan.core.desired import DesiredState
    from vodplan.manifests.cache import Cache
    from vodplan.manifests.edit import Edit
    from vodplan.manifests.findings import Findings
    from vodplan.manifests.project import Project
    from vodplan.manifests.sheets.asking import Wish

NEW = "imported.yaml"
"""The file, in the first folder of the project's manifests, that new entries go to."""

NOTHING_YET = frozenset({"VP103", "VP148"})
"""What is wrong with manifests of which there are none yet; the sheet may be where they come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetImport:
    """What came of an import.

    rows:    rows of the sheet that name an asset.
    changed: entries that were edited; `fields` counts the fields in them.
    added:   new entries, deletions not counted.
    deleted: entries that ask for a deletion now and did not before.
    edits:   the files, with their differences.
    """

    rows: int
    changed: int
    fields: int
    added: int
    deleted: int
    edits: FileEdits


def import_sheet(
    sheet: StrPath,
    paths: Sequence[StrPath] = (),
    *,
    into: StrPath | None = None,
    write: bool = True,
    diff: bool = True,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
) -> SheetImport:
    """Change the manifests to what a sheet asks for (docs/spreadsheets.md); no network, no credentials.

    paths:  manifests; the project's when empty.
    into:   where entries of assets go that have none; `imported.yaml` when None.
    write:  otherwise nothing is written, and the result says what would be.
    raises: ManifestError with everything that is wrong in the sheet, or in the manifests; nothing is written then.
            UsageError for a file that is none of the project's; ConfigError.
    """
    from vodplan.manifests.cache import open_cache
    from vodplan.manifests.findings import Findings

    environment = os.environ if environ is None else environ
    base = Path.cwd() if cwd is None else Path(cwd)
    project = find_project(config=config, cwd=base, environ=environment)
    work = _Work(project, tuple(base / path for path in paths), open_cache(project, environment))
    found = Findings(str(sheet))
    wishes, rows = _wishes(base / sheet, work.desired, project, found)
    work.apply(wishes, base / into if into is not None else project.manifests[0] / NEW, found)
    if found.errors:
        raise ManifestError(
            found.diagnostics(),
            next=f"vodplan import {shlex.quote(str(sheet))} --dry-run",
            where=f"sheet {Path(sheet).name}",
        )
    work.require_valid()
    there = [one for one in wishes if one.entry is not None]
    return SheetImport(
        rows=rows,
        changed=sum(not one.absent for one in there),
        fields=sum(len(one.fields) for one in there),
        added=sum(one.entry is None and not one.absent for one in wishes),
        deleted=sum(one.absent and (one.entry is None or not one.entry.absent) for one in wishes),
        edits=work.finish(write=write, diff=diff),
    )


def _wishes(path: Path, desired: DesiredState, project: Project, found: Findings) -> tuple[list[Wish], int]:
    """What a sheet asks for, and how many rows it has; everything that is wrong with it is found."""
    from vodplan.manifests.findings import Place
    from vodplan.manifests.sheets.asking import Asking
    from vodplan.manifests.sheets.header import read_header
    from vodplan.manifests.sheets.reading import Unreadable, rows

    asking = Asking(desired.assets, project.policy, found)
    wishes: list[Wish] = []
    try:
        lines = iter(rows(path))
        columns = read_header(next(lines, ()), found)
        if not found.errors:
            wishes = list(asking.wishes(columns, lines))
    except Unreadable as error:
        found.error("VP160", error.why, Place(error.row - 1, 0, None))
    return wishes, asking.rows


class _Work:
    """Manifests, what becomes of them, and the disk."""

    def __init__(self, project: Project, paths: tuple[Path, ...], cache: Cache | None) -> None:
        from vodplan.core.diagnostics import Severity
        from vodplan.manifests.discover import discover
        from vodplan.manifests.edit import files
        from vodplan.manifests.load import load

        self._project = project
        self._cache = cache
        discovery = discover(paths, project)
        loaded = load(paths, project=project, discovery=discovery, cache=cache)
        errors = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
        nothing_yet = not paths and not loaded.files and not any(one.exists() for one in project.manifests)
        if any(one.code not in NOTHING_YET for one in errors) and not nothing_yet:
            raise ManifestError(errors)
        self.desired = loaded.desired
        self._paths = dict(discovery.files)
        self._before = {shown: files.read_file(shown, path) for shown, path in self._paths.items()}
        if files.digest_of(self._before) != loaded.desired.digest:
            raise ConfigError("The manifests were changed since they were read.", next="vodplan validate")
        self._after: dict[str, bytes] = {}

    def apply(self, wishes: Sequence[Wish], into: Path, found: Findings) -> None:
        """Work out what becomes of each file; what cannot be done is an error at the first row that asks for it."""
        from vodplan.manifests.sheets.patches import addition_of, edits_of, new_manifest

        edits: dict[str, list[Edit]] = {}
        rows: dict[str, Wish] = {}
        new = [one for one in wishes if one.entry is None]
        for one in wishes:
            if one.entry is not None:
                rows.setdefault(one.entry.source.file, one)
                edits.setdefault(one.entry.source.file, []).extend(edits_of(one))
        if new:
            shown = self._shown(into)
            if shown in self._before:
                rows.setdefault(shown, new[0])
                edits.setdefault(shown, []).extend(addition_of(one) for one in new)
            else:
                self._paths[shown] = into
                self._after[shown] = new_manifest(new)
        for shown, wanted in edits.items():
            self._edit(shown, wanted, rows[shown], found)

    def _edit(self, shown: str, edits: Iterable[Edit], first: Wish, found: Findings) -> None:
        from vodplan.manifests.edit import Unsafe, edit, files
        from vodplan.manifests.findings import Place

        try:
            files.require_writable(self._paths[shown])
            self._after[shown] = edit(self._before[shown], list(edits)).content
        except Unsafe as error:
            place = f"{shown}:{error.line}:{error.column}" if error.line else shown
            found.error(
                "VP168",
                f"{place} cannot be edited as this sheet asks, row {first.row} and perhaps others: {error.why} "
                f"{error.advice}",
                Place(first.row - 1, 0, None),
            )

    def _shown(self, into: Path) -> str:
        """What a file is called among the manifests; raises UsageError for one that no plan would read."""
        from vodplan.manifests.discover import is_manifest, shown_name

        real = into.resolve()
        for shown, path in self._paths.items():
            if path.resolve() == real:
                return shown
        homes = [one.resolve() for one in self._project.manifests]
        if not is_manifest(into.name) or into.name.startswith(".") or not any(one in real.parents for one in homes):
            raise UsageError(
                f"{into} is no file that vodplan reads manifests from: it must end with .yaml and stand in a folder of "
                "manifests: in the project file.",
                next="vodplan import --help",
            )
        if into.exists():
            raise UsageError(
                f"{into} is there, and not among the manifests that were named.", next="vodplan import --help"
            )
        return shown_name(into, self._project.root.resolve())

    def require_valid(self) -> None:
        """Refuse what would leave the manifests invalid; raises ManifestError."""
        from vodplan.core.diagnostics import Severity
        from vodplan.manifests.coverfiles import reader_of
        from vodplan.manifests.load import load_contents

        if not self._after:
            return
        contents = {**self._before, **self._after}
        pictures = reader_of(self._project.root)
        loaded = load_contents(contents, project=self._project, cache=self._cache, pictures=pictures)
        errors = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
        if errors:
            raise ManifestError(errors, where="manifests, if the sheet were imported; nothing was written")

    def finish(self, *, write: bool, diff: bool) -> FileEdits:
        """Write what is different, and say what it is."""
        from vodplan.manifests.edit import Unsafe, files
        from vodplan.manifests.edit.diffs import unified
        from vodplan.planfile.files import write_whole

        changed = {shown: now for shown, now in self._after.items() if now != self._before.get(shown, b"")}
        if write:
            for shown in changed:
                if shown in self._before:
                    try:
                        files.require_unchanged(self._paths[shown], self._before[shown])
                    except Unsafe as error:
                        raise ConfigError(
                            f"{shown}: {error.why} Nothing was written.", next="vodplan validate"
                        ) from error
            for shown, now in changed.items():
                path = self._paths[shown]
                mode = path.stat().st_mode & 0o777 if shown in self._before else 0o644
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, now, mode=mode)
        edits = [
            FileEdit(file=shown, changed=True, diff=unified(shown, self._before.get(shown, b""), now) if diff else "")
            for shown, now in changed.items()
        ]
        return FileEdits.of(edits, written=write)
