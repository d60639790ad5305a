"""Comments and blank lines between two values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vodplan.manifests.edit.tree import NOTE

_BLANK = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Note:
    """A comment.

    own:    it has a line of its own.
    blank:  a blank line stands before it.
    column: where it starts on its line.
    pad:    what stands between it and what it follows on the same line.
    """

    text: str
    own: bool
    blank: bool
    column: int
    pad: str


def notes(text: str, start: int, end: int) -> Iterator[Note]:
    """The comments between two places of a text whose lines end with a line feed."""
    cursor = start
    for found in NOTE.finditer(text, start, end):
        if found.group(1) is None:
            continue
        at = found.start()
        line = text.rfind("\n", 0, at) + 1
        own = line > cursor or not text[line:at].strip()
        before = text[line:at]
        pad = before[len(before.rstrip(" \t")) :] if not own else ""
        yield Note(found.group().rstrip(), own, has_blank(text, cursor, at), at - line, pad)
        cursor = found.end()


def has_blank(text: str, start: int, end: int) -> bool:
    """Whether a blank line stands between two places."""
    return _BLANK.search(text, start, end) is not None
