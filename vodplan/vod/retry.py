"""Which failed calls are sent again, how often, and after how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vodplan.vod.failures import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one class of failure is treated.

    tries:    how often a call may be sent in all, as far as this class is concerned.
    doubtful: whether a write that failed so may have been done all the same.
    final:    whether the answer decides the matter for every earlier try of the same call too.
    """

    tries: int
    doubtful: bool = False
    final: bool = False


RULES: Mapping[Trouble, Rule] = MappingProxyType(
    {
        Trouble.THROTTLED: Rule(tries=10),
        Trouble.BUSY: Rule(tries=6, doubtful=True),
        Trouble.LOST: Rule(tries=5, doubtful=True),
        Trouble.NOT_SENT: Rule(tries=4),
        Trouble.NONCE: Rule(tries=2, doubtful=True),
        Trouble.CLOCK: Rule(tries=2),
        Trouble.TOKEN: Rule(tries=2),
        Trouble.INVALID: Rule(tries=3, doubtful=True),
        Trouble.KEY: Rule(tries=1),
        Trouble.FORBIDDEN: Rule(tries=1, final=True),
        Trouble.NOT_FOUND: Rule(tries=1, final=True),
        Trouble.REFUSED: Rule(tries=1, final=True),
    }
)
"""The table of docs/service.md. Every class of failure has its line (a test holds that)."""

AT_ONCE = frozenset({Trouble.NONCE, Trouble.CLOCK, Trouble.TOKEN})
"""Failures after which there is nothing to wait for: the next request differs in what was wrong."""

FIRST_WAIT = 0.25
"""Seconds; the longest wait before the second try. It doubles with every try."""

LONGEST_WAIT = 10.0
"""Seconds; the longest wait before any try that the service did not ask for."""

LONGEST_ASKED = 60.0
"""Seconds; the longest wait that a service may ask for."""

SETTLING = (0.5, 1.0, 2.0)
"""Seconds between the looks for what a call may have made: the service may list it only after a moment."""

TOTAL = 120.0
"""Seconds after which a call is not sent again."""


def again(trouble: Trouble, *, failed: int, elapsed: float) -> bool:
    """Whether a call may be sent again.

    failed:  how often it failed in this way.
    elapsed: seconds since it was first sent.
    """
    return failed < RULES[trouble].tries and elapsed < TOTAL


def wait(trouble: Trouble, *, failed: int, draw: float, retry_after: float | None) -> float:
    """Seconds to wait before the next try: exponential, capped, with full jitter.

    failed: how often the call failed so far, at least 1.
    draw:   a random number from 0 to 1.
    retry_after: what the service asks for; the wait is never shorter.
    """
    if trouble in AT_ONCE:
        return 0.0
    jittered = draw * min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (failed - 1))
    return jittered + min(retry_after or 0.0, LONGEST_ASKED)
