"""Gets every asset that the manifests name before the sorter: by id, or past the search index."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from vodplan.core.desired import DesiredAsset
from vodplan.core.errors import BugError, Forbidden
from vodplan.core.oldcovers import asks
from vodplan.core.plan import Reading, Road
from vodplan.core.ports import LiveReader, Progress
from vodplan.core.road import Choice, Rates, ReadBy, choose, comparable, without_counting
from vodplan.core.values import UNSET
from vodplan.engine.sorter import Sorter

INDEXED = "video"
"""The kind whose search index may be walked."""

Entries = dict[str, DesiredAsset]
"""Entries of one kind by key. They leave it as they are answered."""


@dataclass(slots=True, kw_only=True)
class Intake:
    """One reading of the library.

    written: addresses that were written to so lately that the index may not know.
    """

    sorter: Sorter
    reader: LiveReader
    progress: Progress
    rates: Rates
    read_by: ReadBy
    written: frozenset[str]
    _by_search: int = 0

    async def read(self, assets: Iterable[DesiredAsset]) -> Reading:
        """Bring every asset before the sorter, once, and say how it came in."""
        wanted: dict[str, Entries] = {}
        for asset in assets:
            if self.sorter.postponed(asset):
                self.sorter.later(asset)
                if asset.absent:
                    continue
            wanted.setdefault(asset.kind, {})[asset.key] = asset
        asked = sum(map(len, wanted.values()))
        self.progress.start("reading", asked)
        try:
            # Pictures that go are known first, so that of all covers only those that show one of them are kept.
            if any(entry.absent for entry in wanted.get("image", {}).values()):
                await self._by_id("image", wanted.pop("image"))
            if self.sorter.old_covers_go:
                await self._leaving(wanted.get(INDEXED, {}))
            others = [self._by_id(kind, entries) for kind, entries in wanted.items() if kind != INDEXED]
            choice, _ = await asyncio.gather(self._indexed(wanted.get(INDEXED, {})), asyncio.gather(*others))
        finally:
            self.progress.finish()
        return Reading(
            road=choice.road,
            why=choice.why,
            assets=asked,
            by_search=self._by_search,
            by_id=asked - self._by_search,
        )

    async def _by_id(self, kind: str, entries: Entries) -> None:
        """Read assets by their keys, and make sure that every key is answered, once: silence is not absence."""
        async for batch in self.reader.read(kind, list(entries)):
            for key, live in batch.found:
                self.sorter.found(_taken(entries, kind, key), live)
            for key in batch.missing:
                self.sorter.gone(_taken(entries, kind, key))
            self.progress.advance(len(batch.found) + len(batch.missing))
        if entries:
            raise BugError(f"Reading {kind} assets said nothing about {min(entries)}.")

    async def _leaving(self, entries: Entries) -> None:
        """Read the assets whose old covers are to go, and find the images that those are."""
        some = {key: asset for key, asset in entries.items() if asks(asset.values)}
        for key in some:
            del entries[key]
        await self._by_id(INDEXED, some)
        await self.sorter.old.look(self.sorter.changes, self.sorter.covers, self.reader)

    async def _indexed(self, entries: Entries) -> Choice:
        """Read the kind that has an index, by the road that is cheaper."""
        apart = [key for key, asset in entries.items() if not comparable(asset)]
        compared = len(entries) - len(apart)
        choice = without_counting(self.read_by, entries=compared, pictures_go=bool(self.sorter.covers))
        if choice is None:
            choice = await self._counted(len(entries), compared)
        if choice.road is Road.SEARCH:
            await self._past_the_index(entries, apart)
        elif entries:
            await self._by_id(INDEXED, entries)
        return choice

    async def _counted(self, asked: int, compared: int) -> Choice:
        try:
            total = await self.reader.count(INDEXED)
        except Forbidden:
            if self.read_by is ReadBy.SEARCH:
                raise
            return Choice(Road.IDS, "The key may not search, so every asset is read by id.")
        return choose(self.read_by, asked=asked, entries=compared, total=total, rates=self.rates)

    async def _past_the_index(self, entries: Entries, apart: list[str]) -> None:
        """Drop what the index shows to be as wanted, and read everything else by id meanwhile.

        apart: keys that the index has nothing to say of.
        """
        if self.written:
            addresses = ((key, asset.address) for key, asset in entries.items() if comparable(asset))
            apart += [key for key, address in addresses if str(address) in self.written]
        rest = _Rest(self)
        for key in apart:
            rest.add(key, entries.pop(key))
        fields: set[int] = set()
        for asset in entries.values():
            fields.update(place for place, value in enumerate(asset.values) if value is not UNSET)
        names = [one.name for place, one in enumerate(self.sorter.kinds[INDEXED].fields) if place in fields]
        reading = asyncio.ensure_future(rest.read())
        try:
            async for page in self.reader.walk(INDEXED, names):
                settled = 0
                for indexed in page:
                    one = entries.pop(indexed.id, None)
                    if one is None:
                        continue
                    if not indexed.recent and self.sorter.settled(one, indexed):
                        settled += 1
                    else:
                        rest.add(indexed.id, one)
                self._by_search += settled
                self.progress.advance(settled)
                if reading.done():
                    break
            rest.close(entries)
            await reading
        finally:
            reading.cancel()

    async def read_some(self, entries: Entries) -> None:
        """Read some of what the index does not settle."""
        await self._by_id(INDEXED, entries)


class _Rest:
    """What is read by id while the walk goes on: full batches at once, the last one when the walk is over."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._batch = intake.sorter.kinds[INDEXED].read_batch
        self._entries: Entries = {}
        self._more = asyncio.Event()
        self._closed = False

    def add(self, key: str, asset: DesiredAsset) -> None:
        """Have an asset read."""
        self._entries[key] = asset
        if len(self._entries) >= self._batch:
            self._more.set()

    def close(self, entries: Entries) -> None:
        """Have the last ones read; nothing comes after them."""
        self._entries.update(entries)
        self._closed = True
        self._more.set()

    async def read(self) -> None:
        """Read until closed."""
        while not (self._closed and not self._entries):
            await self._more.wait()
            self._more.clear()
            keep = 0 if self._closed else len(self._entries) % self._batch
            if len(self._entries) > keep:
                keys = list(self._entries)[: len(self._entries) - keep]
                await self._intake.read_some({key: self._entries.pop(key) for key in keys})
            if self._closed or len(self._entries) >= self._batch:
                self._more.set()


def _taken(entries: Entries, kind: str, key: str) -> DesiredAsset:
    try:
        return entries.pop(key)
    except KeyError:
        raise BugError(
            f"Reading {kind} assets answered for a key twice, or for one that nobody asked for: {key}."
        ) from None
