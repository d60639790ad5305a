"""What an entry says of a live asset, and what it leaves out with a reason."""

from __future__ import annotations

import pytest

from tests import build
from vodplan.core.categories import CategoryTree
from vodplan.core.live import Category, LiveAsset
from vodplan.core.values import FieldValue
from vodplan.kinds.attached import ATTACHED
from vodplan.kinds.image import IMAGE
from vodplan.kinds.video import VIDEO
from vodplan.manifests.entries import category_entries, entry_of, entry_text

TREE = (
    Category(id=1, name="News", parent=None, level=0),
    Category(id=2, name="Sports", parent=1, level=1),
    Category(id=3, name="Twin", parent=None, level=0),
    Category(id=4, name="Twin", parent=None, level=0),
    Category(id=5, name="a/b", parent=None, level=0),
    Category(id=6, name=" edge", parent=None, level=0),
)
FIELDS = frozenset(field.name for field in VIDEO.fields)


def written(live: LiveAsset, *, reference: str = "", empties: bool = False, fields: frozenset[str] = FIELDS) -> str:
    """The entry of a video as text."""
    kind = VIDEO if live.kind == "video" else IMAGE
    entry = entry_of(live, kind, tree=CategoryTree(TREE), fields=fields, reference=reference, empties=empties)
    return entry_text(entry)


def test_entry_has_every_field_that_is_not_empty() -> None:
    """In the kind's order; the service's own newline is not asked for."""
    live = build.live_video("v1", title="Derby\n", tags=("a", "b"), category=2, cover="http://img/a.jpg")

    assert written(live) == (
        "  - id: v1\n    title: Derby\n    tags: [a, b]\n    category: News/Sports\n    cover: http://img/a.jpg\n"
    )


def test_entry_has_empty_fields_where_they_are_asked_for() -> None:
    """They then stay empty, or a plan shows it."""
    assert written(build.live_video("v1", title="T"), empties=True) == (
        '  - id: v1\n    title: T\n    description: ""\n    tags: []\n    category: null\n    cover: ""\n'
    )


def test_entry_of_an_empty_asset_asks_for_one_empty_field() -> None:
    """An entry that asks for nothing would be warned of."""
    assert written(build.live_video("v1")) == '  - id: v1\n    title: ""\n'
    assert written(build.live_video("v1", title="\n")) == '  - id: v1\n    title: ""\n'
    assert written(build.live_video("v1", title="T"), fields=frozenset({"tags"})) == "  - id: v1\n    tags: []\n"


def test_entry_has_several_categories_by_path_or_id() -> None:
    """By its id where it has no path of its own; those of a tree that has gone are left out with the reason."""
    tree = CategoryTree(
        (
            Category(id=11, name="Subs", parent=None, level=0, tree="material"),
            Category(id=12, name="Twin", parent=None, level=0, tree="material"),
            Category(id=13, name="Twin", parent=None, level=0, tree="material"),
        )
    )

    def text(*categories: int) -> str:
        live = build.live_attached("m1", title="T", categories=categories)
        return entry_text(entry_of(live, ATTACHED, tree=tree, fields={"title", "categories"}))

    assert text(11, 12) == "  - id: m1\n    title: T\n    categories: [Subs, {id: 12}]\n"
    assert text() == "  - id: m1\n    title: T\n"
    assert "# categories is left out: The library has no category with the id 99. (VP301)" in text(11, 99)
    assert "6 categories are written" in text(11, 12, 13, 11, 11, 11)


def test_entries_of_categories_are_of_the_default_tree() -> None:
    """An entry would make it anew where it does not belong."""
    there = (*TREE[:2], Category(id=11, name="Subs", parent=None, level=0, tree="material"))

    assert [path for path, _, _ in category_entries(there, CategoryTree(there))] == ["News", "News/Sports"]


def test_entry_is_named_by_a_reference_that_can_stand_there() -> None:
    """Else by its id."""
    live = build.live_video("12345678", title="T")

    assert written(live, reference="cms-000123").startswith("  - reference: cms-000123\n")
    assert written(live, reference="a b").startswith('  - id: "12345678"\n')


@pytest.mark.parametrize(("category", "line"), [(3, "{id: 3}"), (5, "{id: 5}"), (6, "{id: 6}"), (2, "News/Sports")])
def test_category_is_a_path_only_where_that_is_its_own(category: int, line: str) -> None:
    """Twins, slashes and names that no path can have are meant by id."""
    assert f"    category: {line}\n" in written(build.live_video("v1", category=category))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"title": "é" * 65}, "VP124"),
        ({"description": "a\x00b"}, "VP126"),
        ({"tags": ("a" * 33,)}, "VP124"),
        ({"tags": tuple(f"t{number}" for number in range(17))}, "VP127"),
        ({"category": 99}, "VP301"),
        ({"cover": "ftp://img/a.jpg"}, "VP131"),
    ],
)
def test_value_that_no_manifest_can_say_is_a_comment(values: dict[str, FieldValue], code: str) -> None:
    """The field is left out, the reason stands in its place, and the other fields are there."""
    live = build.live_video("v1", **{"description": "Fine", "title": "Fine", **values})  # type: ignore[arg-type]
    entry = entry_of(live, VIDEO, tree=CategoryTree(TREE), fields=FIELDS)

    (left,) = entry.left_out
    assert (left.field, left.code) == (next(iter(values)), code)
    text = entry_text(entry)
    assert f"    # {left.field} is left out: " in text
    assert f"({code})\n" in text
    assert f"    {left.field}:" not in text
    assert "Fine" in text


def test_emoji_of_an_image_is_left_out() -> None:
    """The service takes none in images; in videos it does."""
    assert "VP125" in written(build.live_image("i1", title="👍"))
    assert "VP125" not in written(build.live_video("v1", title="👍"))


def test_asset_without_a_name_is_a_comment() -> None:
    """Neither id nor reference can stand in a manifest."""
    text = written(build.live_video("a b\nc", title="T"))

    assert text.startswith("  # left out: ")
    assert text.count("\n") == 1


def test_category_entries_are_paths_and_reasons() -> None:
    """Sorted; what has no path of its own is a comment."""
    entries = list(category_entries(TREE, CategoryTree(TREE)))

    assert [text for _, text, left in entries if left is None] == ["  - path: News\n", "  - path: News/Sports\n"]
    assert [(path, left.code) for path, _, left in entries if left] == [
        (" edge", "VP132"),
        (None, "VP132"),
        (None, "VP132"),
        (None, "VP132"),
    ]
    assert all(text.startswith("  # left out: ") for _, text, left in entries if left)
