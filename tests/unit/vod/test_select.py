"""What SearchMedia is asked for a selector."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from vodplan.core.selector import Between, Days, Selector
from vodplan.vod.select import MOST_CATEGORIES, expression


@pytest.mark.parametrize(
    ("conditions", "asked"),
    [
        ({"status": ("Normal", "Blocked")}, "Status in ('Normal','Blocked')"),
        ({"title": "teaser"}, "Title = 'teaser'"),
        ({"description": "old one"}, "Description = 'old one'"),
        ({"title": "it's"}, ""),
        ({"title": 'a"b'}, ""),
        ({"any_tags": ("a", "b")}, "Tags in ('a','b')"),
        ({"any_tags": ("a", "it's")}, ""),
        ({"all_tags": ("a", "it's", "b")}, "Tags = 'a' and Tags = 'b'"),
        ({"no_tags": ("a",)}, ""),
        ({"without": ("cover",)}, ""),
        (
            {"created": Days(after=datetime.date(2024, 1, 1), before=datetime.date(2024, 3, 1))},
            "CreationTime = ['2024-01-01T00:00:00Z','2024-02-29T23:59:59Z']",
        ),
        ({"created": Days(before=datetime.date(2024, 1, 1))}, "CreationTime = [,'2023-12-31T23:59:59Z']"),
        ({"size": Between(least=5)}, "Size = [5,]"),
        ({"duration": Between(least=1, most=9)}, "Duration = [1,9]"),
    ],
)
def test_condition_is_asked_where_the_language_has_it(conditions: dict[str, Any], asked: str) -> None:
    """What cannot be said is left out, which finds more and never less."""
    assert expression(Selector(kind="video", **conditions), None) == asked


def test_categories_are_asked_one_by_one() -> None:
    """`CateId` has no `in (…)`; an `or` stands in parentheses."""
    selector = Selector(kind="video", category="News", status=("Normal",))

    assert expression(selector, {7}) == "Status in ('Normal') and CateId = 7"
    assert expression(selector, {7, 3}) == "Status in ('Normal') and (CateId = 3 or CateId = 7)"


def test_many_categories_are_not_asked() -> None:
    """How long an expression may be is not documented."""
    assert expression(Selector(kind="video", category="News"), set(range(1, MOST_CATEGORIES + 2))) == ""


def test_no_category_cannot_be_asked() -> None:
    """The language has no word for what is not there."""
    assert expression(Selector(kind="video", category=""), None) == ""


def test_image_is_not_asked_for_amounts() -> None:
    """Its records have none."""
    assert expression(Selector(kind="image", size=Between(least=5)), None) == ""
