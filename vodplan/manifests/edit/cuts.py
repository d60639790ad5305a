"""A text and the pieces of it that are to be replaced."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vodplan.manifests.edit.model import Unsafe
from vodplan.manifests.edit.tree import Node, Reader

_LINE_END = re.compile(r"\r\n|\n|\r|\Z")
_COLON = re.compile(r"[ \t]*:")


@dataclass(frozen=True, slots=True)
class Cut:
    """Characters `start` to `end` become `text`; the comments in `kept` are in it again."""

    start: int
    end: int
    text: str
    kept: tuple[str, ...] = ()


class Cuts:
    """Collects the replacements in one file.

    eol:   how the file ends its lines.
    ended: whether the last line has an end, too.
    """

    def __init__(self, reader: Reader) -> None:
        self.text = reader.text
        self.list: list[Cut] = []
        self._reader = reader
        self.ended = self.text.endswith(("\n", "\r"))
        self._feeds = "\n" in self.text
        first = _LINE_END.search(self.text)
        self.eol = (first.group() if first is not None else "") or "\n"

    def replace(self, start: int, end: int, text: str, *, kept: str = "") -> None:
        """Put a text in the place of another; its line ends become those of the file."""
        if text != self.text[start:end]:
            shown = text if self.eol == "\n" else text.replace("\n", self.eol)
            self.list.append(Cut(start, end, shown, (kept,) if kept else ()))

    def insert_lines(self, at: int, lines: str) -> None:
        """Insert whole lines, no line end behind the last, in front of `at`: a line's start or the file's end."""
        if at == len(self.text) and at and self.text[at - 1] not in "\r\n":
            self.replace(at, at, f"\n{lines}")
        else:
            self.replace(at, at, f"{lines}\n")

    def line_start(self, at: int) -> int:
        """Where the line of a character starts."""
        feed = self.text.rfind("\n", 0, at) if self._feeds else -1
        # Only what stands behind: a file without a \r would be searched from its beginning each time.
        return max(feed, self.text.rfind("\r", feed + 1, at)) + 1

    def line_stop(self, at: int) -> int:
        """Where the line of a character ends, in front of its line end."""
        return self._line_end(at).start()

    def next_line(self, at: int) -> int:
        """Where the line after that of a character starts; the file's end on the last one."""
        return self._line_end(at).end()

    def rest(self, at: int) -> str:
        """What stands behind on the same line, but for blanks."""
        return self.text[at : self.line_stop(at)].strip()

    def behind_colon(self, key: Node) -> int:
        """Where a key's value may begin."""
        colon = _COLON.match(self.text, key.end)
        if colon is None:
            raise self.unsafe(key, "The key and its colon stand apart.")
        return colon.end()

    def require_uncommented(self, start: int, end: int, at: Node) -> None:
        """Refuse to touch a piece with a comment in it."""
        if self._reader.commented(start, end):
            raise self.unsafe(at, "A comment stands within what would have to go.")

    @staticmethod
    def unsafe(at: Node, why: str, advice: str = "Edit the file by hand.") -> Unsafe:
        """The refusal to edit something."""
        return Unsafe(why, line=at.line + 1, column=at.column + 1, advice=advice)

    def unlist(self, spans: Sequence[tuple[Node, int, int]], gone: Sequence[int]) -> None:
        """Take elements, but not all, out of what stands between brackets.

        spans: each element, where it starts and where it ends.
        gone:  the places of those that go, ascending.
        """
        wanted = set(gone)
        place = 0
        while place < len(spans):
            if place not in wanted:
                place += 1
                continue
            first = place
            while place in wanted:
                place += 1
            if place < len(spans):
                start, end = spans[first][1], spans[place][1]
            else:
                start, end = spans[first - 1][2], spans[-1][2]
            self.require_uncommented(start, end, spans[first][0])
            self.replace(start, end, "")

    def result(self) -> str:
        """The text with everything replaced."""
        pieces: list[str] = []
        cursor = 0
        for cut in self.ordered():
            if cut.start < cursor:
                raise Unsafe("Two of the edits touch the same characters.", advice="Make them one after the other.")
            pieces += (self.text[cursor : cut.start], cut.text)
            cursor = cut.end
        return "".join([*pieces, self.text[cursor:]])

    def ordered(self) -> list[Cut]:
        """The replacements as they follow each other in the file; at one place, what is inserted comes first."""
        return sorted(self.list, key=lambda cut: (cut.start, cut.end > cut.start))

    def _line_end(self, at: int) -> re.Match[str]:
        found = _LINE_END.search(self.text, at)
        assert found is not None, "the pattern fits the end of every text"
        return found
