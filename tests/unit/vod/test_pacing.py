"""The promise of the pacer, on a clock of its own."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.vod.fakes import VirtualTimeLoop, most_in_a_window, run_virtually
from vodplan.vod import pacing
from vodplan.vod.pacing import InFlight, Pacer


def granted(
    rate: float, calls: int, *, workers: int = 8, seed: int = 0, stalls: float = 0.0, idle: float = 0.0
) -> list[float]:
    """The moments at which calls are granted to workers that take up to half a second for each."""
    chance = random.Random(seed)
    times: list[float] = []

    async def work(loop: VirtualTimeLoop) -> None:
        pacer = Pacer(rate, monotonic=loop.time, sleep=asyncio.sleep)

        async def worker(share: int) -> None:
            for _ in range(share):
                if idle and chance.random() < 0.05:
                    await asyncio.sleep(chance.uniform(0, idle))
                number = await pacer.grant()
                times.append(loop.time())
                if stalls and chance.random() < 0.05:
                    loop.virtual += chance.uniform(0, stalls)
                await asyncio.sleep(chance.uniform(0, 0.01))
                pacer.ended(number, answered=True)

        await asyncio.gather(*(worker(calls // workers) for _ in range(workers)))

    run_virtually(work)
    return times


@settings(max_examples=60, deadline=None)
@given(
    rate=st.floats(1, 400),
    seed=st.integers(0, 10**6),
    stalls=st.sampled_from([0.0, 0.05, 0.5, 3.0]),
    idle=st.sampled_from([0.0, 0.3, 5.0]),
)
def test_pacer_in_any_second_grants_no_more_than_the_rate(rate: float, seed: int, stalls: float, idle: float) -> None:
    """Idle times, stalled loops and many workers at once never make a second hold more calls than allowed."""
    times = granted(rate, 400, workers=16, seed=seed, stalls=stalls, idle=idle)

    assert most_in_a_window(times) <= rate


@pytest.mark.parametrize("rate", [8.0, 24.0, 40.0, 80.0, 288.0])
def test_pacer_with_work_uses_the_rate_to_97_percent(rate: float) -> None:
    """Paced is not slow: with work waiting, nearly every allowed call is made."""
    times = granted(rate, int(rate * 20), workers=8, stalls=0.02)

    assert len(times) / (times[-1] - times[0]) >= 0.97 * rate


def arrivals(
    rate: float, calls: int, *, latency: float, held_up: float = 0.0, lost: float = 0.0, seed: int = 0
) -> list[float]:
    """The moments at which calls reach the service.

    latency: seconds there and back, and up to 3 milliseconds more.
    held_up: the most seconds that one call in twenty takes longer on its way there, or back.
    lost:    the share of calls that get no answer.
    """
    chance = random.Random(seed)
    times: list[float] = []

    def more() -> float:
        return chance.uniform(0, held_up) if chance.random() < 0.05 else 0.0

    async def work(loop: VirtualTimeLoop) -> None:
        pacer = Pacer(rate, monotonic=loop.time, sleep=asyncio.sleep)
        bound = InFlight(rate)
        left = iter(range(calls))

        async def worker() -> None:
            for _ in left:
                async with slot(bound):
                    number = await pacer.grant()
                    sent = loop.time()
                    await asyncio.sleep(latency / 3 + more())
                    times.append(loop.time())
                    await asyncio.sleep(latency * 2 / 3 + chance.uniform(0, 0.003) + more())
                    answered = chance.random() >= lost
                    pacer.ended(number, answered=answered)
                    if answered:
                        bound.took(loop.time() - sent)

        await asyncio.gather(*(worker() for _ in range(2 * pacing.MOST_IN_FLIGHT)))

    run_virtually(work)
    return sorted(times)


@settings(max_examples=25, deadline=None)
@given(
    rate=st.sampled_from([2.0, 10.0, 30.0, 100.0, 360.0]),
    latency=st.sampled_from([0.001, 0.03, 0.3, 1.2, 2.5]),
    held_up=st.sampled_from([0.0, 0.1, 0.8, 3.0]),
    lost=st.sampled_from([0.0, 0.05]),
    seed=st.integers(0, 10**6),
)
def test_pacer_lets_no_more_arrive_in_any_second_than_the_rate(
    rate: float, latency: float, held_up: float, lost: float, seed: int
) -> None:
    """The service counts what arrives: calls that were held up and come with later ones are counted with those."""
    times = arrivals(rate, 200, latency=latency, held_up=held_up, lost=lost, seed=seed)

    assert len(times) == 200
    assert most_in_a_window(times) <= rate


@pytest.mark.parametrize("rate", [30.0, 50.0, 80.0, 100.0])
@pytest.mark.parametrize("latency", [0.002, 0.03, 0.2])
def test_pacer_uses_the_rate_to_98_percent_whatever_an_answer_takes(rate: float, latency: float) -> None:
    """Fifty seconds' worth of calls is through within fifty-one."""
    times = arrivals(rate, int(rate * 50), latency=latency)

    assert times[-1] - times[0] <= 51


def test_pacer_call_that_is_held_up_keeps_its_place_until_it_is_over() -> None:
    """A call that nobody has heard of may arrive at any moment."""

    async def work(loop: VirtualTimeLoop) -> float:
        pacer = Pacer(1, monotonic=loop.time, sleep=asyncio.sleep)
        number = await pacer.grant()
        loop.call_later(5.0, lambda: pacer.ended(number, answered=False))
        await pacer.grant()
        return loop.time()

    assert run_virtually(work) == pytest.approx(5.0 + pacing.WINDOW, abs=0.05)


def test_pacer_spreads_calls_over_the_second() -> None:
    """A whole second's calls at its start would look like a burst to a service that counts in shorter windows."""
    times = granted(50, 200)

    assert most_in_a_window(times, 0.1) <= 6


def test_pacer_below_one_call_a_second_keeps_the_distance() -> None:
    """A tenth of a call a second is a call every ten seconds."""
    times = granted(0.1, 4, workers=1)

    assert all(later - earlier >= 10 for earlier, later in itertools.pairwise(times))


def test_pacer_rate_spoilt_by_floating_point_is_kept_whole() -> None:
    """100 × 0.29 is a hair below 29, and means 29."""
    times = granted(100 * 0.29, 290)

    assert len(times) / (times[-1] - times[0]) >= 0.95 * 29


def test_pacer_throttled_every_second_keeps_a_trickle() -> None:
    """However hard the service pushes back, some calls go on, so that recovery is noticed."""

    async def work(loop: VirtualTimeLoop) -> int:
        pacer = Pacer(100, monotonic=loop.time, sleep=asyncio.sleep)
        for _ in range(30):
            pacer.throttled(None)
            loop.virtual += 1.0
        calls = 0
        start = loop.time()
        while loop.time() - start < 1:
            pacer.ended(await pacer.grant(), answered=True)
            calls += 1
        return calls

    assert 5 <= run_virtually(work) <= 10


def test_pacer_asked_to_wait_waits() -> None:
    """What the service asks for holds for the whole operation, within reason."""

    async def work(loop: VirtualTimeLoop) -> tuple[float, float]:
        pacer = Pacer(100, monotonic=loop.time, sleep=asyncio.sleep)
        pacer.throttled(3.0)
        pacer.ended(await pacer.grant(), answered=True)
        first = loop.time()
        pacer.throttled(86400.0)
        pacer.ended(await pacer.grant(), answered=True)
        return first, loop.time() - first

    first, second = run_virtually(work)

    assert first == pytest.approx(3.0)
    assert second == pytest.approx(pacing.LONGEST_PAUSE)


def test_in_flight_follows_the_latency() -> None:
    """100 calls a second at 300 ms need 30 under way; at 10 ms the smaller bound is quicker."""
    bound = InFlight(100)
    assert bound.limit == pacing.USUAL_IN_FLIGHT

    for _ in range(50):
        bound.took(0.3)
    assert bound.limit == pacing.MOST_IN_FLIGHT

    for _ in range(200):
        bound.took(0.01)
    assert bound.limit == pacing.USUAL_IN_FLIGHT


@contextlib.asynccontextmanager
async def slot(bound: InFlight) -> AsyncIterator[None]:
    """One place, taken and given back."""
    await bound.take()
    try:
        yield
    finally:
        bound.give()


def test_in_flight_is_a_bound_and_serves_in_order() -> None:
    """Never more than the limit at once, and first come is first served."""
    order: list[int] = []
    busy = 0
    most = 0

    async def main() -> None:
        bound = InFlight(100)

        async def one(number: int) -> None:
            nonlocal busy, most
            async with slot(bound):
                order.append(number)
                busy += 1
                most = max(most, busy)
                await asyncio.sleep(0)
                busy -= 1

        await asyncio.gather(*(one(number) for number in range(50)))

    asyncio.run(main())

    assert most == pacing.USUAL_IN_FLIGHT
    assert order == list(range(50))


def test_in_flight_gives_up_a_place_when_a_waiting_call_is_cancelled() -> None:
    """Interrupting a run leaves no place taken for good."""

    async def main() -> int:
        bound = InFlight(100)
        gate = asyncio.Event()

        async def hold() -> None:
            async with slot(bound):
                await gate.wait()

        tasks = [asyncio.create_task(hold()) for _ in range(pacing.USUAL_IN_FLIGHT + 4)]
        await asyncio.sleep(0)
        gate.set()
        for task in tasks[-2:]:
            task.cancel()
        await asyncio.sleep(0)
        for task in tasks[-4:]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        entered = 0
        for _ in range(pacing.USUAL_IN_FLIGHT):
            async with asyncio.timeout(1), slot(bound):
                entered += 1
        return entered

    assert asyncio.run(main()) == pacing.USUAL_IN_FLIGHT
