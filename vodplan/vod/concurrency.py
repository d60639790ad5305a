"""Runs many small pieces of work side by side, a bounded number of them at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")

AHEAD = 64
"""Pieces started at a time: twice what may be under way at the service, so that no place there stays empty."""


async def as_completed(work: Iterable[Callable[[], Awaitable[T]]], *, ahead: int = AHEAD) -> AsyncIterator[T]:
    """Give results as they arrive; the first failure ends the rest and is raised.

    work: taken lazily, so that a million pieces never stand in memory as tasks.
    """
    source = iter(work)
    running: set[asyncio.Task[T]] = set()
    done: deque[asyncio.Task[T]] = deque()
    ended = asyncio.Event()

    def end(task: asyncio.Task[T]) -> None:
        # asyncio.wait would go through everything that runs at every piece that ends.
        running.discard(task)
        done.append(task)
        ended.set()

    try:
        while True:
            while len(running) + len(done) < ahead and (piece := next(source, None)) is not None:
                task = asyncio.ensure_future(_started(piece))
                running.add(task)
                task.add_done_callback(end)
            if not done:
                if not running:
                    return
                ended.clear()
                await ended.wait()
            yield done.popleft().result()
    finally:
        left = [*running, *done]
        for task in left:
            task.cancel()
        # Those that failed beside the first one are looked at, too, or asyncio prints their tracebacks.
        if left:
            await asyncio.gather(*left, return_exceptions=True)


async def gather(work: Iterable[Callable[[], Awaitable[T]]], *, ahead: int = AHEAD) -> list[T]:
    """All results, in the order of the work."""

    async def numbered(place: int, piece: Callable[[], Awaitable[T]]) -> tuple[int, T]:
        return place, await piece()

    def pieces() -> Iterable[Callable[[], Awaitable[tuple[int, T]]]]:
        for place, piece in enumerate(work):
            yield partial(numbered, place, piece)

    results = [result async for result in as_completed(pieces(), ahead=ahead)]
    return [result for _, result in sorted(results, key=lambda pair: pair[0])]


async def _started(piece: Callable[[], Awaitable[T]]) -> T:
    return await piece()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a loop of its own, as `asyncio.run` does, and give its result.

    asyncio.run puts the loop's task, with its whole result, into the words of an error that nobody sees (CPython's
    `signal.signal` asks whether its handler is an enum's member). For a plan of 100,000 changes that takes seconds.
    """
    results: list[T] = []

    async def keep() -> None:
        results.append(await work)

    asyncio.run(keep())
    return results[0]
