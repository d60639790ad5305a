"""What can be asked of the writer, and how it says that it cannot do it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vodplan.core.coverfile import DELETE
from vodplan.core.values import CoverFile, FieldValue, TagEdit, Unset

Value = str | int | bool | datetime.date | None | Sequence["Value"] | Mapping[str, "Value"]
"""What a field can be set to.

A list is a set: items that are there already stay where and as they are, new ones come last. A date is written without
quotes; a text that looks like one gets them.
"""


@dataclass(frozen=True, slots=True)
class At:
    """Where an entry begins: line and column of its first key, or of its brace, one-based, as `SourceRef` has them."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetField:
    """Give a field of an entry a value, whether it has one or not.

    path:          the field's name, and the names of what stands in it: `("tags", "add")`.
    over_defaults: whether the entry may get a field of its own where `defaults:` of the file has given it one so far.
    """

    at: At
    path: tuple[str, ...]
    value: Value
    over_defaults: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearField:
    """Empty a field of an entry: `[]` for tags, `null` for a category, `""` for anything else."""

    at: At
    field: str
    over_defaults: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveField:
    """Take a field out of an entry, so that it is left alone from then on. Nothing happens where it is not there."""

    at: At
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEntry:
    """Add an entry at the end of a list of the file: `categories`, `videos`, `images` or `attached`.

    values: the entry's keys and values, in that order.
    """

    section: str
    values: Mapping[str, Value]


Edit = SetField | ClearField | RemoveField | AddEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A file after its edits.

    content: all of it, byte for byte as it was but for what had to change.
    added:   where the entries of `AddEntry` begin, in the order of the edits.
    """

    content: bytes
    added: tuple[At, ...] = field(default=())


class Unsafe(Exception):
    """A file cannot be edited, or formatted, without touching what must stay; nothing was changed.

    line, column: one-based; 0 where the file as a whole is meant.
    why:          a full sentence.
    advice:       a full sentence: what a person can do.
    """

    def __init__(self, why: str, *, line: int = 0, column: int = 0, advice: str = "Edit the file by hand.") -> None:
        super().__init__(why)
        self.why = why
        self.line = line
        self.column = column
        self.advice = advice


def cleared(name: str) -> Value:
    """What empties a field."""
    if name in ("tags", "categories"):
        return ()
    return None if name == "category" else ""


def written(value: FieldValue) -> Value:
    """A field's value as a manifest writes it."""
    if isinstance(value, TagEdit):
        parts = {"add": value.add, "remove": value.remove}
        return {name: list(tags) for name, tags in parts.items() if tags}
    if isinstance(value, CoverFile):
        return {"file": value.file, "old": DELETE} if value.delete_old else {"file": value.file}
    if isinstance(value, int) and not isinstance(value, bool):
        return {"id": value}
    if isinstance(value, tuple):
        return [{"id": one} if isinstance(one, int) else one for one in value]
    assert not isinstance(value, Unset), "a field that is left out is not written"
    return value
