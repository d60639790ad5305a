"""Cuts a large manifest into pieces that can be read apart from each other, where that is certain to change nothing.

Only the usual layout is cut: keys at the start of a line, one entry below another. What is cut is read as its pieces
are only when `parts` finds each of them right by itself; everything else is read whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from yaml.error import YAMLError

from vodplan.manifests.assets import KINDS
from vodplan.manifests.compose import Abandoned, Composer
from vodplan.manifests.findings import Findings

LEAST_PIECE = 8 * 1024
"""Bytes before a cut. Small pieces leave little to parse after an edit, and cost time when all are known."""

MOST_PIECE = 64 * 1024
"""Bytes after which the next entry begins a piece, whatever it is."""

MOST_REST = 16 * 1024
"""Bytes of apiVersion and defaults, which are read with every piece."""

_ONE_IN = 16
"""Entries, one of which begins a new piece. Its first line decides which, so that an edit moves only cuts nearby."""

SECTIONS = ("categories", *KINDS)
_REST = ("apiVersion", "defaults")
_TOP = re.compile(rb"^(?:[^ #\r\n-]|-(?![ \r\n]))[^\n]*", re.MULTILINE)
_NAME = re.compile(rb"([A-Za-z]+):")
_HEAD = re.compile(rb"[A-Za-z]+: *\r?\n")
_FIRST = re.compile(rb"(?: *(?:#[^\n]*)?\r?\n)*( *)-(?=[ \r\n])")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some entries of a section: the bytes from `start` to `stop`, which begin with line `line`, counted from 0."""

    section: str
    start: int
    stop: int
    line: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A manifest in pieces.

    rest:   all that is no entry, which decides about how each is read.
    pieces: in the order of the file.
    """

    rest: bytes
    pieces: tuple[Piece, ...]


def cut(data: bytes) -> Cut | None:
    """The pieces of a manifest; None when it has another layout than the usual one.

    data: as `source.check` gives it.
    """
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        return None
    tops = list(_TOP.finditer(data))
    named: list[str] = []
    kept: list[tuple[str, int]] = []
    rest = data[: tops[0].start()] if tops else b""
    spans: list[tuple[str, int, int, bytes]] = []
    for place, top in enumerate(tops):
        stop = tops[place + 1].start() if place + 1 < len(tops) else len(data)
        if place == 0 and top[0].rstrip() == b"---":
            rest += data[top.start() : stop]
            continue
        name = _NAME.match(top[0])
        if name is None or (text := name[1].decode()) in named:
            return None
        named.append(text)
        if text in _REST:
            kept.append((text, rest.count(b"\n")))
            rest += data[top.start() : stop]
            rest += b"" if rest.endswith(b"\n") else b"\n"
        elif (head := _HEAD.match(data, top.start(), stop)) and (first := _FIRST.match(data, head.end(), stop)):
            spans.append((text, head.end(), stop, first[1]))
        else:
            return None
    if not spans or any(span[0] not in SECTIONS for span in spans) or not _is_rest(rest, kept):
        return None
    return Cut(rest, tuple(_pieces(data, spans)))


def _is_rest(rest: bytes, names: list[tuple[str, int]]) -> bool:
    """Whether these lines are keys of a document by itself: nothing that opens in one of them ends in a later one."""
    if len(rest) > MOST_REST:
        return False
    found = Findings("")
    seen: list[tuple[str, int]] = []
    try:
        composer = Composer(rest, found)
        root = composer.root()
        if root is None or not composer.is_mapping(root):
            return False
        for name, key in composer.keys(root):
            seen.append((name, key.start_mark.line))
            composer.value()
        composer.end()
    except (Abandoned, YAMLError):
        return False
    return seen == names and not found.errors and not composer.anchored


def _pieces(data: bytes, spans: list[tuple[str, int, int, bytes]]) -> Iterator[Piece]:
    line = before = 0
    for section, begin, end, indent in spans:
        # An entry whose first key stands beside the dash, so that the parser places the entry in this line.
        entry = re.compile(rb"^" + indent + rb"- +[A-Za-z{\"'][^\n]*", re.MULTILINE)
        start = begin
        while start < end:
            stop = end
            for match in entry.finditer(data, start + LEAST_PIECE, end):
                if crc32(match[0]) % _ONE_IN == 0 or match.start() - start >= MOST_PIECE:
                    stop = match.start()
                    break
            line += data.count(b"\n", before, start)
            before = start
            yield Piece(section, start, stop, line)
            start = stop
