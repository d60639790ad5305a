"""By which clock a lease runs."""

from __future__ import annotations

import time

import pytest

from vodplan.store.ticks import MachineTicks, Moment


@pytest.mark.parametrize(
    ("epoch", "tick", "left"),
    [("boot 1", 130.0, 30.0), ("boot 2", 130.0, 500.0), ("", 130.0, 500.0), ("boot 1", None, 500.0)],
)
def test_time_left_is_steady_within_a_boot_and_by_the_wall_across(epoch: str, tick: float | None, left: float) -> None:
    """The steady count decides where both counts began together; else the time of day does."""
    now = Moment(wall=1000.0, epoch="boot 1", steady=100.0)

    assert now.left(expires=1500.0, epoch=epoch, expires_tick=tick) == left


def test_time_left_without_a_steady_count_is_by_the_wall() -> None:
    """A database server has one clock, and it decides."""
    assert Moment(wall=1000.0).left(expires=1500.0, epoch="", expires_tick=None) == 500.0


def test_machines_clocks_are_the_real_ones() -> None:
    """The steady one never goes back and is counted from one thing; the other is the time of day."""
    ticks = MachineTicks()
    first = ticks.steady()

    assert ticks.steady() >= first
    assert ticks.epoch() == MachineTicks().epoch()
    assert abs(ticks.wall() - time.time()) < 3600
