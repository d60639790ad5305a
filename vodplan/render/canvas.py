"""The surface that text is laid out on: how wide it is, and what it can show."""

from __future__ import annotations

import enum
from dataclasses import dataclass

MEASURE = 132
"""Wider than this, lines are harder to read, not easier."""

NARROWEST = 40


class Ink(enum.StrEnum):
    """What a piece of text is, which decides its color; the values are SGR parameters."""

    ADD = "32"
    CHANGE = "33"
    REMOVE = "31"
    FAINT = "2"
    STRONG = "1"
    ALARM = "1;31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Where text goes.

    width:   terminal cells in a line.
    color:   whether color sequences are understood and wanted.
    unicode: whether characters beyond ASCII can be written; the texts of strangers are escaped otherwise.
    """

    width: int = 100
    color: bool = False
    unicode: bool = True

    @property
    def measure(self) -> int:
        """The cells to lay text out in."""
        return max(min(self.width, MEASURE), NARROWEST)

    @property
    def arrow(self) -> str:
        """The sign between an old and a new value."""
        return "→" if self.unicode else "->"

    @property
    def ellipsis(self) -> str:
        """The sign for what is left out."""
        return "…" if self.unicode else "..."

    def paint(self, text: str, ink: Ink) -> str:
        """Color a text that holds no color yet."""
        return f"\x1b[{ink}m{text}\x1b[0m" if self.color and text else text
