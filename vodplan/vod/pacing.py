"""How often a call of one operation may be sent, and how many may be under way.

The promise: in any one second no more calls reach the service than the operation's documented rate times the share of
it that vodplan may use. When a call got there is known only when its answer came, and then but for the shortest time
that an answer takes: so long before the answer it had surely been counted. A call that was held up on its way counts
from later on. Time comes from outside, so that the promise is tested against a clock of its own.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable

from vodplan.vod.allowance import Allowance

WINDOW = 1.005
"""Seconds in which no more than one second's worth of calls arrives; the surplus is for the shortest time that an
answer takes, which is known by those that came."""

SHORTEST_SINCE = 10.0
"""Seconds after which a shortest time is forgotten, at the latest after twice as many: ways change."""

CATCH_UP = 0.1
"""Seconds of lateness that may be made up for. Without it every late wake-up would lower the rate for good."""

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
        self._under_way: dict[int, float] = {}
        self._number = 0
        self._over: deque[float] = deque(maxlen=max(1, self._whole(rate)))
        self._answer = asyncio.Event()
        self._shortest = _Shortest()
        self._due = -math.inf
        self._paused_until = -math.inf
        self._allowance = Allowance()

    async def grant(self) -> int:
        """Return when the next call may be sent, which is to be at once. First come, first served.

        returns: what `ended` is to be told when the call is over.
        """
        async with self._turn:
            while (wait := self._wait(now := self._monotonic())) > 0:
                if wait < math.inf:
                    await self._sleep(wait)
                else:
                    self._answer.clear()
                    await self._answer.wait()
            start = self._due if now - self._due <= CATCH_UP else now
            self._due = start + self._distance(self._allowed(now))
            self._number += 1
            self._under_way[self._number] = now
            return self._number

    def ended(self, granted: int, *, answered: bool) -> None:
        """Note that a call is over; without an answer it may have got there as late as now."""
        now = self._monotonic()
        took = now - self._under_way.pop(granted)
        if answered:
            self._shortest.note(took, now)
        # Without an answer not even the shortest time is known to have passed since.
        self._over.append(now if answered else now + self._shortest.known)
        self._answer.set()

    def throttled(self, retry_after: float | None) -> None:
        """Slow down, because the service said that calls come too fast.

        retry_after: seconds that the service asks to wait, None when it does not say.
        """
        now = self._monotonic()
        if retry_after:
            self._paused_until = max(self._paused_until, now + min(retry_after, LONGEST_PAUSE))
        self._allowance.refused(now, among=len(self._under_way) + len(self._over))

    @property
    def allowed(self) -> float:
        """Calls a second at this moment; the whole rate where nothing was refused lately."""
        return self._allowed(self._monotonic())

    @property
    def rate(self) -> float:
        """Calls a second that may be made while nothing is refused."""
        return self._rate

    def _wait(self, now: float) -> float:
        return max(max(self._due, self._paused_until) - now, self._room(now))

    def _room(self, now: float) -> float:
        """Seconds until one more call fits into the window; infinite while too many are under way to know."""
        over, held = self._over, WINDOW - self._shortest.known
        while over and over[0] + held <= now:
            over.popleft()
        leaving = len(self._under_way) + len(over) + 1 - self._whole(self._allowed(now))
        if leaving <= 0:
            return 0.0
        return over[leaving - 1] + held - now if leaving <= len(over) else math.inf

    def _allowed(self, now: float) -> float:
        return self._rate * self._allowance.share(now)

    @staticmethod
    def _whole(rate: float) -> int:
        return max(1, math.floor(rate + _EPSILON))

    def _distance(self, rate: float) -> float:
        return WINDOW / (self._whole(rate) if rate >= 1 else rate)


class _Shortest:
    """The shortest time that an answer took lately."""

    def __init__(self) -> None:
        self.known = 0.0
        self._before = math.inf
        self._now = math.inf
        self._since = -math.inf

    def note(self, took: float, now: float) -> None:
        """Take an answer's time into account."""
        if now - self._since >= SHORTEST_SINCE:
            self._before, self._now, self._since = self._now, math.inf, now
        self._now = min(self._now, took)
        self.known = min(self._before, self._now)


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
