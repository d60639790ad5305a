"""Which assets fit a selector."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests import build
from vodplan.core.selecting import categories_below, fits
from vodplan.core.selector import Between, Days, Selector, told
from vodplan.core.values import Json

TREE = build.tree({"News": {"Sports": {}}, "Newsreel": {}})
NEWS, REEL, SPORTS = 1, 2, 3
FACTS: dict[str, Json] = {
    "title": "Opening Match",
    "description": "",
    "tags": ["sports", "final"],
    "category": "News/Sports",
    "cover": "http://img.example.com/a.jpg",
    "created": "2024-02-29T23:59:59Z",
    "size": 1000,
    "duration": 60.5,
    "status": "Normal",
}


def selects(**conditions: Any) -> bool:
    """Whether the asset above fits."""
    return fits(Selector(kind="video", **conditions), FACTS, (SPORTS,), TREE)


@pytest.mark.parametrize(
    ("conditions", "fit"),
    [
        ({}, True),
        ({"category": "News"}, True),
        ({"category": "News/Sports"}, True),
        ({"category": "Newsreel"}, False),
        ({"category": "New"}, False),
        ({"category": ""}, False),
        ({"any_tags": ("x", "final")}, True),
        ({"any_tags": ("x", "y")}, False),
        ({"all_tags": ("sports", "final")}, True),
        ({"all_tags": ("sports", "x")}, False),
        ({"no_tags": ("x",)}, True),
        ({"no_tags": ("x", "sports")}, False),
        ({"title": "mATCH"}, True),
        ({"title": "matches"}, False),
        ({"description": "x"}, False),
        ({"created": Days(before=datetime.date(2024, 3, 1))}, True),
        ({"created": Days(before=datetime.date(2024, 2, 29))}, False),
        ({"created": Days(after=datetime.date(2024, 2, 29))}, True),
        ({"created": Days(after=datetime.date(2024, 3, 1))}, False),
        ({"size": Between(least=1000, most=1000)}, True),
        ({"size": Between(least=1001)}, False),
        ({"size": Between(most=999)}, False),
        ({"duration": Between(least=60)}, True),
        ({"duration": Between(most=60)}, False),
        ({"status": ("uploading", "NORMAL")}, True),
        ({"status": ("Uploading",)}, False),
        ({"without": ("description",)}, True),
        ({"without": ("description", "cover")}, False),
    ],
)
def test_condition_fits_or_not(conditions: dict[str, Any], fit: bool) -> None:
    """Each condition alone, at its edges."""
    assert selects(**conditions) is fit


def test_conditions_fit_together_or_not_at_all() -> None:
    """Every one of them must hold."""
    assert selects(category="News", title="match", status=("Normal",))
    assert not selects(category="News", title="match", status=("Blocked",))


@pytest.mark.parametrize(
    "conditions",
    [
        {"created": Days(before=datetime.date(2030, 1, 1))},
        {"size": Between(least=0)},
        {"duration": Between(most=10)},
        {"status": ("Normal",)},
        {"title": "a"},
        {"any_tags": ("a",)},
    ],
)
def test_what_is_not_known_fits_no_condition(conditions: dict[str, Any]) -> None:
    """A selector finds what it can show to be meant, and nothing else."""
    assert not fits(Selector(kind="video", **conditions), {}, (), TREE)


@pytest.mark.parametrize(("category", "fit"), [(None, True), (NEWS, False), (99, False)])
def test_no_category_is_a_condition_of_its_own(category: int | None, fit: bool) -> None:
    """A category that is not in the tree is one all the same."""
    categories = () if category is None else (category,)
    assert fits(Selector(kind="video", category=""), {}, categories, TREE) is fit
    assert fits(Selector(kind="video", without=("category",)), {}, categories, TREE) is fit


def test_one_of_several_categories_is_enough() -> None:
    """An asset that stands in two fits a selector of either."""
    assert fits(Selector(kind="video", category="News"), {}, (99, SPORTS), TREE)


def test_unknown_category_is_below_no_path() -> None:
    """Its id leads to no path."""
    assert not fits(Selector(kind="video", category="News"), {}, (99,), TREE)


def test_categories_below_a_path_are_all_of_them_and_no_neighbour() -> None:
    """`Newsreel` begins with the same letters and stands elsewhere."""
    assert categories_below("News", TREE) == {NEWS, SPORTS}
    assert categories_below("Film", TREE) == frozenset()


def test_selector_without_conditions_is_empty() -> None:
    """The kind alone says nothing."""
    assert Selector(kind="video").empty
    assert not Selector(kind="video", category="").empty
    assert not Selector(kind="video", no_tags=("a",)).empty


def test_selector_is_told_in_words() -> None:
    """All that was looked for, in one order."""
    selector = Selector(
        kind="video",
        category="Film",
        any_tags=("a", "b"),
        all_tags=("c",),
        no_tags=("d",),
        title="teaser",
        description="old",
        created=Days(after=datetime.date(2020, 1, 1), before=datetime.date(2024, 1, 1)),
        size=Between(least=1),
        duration=Between(most=9),
        status=("Normal", "Blocked"),
        without=("cover",),
    )

    assert told(selector) == (
        "kind: video; category: Film; tags: any of a, b; tags: all of c; tags: none of d; title contains teaser; "
        "description contains old; created on 2020-01-01 or later; created before 2024-01-01; size at least 1; "
        "duration at most 9; status: Normal, Blocked; without cover"
    )
    assert told(Selector(kind="image", category="")) == "kind: image; in no category"
