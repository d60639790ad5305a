"""Sizes, durations and counts as people read them."""

from __future__ import annotations


def size(count: int) -> str:
    """Bytes in decimal units: `834 B`, `12.6 MB`, `1.2 TB`."""
    value, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB", "PB"):
        if value < 999.95 or unit == "PB":
            break
        value /= 1000
    return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"


def duration(seconds: float) -> str:
    """A media length: `0:42`, `3:25`, `1:02:03`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def time_needed(seconds: float) -> str:
    """How long work takes: `0.4 s`, `42 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole // 60 % 60} min"


_ALIKE = frozenset({"attached", "tags", "categories"})
"""Names that are the same for one and for many."""


def many(noun: str) -> str:
    """The plural of a name: `video` → `videos`, `category` → `categories`, `attached` → `attached`."""
    if noun in _ALIKE:
        return noun
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 call`, `2 calls`, `0 entries`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
