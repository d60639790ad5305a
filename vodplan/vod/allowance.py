"""How much of the allowed rate is used while the service refuses calls: the law alone, without calls and sleeping.

The service counts the whole account's calls, so a refusal says that another tool is using it; how much it takes shows
only in how many calls are refused. Each refusal therefore takes away what it stands for among the calls of a second: a
stray one next to nothing, one in two half of the rate within a second. What was taken comes back quickly at first, to
just under the rate at which the service refused, then slowly past it, then faster: a cube, as TCP CUBIC has it, and
never slower than a straight line, so that stray refusals do not add up.
"""

from __future__ import annotations

import math

WEIGHT = 1.5
"""Calls that a refusal takes away; more than the one, for others are on their way."""

SAME_CAUSE = 1.0
"""Seconds in which refusals have one cause: the service counts calls over so long."""

CUT = 0.5
"""The least that the refusals of one cause leave, and that a single one leaves."""

LEAST = 0.05
"""The share of the allowed rate that is never cut."""

FIRST_RETURN = 2.0
LONGEST_RETURN = 4.0
"""Seconds until the rate is back just under the refused one: at first, and where refusals come again and again."""

RECOVERY = 0.02
"""The share of the allowed rate that comes back every second at the least."""


class Allowance:
    """The share of a rate that may be used at a moment. Moments are seconds of one clock, and never go back."""

    def __init__(self) -> None:
        self._low = 1.0
        self._plateau = 1.0
        self._cut_at = -math.inf
        self._began_at = -math.inf
        self._began_with = 1.0
        self._return = FIRST_RETURN

    def share(self, now: float) -> float:
        """The share, from `LEAST` to 1."""
        passed = now - self._cut_at
        if passed == math.inf:
            return 1.0
        cube = self._plateau + (self._plateau - self._low) * (passed / self._return - 1) ** 3
        return min(1.0, max(cube, self._low + RECOVERY * passed))

    def refused(self, now: float, *, among: int) -> None:
        """Take a refusal into account.

        among: how many calls of the last second it was one of.
        """
        share = self.share(now)
        since = now - self._began_at
        if since >= SAME_CAUSE:
            again = since < 4 * self._return
            self._return = min(LONGEST_RETURN, 2 * self._return) if again else FIRST_RETURN
            self._began_at, self._began_with = now, share
        left = share * (1 - min(1 - CUT, WEIGHT / max(1, among)))
        self._low = max(LEAST, CUT * self._began_with, left)
        self._plateau = (self._low + self._began_with) / 2
        self._cut_at = now
