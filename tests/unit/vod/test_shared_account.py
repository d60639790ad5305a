"""An account whose calls other tools use too: a played service that counts everybody's calls, on a clock of its own."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.vod.fakes import VirtualTimeLoop, most_in_a_window, run_virtually
from vodplan.vod import allowance
from vodplan.vod.allowance import Allowance
from vodplan.vod.pacing import InFlight, Pacer

WORKERS = 64


@dataclass
class Account:
    """So many calls in any one second, whoever makes them; refused calls do not count."""

    limit: int
    recent: deque[float] = field(default_factory=deque)

    def takes(self, now: float) -> bool:
        """Count a call, or refuse it."""
        while self.recent and self.recent[0] <= now - 1:
            self.recent.popleft()
        if len(self.recent) >= self.limit:
            return False
        self.recent.append(now)
        return True


@dataclass
class Played:
    """When our calls arrived that were taken, and that were refused."""

    taken: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def rate(self, start: float, end: float) -> float:
        """Calls a second that were taken within a span."""
        return sum(start <= one < end for one in self.taken) / (end - start)

    def refusals(self, start: float, end: float) -> int:
        """How many were refused within a span."""
        return sum(start <= one < end for one in self.refused)


def play(
    limit: int,
    seconds: float,
    *,
    stranger: tuple[float, float, float] | None = None,
    strays: tuple[float, ...] = (),
    stray_share: float = 0.0,
    latency: float = 0.03,
    seed: int = 0,
) -> Played:
    """Keep calling at the pacer's pace.

    stranger:    calls a second of another tool, from when, until when.
    strays:      moments after which one call is refused for no reason.
    stray_share: the share of calls that are refused for no reason.
    """
    chance = random.Random(seed)
    told = Played()
    pending = deque(strays)
    account = Account(limit)

    async def work(loop: VirtualTimeLoop) -> None:
        pacer = Pacer(limit, monotonic=loop.time, sleep=asyncio.sleep)
        bound = InFlight(limit)

        async def other() -> None:
            assert stranger is not None
            rate, start, end = stranger
            await asyncio.sleep(start)
            while loop.time() < min(end, seconds):
                account.takes(loop.time())
                await asyncio.sleep(chance.uniform(0.5, 1.5) / rate)

        def stray(now: float) -> bool:
            if pending and now >= pending[0]:
                pending.popleft()
                return True
            return chance.random() < stray_share

        async def worker() -> None:
            while loop.time() < seconds:
                await bound.take()
                number = await pacer.grant()
                sent = loop.time()
                await asyncio.sleep(latency / 2)
                now = loop.time()
                taken = not stray(now) and account.takes(now)
                (told.taken if taken else told.refused).append(now)
                await asyncio.sleep(latency / 2 + chance.uniform(0, 0.003))
                pacer.ended(number, answered=True)
                bound.took(loop.time() - sent)
                bound.give()
                if not taken:
                    pacer.throttled(None)
                    await asyncio.sleep(chance.uniform(0, 0.25))

        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(worker())
            if stranger is not None:
                group.create_task(other())

    run_virtually(work)
    return told


@pytest.mark.parametrize(("limit", "seconds"), [(30, 0.3), (50, 0.2), (100, 0.1)])
def test_pacer_one_stray_refusal_costs_little(limit: int, seconds: float) -> None:
    """One refused call among thousands is no reason to go slowly: it costs less than a third of a second's calls."""
    alone, refused = play(limit, 60), play(limit, 60, strays=(20.0,))

    assert len(refused.refused) == 1
    assert len(alone.taken) - len(refused.taken) <= seconds * limit


@pytest.mark.parametrize("limit", [30, 50, 100])
def test_pacer_alone_on_the_account_uses_95_percent_and_is_never_refused(limit: int) -> None:
    """A service that counts calls by when they arrive finds no second with too many."""
    told = play(limit, 60)

    assert told.refused == []
    assert told.rate(5, 60) >= 0.95 * limit


@pytest.mark.parametrize("limit", [30, 100])
@pytest.mark.parametrize("part", [0.25, 0.5, 0.8])
def test_pacer_beside_another_tool_uses_what_is_left_without_a_storm(limit: int, part: float) -> None:
    """It finds its rate within seconds, keeps nine tenths of what is left busy, and few of its calls are refused."""
    told = play(limit, 60, stranger=(part * limit, 20, 60))
    left = (1 - part) * limit

    assert told.refusals(0, 20) == 0
    assert told.rate(30, 60) >= 0.9 * left
    assert told.refusals(20, 25) <= limit
    assert told.refusals(30, 60) <= max(0.1 * 30 * left, 10)


@pytest.mark.parametrize("limit", [30, 100])
def test_pacer_has_the_whole_rate_again_when_the_other_tool_is_gone(limit: int) -> None:
    """Half the account's rate for a while, and all of it half a minute after."""
    told = play(limit, 90, stranger=(limit / 2, 10, 40))

    assert told.rate(70, 90) >= 0.95 * limit


@settings(max_examples=15, deadline=None)
@given(
    limit=st.sampled_from([10, 30, 100]),
    part=st.sampled_from([0.0, 0.3, 0.9]),
    stray_share=st.sampled_from([0.0, 0.01, 0.2]),
    latency=st.sampled_from([0.002, 0.03, 0.3]),
    seed=st.integers(0, 10**6),
)
def test_pacer_whatever_is_refused_lets_no_more_arrive_than_the_rate(
    limit: int, part: float, stray_share: float, latency: float, seed: int
) -> None:
    """Coming back after refusals is no licence: taken and refused calls together stay below the rate in any second."""
    stranger = (part * limit, 1.0, 6.0) if part else None
    told = play(limit, 12, stranger=stranger, stray_share=stray_share, latency=latency, seed=seed)

    assert most_in_a_window(sorted([*told.taken, *told.refused])) <= limit


def test_pacer_with_a_stray_refusal_in_five_hundred_keeps_95_percent() -> None:
    """Refusals that come for no reason do not add up."""
    told = play(100, 60, stray_share=0.002)

    assert told.rate(10, 60) >= 0.95 * 100


@settings(deadline=None)
@given(
    steps=st.lists(st.tuples(st.floats(0, 20), st.integers(0, 400)), min_size=1, max_size=60),
    later=st.floats(0, 100),
)
def test_allowance_stays_within_its_bounds_and_never_falls_by_itself(
    steps: list[tuple[float, int]], later: float
) -> None:
    """Only refusals lower it, never below the least, and time gives it back."""
    law = Allowance()
    now = 0.0
    for wait, among in steps:
        now += wait
        before = law.share(now)
        law.refused(now, among=among)
        assert allowance.LEAST <= law.share(now) <= before or before <= allowance.LEAST

    assert law.share(now) <= law.share(now + later) <= 1
    assert law.share(now + 1 / allowance.RECOVERY) == 1


def test_allowance_of_many_refusals_within_a_second_is_half_of_it() -> None:
    """They have one cause, and the next second tells whether it was enough."""
    law = Allowance()
    for number in range(90):
        law.refused(number / 100, among=100)
    assert law.share(0.9) == pytest.approx(0.5, abs=0.02)

    for number in range(90):
        law.refused(1.0 + number / 100, among=50)
    assert law.share(1.9) == pytest.approx(0.25, abs=0.03)


def test_allowance_returns_to_just_under_the_refused_share_and_lingers() -> None:
    """Quickly to the plateau, slowly around it, quickly past it."""
    law = Allowance()
    for number in range(60):
        law.refused(number / 100, among=100)
    start = 0.59
    low = law.share(start)
    first, second, third, fourth = (law.share(start + after) for after in (1.0, 2.0, 3.0, 4.0))

    assert low == pytest.approx(0.5, abs=0.02)
    assert second == pytest.approx(0.75, abs=0.02)
    assert first - low > 3 * (second - first)
    assert fourth - third > 3 * (third - second)
