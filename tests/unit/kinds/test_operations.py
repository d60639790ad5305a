"""The rates that hold for an account."""

from __future__ import annotations

import pytest

from vodplan.kinds.operations import OPERATIONS, with_rates


@pytest.mark.parametrize(
    ("share", "batches", "singles"), [(1.0, 30.0, 100.0), (0.95, 28.0, 95.0), (0.29, 8.0, 29.0), (0.005, 0.15, 0.5)]
)
def test_rates_by_share_are_what_a_second_has_room_for(share: float, batches: float, singles: float) -> None:
    """Calls are shared between two operations by what each of them will really be sent, not by a part of a call."""
    operations = with_rates({}, share)

    assert operations["UpdateVideoInfos"].rate == pytest.approx(batches)
    assert operations["UpdateVideoInfo"].rate == pytest.approx(singles)


def test_rates_of_an_account_stand_in_for_the_documented_ones() -> None:
    """Only those that are named."""
    operations = with_rates({"UpdateVideoInfos": 60.0}, 0.5)

    assert operations["UpdateVideoInfos"].rate == 30
    assert operations["UpdateVideoInfo"].rate == OPERATIONS["UpdateVideoInfo"].rate / 2
