"""Numbers as people read them."""

from __future__ import annotations

import pytest

from vodplan.render.amounts import count, duration, size, time_needed


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_960, "1.0 MB"), (12_625_312, "12.6 MB"), (10**18, "1000.0 PB")],
)
def test_size_bytes_show_in_decimal_units(number: int, expected: str) -> None:
    """As the service's own console counts them."""
    assert size(number) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(42, "0:42"), (205.4, "3:25"), (3725.4, "1:02:05"), (0, "0:00")])
def test_duration_media_length_shows_as_on_a_player(seconds: float, expected: str) -> None:
    """Minutes and seconds, hours where there are any."""
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.4, "0.4 s"), (42, "42 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_time_needed_long_work_shows_in_large_units(seconds: float, expected: str) -> None:
    """Two units at most."""
    assert time_needed(seconds) == expected


def test_count_one_and_many_have_their_noun() -> None:
    """One thing is not one things."""
    assert (count(1, "call"), count(2, "call"), count(0, "entry", "entries")) == ("1 call", "2 calls", "0 entries")
