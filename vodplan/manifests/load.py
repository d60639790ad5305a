"""Loads all manifests: every file, every finding, one desired state."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vodplan.core.desired import DesiredAsset, DesiredCategory, DesiredState
from vodplan.core.diagnostics import Diagnostic, Severity
from vodplan.core.errors import ManifestError
from vodplan.core.policy import Policy
from vodplan.core.rule import Rule
from vodplan.manifests import parts, source
from vodplan.manifests.cache import LEAST, Cache
from vodplan.manifests.collector import without_collector
from vodplan.manifests.coverfiles import CoverFiles, ReadFile, reader_of
from vodplan.manifests.discover import Discovery, discover
from vodplan.manifests.document import TOLD, Document, Tell, read_document
from vodplan.manifests.encoded import Unreadable, encode
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


def load(
    paths: Sequence[Path],
    *,
    project: Project,
    discovery: Discovery | None = None,
    cache: Cache | None = None,
    tell: Tell | None = None,
) -> Loaded:
    """Read and check the manifests.

    paths:     files and folders; `project.manifests` when empty. Their order has no influence on the result.
    discovery: what they lead to, where it is known already.
    cache:     what files were read as earlier. It has no influence on the result.
    tell:      told of entries as they are read, right as far as can be seen so far; an exception that it raises ends
               the loading.
    returns:   everything found, right and wrong; nothing is raised for what stands in a file.
    source:    docs/contract.md section 3.
    """
    discovery = discovery or discover(paths, project)
    gathered = _Gathered(project.policy, cache, tell, reader_of(project.root))
    gathered.diagnostics += [one for broken in discovery.broken for one in broken.diagnostics()]
    with without_collector():
        for shown, path in discovery.files.items():
            found = Findings(shown)
            gathered.file(source.content(path, found), found)
    gathered.close()
    if gathered.empty and not gathered.broken:
        gathered.diagnostics.append(_nothing(list(discovery.files)))
    return gathered.loaded()


def load_contents(
    files: Mapping[str, bytes], *, project: Project, cache: Cache | None = None, pictures: ReadFile | None = None
) -> Loaded:
    """Read and check manifests that do not stand on the disk, such as those of a git revision.

    files:   the name that is shown → the content. Fetched one by one, so the mapping may be a lazy one; their order has
             no influence on the result.
    cache:   as in `load`.
    pictures: reads the files of covers; without it they stay unread, and equal no picture.
    returns: as `load`; contents without any entry are fine here.
    """
    gathered = _Gathered(project.policy, cache, None, pictures)
    with without_collector():
        for shown in sorted(files):
            found = Findings(shown)
            data = files[shown]
            gathered.file(data if source.is_small(len(data), found) else None, found)
    gathered.close()
    return gathered.loaded()


class _Gathered:
    """What the files read so far came to. Files are added in order of their names."""

    def __init__(self, policy: Policy, cache: Cache | None, tell: Tell | None, pictures: ReadFile | None) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.managed: Counter[str] = Counter()
        self._policy = policy
        self._cache = cache
        self._tell = tell
        self._pictures = pictures
        self._assets: list[DesiredAsset] = []
        self._categories: list[DesiredCategory] = []
        self._rules: list[Rule] = []
        self._digests: list[str] = []
        self._files: list[str] = []
        self._seen = Seen()

    @property
    def broken(self) -> bool:
        """Whether there is an error."""
        return any(one.severity is Severity.ERROR for one in self.diagnostics)

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self.managed.total() and not self._rules

    def file(self, data: bytes | None, found: Findings) -> None:
        """Add a file: its content, None when that cannot be had, and what was found in it so far."""
        self._files.append(found.file)
        if data is None:
            self.diagnostics += found.diagnostics()
            return
        digest = hashlib.sha256(source.without_mark(data))
        key = None if self._cache is None or len(data) < LEAST else self._cache.key(digest.digest())
        if self._known(key, found.file):
            self._digests.append(f"{found.file}\0{digest.hexdigest()}")
            return
        checked = source.check(data, found)
        del data
        if checked is None:
            self.diagnostics += found.diagnostics()
            return
        self._digests.append(f"{found.file}\0{digest.hexdigest()}")
        if key is not None and len(checked) >= parts.LEAST and self._in_parts(checked, key, found.file):
            return
        document = read_document(checked, found, self._seen, self._policy, self._tell)
        diagnostics = found.diagnostics()
        self._add(document, diagnostics)
        if self._cache is not None and key is not None and not found.errors:
            kept = encode(document, diagnostics)
            if kept is not None:
                self._cache.put(key, kept)

    def _known(self, key: str | None, file: str) -> bool:
        """Add a file that was read earlier and found right; False when it must be read, perhaps for what is wrong."""
        kept = None if self._cache is None or key is None else self._cache.get(key)
        if kept is None:
            return False
        try:
            document, warnings = parts.whole(kept, file)
        except Unreadable:
            return False
        if not self._seen.join(document.assets, document.categories):
            return False
        self._add(document, warnings)
        if self._tell is not None:
            for start in range(0, len(document.assets), TOLD):
                self._tell(document.assets[start : start + TOLD])
        return True

    def _in_parts(self, data: bytes, key: str, file: str) -> bool:
        """Add a file by its pieces; False when it must be read whole, perhaps for what is wrong."""
        assert self._cache is not None
        # Which content the file had last is only a hint where pieces of it may be found.
        last = self._cache.key(hashlib.sha256(b"last\0" + file.encode("utf-8", "backslashreplace")).digest())
        before = (self._cache.get(last) or b"").hex()
        kept = self._cache.get(before) or b""
        read = parts.read_parts(data, file, self._policy, parts.known(kept), self._tell)
        if read is None or not self._seen.join(read.document.assets, read.document.categories):
            return False
        self._add(read.document, read.warnings)
        self._cache.put(key, read.kept)
        self._cache.put(last, bytes.fromhex(key))
        return True

    def _add(self, document: Document, diagnostics: Sequence[Diagnostic]) -> None:
        self._assets += document.assets
        self._categories += document.categories
        self._rules += document.rules
        self.managed.update(document.managed)
        self.diagnostics += diagnostics

    def close(self) -> None:
        """Leave the cache in order, and read the pictures that are named; no manifest comes any more."""
        if self._cache is not None:
            self._cache.close()
        if self._pictures is not None:
            covers = CoverFiles(self._pictures)
            self._assets = covers.assets(self._assets)
            self._rules = covers.rules(self._rules)
            self.diagnostics += covers.diagnostics

    def loaded(self) -> Loaded:
        """All of it."""
        return Loaded(
            desired=DesiredState(
                assets=tuple(self._assets),
                categories=tuple(self._categories),
                rules=tuple(self._rules),
                digest=_digest(self._digests),
            ),
            diagnostics=tuple(sorted(self.diagnostics, key=_place)),
            files=tuple(self._files),
            managed=self.managed,
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
