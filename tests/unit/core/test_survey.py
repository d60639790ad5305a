"""The state of a library, counted as assets come by."""

from __future__ import annotations

import datetime

import pytest

from vodplan.core.categories import CategoryTree
from vodplan.core.exported import ExportedAsset
from vodplan.core.live import Category
from vodplan.core.survey import Check, Finding, Survey, Tally, Wishes, in_order
from vodplan.core.unmanaged import Amount

NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)


def row(**more: object) -> ExportedAsset:
    """A video with nothing wrong."""
    known: dict[str, object] = {
        "kind": "video",
        "id": "v1",
        "reference": "",
        "title": "One",
        "description": "",
        "tags": (),
        "category": "News",
        "cover": "http://img.example.com/a.jpg",
        "created": "2026-11-01T00:00:00Z",
        "size": 10,
        "status": "Normal",
        "modified": "2026-11-01T00:00:00Z",
    }
    return ExportedAsset(**{**known, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ()),
        ({"cover": ""}, ((Check.MISSING_COVERS, ""),)),
        ({"cover": "", "kind": "image"}, ()),
        ({"cover": "", "status": "UploadFail"}, ((Check.NOT_NORMAL, "UploadFail"),)),
        ({"status": ""}, ()),
        ({"modified": "2026-10-22T00:00:00Z"}, ()),
        ({"modified": "2026-10-21T00:00:00Z"}, ((Check.UNTOUCHED, ""),)),
    ],
)
def test_tally_asset_is_found_under_what_is_wrong_with_it(
    more: dict[str, object], expected: tuple[tuple[Check, str], ...]
) -> None:
    """A failed upload is not also told to have no cover; exactly so many days are not yet long."""
    tally = Tally(NOW, Wishes(untouched=30))

    assert tally.take(row(**more)) == expected
    assert [(one.check, one.subject) for one in tally.flagged()] == list(expected)


def test_tally_without_a_time_of_modification_counts_it_as_undated() -> None:
    """Images have none; they are never untouched."""
    tally = Tally(NOW, Wishes())

    assert tally.take(row(kind="image", modified="", created="2001-01-01T00:00:00Z")) == ()
    assert tally.undated == 1


def test_tally_of_one_check_finds_nothing_else() -> None:
    """`--only` leaves out the others, those of categories and tags too."""
    tally = Tally(NOW, Wishes(only=(Check.NOT_NORMAL,), huge=0))
    tally.take(row(cover="", tags=("Sport", "sport")))
    tree = CategoryTree([])

    assert tally.flagged() == tally.strays() == tally.huge() == tally.empty([], tree, ()) == ()


def test_tally_huge_and_stray_are_told_by_kind() -> None:
    """What stands in no category is not huge; a category at the bound is not either."""
    tally = Tally(NOW, Wishes(huge=1))
    for number in range(2):
        tally.take(row(tags=("sports",)))
        tally.take(row(category=""))
        tally.take(row(kind="image", category=f"Film {number}", tags=("Sports",)))
    tally.take(row(tags=("Sports",), category="Else"))

    assert tally.huge() == (Finding(check=Check.HUGE_CATEGORIES, kind="video", subject="News", amount=Amount(2, 20)),)
    assert tally.strays() == (
        Finding(check=Check.STRAY_TAGS, kind="video", subject="sports", amount=Amount(1), parts=(("Sports", 1),)),
    )


def test_tally_empty_categories_have_nothing_below_them_either() -> None:
    """Other trees, and kinds that stand in them, do not count."""
    categories = [
        Category(id=1, name="News", parent=None, level=0),
        Category(id=2, name="Sports", parent=1, level=1),
        Category(id=3, name="Old", parent=None, level=0),
        Category(id=4, name="a/b", parent=None, level=0),
        Category(id=5, name="Logos", parent=None, level=0, tree="material"),
    ]
    tally = Tally(NOW, Wishes())
    tally.take(row(category="News/Sports"))
    tally.take(row(kind="attached", category="Old"))

    found = tally.empty(categories, CategoryTree(categories), ("video", "image"))

    assert [one.subject for one in found] == ["Old", "id 4"]


def test_findings_stand_by_check_and_weight() -> None:
    """The first of a list is what there is most of."""

    def finding(check: Check, assets: int) -> Finding:
        return Finding(check=check, kind="video", subject="", amount=Amount(assets))

    late, small, large = finding(Check.NOT_NORMAL, 9), finding(Check.UNTOUCHED, 1), finding(Check.UNTOUCHED, 2)

    assert in_order([late, small, large]) == (large, small, late)
    assert list(late.members()) == []


def test_survey_adds_up_kinds_and_categories() -> None:
    """A category that two kinds stand in is one line."""
    tally = Tally(NOW, Wishes())
    for one in (row(), row(kind="image", size=None), row(category="", size=100)):
        tally.take(one)
    found = Survey(
        target="lab",
        created_at="",
        wishes=tally.wishes,
        kinds=tally.kinds,
        categories=tally.categories,
        ages=tally.ages,
        undated=0,
        missed=0,
        findings=(),
    )

    assert found.total == Amount(3, 110)
    assert list(found.by_category().items()) == [("", Amount(1, 100)), ("News", Amount(2, 10))]
