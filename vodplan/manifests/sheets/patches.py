"""What rows ask for as edits of manifests, and as entries of a new one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vodplan.kinds.assets import ASSETS
from vodplan.manifests import emit
from vodplan.manifests.edit import AddEntry, At, Edit, RemoveField, SetField, Value
from vodplan.manifests.edit.model import written
from vodplan.manifests.sheets.asking import Wish

_BESIDE_ABSENT = ("source", "force", "streams")
"""Keys beside the fields that an entry cannot have any more once it deletes its asset."""


def edits_of(wish: Wish) -> Iterator[Edit]:
    """The edits of an entry that is there."""
    entry = wish.entry
    assert entry is not None, "an entry that is to be edited"
    at = At(entry.source.line, entry.source.column)
    for name, value in wish.fields.items():
        yield SetField(at=at, path=(name,), value=written(value), over_defaults=True)
    if not wish.absent:
        return
    if not entry.absent:
        yield SetField(at=at, path=("state",), value="absent")
        for name in (*(field.name for field in wish.kind.fields), *_BESIDE_ABSENT):
            yield RemoveField(at=at, path=(name,))
    for name, asked in (("reason", wish.reason), ("after", wish.after)):
        if asked is not None:
            yield SetField(at=at, path=(name,), value=asked)


def addition_of(wish: Wish) -> AddEntry:
    """A new entry, for a file that is there."""
    values: dict[str, Value] = {"id": wish.id}
    values |= {name: written(wish.fields[name]) for name in _in_order(wish)}
    if wish.absent:
        values["state"] = "absent"
        values |= {} if wish.reason is None else {"reason": wish.reason}
        values |= {} if wish.after is None else {"after": wish.after}
    return AddEntry(section=wish.kind.plural, values=values)


def new_manifest(wishes: Iterable[Wish]) -> bytes:
    """A manifest with nothing but new entries, in the order of the sheet."""
    by_kind: Mapping[str, list[str]] = {name: [] for name in ASSETS}
    for wish in wishes:
        by_kind[wish.kind.name].append("".join(_lines(wish)))
    pieces = [emit.HEAD]
    for name, entries in by_kind.items():
        if entries:
            pieces += [f"{ASSETS[name].plural}:\n", *entries]
    return "".join(pieces).encode("utf-8")


def _lines(wish: Wish) -> Iterator[str]:
    yield f"  - id: {emit.scalar(wish.id)}\n"
    for name in _in_order(wish):
        yield from emit.field(name, wish.fields[name], indent="    ")
    if wish.absent:
        yield "    state: absent\n"
        if wish.reason is not None:
            yield from emit.field("reason", wish.reason, indent="    ")
        if wish.after is not None:
            yield f"    after: {wish.after.isoformat()}\n"


def _in_order(wish: Wish) -> Sequence[str]:
    return [field.name for field in wish.kind.fields if field.name in wish.fields]
