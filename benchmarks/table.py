"""Rows as Markdown tables, and the few sums that they are made with."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence

from benchmarks.bench import Row

NONE = "–"


def table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table; its first column is text, the others are figures."""
    marks = ["---", *("---:" for _ in heads[1:])]
    return "\n".join("| " + " | ".join(line) + " |" for line in (heads, marks, *lines))


def seconds(found: Sequence[float]) -> str:
    """A median: three figures that mean something."""
    return amount(statistics.median(found)) if found else NONE


def amount(value: float) -> str:
    """A number with three significant figures, and no more than they are worth."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def ratio(row: Row, other: Row | None, of: Callable[[Row], Sequence[float]]) -> float | None:
    """The median, over the turns, of one run by the other of the same turn."""
    if other is None:
        return None
    pairs = [(one, floor) for one, floor in zip(of(row), of(other), strict=False) if floor]
    return statistics.median(one / floor for one, floor in pairs) if pairs else None


def times(value: float | None) -> str:
    """A ratio as people write it."""
    return NONE if value is None else f"{amount(value)} ×"


def wall(row: Row) -> Sequence[float]:
    """Seconds on the clock."""
    return row.wall


def cpu(row: Row) -> Sequence[float]:
    """Seconds of CPU."""
    return row.cpu


def megabytes(count: float) -> str:
    """Bytes as millions."""
    return f"{count / 1e6:,.0f} MB" if count else NONE


def exponent(small: Row, large: Row) -> float | None:
    """How CPU grows with the size: 1 is linear, 0 is not at all."""
    if not (small.cpu and large.cpu) or large.videos <= small.videos:
        return None
    return math.log(statistics.median(large.cpu) / statistics.median(small.cpu)) / math.log(large.videos / small.videos)


def beside(row: Row, rows: Sequence[Row], case: str) -> Row | None:
    """The row of another case that was measured in the same turns."""
    return next((one for one in rows if (one.case, one.videos, one.setting) == (case, row.videos, row.setting)), None)
