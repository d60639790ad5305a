"""Sizes and ages in the steps that filters and charts have in common."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, and the first value that lies above it (None for the last)."""

    name: str
    below: int | None


SIZES = (
    Step("under 10 MB", 10_000_000),
    Step("10 to 100 MB", 100_000_000),
    Step("100 MB to 1 GB", 1_000_000_000),
    Step("1 to 10 GB", 10_000_000_000),
    Step("10 GB and more", None),
)
"""Bytes."""

AGES = (
    Step("under a month", 30),
    Step("1 to 12 months", 365),
    Step("1 to 2 years", 2 * 365),
    Step("2 to 5 years", 5 * 365),
    Step("5 years and more", None),
)
"""Days before the plan was made."""

UNKNOWN = "not known"


def step_of(value: int | None, steps: tuple[Step, ...]) -> int:
    """The number of the step that a value lies in; one past the last for a value that is not known."""
    if value is None:
        return len(steps)
    return next(place for place, step in enumerate(steps) if step.below is None or value < step.below)


def days_before(created: str, moment: str) -> int | None:
    """Whole days from one ISO 8601 moment to another, at least 0; None when either is no such thing."""
    try:
        was, now = datetime.date.fromisoformat(created[:10]), datetime.date.fromisoformat(moment[:10])
    except ValueError:
        return None
    return max((now - was).days, 0)
