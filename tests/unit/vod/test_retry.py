"""The retry table."""

from __future__ import annotations

import pytest

from vodplan.vod import retry
from vodplan.vod.failures import Trouble


def test_rules_have_a_line_for_every_trouble() -> None:
    """A class of failure without a rule would end in a KeyError at the worst moment."""
    assert set(retry.RULES) == set(Trouble)


def test_again_ends_with_tries_and_with_time() -> None:
    """Both bounds hold, whichever comes first."""
    assert retry.again(Trouble.BUSY, failed=5, elapsed=0)
    assert not retry.again(Trouble.BUSY, failed=6, elapsed=0)
    assert not retry.again(Trouble.BUSY, failed=1, elapsed=retry.TOTAL)
    assert not retry.again(Trouble.REFUSED, failed=1, elapsed=0)


@pytest.mark.parametrize(("failed", "longest"), [(1, 0.25), (2, 0.5), (3, 1.0), (6, 8.0), (7, 10.0), (20, 10.0)])
def test_wait_doubles_up_to_a_cap_with_full_jitter(failed: int, longest: float) -> None:
    """The draw spreads the wait over all of its range, so that many clients do not return together."""
    assert retry.wait(Trouble.BUSY, failed=failed, draw=1.0, retry_after=None) == longest
    assert retry.wait(Trouble.BUSY, failed=failed, draw=0.0, retry_after=None) == 0


def test_wait_is_never_shorter_than_asked_and_never_endless() -> None:
    """A service may ask for a pause, but not for a day."""
    assert retry.wait(Trouble.THROTTLED, failed=1, draw=0.0, retry_after=1.5) == 1.5
    assert retry.wait(Trouble.THROTTLED, failed=1, draw=0.0, retry_after=86400) == retry.LONGEST_ASKED


@pytest.mark.parametrize("trouble", sorted(retry.AT_ONCE))
def test_wait_for_a_corrected_request_is_none(trouble: Trouble) -> None:
    """A new nonce, time or token is tried at once."""
    assert retry.wait(trouble, failed=1, draw=1.0, retry_after=None) == 0
