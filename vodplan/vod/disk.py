"""Files that survive a crash: written whole or not at all, or kept in part to go on with."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

import orjson

from vodplan.vod.filenames import OURS

PART = f"{OURS}-part"
"""The ending of a file that is still on its way."""

NOTE = f"{PART}.json"
"""The ending of the note that says what it is a part of."""

UNSYNCED = 8 * 1024 * 1024
"""Bytes that may be lost with the power: so much is written before the disk is made to keep it, and so much is
taken off an unfinished file that is found."""

_PIECE = 4 * 1024 * 1024


class Busy(Exception):
    """Another process is writing the same file."""


def free_bytes(folder: Path) -> int:
    """Bytes that may still be written into a folder."""
    return shutil.disk_usage(folder).free


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, so that it survives a crash."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _sync_folder(made.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, so that it survives a crash once this returns."""
    new = path.with_name(f"{OURS}-{secrets.token_hex(8)}.tmp")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def md5_of(path: Path) -> str:
    """The MD5 of a file, in lower hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


class PartFile:
    """A file on its way to the disk, kept over a crash under its name with `.vodplan-part` behind it.

    One process has it at a time. Everything here blocks.

    of:       what the file is known to be before it is fetched; a part of anything else is begun again.
    unsynced: as `UNSYNCED`.
    raises:   Busy, OSError.
    """

    def __init__(self, final: Path, *, of: Mapping[str, object], unsynced: int = UNSYNCED) -> None:
        self.final = final
        self.path = final.with_name(final.name + PART)
        self._note_path = final.with_name(final.name + NOTE)
        self._of = dict(of)
        self._unsynced = unsynced
        self._pending = 0
        self._over = False
        self.length = 0
        self.etag = ""
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._fd = self._taken()
        try:
            self._take_up()
        except BaseException:
            self.close()
            raise

    def _taken(self) -> int:
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # It may have been finished, and so renamed, between the opening and the locking.
            here = os.stat(self.path, follow_symlinks=False)
            if (here.st_dev, here.st_ino) != (os.fstat(fd).st_dev, os.fstat(fd).st_ino):
                raise Busy
        except (BlockingIOError, FileNotFoundError) as error:
            os.close(fd)
            raise Busy from error
        except BaseException:
            os.close(fd)
            raise
        return fd

    def _take_up(self) -> None:
        """Go on with what a process before this one surely wrote of the same file."""
        note = self._note()
        if note is None or {name: note.get(name) for name in self._of} != self._of:
            self.restart()
            return
        self.etag = str(note.get("etag") or "")
        kept = max(0, os.fstat(self._fd).st_size - self._unsynced)
        os.ftruncate(self._fd, kept)
        os.lseek(self._fd, 0, os.SEEK_SET)
        while self.length < kept:
            piece = os.read(self._fd, min(_PIECE, kept - self.length))
            self._md5.update(piece)
            self.length += len(piece)

    def _note(self) -> Mapping[str, object] | None:
        try:
            note = orjson.loads(self._note_path.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return None
        return note if isinstance(note, dict) else None

    @property
    def md5(self) -> str:
        """The MD5 of what is written so far."""
        return self._md5.hexdigest()

    def restart(self, etag: str = "") -> None:
        """Throw away what is there; `etag` is what the server calls the file that is fetched from now on."""
        os.ftruncate(self._fd, 0)
        os.lseek(self._fd, 0, os.SEEK_SET)
        self.length = self._pending = 0
        self._md5 = hashlib.md5(usedforsecurity=False)
        self.etag = etag
        write_whole(self._note_path, orjson.dumps({**self._of, "etag": etag}))

    def append(self, content: bytes) -> None:
        """Write on; part of it may be written when this raises."""
        left = memoryview(content)
        while left:
            written = os.write(self._fd, left)
            self._md5.update(left[:written])
            self.length += written
            self._pending += written
            left = left[written:]
        if self._pending >= self._unsynced:
            os.fsync(self._fd)
            self._pending = 0

    def settle(self) -> int:
        """Make sure that nothing of what is written can be lost; returns its time, as `st_mtime_ns`."""
        os.fsync(self._fd)
        return os.fstat(self._fd).st_mtime_ns

    def finish(self) -> None:
        """Give the file its name; it is settled before."""
        os.replace(self.path, self.final)
        _sync_folder(self.final.parent)
        self._over = True
        self._note_path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Take what was written off the disk."""
        self.path.unlink(missing_ok=True)
        self._note_path.unlink(missing_ok=True)
        os.ftruncate(self._fd, 0)
        self.length = 0
        self._over = True

    def close(self) -> None:
        """Let go of it; what is there stays to go on with."""
        if not self.length and not self._over:
            with contextlib.suppress(OSError):
                self.discard()
        os.close(self._fd)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
