"""The files of an export: each written whole or not at all, and none touched that is not an export's own."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.exportchoice import Chosen
from vodplan.api.exporting import FIELDS, ExportWishes, LiveLibrary
from vodplan.core.errors import ConfigError, Refused
from vodplan.core.exported import ExportReport, NotWritten
from vodplan.core.exporting import CATEGORIES, NameBy, Part, Split, created_of, file_name, folders, parts, stem
from vodplan.core.live import LiveAsset
from vodplan.manifests import emit
from vodplan.manifests.discover import is_manifest
from vodplan.manifests.entries import Entry, LeftOut, category_entries, entry_of, entry_text
from vodplan.registry import KINDS

if TYPE_CHECKING:
    from vodplan.core.desired import DesiredState
    from vodplan.core.kind import Kind
    from vodplan.core.ports import Progress
    from vodplan.store.spool import Spool

EXAMPLES = 20
"""Values that could not be written of which the report tells; the rest is counted, and in the files' comments."""

SCHEMA = ".vscode/vodplan-manifest.schema.json"
"""Where `init` puts the schema of manifests, below the project's folder."""


class Folder:
    """The folder of an export, with what is known of the files in it."""

    def __init__(self, path: Path, *, shown: str, spool: Spool) -> None:
        self.path = path
        self.shown = shown
        self.written = self.unchanged = self.removed = 0
        self._spool = spool

    def require_own(self) -> None:
        """Refuse a folder with manifests that no export wrote, or that somebody changed since."""
        if self.path.exists() and not self.path.is_dir():
            raise Refused(f"{self.shown} is not a folder.", next="vodplan export --out DIR")
        others = []
        for name in self._manifests():
            path = self.path / name
            if path.is_symlink() or not path.is_file() or not self._spool.owns(name, _digest_of(path)):
                others.append(name)
        if others:
            named = ", ".join(others[:3]) + (f" and {len(others) - 3:,} more" if len(others) > 3 else "")
            raise Refused(
                f"{self.shown} holds manifests that no export from here wrote, or that were changed since: {named}. "
                "Nothing was read or written. Export into an empty folder and compare, or move these away.",
                next="vodplan export --out exported",
            )

    def write(self, name: str, pieces: Iterable[str]) -> None:
        """Write one file, unless it is there with the same content."""
        content = "".join(pieces).encode("utf-8")
        path = self.path / name
        digest = hashlib.sha256(content).hexdigest()
        try:
            if path.is_file() and not path.is_symlink() and _digest_of(path) == digest:
                self._spool.writing(name, digest)
                self.unchanged += 1
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            self._spool.writing(name, digest)
            # Kept before the file is, so that after a kill at any moment the file is known.
            self._spool.keep()
            temporary = path.with_name(f".{path.name}.part")
            temporary.write_bytes(content)
            os.replace(temporary, path)
        except OSError as error:
            raise ConfigError(
                f"{path} cannot be written: {error.strerror or error}. What was read is kept; the same command goes "
                "on from there.",
                next=f"df -h {self.path}",
            ) from error
        self.written += 1

    def tidy(self, groups: Collection[str]) -> None:
        """Remove what earlier exports wrote and this one did not, where nobody changed it; and folders left empty.

        groups: what the names of files begin with that this export was about: `videos`, `images`, `categories`.
        """
        for name, *digests in self._spool.leftover():
            if re.split("[/.]", name)[0] not in groups:
                continue
            path = self.path / name
            try:
                if path.is_file() and _digest_of(path) in digests:
                    path.unlink()
                    self.removed += 1
                    _remove_empty(path.parent, self.path)
            except OSError as error:
                raise ConfigError(
                    f"{path} cannot be removed: {error.strerror or error}.", next=f"ls -l {path}"
                ) from error
            self._spool.forget(name)

    def _manifests(self) -> Iterator[str]:
        """Files and links below the folder that a plan would read."""
        for folder, below, names in os.walk(self.path):
            below[:] = sorted(name for name in below if not name.startswith("."))
            for name in sorted(names):
                if is_manifest(name) and not name.startswith("."):
                    yield (Path(folder) / name).relative_to(self.path).as_posix()
            for name in below:
                if (Path(folder) / name).is_symlink():
                    yield (Path(folder) / name).relative_to(self.path).as_posix()


class _Writing:
    """One writing of a library into a folder."""

    def __init__(self, place: Folder, library: LiveLibrary, wishes: ExportWishes, root: Path) -> None:
        self.entries: Counter[str] = Counter()
        self.not_written: Counter[str] = Counter()
        self.examples: list[NotWritten] = []
        self._place = place
        self._library = library
        self._wishes = wishes
        self._root = root
        self._split = Split(wishes.split)
        self._fields = frozenset(wishes.fields or FIELDS)
        self._folders = folders(library.categories)
        self._shared = library.spool.shared_references()
        self._chosen = Chosen(wishes, library.tree, f"{place.shown}/")
        self._paths = _paths(wishes.beside, f"{place.shown}/")

    def group(self, live: LiveAsset) -> tuple[str, str] | None:
        """See `store.spool.Place`."""
        if not self._chosen.wants(live):
            return None
        kind = KINDS[live.kind]
        # Of several categories the first that was made says where the entry stands.
        where = min(kind.categories(live.values), default=None)
        return stem(self._split, kind.plural, live, where, self._folders), created_of(live)

    def categories(self) -> None:
        """Write the file of the categories."""
        pieces = list(self._categories())
        if pieces:
            self._write(CATEGORIES, "categories", pieces, self.entries["categories"] > 0)

    def group_files(self, kind: Kind, group: str, total: int) -> None:
        """Write the files of one group."""
        spool, most = self._library.spool, self._wishes.most
        if total <= most:
            divided: Iterable[Part] = (Part("", total),)
        else:
            divided = parts(spool.hours(kind.name, group), most, split=self._split)
        members = spool.members(kind.name, group)
        for part in divided:
            entries = [self._entry(live, kind) for live in islice(members, part.entries)]
            name = file_name(group, part, split=self._split)
            self._write(name, kind.plural, [entry_text(one) for one in entries], any(one.key for one in entries))

    def _entry(self, live: LiveAsset, kind: Kind) -> Entry:
        reference = str(live.facts.get("reference", ""))
        if self._wishes.name_by != NameBy.REFERENCE or reference in self._shared:
            reference = ""
        entry = entry_of(
            live,
            kind,
            tree=self._library.tree,
            fields=self._fields,
            reference=reference,
            empties=self._wishes.empties,
        )
        for one in entry.left_out:
            self._left(f"{kind.name}/{live.id}", one)
        if entry.key is not None:
            self.entries[kind.plural] += 1
        return entry

    def _categories(self) -> Iterator[str]:
        for path, text, left in category_entries(self._library.categories, self._library.tree):
            if path in self._paths:
                continue
            if left is None:
                self.entries["categories"] += 1
            else:
                self._left("category", left)
            yield text

    def _left(self, address: str, left: LeftOut) -> None:
        self.not_written[left.field or ""] += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(NotWritten(address=address, field=left.field, code=left.code, detail=left.detail))

    def _write(self, name: str, key: str, entries: list[str], any_entry: bool) -> None:
        schema = os.path.relpath(self._root / SCHEMA, (self._place.path / name).parent)
        pieces = list(emit.document(entries, key=key, schema=Path(schema).as_posix()))
        if not any_entry:
            # A list of comments only is nothing to YAML, where a list is wanted.
            pieces = [emit.HEAD, *entries, f"{key}: []\n"]
        self._place.write(name, pieces)


def write_files(
    place: Folder, library: LiveLibrary, wishes: ExportWishes, *, root: Path, progress: Progress
) -> ExportReport:
    """Write a library that was read as manifests into a folder; what a kill leaves is completed by the same command."""
    spool = library.spool
    writing = _Writing(place, library, wishes, root)
    _, read, gone = spool.counts()
    missed = spool.missed()
    spool.place(writing.group)
    progress.start("writing", read)
    try:
        writing.categories()
        for kind, group, total in spool.groups():
            writing.group_files(KINDS[kind], group, total)
            progress.advance(total)
        place.tidy(("categories", *(KINDS[one].plural for one in wishes.kinds)))
    finally:
        progress.finish()
    return ExportReport(
        target=library.target.name,
        folder=place.shown,
        since=library.since,
        entries={name: writing.entries[name] for name in ("categories", *(KINDS[one].plural for one in wishes.kinds))},
        written=place.written,
        unchanged=place.unchanged,
        removed=place.removed,
        gone=gone,
        missed=missed,
        not_written=dict(sorted(writing.not_written.items())),
        examples=tuple(writing.examples),
    )


def _paths(beside: DesiredState | None, folder: str) -> frozenset[str]:
    """The paths of categories that manifests outside of a folder name."""
    if beside is None:
        return frozenset()
    return frozenset(
        path
        for one in beside.categories
        if not one.source.file.startswith(folder)
        for path in (one.path, one.renamed_from)
        if path is not None
    )


def _digest_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.", next=f"ls -l {path}") from error


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top and folder.is_relative_to(top) and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
