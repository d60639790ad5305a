"""How often a call of one operation may be sent, and how many may be under way.

The promise: in any one second no more calls are granted than the operation's documented rate times the share of it that
vodplan may use. Time comes from outside, so that the promise is tested against a clock of its own.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable

WINDOW = 1.005
"""Seconds in which no more than one second's worth of calls is granted; the surplus covers what the way there does to
the distance between two calls."""

CATCH_UP = 0.1
"""Seconds of lateness that may be made up for. Without it every late wake-up would lower the rate for good."""

CUT = 0.5
"""What a throttling answer leaves of the rate."""

CUT_PAUSE = 1.0
"""Seconds in which several throttling answers count as one: they were all sent at the old rate."""

LEAST = 0.05
"""The share of the allowed rate that is never cut."""

RECOVERY = 0.02
"""The share of the allowed rate that comes back every second."""

LONGEST_PAUSE = 60.0
"""Seconds; the longest wait that a service may ask of a whole lane."""

USUAL_IN_FLIGHT = 8
MOST_IN_FLIGHT = 32
"""Calls under way per operation: 8 is where the client is quickest on a near service; 32 keeps 100 calls a second going
at 300 ms an answer."""

HEADROOM = 1.25
"""How much more than the mean latency times the rate may be under way, for answers that take longer than the mean."""

UNPACED_RATE = 1000.0
"""Calls per second that a lane without pacing is sized for."""

SMOOTHING = 0.1
"""The weight of the newest latency in the mean."""

_EPSILON = 1e-9

Sleep = Callable[[float], Awaitable[None]]


class Pacer:
    """Grants the calls of one operation their moments.

    rate: calls per second that are allowed. A rate that is no whole number is taken down to one, for a second has no
          half calls; a rate below 1 is kept by distance alone.
    """

    def __init__(self, rate: float, *, monotonic: Callable[[], float], sleep: Sleep) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._granted: deque[float] = deque(maxlen=max(1, self._whole(rate)))
        self._due = -math.inf
        self._paused_until = -math.inf
        self._cut_at = -math.inf
        self._share_then = 1.0

    async def grant(self) -> None:
        """Return when the next call may be sent, which is to be at once. First come, first served."""
        async with self._turn:
            while (wait := self._wait(now := self._monotonic())) > 0:
                await self._sleep(wait)
            rate = self._allowed(now)
            start = self._due if now - self._due <= CATCH_UP else now
            self._due = start + self._distance(rate)
            self._granted.append(now)

    def throttled(self, retry_after: float | None) -> None:
        """Slow down, because the service said that calls come too fast.

        retry_after: seconds that the service asks to wait, None when it does not say.
        """
        now = self._monotonic()
        if retry_after:
            self._paused_until = max(self._paused_until, now + min(retry_after, LONGEST_PAUSE))
        if now - self._cut_at >= CUT_PAUSE:
            self._share_then = max(LEAST, self._share(now) * CUT)
            self._cut_at = now

    def _wait(self, now: float) -> float:
        whole = self._whole(self._allowed(now))
        window = self._granted[-whole] + WINDOW if len(self._granted) >= whole else -math.inf
        return max(self._due, window, self._paused_until) - now

    def _share(self, now: float) -> float:
        return min(1.0, self._share_then + RECOVERY * (now - self._cut_at)) if self._cut_at > -math.inf else 1.0

    def _allowed(self, now: float) -> float:
        return self._rate * self._share(now)

    @staticmethod
    def _whole(rate: float) -> int:
        return max(1, math.floor(rate + _EPSILON))

    def _distance(self, rate: float) -> float:
        return WINDOW / (self._whole(rate) if rate >= 1 else rate)


class InFlight:
    """A bound on calls under way that follows the latency: rate times mean latency, between 8 and 32."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._limit = USUAL_IN_FLIGHT
        self._mean: float | None = None
        self._busy = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def limit(self) -> int:
        """How many may be under way now."""
        return self._limit

    async def take(self) -> None:
        """Take one place, to be given back by `give`; waits for it, first come, first served."""
        if self._busy >= self._limit or self._waiting:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self._busy -= 1
                    self._wake()
                raise
        else:
            self._busy += 1

    def give(self) -> None:
        """Give a place back."""
        self._busy -= 1
        self._wake()

    def took(self, seconds: float) -> None:
        """Note how long an answer took."""
        self._mean = seconds if self._mean is None else self._mean + SMOOTHING * (seconds - self._mean)
        needed = math.ceil(self._rate * self._mean * HEADROOM) + 1
        self._limit = min(MOST_IN_FLIGHT, max(USUAL_IN_FLIGHT, needed))

    def _wake(self) -> None:
        while self._waiting and self._busy < self._limit:
            place = self._waiting.popleft()
            if not place.done():
                self._busy += 1
                place.set_result(None)


class Lane:
    """The pacing of one operation. Without a pacer its calls go as fast as the bound under way lets them."""

    def __init__(self, rate: float, *, monotonic: Callable[[], float], sleep: Sleep, paced: bool) -> None:
        self.pacer = Pacer(rate, monotonic=monotonic, sleep=sleep) if paced else None
        self.in_flight = InFlight(rate if paced else UNPACED_RATE)
