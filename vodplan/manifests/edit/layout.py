"""The canonical layout of a manifest: what it says and its comments as they are, everything else in one way.

Two blanks a level, lists indented below their key, one blank between a colon or a dash and what follows, line feeds, no
blanks at the ends of lines, at most one blank line in a row, none at the ends of the file, and one behind each section
of several lines. Collections in brackets stay so where they fit in a line and have no comment in them. The order of
keys, quotes, block texts, blank lines and the blanks in front of a comment at the end of a line are the author's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import zip_longest

from vodplan.manifests.collector import without_collector
from vodplan.manifests.edit.blocks import block_lines, folded_lines
from vodplan.manifests.edit.model import Unsafe
from vodplan.manifests.edit.notes import has_blank, notes
from vodplan.manifests.edit.tree import PROPERTIES, Head, Node, Reader, Sort, checked_text, shape

WIDTH = 120
"""Characters of a line in which a collection stays in its brackets."""

_DASH = re.compile(r"[&!%][^\s,\[\]{}]*|#[^\n]*|(-)")
_PROPERTY = re.compile(r"[&!]\S+")
_MARKER = re.compile(r"^\.\.\.[ \t]*(?=\n|#|\Z)", re.MULTILINE)
_Level = tuple[int, int]
"""The column of a block: as it was, and as it will be."""


def formatted(data: bytes) -> bytes:
    """A manifest in the canonical layout; the same bytes when it has it.

    raises: Unsafe when the file cannot be read, or has something that the layout would change or lose.
    """
    with without_collector():
        text = checked_text(data).replace("\r\n", "\n").replace("\r", "\n")
        result = _Layout(text).lines()
        content = result.encode("utf-8")
        if content != data:
            _prove(text, result)
    return content


def _prove(before: str, after: str) -> None:
    """Read both and compare all they say, comments included."""
    old, new = Reader(before), Reader(after)
    try:
        for was, now in zip_longest(old.heads(), new.heads()):
            if was is None or now is None or shape(was.key) != shape(now.key):
                raise Unsafe("", line=0)
            for one, other in zip_longest(_values(was, old), _values(now, new)):
                if one is None or other is None or shape(one) != shape(other):
                    raise Unsafe("", line=one.line + 1 if one is not None else 0)
        if [text.rstrip() for _, text in old.comments] != [text for _, text in new.comments]:
            raise Unsafe("", line=0)
    except Unsafe as error:
        raise Unsafe(
            "The canonical layout would change what the file says, or lose a comment.",
            line=error.line,
            column=1 if error.line else 0,
            advice="Write this place in a simpler way by hand.",
        ) from error


def _values(head: Head, reader: Reader) -> Iterable[Node]:
    if head.streamed:
        yield from reader.items()
    elif head.value.sort is Sort.SEQ:
        yield from head.value.items
    else:
        yield head.value


class _Layout:
    """Writes a file anew, value by value.

    _done: finished lines.
    _line: the one being written; None where the next value begins one.
    _cursor: what stands before was written.
    _closed: the blocks that ended since the last value, for comments that belong to their ends.
    _opened: nothing was written yet in the block that just began.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._reader = Reader(text)
        self._done: list[str] = []
        self._line: str | None = None
        self._cursor = 0
        self._closed: list[_Level] = []
        self._opened = True
        self._apart = False

    def lines(self) -> str:
        """The whole file."""
        first = True
        for head in self._reader.heads():
            if first:
                self._head_of_file(head.key.start)
            self._key(head.key, (head.key.column, 0), fresh=True, top=not first)
            before = len(self._done)
            if head.streamed:
                self._properties(head.value)
                self._sequence(self._reader.items(), 2, dashes=True)
            else:
                self._value(head.value, 0)
            self._apart = len(self._done) > before
            first = False
        top = self._reader.top
        if top is not None and top.flow:
            self._gap(top.end - 1, (0, 0))
            self._cursor = top.end
        end = _MARKER.search(self._text, self._cursor)
        if end is not None:
            self._gap(end.start(), (0, 0))
            self._flush()
            self._line = "..."
            self._cursor = end.end()
        self._gap(len(self._text), (0, 0))
        self._flush()
        return "\n".join(self._done) + "\n"

    def _head_of_file(self, start: int) -> None:
        *whole, rest = self._text[:start].split("\n")
        if rest.strip().strip("{").strip():
            raise Unsafe("Something stands before the first key on its line.", line=len(whole) + 1, column=1)
        for line in whole:
            line = line.rstrip()
            line = line.lstrip() if line.lstrip().startswith("#") else line
            # A brace around the whole file goes: its keys stand at the left.
            if line.strip("{ \t") or (not line and self._done and self._done[-1]):
                self._done.append(line)
        self._cursor = start

    def _key(self, key: Node, level: _Level, *, fresh: bool, top: bool = False) -> None:
        self._gap(key.start, level, fresh=fresh, top=top)
        self._put(self._text[key.start : key.end] + ":", key.end)

    def _value(self, node: Node, indent: int) -> None:
        """Write a value behind its key or its dash; `indent` is theirs."""
        if node.sort is Sort.SCALAR or node.sort is Sort.ALIAS:
            self._scalar(node, indent)
        elif node.flow:
            self._flow(node, indent)
        elif node.sort is Sort.MAP:
            self._properties(node)
            inline = self._line is not None and self._line.endswith("-")
            self._mapping(node, indent + 2, inline=inline)
        else:
            self._properties(node)
            self._sequence(node.items, indent + 2, dashes=True)

    def _scalar(self, node: Node, indent: int) -> None:
        if node.start == node.end:
            return
        self._gap(node.start, (0, indent + 2))
        text = self._text
        shown = "".join(f"{one} " for one in _PROPERTY.findall(text[node.start : node.inner]))
        if node.style in ("|", ">"):
            first, *rest = block_lines(node, text[node.inner : node.end], " " * (indent + 2))
        else:
            first, *rest = folded_lines(text[node.inner : node.end], " " * (indent + 2), plain=not node.style)
        self._put((shown + first).rstrip(), node.end)
        if node.style in ("|", ">"):
            self._flush()
            self._done += rest
            if "+" in first:
                self._cursor = node.stop
        elif rest:
            self._flush()
            self._done += rest[:-1]
            self._line = rest[-1]

    def _flow(self, node: Node, indent: int) -> None:
        self._gap(node.start, (0, indent + 2))
        self._properties(node)
        shown = self._one_line(node)
        if node.empty:
            self._put(shown or ("{}" if node.sort is Sort.MAP else "[]"), node.inner + 1)
        elif shown is not None and len(self._line or "") + 1 + len(shown) <= WIDTH:
            self._put(shown, node.end)
            return
        elif node.sort is Sort.MAP:
            inline = self._line is not None and self._line.endswith("-")
            self._mapping(node, indent + 2, inline=inline)
        else:
            self._sequence(node.items, indent + 2, dashes=False)
        if node.end > self._cursor:
            self._gap(node.end - 1, (0, indent + 2))
            self._cursor = node.end

    def _one_line(self, node: Node) -> str | None:
        """A collection in brackets, or a value in one, on one line; None where that cannot be."""
        if node.sort is Sort.SCALAR or node.sort is Sort.ALIAS:
            shown = self._text[node.start : node.end]
            return None if "\n" in shown else shown or "null"
        if "#" in self._text[node.start : node.end] and self._reader.commented(node.start, node.end):
            return None
        parts = []
        for key, value in node.pairs:
            one, other = self._one_line(key), self._one_line(value)
            parts.append(None if one is None or other is None else f"{one}: {other}")
        parts += [self._one_line(item) for item in node.items]
        if None in parts:
            return None
        marks = "".join(f"{one} " for one in _PROPERTY.findall(self._text[node.start : node.inner]))
        inner = ", ".join(part for part in parts if part is not None)
        # The properties of the outermost are written by whoever asked.
        return (marks if node.start >= self._cursor else "") + (
            "{" + inner + "}" if node.sort is Sort.MAP else f"[{inner}]"
        )

    def _mapping(self, node: Node, indent: int, *, inline: bool) -> None:
        level = (node.pairs[0][0].column, indent)
        for place, (key, value) in enumerate(node.pairs):
            self._key(key, level, fresh=place > 0 or not inline)
            self._value(value, indent)
        self._closed.append(level)

    def _sequence(self, items: Iterable[Node], indent: int, *, dashes: bool) -> None:
        inline = self._line is not None and self._line.endswith("-")
        level = (0, indent)
        for item in items:
            start = item.start
            if dashes:
                start = next((one.start() for one in _DASH.finditer(self._text, self._cursor) if one.group(1)), start)
                level = (start - self._text.rfind("\n", 0, start) - 1, indent)
            self._gap(start, level, fresh=not inline)
            self._put("-", start + 1 if dashes else start)
            inline = False
            self._value(item, indent)
        self._closed.append(level)

    def _properties(self, node: Node) -> None:
        """Write the anchor and the tag of a collection."""
        if node.anchor is None and node.tag is None:
            return
        self._gap(node.start, (0, 0))
        found = PROPERTIES.match(self._text, node.start)
        for one in _PROPERTY.finditer(self._text, node.start, found.end() if found else node.start):
            self._put(one.group(), one.end())

    def _put(self, text: str, end: int) -> None:
        """Write a value; one blank sets it apart from what stands on the line."""
        if self._line is None:
            raise Unsafe("A value stands where none can.")
        self._line += text if not self._line.strip() else f" {text}"
        self._cursor = end
        self._opened = text.endswith(":") or text == "-"

    def _gap(self, until: int, level: _Level, *, fresh: bool = False, top: bool = False) -> None:
        """Write the comments before a value, and make room for it.

        fresh: it begins a line.
        top:   it is a key of the top mapping, and not the first.
        """
        text = self._text
        apart = top and self._apart
        cursor = self._cursor
        commented = text.find("#", cursor, until) >= 0
        wrote = False
        for note in notes(text, cursor, until) if commented else ():
            wrote = True
            if not note.own and self._line is not None and self._line.strip():
                self._line += (note.pad if note.pad.strip("\t") else "  ") + note.text
                continue
            indent = self._indent(note.column, level)
            self._flush()
            if (note.blank and not self._opened) or (apart and indent == 0):
                self._blank()
                apart = False
            elif note.blank:
                apart = False
            self._done.append(" " * indent + note.text)
            self._opened = False
        last = max(cursor, text.rfind("\n", cursor, until)) if not commented else _after_notes(text, cursor, until)
        blank = has_blank(text, cursor if not commented else last, until)
        if fresh:
            self._flush()
            if (blank and not self._opened) or apart:
                self._blank()
            self._closed.clear()
        elif wrote:
            self._flush()
        if self._line is None:
            self._line = " " * level[1]
        self._cursor = until

    def _indent(self, column: int, level: _Level) -> int:
        """The indentation of a comment: that of what follows, or of the block it stood in that ended before."""
        inside = [one for one in self._closed if level[0] < one[0] <= column and one[1] > level[1]]
        return max(inside, default=level)[1]

    def _blank(self) -> None:
        if self._done and self._done[-1]:
            self._done.append("")

    def _flush(self) -> None:
        if self._line is not None:
            if self._line.strip():
                self._done.append(self._line)
            self._line = None


def _after_notes(text: str, start: int, end: int) -> int:
    """Where the last comment between two places has ended."""
    return max(found.end() for found in re.finditer(r"#[^\n]*", text[start:end])) + start
