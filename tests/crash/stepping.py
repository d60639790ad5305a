"""A machine whose clock is set back while a process runs."""

from __future__ import annotations

import datetime
import time

from vodplan import wiring
from vodplan.store.ticks import MachineTicks
from vodplan.vod import service


def step_back(seconds: float, *, after: int) -> None:
    """From the `after`-th look at the clock on, the time of day is so many seconds earlier; the steady clock goes on."""
    looks = 0

    def wall() -> float:
        nonlocal looks
        looks += 1
        return time.time() - (seconds if looks > after else 0.0)

    def now(self: object) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(wall(), datetime.UTC)

    for clock in (wiring.SystemClock, service.SystemClock):
        setattr(clock, "now", now)  # noqa: B010  # a method of another module's class
    setattr(MachineTicks, "wall", lambda self: wall())  # noqa: B010  # as above
