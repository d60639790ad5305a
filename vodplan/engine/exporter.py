"""Reads a whole library: lists what there is, and reads every asset by its id meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from vodplan.core.exporting import WalkBy
from vodplan.core.listing import LibraryLister, ListedPage, Span
from vodplan.core.live import LiveBatch
from vodplan.core.ports import LiveReader, Progress

CHUNK = 10_000
"""Ids that are handed to the reader at a time: many batches, so that the end of one chunk leaves few places empty."""


class Keeper(Protocol):
    """Keeps what was found and read, so that another run goes on from there."""

    def done(self) -> Mapping[str, Sequence[Span]]:
        """Source → times that were looked through."""
        ...

    def found(self, page: ListedPage) -> int:
        """Take in a page of a list; how many of it are new."""
        ...

    def unread(self, kind: str, most: int) -> list[str]:
        """Ids of assets that were found and not yet read."""
        ...

    def read(self, kind: str, batch: LiveBatch) -> None:
        """Take in what was read of assets that were found."""
        ...

    def counts(self) -> tuple[int, int, int]:
        """How many assets wait to be read, were read, were gone when they were to be read."""
        ...


async def read_library(
    *,
    lister: LibraryLister,
    reader: LiveReader,
    keeper: Keeper,
    kinds: Collection[str],
    by: WalkBy,
    progress: Progress,
) -> None:
    """Bring everything there is of some kinds into a keeper, with values as reads by id give them.

    What the keeper has already is neither listed nor read again. Nothing is held here but the ids that are being read.

    raises: ApiError, CredentialsError; what was read until then is kept.
    """
    counted = sum(await asyncio.gather(*(lister.count(kind, by=by) for kind in kinds)))
    _, read, gone = keeper.counts()
    progress.start("reading", max(0, counted - read - gone))
    try:
        await _together(*(_Kind(kind, lister, reader, keeper, progress).read(by) for kind in kinds))
    finally:
        progress.finish()


class _Kind:
    """The reading of one kind; kinds have rates of their own, so they do not wait for each other."""

    def __init__(
        self, kind: str, lister: LibraryLister, reader: LiveReader, keeper: Keeper, progress: Progress
    ) -> None:
        self._kind = kind
        self._lister = lister
        self._reader = reader
        self._keeper = keeper
        self._progress = progress
        self._more = asyncio.Event()
        self._listed = False

    async def read(self, by: WalkBy) -> None:
        await _together(self._list(by), self._values())

    async def _list(self, by: WalkBy) -> None:
        done = self._keeper.done()
        async for page in self._lister.walk(self._kind, by=by, detailed=False, done=done):
            if self._keeper.found(page):
                self._more.set()
        self._listed = True
        self._more.set()

    async def _values(self) -> None:
        while True:
            self._more.clear()
            listed = self._listed
            keys = self._keeper.unread(self._kind, CHUNK)
            if keys:
                async for batch in self._reader.read(self._kind, keys):
                    self._keeper.read(self._kind, batch)
                    self._progress.advance(len(batch.found) + len(batch.missing))
            elif listed:
                return
            else:
                await self._more.wait()


async def _together(*work: Coroutine[object, object, None]) -> None:
    """Do several things at once; the first failure ends the others and is raised."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
