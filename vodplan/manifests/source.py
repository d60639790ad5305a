"""Brings the bytes of one file in, or says why they cannot be a manifest."""

from __future__ import annotations

import codecs
import os
import re
import stat
from pathlib import Path

from vodplan.manifests.findings import Findings, Place

MAX_BYTES = 64 * 1024 * 1024
"""The largest file that is read (docs/contract.md section 3)."""

_CHUNK = 1024 * 1024
_BOM = codecs.BOM_UTF8
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FINE_ASCII = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])
_FINE = _FINE_ASCII + bytes(range(0x80, 0x100))
_ASCII_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WIDE_CONTROL = re.compile(rb"\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]|\xef\xbb\xbf|\xef\xbf[\xbe\xbf]")
_NAMES = {0x0000: "NUL", 0x0085: "a next-line character", 0x2028: "a line separator", 0x2029: "a paragraph separator"}


def read(path: Path, found: Findings) -> bytes | None:
    """The text of a regular file, as `check` gives it; None, and a finding, when something is wrong."""
    data = content(path, found)
    return None if data is None else check(data, found)


def content(path: Path, found: Findings) -> bytes | None:
    """The bytes of a regular file of at most `MAX_BYTES`, as they are; None, and a finding, when they cannot be had.

    A pipe or a device is never opened for reading, so nothing here can wait for a writer.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        found.error("VP101", _why(path, error), Place(0, 0, None))
        return None
    try:
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                found.error("VP101", f"{found.file} is {_sort(status.st_mode)}, not a file.", Place(0, 0, None))
                return None
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        found.error("VP101", _why(path, error), Place(0, 0, None))
        return None
    if len(data) > MAX_BYTES:
        is_small(max(status.st_size, len(data)), found)
        return None
    return data


def without_mark(data: bytes) -> bytes:
    """A content without its byte order mark, which means nothing."""
    return data.removeprefix(_BOM)


def is_small(size: int, found: Findings) -> bool:
    """Whether a file of so many bytes is read; says so when it is not."""
    if size > MAX_BYTES:
        found.error(
            "VP105",
            f"{found.file} has {size:,} bytes; a file may have {MAX_BYTES:,} (64 MiB). Split it into several.",
            Place(0, 0, None),
        )
    return size <= MAX_BYTES


def check(data: bytes, found: Findings) -> bytes | None:
    """The bytes without a byte order mark when they are text that YAML allows; None, and a finding, otherwise."""
    if data.startswith(_UTF16_MARKS) or (b"\x00" in data[:4] and len(data) > 1):
        found.error(
            "VP106", f"{found.file} is not UTF-8; it looks like UTF-16 or UTF-32. Save it as UTF-8.", Place(0, 0, 1)
        )
        return None
    found.data = data = without_mark(data)
    broken = _first_broken(data)
    if broken is not None:
        detail = f"The byte 0x{data[broken]:02X} is not UTF-8 here. Save the file as UTF-8."
        found.error("VP106", detail, _place(data, broken))
        return None
    control = _first_control(data)
    if control is not None:
        character = data[control : control + 4].decode("utf-8", "ignore")[0]
        name = _NAMES.get(ord(character), "a control character")
        found.error(
            "VP107",
            f"There is {name} (U+{ord(character):04X}) here, which cannot be seen and which YAML does not allow. "
            "Remove it, or write it as an escape in a double-quoted text.",
            _place(data, control),
        )
        return None
    return data


def _first_broken(data: bytes) -> int | None:
    """The offset of the first byte that is not UTF-8.

    Decoded piece by piece: a text as a whole can take four times the bytes of its file.
    """
    if data.isascii():
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _CHUNK):
        piece = data[start : start + _CHUNK]
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(piece, final=start + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            return start - pending + error.start
    return None


def _first_control(data: bytes) -> int | None:
    places = []
    if data.translate(None, _FINE):
        match = _ASCII_CONTROL.search(data)
        places += [match.start()] if match else []
    if not data.isascii():
        match = _WIDE_CONTROL.search(data)
        places += [match.start()] if match else []
    return min(places, default=None)


def _place(data: bytes, offset: int) -> Place:
    before = data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line = before.count(b"\n")
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
    return Place(line, column, column + 1)


def _why(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"There is no file {path}. Check the name, or the folder it is looked for in."
    if isinstance(error, PermissionError):
        return f"{path} may not be read by this user. Change its permissions."
    return f"{path} cannot be read: {error.strerror or error}."


def _sort(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
