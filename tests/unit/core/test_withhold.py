"""Fields that did not take are not asked for again, and nothing else is left out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests import build
from vodplan.core.change import Action, Change
from vodplan.core.decide import stamp
from vodplan.core.history import NotTaken, wanted_fingerprint
from vodplan.core.standing import plain
from vodplan.core.values import Json
from vodplan.core.withhold import withhold


def update(before: Mapping[str, Json], after: Mapping[str, Json], **params: Json) -> Change:
    """An update of v1."""
    return build.change("video/v1", before=before, after=after, params=params)


def taken_in_vain(change: Change, *fields: str) -> dict[str, dict[str, NotTaken]]:
    """What the store remembers when these fields of a change did not take and read back as they were."""
    remembered = {}
    for field in fields:
        wanted = wanted_fingerprint(change, field)
        assert wanted is not None
        remembered[field] = NotTaken(wanted, plain((change.before or {}).get(field)))
    return {str(change.address): remembered}


TITLE = update({"title": "A"}, {"title": "A "})


def test_field_that_did_not_take_is_left_out_and_told() -> None:
    """An update of nothing else is no change any more."""
    kept, told = withhold([TITLE], taken_in_vain(TITLE, "title"))

    assert kept == ()
    assert [(str(one.address), one.field, one.wanted, one.live, one.source) for one in told] == [
        ("video/v1", "title", "A ", "A", TITLE.source)
    ]


@pytest.mark.parametrize(
    "again",
    [
        update({"title": "A"}, {"title": "B"}),
        update({"title": "C"}, {"title": "A "}),
        update({"description": "A"}, {"description": "A "}),
        build.change("video/v2", before={"title": "A"}, after={"title": "A "}),
        build.change("video/v1", Action.DELETE, before={"title": "A"}),
    ],
)
def test_field_that_is_wanted_otherwise_or_was_edited_since_is_sent(again: Change) -> None:
    """Only the same wish against the same live value is in vain."""
    assert withhold([again], taken_in_vain(TITLE, "title")) == ((again,), ())


def test_other_fields_of_the_same_asset_are_sent_with_a_fingerprint_of_their_own() -> None:
    """What is left is compared with the library of now like any update."""
    both = update(
        {"title": "A", "tags": ["x"], "category": "News"},
        {"title": "A ", "tags": ["y"], "category": "Film"},
        category_before=1,
        category_id=2,
    )

    (without_title,), _ = withhold([both], taken_in_vain(both, "title"))
    (without_category,), _ = withhold([both], taken_in_vain(both, "category"))

    assert (without_title.after, without_title.params) == (
        {"tags": ["y"], "category": "Film"},
        {"category_before": 1, "category_id": 2},
    )
    assert without_title.fingerprint == stamp({"tags": ["x"], "category": "News"}, {"category_before": 1})
    assert (without_category.after, without_category.params) == ({"title": "A ", "tags": ["y"]}, {})
    assert without_category.fingerprint == stamp({"title": "A", "tags": ["x"]}, {})


def test_renaming_that_did_not_take_is_left_out() -> None:
    """A category's name is a field like any other."""
    renaming = build.change("category/B ", Action.RENAME, id="1", before={"path": "B"}, after={"path": "B "})

    kept, told = withhold([renaming], taken_in_vain(renaming, "path"))

    assert (kept, [one.field for one in told]) == ((), ["path"])


def test_category_that_cannot_be_made_takes_along_what_waits_for_it() -> None:
    """Otherwise every run would make one more of it, and updates would name a category that nobody makes."""
    making = build.change("category/A ", Action.CREATE, id="", after={"path": "A "})
    below = build.change("category/A /B", Action.CREATE, id="", after={"path": "A /B"})
    beside = build.change("category/A B", Action.CREATE, id="", after={"path": "A B"})
    moved = update({"title": "t", "category": None}, {"title": "u", "category": "A /B"}, category_before=0)
    there = build.change("video/v2", before={"category": None}, after={"category": "A "}, params={"category_id": 7})

    kept, told = withhold([making, below, beside, moved, there], taken_in_vain(making, "path"))

    assert [one.name for one in kept] == ["create category/A B", "update video/v1", "update video/v2"]
    assert kept[1].after == {"title": "u"}
    assert [(str(one.address), one.field) for one in told] == [
        ("category/A ", "path"),
        ("category/A /B", "path"),
        ("video/v1", "category"),
    ]


def test_nothing_remembered_changes_nothing() -> None:
    """Without a store the plan is what the manifests ask for."""
    assert withhold([TITLE], {}) == ((TITLE,), ())
    assert withhold([TITLE], {"video/v1": {}}) == ((TITLE,), ())
