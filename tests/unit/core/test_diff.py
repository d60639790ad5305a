"""When two values are equal, and what differs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests import build
from vodplan.core.categories import CategoryResolver, decide_categories
from vodplan.core.diff import CategoryProblem, compare
from vodplan.core.live import LiveAsset
from vodplan.core.values import UNSET, FieldValue, TagEdit
from vodplan.kinds.video import VIDEO

LIVE = build.live_video(
    "v1", title="Final", description="First half", tags=("b", "a"), category=2, cover="http://h/a.jpg?v=1"
)
TREE = build.tree({"News": {"Sports": {}}})
RESOLVE = CategoryResolver(decide_categories((), TREE)).resolve


def differing(wanted: Mapping[str, FieldValue], live: LiveAsset = LIVE) -> dict[str, tuple[FieldValue, FieldValue]]:
    """Field → (before, after) of what differs."""
    values = tuple(wanted.get(field.name, UNSET) for field in VIDEO.fields)
    entry = build.video("v1")
    desired = type(entry)(kind="video", key="v1", values=values, source=entry.source)
    return {change.field.name: (change.before, change.after) for change in compare(desired, live, VIDEO, RESOLVE)}


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("title", UNSET),
        ("title", "Final"),
        ("tags", ("a", "b")),
        ("tags", TagEdit(add=("a",), remove=("c",))),
        ("tags", TagEdit(add=(), remove=())),
        ("category", "News/Sports"),
        ("category", 2),
        ("cover", "http://h/a.jpg?v=1"),
        ("cover", "http://h/a.jpg?auth_key=170-0-0-ab&v=1"),
        ("cover", "http://h/a.jpg?v=1&Expires=1&OSSAccessKeyId=k&Signature=s"),
    ],
)
def test_compare_equal_values_finds_nothing(field: str, wanted: FieldValue) -> None:
    """Left out, the same text, the same set of tags, the same category by path or id, the same cover but signed."""
    assert differing({field: wanted}) == {}


@pytest.mark.parametrize(
    ("field", "wanted", "after"),
    [
        ("title", "Finale", "Finale"),
        ("title", "final", "final"),
        ("description", "", ""),
        ("tags", ("a",), ("a",)),
        ("tags", (), ()),
        ("tags", TagEdit(add=("c",), remove=("b", "x")), ("a", "c")),
        ("category", "News", 1),
        ("category", None, None),
        ("cover", "http://h/b.jpg", "http://h/b.jpg"),
        ("cover", "http://h/b.jpg?Signature=s", "http://h/b.jpg"),
        ("cover", "https://h/a.jpg?v=1", "https://h/a.jpg?v=1"),
        ("cover", "", ""),
    ],
)
def test_compare_other_values_gives_what_is_to_be_live(field: str, wanted: FieldValue, after: FieldValue) -> None:
    """The wanted value in the live form: tags to add and remove carried out, the category as an id, no signature."""
    before = LIVE.values[VIDEO.index(field)]

    assert differing({field: wanted}) == {field: (before, after)}


@pytest.mark.parametrize(
    ("wanted", "live", "equal"),
    [
        ("two\nlines", "two\nlines\n", True),
        ("two\nlines", "two\nlines\n\n", False),
        ("two\nlines\n", "two\nlines", False),
        ("e\u0301", "é", False),
        ("", "\n", True),
        ("Final", " Final", False),
        ("１", "1", False),
    ],
)
def test_compare_text_counts_to_the_code_point_but_for_one_newline_that_the_service_added(
    wanted: str, live: str, equal: bool
) -> None:
    """No folding, no trimming, no normal forms; only the service adds a newline, never the manifest."""
    assert (differing({"description": wanted}, build.live_video("v1", description=live)) == {}) is equal


def test_compare_several_fields_names_only_those_that_differ() -> None:
    """Equal fields of an asset that differs elsewhere are not changed: they would be sent."""
    found = differing(
        {
            "title": "Final",
            "description": "Second half",
            "tags": ("a", "b", "a"),
            "category": "News/Sports",
            "cover": "",
        }
    )

    assert found == {"description": ("First half", "Second half"), "cover": ("http://h/a.jpg?v=1", "")}


def test_compare_description_with_an_added_newline_beside_another_difference_stays_equal() -> None:
    """The equalities hold for the whole asset, also when the comparison had to look closer."""
    live = build.live_video("v1", title="old", description="text\n", tags=("b", "a"))

    assert differing({"title": "new", "description": "text", "tags": ("a", "b")}, live) == {"title": ("old", "new")}


def test_compare_unknown_category_is_a_problem_at_the_entry() -> None:
    """What cannot be resolved is never guessed."""
    with pytest.raises(CategoryProblem) as caught:
        differing({"category": "News/Sport"})

    assert caught.value.diagnostic.code == "VP301"
    assert 'Did you mean "News/Sports"?' in caught.value.diagnostic.detail


def test_kind_index_of_a_field_it_does_not_have_is_a_key_error() -> None:
    """A slip in code must not be read as another field."""
    assert VIDEO.index("tags") == 2
    with pytest.raises(KeyError):
        VIDEO.index("titel")
