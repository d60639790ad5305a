"""Carries edits out: reads the file, replaces what must be replaced, and proves that nothing else changed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vodplan.kinds.assets import ASSETS
from vodplan.manifests.collector import without_collector
from vodplan.manifests.edit.cuts import Cuts
from vodplan.manifests.edit.entries import add_section, add_to
from vodplan.manifests.edit.fields import rank, remove_fields, set_field
from vodplan.manifests.edit.model import (
    AddEntry,
    At,
    ClearField,
    Edit,
    Edited,
    RemoveField,
    SetField,
    Unsafe,
    Value,
    cleared,
)
from vodplan.manifests.edit.proof import Expected, prove
from vodplan.manifests.edit.shapes import meant, put, said, take
from vodplan.manifests.edit.tree import SECTIONS, Head, Node, Reader, Sort, checked_text

KINDS = {kind.plural: name for name, kind in ASSETS.items()}
"""The list → what `defaults:` calls its entries."""

_Key = tuple[str, int]
"""An entry: its list, and how many stand before it."""

_Place = tuple[int, int]
"""An entry: the line and the column where it begins, one-based."""


@dataclass(slots=True)
class _Work:
    """What is to be done in one pass over the file."""

    sets: dict[_Key | _Place, list[SetField]] = field(default_factory=dict)
    removes: dict[_Key | _Place, list[RemoveField]] = field(default_factory=dict)
    adds: dict[str, list[Mapping[str, Value]]] = field(default_factory=dict)


def edit(data: bytes, edits: Sequence[Edit]) -> Edited:
    """A manifest with edits carried out, all of them in one go.

    data:    the file's bytes, as they are on the disk.
    returns: the same bytes but for the lines that had to change. That exactly the values asked for changed, that every
             comment is there and that everything else says what it said was proved on the result.
    raises:  Unsafe when that cannot be had; then nothing is to be written.
    cost:    grows with the file and the edits, not with their product.
    """
    if not edits:
        return Edited(content=data)
    with without_collector():
        return _edited(data, edits)


def _edited(data: bytes, edits: Sequence[Edit]) -> Edited:
    text = checked_text(data)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    work, later = _Work(), _Work()
    for one in edits:
        if isinstance(one, AddEntry):
            if one.section not in SECTIONS:
                raise Unsafe(f"A manifest has no list {one.section}.", advice=f"Name one of {', '.join(SECTIONS)}.")
            work.adds.setdefault(one.section, []).append(one.values)
        elif isinstance(one, RemoveField):
            work.removes.setdefault((one.at.line, one.at.column), []).append(one)
        else:
            work.sets.setdefault((one.at.line, one.at.column), []).append(_as_set(one))
    twice = {place: work.removes.pop(place) for place in [place for place in work.removes if place in work.sets]}
    text, surgery, added = _pass(text, work)
    if twice:
        # What is inserted beside a line that goes would touch it, so these entries are visited again.
        later.removes = {surgery.keys[place]: removes for place, removes in twice.items()}
        text, _, _ = _pass(text, later)
    order = {section: iter(places) for section, places in added.items()}
    return Edited(
        content=mark + text.encode("utf-8"),
        added=tuple(next(order[one.section]) for one in edits if isinstance(one, AddEntry)),
    )


def _as_set(one: SetField | ClearField) -> SetField:
    if isinstance(one, SetField):
        return one
    return SetField(at=one.at, path=(one.field,), value=cleared(one.field), over_defaults=one.over_defaults)


def _pass(text: str, work: _Work) -> tuple[str, _Surgery, dict[str, list[At]]]:
    """One reading, its replacements, and their proof; where the new entries begin."""
    surgery = _Surgery(text, work)
    result = surgery.done()
    return result, surgery, prove(text, result, surgery.cuts.ordered(), surgery.expected)


class _Surgery:
    """One pass over a file.

    expected: what the edited entries must say afterwards.
    keys:     the entries that were edited, by the places where the file had them.
    """

    def __init__(self, text: str, work: _Work) -> None:
        self._reader = Reader(text)
        self._work = work
        self._shared: list[tuple[str, Node]] = []
        self._defaults: dict[str, Node] = {}
        self._uncovered: list[tuple[str, str, Node]] = []
        self._missing = set(work.sets) | set(work.removes)
        self.expected = Expected()
        self.keys: dict[_Key | _Place, _Key] = {}
        self.cuts = Cuts(self._reader)

    def done(self) -> str:
        """The text with everything replaced."""
        adds = dict(self._work.adds)
        for head in self._reader.heads():
            name = head.key.value
            if name == "defaults":
                self._defaults = {key.value: value for key, value in head.value.pairs}
            items = self._reader.items() if head.streamed else iter(head.value.items)
            if name not in SECTIONS:
                continue
            last = self._section(name, head, items)
            if name in adds:
                self._watch(head.value)
                add_to(self.cuts, head, last, adds.pop(name))
        top = self._reader.top
        assert top is not None, "a file without a top mapping was refused"
        for name, entries in adds.items():
            add_section(self.cuts, top, name, entries)
        for name, added in self._work.adds.items():
            self.expected.added[name] = [{key: meant(value) for key, value in one.items()} for one in added]
        for line, column in self._missing:
            raise Unsafe(
                "No entry begins here: the file is not as it was when it was read.",
                line=int(line),
                column=int(column),
                advice="Run the command again.",
            )
        self._check_shared()
        self._check_defaults()
        return self.cuts.result()

    def _section(self, name: str, head: Head, items: Iterator[Node]) -> list[Node]:
        last: list[Node] = []
        for place, node in enumerate(items):
            key = (name, place)
            for named in ((node.line + 1, node.column + 1), key):
                if named in self._missing:
                    self._missing.discard(named)
                    self.keys[named] = key
                    self._watch(head.value)
                    self._entry(key, node, self._work.sets.get(named, ()), self._work.removes.get(named, ()))
            last = [*last[-1:], node]
        return last

    def _entry(self, key: _Key, node: Node, sets: Sequence[SetField], removes: Sequence[RemoveField]) -> None:
        if node.sort is not Sort.MAP:
            what = f"*{node.value}, which is shared" if node.sort is Sort.ALIAS else "no mapping"
            raise self.cuts.unsafe(node, f"The entry is {what}.", "Write the entry out.")
        self._watch(node)
        says = said(node)
        for one in sorted(sets, key=lambda one: rank(one.path[0])):
            pair = node.get(one.path[0])
            if pair is None and not one.over_defaults:
                self._uncovered.append((key[0], one.path[0], node))
            if pair is not None:
                self._watch_all(pair[1])
            set_field(self.cuts, node, one.path, one.value)
            put(says, one.path, meant(one.value))
        self._remove(key, node, removes, says)
        self.expected.entries[key] = says

    def _remove(self, key: _Key, node: Node, removes: Sequence[RemoveField], says: dict[str, object]) -> None:
        by_parent: dict[tuple[str, ...], set[str]] = {}
        for one in removes:
            by_parent.setdefault(one.path[:-1], set()).add(one.path[-1])
            take(says, one.path)
        for above, names in by_parent.items():
            parent: Node | None = node
            for name in above:
                pair = parent.get(name) if parent is not None else None
                parent = None if pair is None else pair[1]
            if parent is None:
                continue
            if parent.sort is Sort.ALIAS:
                raise self.cuts.unsafe(parent, f"The value is *{parent.value}, which is shared.", "Write it out.")
            for name in names:
                pair = parent.get(name)
                if pair is not None:
                    self._watch(parent)
                    self._watch_all(pair[1])
                # Defaults mean nothing to an entry that deletes its asset.
                if parent is node and says.get("state") != meant("absent"):
                    self._uncovered.append((key[0], name, node))
            remove_fields(self.cuts, parent, names)

    def _watch(self, node: Node) -> None:
        """Remember to ask, once the file is read, whether an alias stands for this node."""
        if node.anchor is not None:
            self._shared.append((node.anchor, node))

    def _watch_all(self, node: Node) -> None:
        self._watch(node)
        for key, value in node.pairs:
            self._watch(key)
            self._watch_all(value)
        for item in node.items:
            self._watch_all(item)

    def _check_shared(self) -> None:
        for anchor, node in self._shared:
            if anchor in self._reader.aliases:
                raise self.cuts.unsafe(
                    node,
                    f"What stands here is &{anchor}, and *{anchor} stands for it elsewhere in the file.",
                    "Write the value out where the alias stands, or change both by hand.",
                )

    def _check_defaults(self) -> None:
        for section, name, node in self._uncovered:
            block = self._defaults.get(KINDS.get(section, ""))
            pair = None if block is None else block.get(name)
            if pair is not None:
                raise self.cuts.unsafe(
                    node,
                    f"{name} of this entry comes from the defaults of the file, line {pair[0].line + 1}, which other "
                    "entries share.",
                    f"Decide by hand: a {name} for this entry alone, or another default for all of them.",
                )
