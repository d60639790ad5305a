"""Tags that are probably meant to be one."""

from __future__ import annotations

import pytest

from vodplan.core.neighbours import Neighbours, neighbours


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sports", "Sports"),
        ("sports", "\uff33\uff50\uff4f\uff52\uff54\uff53"),
        ("two words", "two  words"),
        ("sports", "sport"),
        ("goal", "goals"),
        ("colour", "color"),
        ("winter", "winner"),
        ("旅行纪录片", "旅行记录片"),
        ("UK", "uk"),
    ],
)
def test_neighbours_of_case_width_or_one_letter_are_one_group(one: str, other: str) -> None:
    """The tag that is used more is kept."""
    assert neighbours({one: 3, other: 2}) == (Neighbours(keep=one, uses=3, strays=((other, 2),)),)
    assert neighbours({other: 3, one: 2}) == (Neighbours(keep=other, uses=3, strays=((one, 2),)),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cat", "cats"),
        ("week1", "week2"),
        ("season1", "season12"),
        ("UK", "US"),
        ("sports", "spring"),
        ("abcdef", "acbdef"),
        ("sports", "sportive"),
        ("体育", "体操"),
    ],
)
def test_neighbours_of_short_tags_digits_and_more_letters_are_none(one: str, other: str) -> None:
    """What differs in a digit is meant to differ."""
    assert neighbours({one: 3, other: 2}) == ()


def test_neighbours_are_no_chain() -> None:
    """Each stray is near the tag to keep itself, not by way of another."""
    found = neighbours({"horse": 9, "house": 8, "mouse": 7, "Horse": 1})

    assert found == (Neighbours(keep="horse", uses=9, strays=(("house", 8), ("Horse", 1))),)
