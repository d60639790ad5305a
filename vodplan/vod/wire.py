"""Reads what the service wrote, in every shape it has been seen to write it.

A list may come bare, wrapped in an object of one member, as a single text, as null, or not at all; a number may come as
a text. Anything else is an `InvalidAnswer`, never an empty value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from vodplan.core.errors import InvalidAnswer

NO_CATEGORY = frozenset({0, -1})
"""Category ids that mean none: what an update sends to clear, and the virtual root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which answer a record is from, for errors."""

    operation: str
    request_id: str


class Record:
    """One JSON object of an answer, with typed looks at its members."""

    __slots__ = ("origin", "raw")

    def __init__(self, raw: Mapping[str, object], origin: Origin) -> None:
        self.raw = raw
        self.origin = origin

    @property
    def request_id(self) -> str:
        """The id of the request that this record answers."""
        return self.origin.request_id

    def invalid(self, what: str) -> InvalidAnswer:
        """An error that says what is wrong with this record."""
        request = f" (request {self.request_id})" if self.request_id else ""
        return InvalidAnswer(
            f"The answer of {self.origin.operation} cannot be used: {what}{request}.",
            operation=self.origin.operation,
            code="InvalidAnswer",
            request_id=self.request_id,
        )

    def text(self, name: str) -> str:
        """A text, "" when absent."""
        value = self.raw.get(name)
        if type(value) is str:
            return value
        if value is None:
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise self.invalid(f"{name} is no text")

    def integer(self, name: str) -> int | None:
        """A whole number, None when absent or empty."""
        value = self.raw.get(name)
        if type(value) is int:
            return value
        value = self.number(name)
        if value is None:
            return None
        if not float(value).is_integer():
            raise self.invalid(f"{name} is no whole number")
        return int(value)

    def number(self, name: str) -> int | float | None:
        """A number, None when absent or empty."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if isinstance(value, str):
            try:
                return int(value) if value.strip().lstrip("+-").isdecimal() else _finite(value)
            except ValueError:
                pass
        raise self.invalid(f"{name} is no number")

    def category(self, name: str) -> int | None:
        """A category id, None for none in any of its spellings."""
        value = self.raw.get(name)
        if type(value) is not int:
            value = self.integer(name)
        return None if value is None or value in NO_CATEGORY else value

    def tags(self, name: str) -> tuple[str, ...]:
        """Tags, trimmed, without empty ones and repeats, in the service's order."""
        return _tags(self.text(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, such as ids or URLs."""
        found = []
        for value in self._items(name):
            if isinstance(value, bool) or not isinstance(value, str | int):
                raise self.invalid(f"{name} holds something that is no text")
            found.append(str(value))
        return tuple(found)

    def ids(self, name: str) -> frozenset[str]:
        """A set of ids; a bare text may hold several, separated by commas."""
        return frozenset(part for text in self.texts(name) for part in text.split(",") if part)

    def records(self, name: str) -> list[Record]:
        """A list of objects."""
        return [Record(value, self.origin) for value in self.objects(name)]

    def objects(self, name: str) -> list[Mapping[str, object]]:
        """The same list, for whoever has a class of its own for them."""
        found: list[Mapping[str, object]] = []
        for value in self._items(name):
            if not isinstance(value, dict | Mapping):
                raise self.invalid(f"{name} holds something that is no object")
            found.append(value)
        return found

    def record(self, name: str) -> Record | None:
        """One object, None when absent."""
        value = self.raw.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.invalid(f"{name} is no object")
        return Record(value, self.origin)

    def _items(self, name: str) -> list[object]:
        value = self.raw.get(name)
        if isinstance(value, Mapping) and len(value) <= 1:
            value = next(iter(value.values()), None)
        if value is None or value == "":
            return []
        if isinstance(value, list):
            return value
        if isinstance(value, str):
            return [value]
        raise self.invalid(f"{name} is no list")


@lru_cache(maxsize=4096)
def _tags(text: str) -> tuple[str, ...]:
    # A library has few combinations of tags for its many assets.
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip())))


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
