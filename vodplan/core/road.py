"""Which way a plan reads the library: asset by asset, or with a walk of the search index before it.

The walk is a filter. It may say of an entry "as wanted", and then the entry is unchanged; of everything else it says
nothing, and that is read by id. So no change, no removal and no missing asset is ever decided on what an index holds.
"""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass

from vodplan.core.desired import DesiredAsset
from vodplan.core.plan import Road

LEAST = 5_000
"""Entries below which the index is never walked: their assets are read in a few seconds either way."""

FEW = f"Fewer than {LEAST:,} entries of videos can be compared with the search index."

LAG = datetime.timedelta(minutes=10)
"""How long after a write the index is not believed: the service calls the search real-time and states no bound."""

WORTH = 0.5
"""The part of the time that reading everything by id takes, up to which a walk is worth it."""


class ReadBy(enum.StrEnum):
    """What was asked for: the cheaper road, or one of the two."""

    AUTO = "auto"
    IDS = "ids"
    SEARCH = "search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Assets a second at the allowed rate: read by id, and by a walk of the index."""

    ids: float
    search: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The road, and one sentence why."""

    road: Road
    why: str


def comparable(asset: DesiredAsset) -> bool:
    """Whether the index can say of an entry that it is as wanted.

    Not of one that removes something, or that is known by its reference. Not of one that clears a field either: the
    index leaves out what is empty and what it does not carry, and the two look alike.
    """
    return not (
        asset.absent
        or asset.source_absent
        or asset.streams is not None
        or ":" in asset.key
        or any(value is None or value in ("", ()) for value in asset.values)
    )


def without_counting(read_by: ReadBy, *, entries: int, pictures_go: bool) -> Choice | None:
    """The road where it is clear without asking how large the library is, else None.

    entries:     those of videos that `comparable` holds for.
    pictures_go: whether pictures are deleted; then guards look at the cover of every video.
    """
    if read_by is ReadBy.IDS:
        return Choice(Road.IDS, "--read-by ids asks for it.")
    if not entries or (read_by is ReadBy.AUTO and entries < LEAST):
        return Choice(Road.IDS, FEW)
    if pictures_go:
        return Choice(Road.IDS, "Pictures are deleted, and any video may have one of them as its cover.")
    return None


def choose(read_by: ReadBy, *, asked: int, entries: int, total: int | None, rates: Rates) -> Choice:
    """The road, once the library has been counted.

    asked:   videos that the manifests name.
    entries: those of them that `comparable` holds for.
    total:   videos in the index; None when it cannot be walked.
    """
    if total is None:
        return Choice(Road.IDS, "The search index cannot be walked here.")
    if read_by is ReadBy.SEARCH:
        return Choice(Road.SEARCH, "--read-by search asks for it.")
    by_id = asked / rates.ids
    # Both go on at once, each at its own rate.
    walk = max(total / rates.search, (asked - min(entries, total)) / rates.ids)
    told = (
        f"At the allowed rate a walk through {total:,} videos takes {walk:,.0f} s, "
        f"and reading {asked:,} by id {by_id:,.0f} s."
    )
    return Choice(Road.SEARCH if walk <= WORTH * by_id else Road.IDS, told)
