"""The manifests of a git revision: which there were, which of them are today's, and what the others asked for."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vodplan.core.desired import DesiredState
from vodplan.core.diagnostics import Severity
from vodplan.core.errors import ConfigError
from vodplan.manifests.cache import Cache
from vodplan.manifests.discover import is_manifest, shown_name
from vodplan.manifests.git import Repository, TreeEntry
from vodplan.manifests.load import Loaded, load_contents
from vodplan.manifests.project import Project
from vodplan.manifests.source import MAX_BYTES

_REGULAR = ("100644", "100755", "100664")
"""Modes of files; links (120000) and submodules (160000) are not followed: what a link leads to has its own entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The manifests that a project had at a commit.

    ref, commit: what was asked for, and the id of the commit it stands for.
    blobs:       file as it is shown → its blob, in order of the names.
    paths:       file as it is shown → where it stands, or would stand, today.
    """

    ref: str
    commit: str
    blobs: Mapping[str, str]
    paths: Mapping[str, Path]

    @property
    def shown(self) -> str:
        """The revision for people: `main (0a1b2c3d4e5f)`, or the id alone."""
        return self.commit if self.commit.startswith(self.ref) else f"{self.ref} ({self.commit[:12]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the manifests asked for at a revision, as far as it can differ from today.

    same:    files whose entries are today's, since their bytes are; they are not parsed.
    desired: the entries of all other files; those of files in `broken` are left out.
    broken:  file → why it cannot be read as a manifest.
    """

    revision: Revision
    same: frozenset[str]
    desired: DesiredState
    broken: Mapping[str, str]


def read_before(
    ref: str,
    *,
    project: Project,
    paths: Sequence[Path] = (),
    environ: Mapping[str, str],
    cache: Cache | None = None,
) -> Before:
    """What the manifests of a project asked for at a revision, but for files that are the same today.

    Settings are today's: the project file of the revision is not looked at.

    ref:    a branch, a tag, a commit or any other name that git knows for one.
    paths:  as for `load.load`: files and folders; the project's own when empty.
    cache:  as for `load.load`.
    raises: UsageError for a revision that does not exist, ConfigError when git cannot be asked.
    """
    repository = Repository(project.root, environ)
    revision = _revision(ref, repository, project, paths)
    same = frozenset(name for name, blob in revision.blobs.items() if _is_today(revision.paths[name], blob))
    contents = _Contents(repository, {name: blob for name, blob in revision.blobs.items() if name not in same})
    loaded = load_contents(contents, project=project, cache=cache)
    broken = {**contents.unread, **_broken(loaded)}
    kept = DesiredState(
        assets=tuple(one for one in loaded.desired.assets if one.source.file not in broken),
        categories=tuple(one for one in loaded.desired.categories if one.source.file not in broken),
        rules=tuple(one for one in loaded.desired.rules if one.source.file not in broken),
        digest=loaded.desired.digest,
    )
    return Before(revision=revision, same=same, desired=kept, broken=broken)


def load_revision(
    ref: str,
    *,
    project: Project,
    paths: Sequence[Path] = (),
    environ: Mapping[str, str],
    cache: Cache | None = None,
) -> Loaded:
    """All that the manifests of a project asked for at a revision, right and wrong, as `load.load` gives it of today.

    raises: as `read_before`; ConfigError for a file that cannot be had.
    """
    repository = Repository(project.root, environ)
    revision = _revision(ref, repository, project, paths)
    contents = _Contents(repository, revision.blobs)
    if contents.unread:
        file, why = next(iter(contents.unread.items()))
        raise ConfigError(f"{file} of {revision.shown} cannot be read: {why}", next=f"git show {revision.commit}")
    return load_contents(contents, project=project, cache=cache)


def blob_id(data: bytes, like: str) -> str:
    """The id that git gives to a file's content; `like` is an id of the repository, which tells the sort of hash."""
    head = b"blob %d\0" % len(data)
    digest = hashlib.sha256(head) if len(like) == 64 else hashlib.sha1(head, usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()


def _revision(ref: str, repository: Repository, project: Project, paths: Sequence[Path]) -> Revision:
    commit = repository.commit(ref)
    homes = [_in_tree(path, repository) for path in paths or project.manifests]
    root = project.root.resolve()
    found = {
        shown_name(repository.top / entry.path, root): entry
        for entry in repository.tree(commit, homes)
        if entry.mode in _REGULAR and any(_belongs(entry, home) for home in homes)
    }
    names = sorted(found)
    return Revision(
        ref=ref,
        commit=commit,
        blobs={name: found[name].blob for name in names},
        paths={name: repository.top / found[name].path for name in names},
    )


def _in_tree(path: Path, repository: Repository) -> str:
    """Where a file or folder stands in its repository, "" for the top."""
    real = path.resolve()
    if real != repository.top and repository.top not in real.parents:
        raise ConfigError(
            f"{path} is outside of the repository {repository.top}, whose revisions know nothing of it. Plan "
            "everything.",
            next="vodplan plan",
        )
    return "" if real == repository.top else real.relative_to(repository.top).as_posix()


def _belongs(entry: TreeEntry, home: str) -> bool:
    """Whether a file is a manifest of a file or folder that was named, by the rules of `discover`."""
    if entry.path == home:
        return True
    *folders, name = entry.path.removeprefix(f"{home}/" if home else "").split("/")
    inside = not home or entry.path.startswith(f"{home}/")
    fine = not any(one.startswith(".") or is_manifest(one) for one in folders)
    return inside and fine and is_manifest(name) and not name.startswith(".")


def _is_today(path: Path, blob: str) -> bool:
    """Whether a file holds what a blob holds; line ends may be those of another system, which YAML reads alike."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            return False
        data = path.read_bytes()
    except OSError:
        return False
    return blob_id(data, blob) == blob or (b"\r\n" in data and blob_id(data.replace(b"\r\n", b"\n"), blob) == blob)


def _broken(loaded: Loaded) -> Mapping[str, str]:
    broken: dict[str, str] = {}
    for one in loaded.diagnostics:
        if one.severity is Severity.ERROR and one.span is not None:
            broken.setdefault(one.span.file, f"{one.span.line}:{one.span.column}: {one.code}, {one.summary}.")
    return broken


class _Contents(Mapping[str, bytes]):
    """The bytes of files of a revision, fetched as they are asked for: never more at once than one file may have.

    unread: files that are not among them → why.
    """

    def __init__(self, repository: Repository, blobs: Mapping[str, str]) -> None:
        self._repository = repository
        sizes = repository.sizes(sorted(set(blobs.values()))) if blobs else {}
        self.unread = {name: why for name, blob in blobs.items() if (why := _unreadable(sizes.get(blob)))}
        self._blobs = {name: blob for name, blob in blobs.items() if name not in self.unread}
        self._groups: dict[str, list[str]] = {}
        self._held: Mapping[str, bytes] = {}
        group: list[str] = []
        room = 0
        for blob in dict.fromkeys(self._blobs.values()):
            if sizes[blob] > room:
                group, room = [], MAX_BYTES
            room -= sizes[blob]
            group.append(blob)
            self._groups[blob] = group

    def __getitem__(self, name: str) -> bytes:
        blob = self._blobs[name]
        if blob not in self._held:
            self._held = self._repository.contents(self._groups[blob])
        return self._held[blob]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blobs)

    def __len__(self) -> int:
        return len(self._blobs)


def _unreadable(size: int | None) -> str:
    if size is None:
        return "the repository does not have its content; fetch it whole."
    return f"it has {size:,} bytes; a file may have {MAX_BYTES:,}." if size > MAX_BYTES else ""
