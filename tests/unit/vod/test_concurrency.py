"""Bounded side-by-side work."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

import pytest

from tests.unit.vod.fakes import collect
from vodplan.vod.concurrency import as_completed, gather, run


def test_as_completed_starts_only_so_many_ahead() -> None:
    """A million pieces never stand in memory as tasks."""
    taken = 0
    most_ahead = 0
    done = 0

    async def piece() -> None:
        nonlocal done
        await asyncio.sleep(0)
        done += 1

    def work() -> Iterator[Callable[[], Awaitable[None]]]:
        nonlocal taken, most_ahead
        for _ in range(100):
            taken += 1
            most_ahead = max(most_ahead, taken - done)
            yield piece

    assert len(collect(as_completed(work(), ahead=5))) == 100
    assert most_ahead <= 5


def test_as_completed_waits_for_whoever_takes_the_results() -> None:
    """Results that nobody has taken yet count as work, too: a slow taker does not pile them up."""
    started = 0

    async def piece() -> None:
        nonlocal started
        started += 1

    async def main() -> int:
        most = taken = 0
        async for _ in as_completed([piece] * 100, ahead=5):
            taken += 1
            for _ in range(10):
                await asyncio.sleep(0)
            most = max(most, started - taken)
        return most

    assert asyncio.run(main()) <= 5


def test_as_completed_first_failure_cancels_the_rest() -> None:
    """A failed read ends the command; nothing goes on behind its back."""
    cancelled = 0

    async def hang() -> None:
        nonlocal cancelled
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled += 1
            raise

    async def fail() -> None:
        await asyncio.sleep(0)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        collect(as_completed([hang, hang, fail]))

    assert cancelled == 2


def test_as_completed_failures_beside_the_first_are_not_left_lying() -> None:
    """asyncio prints a traceback for every failed task that nobody looked at."""
    complaints: list[object] = []

    async def fail() -> None:
        raise RuntimeError("broken")

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        with pytest.raises(RuntimeError):
            await gather([fail] * 4)
        gc.collect()

    asyncio.run(main())

    assert complaints == []


def test_gather_keeps_the_order_of_the_work() -> None:
    """Results arrive as they like and leave in order."""

    async def piece(number: int) -> int:
        for _ in range(10 - number):
            await asyncio.sleep(0)
        return number

    assert asyncio.run(gather(partial(piece, number) for number in range(10))) == list(range(10))


def test_run_gives_the_result_and_never_asks_for_its_words() -> None:
    """The words of a large plan take longer than the plan."""

    class Large:
        def __repr__(self) -> str:
            raise AssertionError("nobody is to see this")

    large = Large()

    async def work() -> Large:
        return large

    assert run(work()) is large


def test_run_raises_what_the_work_raises() -> None:
    """An error is not a result."""

    async def work() -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        run(work())
