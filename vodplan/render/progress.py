"""How far a long step is: a live bar on a terminal, sparse lines elsewhere, events for programs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Never, TextIO

from vodplan.render.amounts import time_needed

if TYPE_CHECKING:
    from tqdm import tqdm

EVERY_SECONDS = 10.0
SOONEST_SECONDS = 1.0
EVERY_PERCENT = 10
THROTTLED_SECONDS = 10.0
"""For so long after a refused call people are told that the service throttles."""


class BarProgress:
    """A bar that is redrawn in place and leaves nothing behind. See `core.ports.Progress`."""

    def __init__(
        self, stream: TextIO, *, unicode: bool, width: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._throttled_at: float | None = None
        self._unicode = unicode
        self._width = width
        self._bar: tqdm[Never] | None = None

    def start(self, step: str, total: int) -> None:
        """See `Progress.start`."""
        from tqdm import tqdm

        # Without its watching thread: the bar is redrawn when something happens, and nothing else runs at exit.
        tqdm.monitor_interval = 0
        self.finish()
        self._bar = tqdm(
            total=total or None,
            desc=step,
            file=self._stream,
            leave=False,
            ncols=min(self._width, 100),
            ascii=not self._unicode,
        )

    def advance(self, count: int) -> None:
        """See `Progress.advance`."""
        if self._bar is not None:
            if self._throttled_at is not None and self._clock() - self._throttled_at > THROTTLED_SECONDS:
                self._throttled_at = None
                self._bar.set_postfix_str("", refresh=False)
            self._bar.update(count)

    def throttled(self, operation: str, rate: float, of: float) -> None:
        """See `Progress.throttled`."""
        self._throttled_at = self._clock()
        if self._bar is not None:
            self._bar.set_postfix_str(throttled_words(operation, rate, of))

    def finish(self) -> None:
        """See `Progress.finish`."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class StepProgress:
    """What sparse lines and events have in common: when there is something to tell. See `core.ports.Progress`."""

    def __init__(self, tell: Callable[[StepProgress], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        """tell: called when a step has gone so far, or so long, that it is worth a line."""
        self._tell = tell
        self._clock = clock
        self.step = ""
        self.total = 0
        self.done = 0
        self.state = ""
        self.seconds = 0.0
        self.throttling: tuple[str, float, float] | None = None
        self._throttled_at = 0.0
        self._began = 0.0
        self._told_at = 0.0
        self._told_percent = 0

    def start(self, step: str, total: int) -> None:
        """See `Progress.start`."""
        self.step, self.total, self.done = step, total, 0
        self._began = self._told_at = self._clock()
        self._told_percent = 0
        self._say("started")

    def advance(self, count: int) -> None:
        """See `Progress.advance`."""
        self.done += count
        percent = 100 * self.done // self.total if self.total else 0
        now = self._clock()
        quiet = now - self._told_at
        further = percent - self._told_percent >= EVERY_PERCENT and percent < 100
        if (further and quiet >= SOONEST_SECONDS) or quiet >= EVERY_SECONDS:
            self._told_percent, self._told_at = percent, now
            self._say("running")

    def throttled(self, operation: str, rate: float, of: float) -> None:
        """See `Progress.throttled`."""
        self.throttling, self._throttled_at = (operation, rate, of), self._clock()

    def finish(self) -> None:
        """See `Progress.finish`."""
        self._say("finished")

    def _say(self, state: str) -> None:
        self.state = state
        now = self._clock()
        self.seconds = max(now - self._began, 0.0)
        if self.throttling is not None and now - self._throttled_at > THROTTLED_SECONDS:
            self.throttling = None
        self._tell(self)

    @property
    def rate(self) -> float | None:
        """Units a second since the step began, None before anything is done."""
        return self.done / self.seconds if self.done and self.seconds > 0 else None

    @property
    def left(self) -> float | None:
        """Seconds until the end at that rate, None where the total or the rate is not known."""
        return max(self.total - self.done, 0) / self.rate if self.total and self.rate else None


def throttled_words(operation: str, rate: float, of: float) -> str:
    """`throttled: GetVideoInfos at 62 of 100 calls/s`."""
    return f"throttled: {operation} at {rate:.3g} of {of:.3g} calls/s"


def line_of(now: StepProgress) -> str:
    """A line for people: `reading: 200 of 1000 (20 %), 4.0 s, 50/s, 16 s left`.

    Whether the service throttles stands behind it. Empty when a step begins, which the next line tells, and for a step
    that was over before anybody waited.
    """
    if now.state == "started" or now.seconds < SOONEST_SECONDS:
        return ""
    parts = [f"{now.step}: {now.done}"]
    if now.total:
        parts = [f"{now.step}: {now.done} of {now.total} ({100 * now.done // now.total} %)"]
    parts.append(time_needed(now.seconds))
    if now.rate is not None:
        parts.append(f"{now.rate:,.0f}/s" if now.rate >= 10 else f"{now.rate:.1f}/s")
    if now.left and now.state == "running":
        parts.append(f"{time_needed(now.left)} left")
    if now.throttling is not None:
        parts.append(throttled_words(*now.throttling))
    return ", ".join(parts)


def event_of(now: StepProgress) -> dict[str, object]:
    """An event for programs (docs/logging.md)."""
    return {
        "event": "progress",
        "step": now.step,
        "state": now.state,
        "done": now.done,
        "total": now.total,
        "seconds": round(now.seconds, 3),
        "rate": None if now.rate is None else round(now.rate, 1),
        "left": None if now.left is None else round(now.left, 1),
        "throttled": None
        if now.throttling is None
        else {"operation": now.throttling[0], "rate": round(now.throttling[1], 1), "of": now.throttling[2]},
    }
