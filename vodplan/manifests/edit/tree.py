"""A manifest's nodes with the characters they stand on, read piece by piece so that a long list costs little memory.

The C parser gives the places: ruamel's round trip takes two milliseconds an entry, and a manifest may have 100,000.
"""

from __future__ import annotations

import enum
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any, cast

from yaml import events
from yaml._yaml import CParser
from yaml.error import YAMLError

from vodplan.kinds.assets import ASSETS
from vodplan.manifests import source, syntax
from vodplan.manifests.compose import MAX_DEPTH
from vodplan.manifests.edit.model import Unsafe
from vodplan.manifests.findings import Findings
from vodplan.manifests.nodes import Scalar as Plain
from vodplan.manifests.scalars import ScalarType, plain_type, value_of
from vodplan.manifests.wording import quoted

_Event = Any
_SCALAR: _Event = events.ScalarEvent
_MAP: _Event = events.MappingStartEvent
_MAP_END: _Event = events.MappingEndEvent
_SEQ: _Event = events.SequenceStartEvent
_SEQ_END: _Event = events.SequenceEndEvent
_ALIAS: _Event = events.AliasEvent
_STREAM_END: _Event = events.StreamEndEvent
_DOCUMENT_END: _Event = events.DocumentEndEvent

NOTE = re.compile(r"[&!%][^\s,\[\]{}]*|(#[^\r\n]*)")
"""A comment between two values; a hash within an anchor or a tag begins none."""

PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+(?:#[^\r\n]*\s+)*)?)*")
"""An anchor and a tag, and what stands between them and the value."""

_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(#[^\r\n]*)?")

SECTIONS = ("categories", *(kind.plural for kind in ASSETS.values()))


class Sort(enum.Enum):
    """What a node is."""

    SCALAR = "scalar"
    MAP = "map"
    SEQ = "seq"
    ALIAS = "alias"


class Node:
    """A value of the file.

    start, end:   the characters it stands on, anchor and tag included; a block text without the blank lines behind it.
    inner:        where it starts itself, behind its anchor and tag; for a collection in block style, `start`.
    stop:         where the parser was done with it: a block text with the blank lines behind it.
    line, column: where it starts, zero-based.
    value:        a scalar's text; an alias's name.
    style:        a scalar's: `'`, `"`, `|`, `>`, or empty for a plain one.
    flow:         whether a collection stands in brackets.
    pairs, items: what a mapping or a list holds.
    """

    __slots__ = (
        *("anchor", "column", "end", "flow", "inner", "items", "line"),
        *("pairs", "sort", "start", "stop", "style", "tag", "value"),
    )

    def __init__(self, sort: Sort, event: _Event) -> None:
        mark = event.start_mark
        self.sort = sort
        self.start: int = mark.index
        self.line: int = mark.line
        self.column: int = mark.column
        self.inner = self.start
        self.end: int = event.end_mark.index
        self.stop = self.end
        self.anchor: str | None = event.anchor
        self.tag: str | None = None
        self.value = ""
        self.style = ""
        self.flow = False
        self.pairs: list[tuple[Node, Node]] = []
        self.items: list[Node] = []

    def get(self, name: str) -> tuple[Node, Node] | None:
        """A key and its value; None where a mapping has no such key, or this is no mapping."""
        return next((pair for pair in self.pairs if pair[0].value == name), None)

    @property
    def empty(self) -> bool:
        """Whether a collection holds nothing."""
        return not self.pairs and not self.items


Shape = tuple[Any, ...]
"""What a node says, without how it is written; two nodes that say the same have equal shapes."""


def shape(node: Node) -> Shape:
    """See `Shape`."""
    if node.sort is Sort.SCALAR:
        return ("scalar", node.anchor, *resolved(node))
    if node.sort is Sort.MAP:
        return ("map", node.anchor, node.tag, [(shape(key), shape(value)) for key, value in node.pairs])
    if node.sort is Sort.SEQ:
        return ("seq", node.anchor, node.tag, [shape(item) for item in node.items])
    return ("alias", node.value)


def resolved(node: Node) -> tuple[str, object]:
    """The type and the value of a scalar."""
    if node.tag is not None:
        return (node.tag, node.value)
    if node.style:
        return ("text", node.value)
    kind = plain_type(node.value)
    if kind is ScalarType.TEXT:
        return ("text", node.value)
    # Infinity is not equal to another; what is written is.
    value = value_of(Plain(node.value, True, _NOWHERE, _NOWHERE))
    return (kind.value, value if value == value else node.value)


class _Nowhere:
    line = 0
    column = 0


_NOWHERE = _Nowhere()


class Head:
    """A key of the top mapping and where its value stands.

    value: the value; for a list of entries in block style, the list itself, whose items come one by one.
    streamed: whether they do.
    """

    __slots__ = ("key", "streamed", "value")

    def __init__(self, key: Node, value: Node, streamed: bool) -> None:
        self.key = key
        self.value = value
        self.streamed = streamed


class Reader:
    """Reads one document.

    comments:  where each comment stands, and its text, in the order of the file; complete after `heads`.
    aliases:   the names of all aliases so far.
    top:       the top mapping, without its keys; known as soon as the first head is.
    raises:    Unsafe, also for what the manifests may not have: a key twice, a merge key, a second document.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.comments: list[tuple[int, str]] = []
        self.aliases: set[str] = set()
        self.top: Node | None = None
        self._cursor = 0
        self._get = cast(Callable[[], _Event], CParser(text).get_event)
        self._items: Iterator[Node] | None = None

    def heads(self) -> Iterator[Head]:
        """The keys of the top mapping; the items of one that is streamed must be taken before the next is."""
        try:
            yield from self._heads()
        except YAMLError as error:
            raise _unreadable(self.text, error) from error

    def items(self) -> Iterator[Node]:
        """The items of the list that is at hand."""
        get = self._get
        try:
            event = get()
            while event.__class__ is not _SEQ_END:
                yield self._node(event, 2)
                event = get()
        except YAMLError as error:
            raise _unreadable(self.text, error) from error

    def commented(self, start: int, end: int) -> bool:
        """Whether a comment stands between two places that were read."""
        place = bisect_left(self.comments, (start, ""))
        return place < len(self.comments) and self.comments[place][0] < end

    def _heads(self) -> Iterator[Head]:
        get = self._get
        get()
        start = get()
        if isinstance(start, _STREAM_END):
            raise Unsafe("The file is empty.", advice="Write a manifest into it first.")
        event = get()
        if not isinstance(event, _MAP):
            raise _unsafe(event, "The file is not a mapping at its top, so it is no manifest.")
        self.top = top = Node(Sort.MAP, event)
        top.flow, top.tag = bool(event.flow_style), event.tag
        self._opened(top, event)
        seen: set[str] = set()
        event = get()
        while event.__class__ is not _MAP_END:
            key = self._key(event, seen)
            event = get()
            if isinstance(event, _SEQ) and not event.flow_style and key.value in SECTIONS:
                value = Node(Sort.SEQ, event)
                value.tag = event.tag
                yield Head(key, value, streamed=True)
            else:
                yield Head(key, self._node(event, 1), streamed=False)
            event = get()
        if top.flow:
            self._leaf(event.start_mark.index, event.end_mark.index)
        top.end = self._cursor
        event = get()
        while isinstance(event, _DOCUMENT_END):
            event = get()
        if not isinstance(event, _STREAM_END):
            raise _unsafe(event, "A second document begins here; a manifest has one.")
        self._leaf(len(self.text), len(self.text))

    def _node(self, event: _Event, depth: int) -> Node:
        kind = event.__class__
        if kind is _SCALAR:
            return self._scalar(event)
        if kind is _ALIAS:
            node = Node(Sort.ALIAS, event)
            node.value, node.anchor = event.anchor, None
            self.aliases.add(node.value)
            self._leaf(node.start, node.end)
            return node
        if depth > MAX_DEPTH:
            raise _unsafe(event, f"More than {MAX_DEPTH} lists and mappings stand within each other.")
        node = Node(Sort.MAP if kind is _MAP else Sort.SEQ, event)
        node.flow, node.tag = bool(event.flow_style), event.tag
        self._opened(node, event)
        get = self._get
        if kind is _MAP:
            seen: set[str] = set()
            event = get()
            while event.__class__ is not _MAP_END:
                key = self._key(event, seen)
                node.pairs.append((key, self._node(get(), depth + 1)))
                event = get()
        else:
            event = get()
            while event.__class__ is not _SEQ_END:
                node.items.append(self._node(event, depth + 1))
                event = get()
        if node.flow:
            self._leaf(event.start_mark.index, event.end_mark.index)
        node.end = max(self._cursor, node.start)
        return node

    def _scalar(self, event: _Event) -> Node:
        node = Node(Sort.SCALAR, event)
        node.value = event.value
        node.style = event.style or ""
        node.tag = event.tag
        if node.anchor is not None or node.tag is not None:
            behind = PROPERTIES.match(self.text, node.start, node.end)
            node.inner = behind.end() if behind is not None else node.start
        if node.style in ("|", ">"):
            node.end = self._block_end(node)
        self._leaf(node.inner, node.end)
        return node

    def _block_end(self, node: Node) -> int:
        text = self.text
        header = _HEADER.match(text, node.inner)
        if header is not None and header.group(1):
            # It stands behind those of the gap before, which are not read yet.
            self._leaf(node.inner, node.inner)
            self.comments.append((header.start(1), header.group(1)))
        stop = node.end
        while stop > node.inner and text[stop - 1] in " \t\r\n":
            stop -= 1
        # Blanks at the end of the last line belong to the text.
        while stop < node.end and text[stop] in " \t":
            stop += 1
        return stop

    def _key(self, event: _Event, seen: set[str]) -> Node:
        if not isinstance(event, _SCALAR):
            raise _unsafe(event, "A key is a plain name in a manifest, not a list, a mapping or an alias.")
        key = self._scalar(event)
        if key.value == "<<" and not key.style:
            raise _unsafe(event, "A merge key brings in fields from elsewhere.")
        if key.value in seen:
            raise _unsafe(event, f"The key {quoted(key.value)} stands twice in one mapping.")
        seen.add(key.value)
        return key

    def _opened(self, node: Node, event: _Event) -> None:
        if node.flow:
            end: int = event.end_mark.index
            # Behind an anchor or a tag; a pair in a list, [a: b], has no brace of its own.
            node.inner = max(node.start, end - 1) if end > node.start else end
            self._leaf(node.inner, end)

    def _leaf(self, start: int, end: int) -> None:
        cursor = self._cursor
        if self.text.find("#", cursor, start) >= 0:
            self.comments += [
                (one.start(1), one.group(1)) for one in NOTE.finditer(self.text, cursor, start) if one.group(1)
            ]
        if end > cursor:
            self._cursor = end


def checked_text(data: bytes) -> str:
    """The text of a file, without a byte order mark; raises Unsafe for what is no text that YAML allows."""
    found = Findings("")
    fine = source.check(data, found)
    if fine is None:
        one = found.diagnostics()[0]
        place = (one.span.line, one.span.column) if one.span is not None else (0, 0)
        raise Unsafe(one.detail, line=place[0], column=place[1], advice="Mend it; vodplan validate shows the place.")
    return fine.decode("utf-8")


def _unsafe(event: _Event, why: str) -> Unsafe:
    mark = event.start_mark
    return Unsafe(why, line=mark.line + 1, column=mark.column + 1)


def _unreadable(text: str, error: YAMLError) -> Unsafe:
    found = Findings("")
    syntax.report(found, error, text.encode("utf-8"))
    one = found.diagnostics()[0]
    place = (one.span.line, one.span.column) if one.span is not None else (0, 0)
    return Unsafe(
        f"The file is not valid YAML: {one.detail}",
        line=place[0],
        column=place[1],
        advice="Mend it; vodplan validate shows the place.",
    )
