"""What pages other than a plan's are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_ROWS = 2000
"""Rows of one table; a page with more is no use to a person, and the JSON has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading with what stands below it; every text is raw.

    tone:    `gone`, `new`, `change` or empty: how it is set off.
    lines:   paragraphs.
    head, rows: a table.
    code:    text in its own layout.
    command: to be copied.
    """

    heading: str = ""
    tone: str = ""
    lines: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    code: str = ""
    command: str = ""

    @property
    def shown_rows(self) -> Sequence[Sequence[str]]:
        """The rows that a page lists."""
        return self.rows[:MOST_ROWS]

    @property
    def left_out(self) -> int:
        """How many rows it does not list."""
        return max(len(self.rows) - MOST_ROWS, 0)
