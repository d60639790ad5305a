"""Where changes come from, in words; safe to print but for the revision's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vodplan.core.change import Change
from vodplan.core.origins import ChangeOrigin, counted

WORDS: Mapping[str, str] = {
    ChangeOrigin.BRANCH: "from this branch",
    ChangeOrigin.PENDING: "pending before it",
    ChangeOrigin.CONSOLE: "edited in the console since",
    ChangeOrigin.EARLIER: "pending before it, or edited since",
}
"""Origin → what people are told; of the last one no run on record tells which of the two it is."""


def origin_words(origins: Mapping[str, str]) -> str:
    """`from this branch`, or `title: from this branch; tags: pending before it` where the fields differ."""
    if len(set(origins.values())) == 1:
        return WORDS[next(iter(origins.values()))]
    return "; ".join(f"{name}: {WORDS[origin]}" for name, origin in origins.items())


def origins_told(changes: Iterable[Change], revision: str) -> str:
    """`Beside main (0a1b2c3d4e5f): 3 from this branch, 1 pending before it`."""
    counts = counted(changes)
    told = ", ".join(f"{number:,} {WORDS[origin]}" for origin, number in counts.items())
    return f"Beside {revision}: {told or 'nothing changes'}"
