"""Reads assets by key while the manifests that name them are still being loaded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

from vodplan.core.coverfile import Images
from vodplan.core.live import DEFAULT_TREE, Category, Indexed, LiveAsset, LiveBatch, Members, Parts
from vodplan.core.ports import LiveReader
from vodplan.core.selector import Selector

MOST = 32_000
"""Assets that are held at a time; a record with its facts takes about 2 KB."""

BURST = 400
"""Keys that are given to the reader at a time: 20 batches of 20."""

BURSTS = 4
"""Bursts under way at a time, so that the end of one does not leave the service waiting."""


class PrefetchReader:
    """Implements `core.ports.LiveReader` by another one, some of whose answers are there before they are asked for.

    An answer is handed out once and then forgotten. Reading ahead ends with the first question, or with `stop`: what
    was fed and not begun by then is read like all else. An error is raised by `read` for the keys it is about, and only
    there. Everything belongs to one event loop; left as a context manager, whatever is still under way is cancelled.
    """

    def __init__(self, inner: LiveReader, *, most: int = MOST, burst: int = BURST) -> None:
        self._inner = inner
        self._most = most
        self._burst = burst
        self._fed: dict[str, deque[str]] = {}
        self._held: dict[tuple[str, str], LiveAsset | None] = {}
        self._flying: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._categories: asyncio.Task[Sequence[Category]] | None = None
        self._stopped = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        tasks: set[asyncio.Task[None] | asyncio.Task[Sequence[Category]]] = {*self._tasks, *self._flying.values()}
        if self._categories is not None:
            tasks.add(self._categories)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def feed(self, kind: str, keys: Iterable[str]) -> None:
        """Have assets read that will be asked for; as many as may be held, in whole bursts."""
        self._fed.setdefault(kind, deque()).extend(keys)
        self._begin()

    def feed_categories(self) -> None:
        """Have the default tree of categories read, once: level by level it takes longer than many assets."""
        if self._categories is None and not self._stopped:
            self._categories = asyncio.ensure_future(self._read_categories())

    async def _read_categories(self) -> Sequence[Category]:
        return await self._inner.categories()

    def stop(self) -> None:
        """Begin nothing more: from now on it is known what is wanted."""
        self._stopped = True
        self._fed.clear()

    def _begin(self) -> None:
        for kind, fed in self._fed.items():
            while (
                not self._stopped
                and len(fed) >= self._burst
                and len(self._tasks) < BURSTS
                and len(self._held) + len(self._flying) + self._burst <= self._most
            ):
                some = dict.fromkeys(fed.popleft() for _ in range(self._burst))
                keys = [key for key in some if (kind, key) not in self._held and (kind, key) not in self._flying]
                task = asyncio.ensure_future(self._read(kind, keys))
                self._tasks.add(task)
                self._flying.update(((kind, key), task) for key in keys)
                task.add_done_callback(self._ended)

    async def _read(self, kind: str, keys: Sequence[str]) -> None:
        async for batch in self._inner.read(kind, keys):
            for key, live in batch.found:
                self._held[kind, key] = live
                self._flying.pop((kind, key), None)
            for key in batch.missing:
                self._held[kind, key] = None
                self._flying.pop((kind, key), None)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or task.exception() is not None:
            # What is wrong with one call is likely wrong with the next; whoever asks for these keys is told.
            self.stop()
        else:
            self._begin()

    async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """See `LiveReader.read`."""
        self.stop()
        here = [key for key in keys if (kind, key) in self._held]
        coming = {key: self._flying[kind, key] for key in keys if (kind, key) in self._flying}
        if here:
            yield self._handed(kind, here)
        if len(here) + len(coming) < len(keys):
            known = {*here, *coming}
            async for batch in self._inner.read(kind, [key for key in keys if key not in known]):
                yield batch
        for task in dict.fromkeys(coming.values()):
            await task
        if coming:
            yield self._handed(kind, list(coming))

    def _handed(self, kind: str, keys: Sequence[str]) -> LiveBatch:
        # A key that the reader said nothing about is left out, for whoever asked to notice.
        answers = [(key, self._held.pop((kind, key))) for key in keys if (kind, key) in self._held]
        return LiveBatch(
            found=tuple((key, live) for key, live in answers if live is not None),
            missing=tuple(key for key, live in answers if live is None),
        )

    async def parts(self, ids: Sequence[str]) -> Mapping[str, Parts]:
        """See `LiveReader.parts`."""
        return await self._inner.parts(ids)

    async def categories(self, tree: str = DEFAULT_TREE) -> Sequence[Category]:
        """See `LiveReader.categories`."""
        if tree != DEFAULT_TREE:
            return await self._inner.categories(tree)
        ahead, self._categories = self._categories, None
        return await (self._inner.categories() if ahead is None else ahead)

    async def pictures(self, digests: Sequence[str]) -> Images:
        """See `LiveReader.pictures`."""
        return await self._inner.pictures(digests)

    async def images(self, urls: Sequence[str]) -> Mapping[str, LiveAsset]:
        """See `LiveReader.images`."""
        return await self._inner.images(urls)

    async def members(self, category: int) -> Members:
        """See `LiveReader.members`."""
        return await self._inner.members(category)

    async def count(self, kind: str) -> int | None:
        """See `LiveReader.count`."""
        self.stop()
        return await self._inner.count(kind)

    async def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
        """See `LiveReader.walk`."""
        self.stop()
        async for page in self._inner.walk(kind, fields):
            yield page

    async def search(self, selector: Selector, categories: frozenset[int] | None) -> AsyncIterator[Sequence[str]]:
        """See `LiveReader.search`."""
        async for page in self._inner.search(selector, categories):
            yield page
