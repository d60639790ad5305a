"""The difference between two contents of a file, for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

MOST = 20_000
"""Lines between the first and the last that differ, beyond which comparing them takes too long."""

_CONTEXT = 3


def unified(file: str, before: bytes, after: bytes) -> str:
    """The difference in the unified format; of a file with too many lines only how many there are."""
    old, new = _lines(before), _lines(after)
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    if max(len(old), len(new)) - head - tail > MOST:
        return f"--- {file}\n+++ {file}\n{len(old):,} lines become {len(new):,}; git diff shows them.\n"
    start = max(head - _CONTEXT, 0)
    stop = max(tail - _CONTEXT, 0)
    pieces = difflib.unified_diff(old[start : len(old) - stop], new[start : len(new) - stop], file, file, n=_CONTEXT)
    return "".join(_numbered(pieces, start))


def _numbered(pieces: Iterator[str], offset: int) -> Iterator[str]:
    """The pieces with the line numbers of the whole file, each on lines of its own."""
    for piece in pieces:
        if piece.startswith("@@ ") and offset:
            old, new = piece.split(" ")[1:3]
            yield f"@@ -{_moved(old[1:], offset)} +{_moved(new[1:], offset)} @@\n"
        else:
            yield piece if piece.endswith("\n") else f"{piece}\n\\ No newline at end of file\n"


def _moved(place: str, offset: int) -> str:
    line, comma, length = place.partition(",")
    return f"{int(line) + offset}{comma}{length}"


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").removeprefix("\ufeff").splitlines(keepends=True)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines two texts have in common at their beginning."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
