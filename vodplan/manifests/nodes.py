"""What a YAML file is made of before anyone knows what it means: scalars, lists and mappings with their places."""

from __future__ import annotations

from typing import Protocol


class Mark(Protocol):
    """A place in the text; zero-based, the column counted in characters."""

    @property
    def line(self) -> int:
        """How many lines stand before."""

    @property
    def column(self) -> int:
        """How many characters stand before on the line."""


class Placed(Protocol):
    """Anything that stands between two marks; the second is the first place after it."""

    @property
    def start_mark(self) -> Mark:
        """Where it begins."""

    @property
    def end_mark(self) -> Mark:
        """Where it has ended."""


class Scalar:
    """A text, number, truth value or null.

    value: as written, escapes and folding resolved.
    plain: without quotes, so that it may be something else than text.
    """

    __slots__ = ("end_mark", "plain", "start_mark", "value")

    def __init__(self, value: str, plain: bool, start_mark: Mark, end_mark: Mark) -> None:
        self.value = value
        self.plain = plain
        self.start_mark = start_mark
        self.end_mark = end_mark


class Map:
    """A mapping: name → (the key, its value), in the order of the file."""

    __slots__ = ("end_mark", "entries", "start_mark")

    def __init__(self, entries: dict[str, tuple[Placed, Node]], start_mark: Mark, end_mark: Mark) -> None:
        self.entries = entries
        self.start_mark = start_mark
        self.end_mark = end_mark


class Seq:
    """A list."""

    __slots__ = ("end_mark", "items", "start_mark")

    def __init__(self, items: list[Node], start_mark: Mark, end_mark: Mark) -> None:
        self.items = items
        self.start_mark = start_mark
        self.end_mark = end_mark


class Bad:
    """A value that was already reported: whoever meets it says nothing more about it."""

    __slots__ = ("end_mark", "start_mark")

    def __init__(self, start_mark: Mark, end_mark: Mark) -> None:
        self.start_mark = start_mark
        self.end_mark = end_mark


Node = Scalar | Map | Seq | Bad
