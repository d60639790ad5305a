"""Keeps what manifests were read as, so that a file whose content is known need not be parsed again.

An entry is named by everything that decides about the result and sealed with a checksum, so it is right or not used. A
folder that cannot be read or written is only one that saves nothing.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from vodplan import _version
from vodplan.core.policy import Policy
from vodplan.manifests.project import Project

VARIABLE = "VODPLAN_CACHE"
"""`off`, or the folder to use instead of `.vodplan/cache` beside the project file."""

LEAST = 16 * 1024
"""Bytes of a file below which parsing it costs about as little as looking it up."""

MOST = 256 * 1024 * 1024
"""Bytes that all entries may have together; 1,000,000 videos come to about 200 MB."""

_KEPT = MOST * 3 // 4
_LONGEST = 256 * 1024 * 1024
_HEAD = b"vodplan manifest cache 1\n"
_SUFFIX = ".entry"
_ENTRY = re.compile(r"[0-9a-f]{64}\.entry(\.[A-Za-z0-9_]+\.tmp)?")
_DAY = 86_400.0
_IGNORE = "# Made by vodplan. It can be deleted at any time.\n*\n"


class Cache:
    """A folder of entries. Any number of processes may use it at a time.

    folder: made when something is first kept.
    about:  everything but a file's content that decides what it is read as.
    """

    def __init__(self, folder: Path, about: bytes) -> None:
        self._folder = folder
        self._about = about
        self._kept = False
        self._works = True

    def key(self, digest: bytes) -> str:
        """The name of the entry for a content with this SHA-256."""
        return hashlib.sha256(self._about + digest).hexdigest()

    def get(self, key: str) -> bytes | None:
        """What was kept under a key; None when there is nothing, or something else than was kept."""
        path = self._folder / (key + _SUFFIX)
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            with open(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or status.st_size > _LONGEST:
                    return None
                data = file.read(_LONGEST + 1)
        except OSError:
            return None
        start = len(_HEAD) + hashlib.sha256().digest_size
        payload = data[start:]
        if data[:start] != _HEAD + _seal(key, payload):
            return None
        if time.time() - status.st_mtime > _DAY:
            # So that what is used is not the oldest when room is made.
            with contextlib.suppress(OSError):
                os.utime(path)
        return payload

    def put(self, key: str, payload: bytes) -> None:
        """Keep something. A disk that is full or may not be written to ends the keeping, and nothing else."""
        if not self._works or len(payload) > _KEPT:
            return
        temporary = None
        try:
            if not self._kept:
                self._make()
            descriptor, temporary = tempfile.mkstemp(".tmp", f"{key}{_SUFFIX}.", self._folder)
            with open(descriptor, "wb") as file:
                file.write(_HEAD + _seal(key, payload))
                file.write(payload)
            os.replace(temporary, self._folder / (key + _SUFFIX))
            self._kept = True
        except OSError:
            self._works = False
            if temporary is not None:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)

    def close(self) -> None:
        """Make room when something was kept: the entries that were not used for longest go first."""
        if not self._kept:
            return
        with contextlib.suppress(OSError):
            entries = sorted(self._entries())
            total = sum(size for _, size, _ in entries)
            goal = total if total <= MOST else _KEPT
            for used, size, path in entries:
                left_over = path.endswith(".tmp") and time.time() - used > _DAY
                if total > goal or left_over:
                    with contextlib.suppress(OSError):
                        os.unlink(path)
                    total -= size

    def _entries(self) -> Iterator[tuple[float, int, str]]:
        with os.scandir(self._folder) as found:
            for one in found:
                if _ENTRY.fullmatch(one.name) and one.is_file(follow_symlinks=False):
                    with contextlib.suppress(FileNotFoundError):
                        status = one.stat(follow_symlinks=False)
                        yield status.st_mtime, status.st_size, one.path

    def _make(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        ignore = self._folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text(_IGNORE, encoding="utf-8")


def open_cache(project: Project, environ: Mapping[str, str]) -> Cache | None:
    """The cache of a project; None where there is none: it is switched off, or there is no project file."""
    wanted = environ.get(VARIABLE, "")
    code = None if wanted == "off" or (project.path is None and not wanted) else _code()
    if code is None:
        return None
    folder = project.root / (wanted or ".vodplan/cache")
    return Cache(folder, about(project.policy, code))


def about(policy: Policy, code: str) -> bytes:
    """Everything but its content that decides what a file is read as: the rules, and the code that applies them."""
    vocabulary = None if policy.vocabulary is None else sorted(policy.vocabulary)
    require = sorted((kind, list(fields)) for kind, fields in policy.require.items())
    return hashlib.sha256(repr((code, vocabulary, require)).encode("utf-8", "backslashreplace")).digest()


@functools.cache
def _code() -> str | None:
    """A fingerprint of the code that reads manifests; None where its source cannot be read.

    Its version alone would do for a release, but not for those who change the code.
    """
    from yaml import __version__, _yaml

    versions = (_version.__version__, __version__, _yaml.get_version_string(), sys.version_info[:3])
    digest = hashlib.sha256(repr(versions).encode())
    top = Path(__file__).parents[1]
    try:
        sources = [path for room in ("core", "kinds", "manifests") for path in sorted((top / room).glob("*.py"))]
        for path in sources:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    except OSError:
        return None
    return digest.hexdigest() if sources else None


def _seal(key: str, payload: bytes) -> bytes:
    digest = hashlib.sha256(key.encode())
    digest.update(payload)
    return digest.digest()
