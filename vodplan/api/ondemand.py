"""A connection that is opened by the first question: a plan that asks nothing calls nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from vodplan.core.live import DEFAULT_TREE

if TYPE_CHECKING:
    from vodplan.core.coverfile import Images
    from vodplan.core.live import Category, Indexed, LiveAsset, LiveBatch, Members, Parts
    from vodplan.core.ports import LiveReader
from vodplan.core.selector import Selector


class OnDemand:
    """Implements `core.ports.LiveReader` by one that is opened when it is first asked; once, whoever asks at a time."""

    def __init__(self, open: Callable[[], Awaitable[LiveReader]]) -> None:
        self._open = open
        self._lock = asyncio.Lock()
        self._reader: LiveReader | None = None

    async def _opened(self) -> LiveReader:
        async with self._lock:
            if self._reader is None:
                self._reader = await self._open()
            return self._reader

    async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """See `LiveReader.read`."""
        if keys:
            async for batch in (await self._opened()).read(kind, keys):
                yield batch

    async def parts(self, ids: Sequence[str]) -> Mapping[str, Parts]:
        """See `LiveReader.parts`."""
        return await (await self._opened()).parts(ids)

    async def categories(self, tree: str = DEFAULT_TREE) -> Sequence[Category]:
        """See `LiveReader.categories`."""
        return await (await self._opened()).categories(tree)

    async def pictures(self, digests: Sequence[str]) -> Images:
        """See `LiveReader.pictures`."""
        return await (await self._opened()).pictures(digests)

    async def images(self, urls: Sequence[str]) -> Mapping[str, LiveAsset]:
        """See `LiveReader.images`."""
        return await (await self._opened()).images(urls)

    async def members(self, category: int) -> Members:
        """See `LiveReader.members`."""
        return await (await self._opened()).members(category)

    async def count(self, kind: str) -> int | None:
        """See `LiveReader.count`."""
        return await (await self._opened()).count(kind)

    async def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
        """See `LiveReader.walk`."""
        async for page in (await self._opened()).walk(kind, fields):
            yield page

    async def search(self, selector: Selector, categories: frozenset[int] | None) -> AsyncIterator[Sequence[str]]:
        """See `LiveReader.search`."""
        async for page in (await self._opened()).search(selector, categories):
            yield page
