"""Builds nodes out of the events of the C parser, within bounds, with the place of everything at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn, cast

from yaml import events
from yaml._yaml import CParser

from vodplan.manifests.findings import Findings, Place
from vodplan.manifests.nodes import Bad, Map, Node, Placed, Scalar, Seq
from vodplan.manifests.scalars import ScalarType, plain_type
from vodplan.manifests.wording import cut, quoted

Event = Any
"""What the C parser gives; its published types call every place optional, which they are not here."""

_ALIAS: Event = events.AliasEvent
_DOCUMENT_END: Event = events.DocumentEndEvent
_MAP: Event = events.MappingStartEvent
_MAP_END: Event = events.MappingEndEvent
_SCALAR: Event = events.ScalarEvent
_SEQ: Event = events.SequenceStartEvent
_SEQ_END: Event = events.SequenceEndEvent
_STREAM_END: Event = events.StreamEndEvent

MAX_DEPTH = 32
"""Levels of lists and mappings within each other."""

MAX_ALIAS = 1_000
"""Values that one alias may stand for."""

MAX_ALIASES = 10_000
"""Values that all aliases of a file may stand for, or as many as the file itself has, whichever is more."""

MAX_VALUES = 100_000
"""Values within one entry, or within one value of the top mapping that is not a list of entries."""

MAX_KEYS = 100
"""Keys of the top mapping."""

MAX_ANCHORS = 10_000
"""Anchors of a file; each keeps what it names in memory."""

_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = {
    f"{_CORE}null": ScalarType.NULL,
    f"{_CORE}bool": ScalarType.BOOL,
    f"{_CORE}int": ScalarType.INT,
    f"{_CORE}float": ScalarType.FLOAT,
}
_TEXT_TAGS = ("!", f"{_CORE}str")
_OPEN: Final = None
"""Stands for an anchor whose node is still being built."""


class Abandoned(Exception):
    """The rest of a file cannot be read; the reason is already among its findings."""


class Composer:
    """Reads one YAML document piece by piece, so that a long list never stands in memory as a whole.

    raises: `Abandoned`, and whatever the C parser raises for a syntax error.
    """

    def __init__(self, data: bytes, found: Findings) -> None:
        self._get = cast(Callable[[], Event], CParser(data).get_event)
        self._found = found
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._written = 0
        self._before = 0
        self._aliased = 0

    @property
    def anchored(self) -> bool:
        """Whether anything read so far has an anchor, so that an alias may stand for it."""
        return bool(self._anchors)

    def root(self) -> Event:
        """The first event of the document's content; None when the stream holds no document."""
        self._get()
        start = self._get()
        return None if isinstance(start, _STREAM_END) else self._get()

    @staticmethod
    def is_mapping(event: Event) -> bool:
        """Whether a mapping begins with this event."""
        return isinstance(event, _MAP)

    def keys(self, root: Event) -> Iterator[tuple[str, Placed]]:
        """The names and keys of the top mapping; the value of each must be taken before the next key is."""
        self._is_core(root, f"{_CORE}map")
        if root.anchor is not None:
            self._anchors[root.anchor] = _OPEN
        seen: dict[str, Placed] = {}
        while True:
            event = self._get()
            if isinstance(event, _MAP_END):
                return
            name = self._key(event, seen.get, 1)
            if name is None:
                self.value()
                continue
            if len(seen) == MAX_KEYS:
                self._too_many(event, f"A manifest has less than {MAX_KEYS} keys at its top.")
            seen[name] = event
            yield name, event

    def value(self) -> Node:
        """The next value, whole."""
        self._begin()
        return self.node(self._get(), 1)

    def items(self) -> Iterator[Node] | Node:
        """The next value: the items of a list one by one, or whatever else it is, whole."""
        self._begin()
        event = self._get()
        if not isinstance(event, _SEQ) or event.anchor is not None:
            whole = self.node(event, 1)
            return iter(whole.items) if isinstance(whole, Seq) else whole
        self._is_core(event, f"{_CORE}seq")
        return self._stream()

    def _stream(self) -> Iterator[Node]:
        while True:
            event = self._get()
            if event.__class__ is _SEQ_END:
                return
            if self._found.hopeless:
                raise Abandoned
            self._begin()
            yield self.node(event, 2)

    def end(self) -> None:
        """Check that the document is the last one."""
        event = self._get()
        while isinstance(event, _DOCUMENT_END):
            event = self._get()
        if not isinstance(event, _STREAM_END):
            self._found.error(
                "VP111", "A second document begins here. Put it into a file of its own, or join the two.", event
            )

    def node(self, event: Event, depth: int) -> Node:
        """The node that begins with this event."""
        kind = event.__class__
        if kind is _SCALAR:
            if event.anchor is not None or event.tag is not None:
                return self._marked(event)
            return Scalar(event.value, event.implicit[0], event.start_mark, event.end_mark)
        if kind is _ALIAS:
            return self._alias(event)
        if depth > MAX_DEPTH:
            self._found.error(
                "VP112", f"More than {MAX_DEPTH} lists and mappings within each other. No manifest needs that.", event
            )
            raise Abandoned
        anchor: str | None = event.anchor
        if anchor is not None:
            self._anchors[anchor] = _OPEN
        read: Map | Seq = self._mapping(event, depth) if kind is _MAP else self._sequence(event, depth)
        node: Node = read
        if event.tag is not None and not self._is_core(event, f"{_CORE}map" if kind is _MAP else f"{_CORE}seq"):
            node = Bad(read.start_mark, read.end_mark)
        if anchor is not None:
            self._anchor(anchor, node, event)
        return node

    def _mapping(self, start: Event, depth: int) -> Map:
        get = self._get
        entries: dict[str, tuple[Placed, Node]] = {}
        event = get()
        while event.__class__ is not _MAP_END:
            key = event
            name: str | None = event.value if event.__class__ is _SCALAR else None
            if name is None or name in entries or name == "<<" or event.tag is not None or event.anchor is not None:
                name = self._key(event, lambda known: entries[known][0] if known in entries else None, depth)
            event = get()
            if event.__class__ is not _SCALAR or event.tag is not None or event.anchor is not None:
                value = self.node(event, depth + 1)
            else:
                value = Scalar(event.value, event.implicit[0], event.start_mark, event.end_mark)
            if name is not None:
                entries[name] = (key, value)
            if len(entries) > MAX_VALUES:
                break
            event = get()
        self._count(2 * len(entries) + 1, start)
        return Map(entries, start.start_mark, event.end_mark)

    def _sequence(self, start: Event, depth: int) -> Seq:
        get = self._get
        items: list[Node] = []
        event = get()
        while event.__class__ is not _SEQ_END:
            if event.__class__ is not _SCALAR or event.tag is not None or event.anchor is not None:
                items.append(self.node(event, depth + 1))
            else:
                items.append(Scalar(event.value, event.implicit[0], event.start_mark, event.end_mark))
            if len(items) > MAX_VALUES:
                break
            event = get()
        self._count(len(items) + 1, start)
        return Seq(items, start.start_mark, event.end_mark)

    def _begin(self) -> None:
        self._before = self._written
        self._found.entry = self._found.errors

    def _count(self, values: int, at: Placed) -> None:
        self._written += values
        if self._written - self._before > MAX_VALUES:
            self._too_many(at, f"An entry has less than {MAX_VALUES:,} values.")

    def _too_many(self, at: Placed, why: str) -> NoReturn:
        self._found.error("VP137", f"{why} The rest of the file was not read.", at)
        raise Abandoned

    def _anchor(self, name: str, node: Node, at: Placed) -> None:
        if len(self._anchors) > MAX_ANCHORS:
            self._found.error("VP113", f"The file has more than {MAX_ANCHORS:,} anchors. Write the values out.", at)
            raise Abandoned
        self._anchors[name] = (node, _weight(node, MAX_ALIAS))

    def _key(self, event: Event, seen: Callable[[str], Placed | None], depth: int) -> str | None:
        """The name of a key that can be used; None after saying why it cannot, its own content taken."""
        if not isinstance(event, _SCALAR):
            if not isinstance(event, _ALIAS):
                self.node(event, depth + 1)
            self._found.error("VP117", "A key is a plain name here, not a list, a mapping or an alias.", event)
            return None
        key = self.node(event, depth)
        if not isinstance(key, Scalar):
            return None
        name = key.value
        if name == "<<" and key.plain:
            self._found.error(
                "VP115",
                "Merge keys are not read. Repeat the fields, or write what the entries share under defaults:.",
                key,
            )
            return None
        first = seen(name)
        if first is not None:
            place = f"line {first.start_mark.line + 1}, column {first.start_mark.column + 1}"
            self._found.error("VP116", f"{quoted(name)} is already written at {place}. Keep one of the two.", key)
            self._count(1, key)
            return None
        return name

    def _marked(self, event: Event) -> Scalar | Bad:
        """A scalar with a tag or an anchor; the tag decides about its type."""
        start, end = event.start_mark, event.end_mark
        node: Scalar | Bad = Scalar(event.value, event.implicit[0], start, end)
        tag: str | None = event.tag
        if tag is not None:
            wanted = _SCALAR_TAGS.get(tag)
            if tag in _TEXT_TAGS or (wanted is not None and _fits(event.value, wanted)):
                node = Scalar(event.value, wanted is not None, start, end)
            else:
                self._refuse_tag(event, tag)
                node = Bad(start, end)
        if event.anchor is not None:
            self._anchor(event.anchor, node, event)
        return node

    def _alias(self, event: Event) -> Node:
        name: str = event.anchor
        if name not in self._anchors:
            self._found.error("VP113", f"No anchor &{cut(name)} stands before this alias.", event)
            return Bad(event.start_mark, event.end_mark)
        target = self._anchors[name]
        if target is _OPEN:
            self._found.error("VP113", f"The alias *{cut(name)} stands within what it stands for.", event)
            return Bad(event.start_mark, event.end_mark)
        node, weight = target
        self._aliased += weight
        if weight > MAX_ALIAS or self._aliased > max(MAX_ALIASES, self._written):
            which = "this alias stands" if weight > MAX_ALIAS else "the aliases of this file stand"
            self._found.error(
                "VP113",
                f"With *{cut(name)} {which} for more values than is allowed: {MAX_ALIAS:,} for one, and for all "
                f"together {MAX_ALIASES:,} or as many as the file has. Write the values out.",
                event,
            )
            raise Abandoned
        return _moved(node, event)

    def _is_core(self, event: Event, fitting: str) -> bool:
        """Whether a collection has no tag, or the one it would have anyway; says so when it has another."""
        if event.tag is None or event.tag in ("!", fitting):
            return True
        self._refuse_tag(event, event.tag)
        return False

    def _refuse_tag(self, event: Placed, tag: str) -> None:
        shown = tag.replace(_CORE, "!!", 1)
        start = event.start_mark
        self._found.error(
            "VP114",
            f"The tag {cut(shown)} is not read: a manifest is data, without types of its own. Remove the tag.",
            Place(start.line, start.column, start.column + len(cut(shown))),
        )


def _fits(text: str, wanted: ScalarType) -> bool:
    kind = plain_type(text)
    return kind is wanted or (wanted is ScalarType.FLOAT and kind is ScalarType.INT)


def _moved(node: Node, event: Event) -> Node:
    """The node of an anchor at the place of its alias, so that what is wrong with it is shown where it is used."""
    if isinstance(node, Map):
        return Map(node.entries, event.start_mark, event.end_mark)
    if isinstance(node, Seq):
        return Seq(node.items, event.start_mark, event.end_mark)
    if isinstance(node, Bad):
        return node
    return Scalar(node.value, node.plain, event.start_mark, event.end_mark)


def _weight(node: Node, most: int) -> int:
    """How many values a node comes to with its aliases written out; at most one over `most` is counted."""
    count = 0
    waiting = [node]
    while waiting and count <= most:
        count += 1
        one = waiting.pop()
        if isinstance(one, Seq):
            waiting.extend(one.items)
        elif isinstance(one, Map):
            waiting.extend(value for _, value in one.entries.values())
    return count
