"""Where an asset stands in an export: names that are safe on every file system, and files that stay small and stable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodplan.core.exporting import (
    LONGEST,
    Part,
    Split,
    created_of,
    distinct,
    file_name,
    folders,
    parts,
    slug,
    stem,
)
from vodplan.core.live import Category, LiveAsset


def live(asset_id: str = "a1", created: str = "2026-03-05T10:00:00Z") -> LiveAsset:
    """An asset that was made then."""
    return LiveAsset("video", asset_id, ("", "", (), None, ""), {"created": created} if created else {})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Sports", "Sports"),
        ("纪录片", "纪录片"),
        ("हिन्दी", "हिन्दी"),
        ("Season 2026: the best", "Season-2026-the-best"),
        ("../../etc/passwd", "etc-passwd"),
        (".hidden", "hidden"),
        ("news.yaml", "news-yaml"),
        ("a\x00b\nc\u202ed", "a-b-c-d"),
        ("con", "con_"),
        ("LPT1", "LPT1_"),
        ("...", ""),
        ("_uncategorized", "uncategorized"),
        ("News\ufe0f", "News"),
        ("x" * 200, "x" * LONGEST),
    ],
)
def test_slug_has_letters_digits_and_dashes_only(name: str, expected: str) -> None:
    """No dot, no slash, no blank, no name that a system keeps for itself."""
    assert slug(name) == expected


@given(st.text())
def test_slug_of_any_name_is_safe(name: str) -> None:
    """Whatever is in a name: one path component, short, visible, never hidden."""
    made = slug(name)

    assert not set(made) & set('./\\:*?"<>|~ \n\r\t\0')
    assert len(made.encode()) <= LONGEST + 1
    assert not made.startswith(("-", "_"))
    assert made.isprintable()


@given(st.dictionaries(st.integers(1, 10**9), st.text(max_size=4), max_size=8))
def test_distinct_names_stay_apart_on_every_file_system(names: dict[int, str]) -> None:
    """Neither case nor Unicode form makes two of them one."""
    made = distinct(names)

    assert made.keys() == names.keys()
    assert len({one.casefold() for one in made.values()}) == len(names)
    assert all(made.values())


def test_distinct_gives_both_of_two_alike_their_id() -> None:
    """So neither depends on which came first."""
    assert distinct({7: "News", 9: "NEWS", 11: "Film", 13: "!"}) == {
        7: "News~7",
        9: "NEWS~9",
        11: "Film",
        13: "category~13",
    }


def test_folders_follow_the_tree() -> None:
    """A category's file stands in the folder of its parent; one whose parent is not there stands at the top."""
    tree = [
        Category(id=3, name="Cup/2026", parent=2, level=2),
        Category(id=1, name="News", parent=None, level=0),
        Category(id=2, name="Sports", parent=1, level=1),
        Category(id=4, name="Lost", parent=99, level=1),
    ]

    assert folders(tree) == {1: "News", 2: "News/Sports", 3: "News/Sports/Cup-2026", 4: "Lost"}


@pytest.mark.parametrize(
    ("split", "category", "expected"),
    [
        (Split.CATEGORY, 2, "videos/News/Sports"),
        (Split.CATEGORY, None, "videos/_uncategorized"),
        (Split.CATEGORY, 77, "videos/_category-77"),
        (Split.MONTH, 2, "videos/2026-03"),
        (Split.ASSET, 2, "videos/2026-03/a1"),
        (Split.NONE, 2, "videos"),
    ],
)
def test_stem_names_the_group_of_an_asset(split: Split, category: int | None, expected: str) -> None:
    """By its category, its month, itself or its kind."""
    assert stem(split, "videos", live(), category, {2: "News/Sports"}) == expected


def test_stem_of_an_asset_without_a_time_is_undated() -> None:
    """What is no time of the service's form counts as none."""
    assert created_of(live(created="yesterday")) == ""
    assert stem(Split.MONTH, "images", live(created=""), None, {}) == "images/undated"


def test_stem_of_ids_that_differ_in_case_differ_in_more() -> None:
    """A file system that ignores case must not make one file of two."""
    lower, upper = (stem(Split.ASSET, "videos", live(one), None, {}) for one in ("abc", "ABC"))

    assert lower.lower() != upper.lower()
    assert upper.startswith("videos/2026-03/ABC~")


def test_parts_of_a_small_group_is_one_file() -> None:
    """Nothing is divided that need not be."""
    assert list(parts([("2026-03-05T10", 3)], 3, split=Split.CATEGORY)) == [Part("", 3)]


def test_parts_divide_by_time_as_far_as_it_takes() -> None:
    """By year, then month, then day, then hour, then number; what has no time is only counted through."""
    hours = [
        ("", 5),
        ("2024-01-01T00", 2),
        ("2025-01-01T00", 2),
        ("2025-02-01T00", 2),
        ("2025-03-01T00", 2),
        ("2025-03-02T00", 1),
        ("2025-03-02T01", 4),
    ]

    found = list(parts(hours, 3, split=Split.NONE))

    assert [(one.name, one.entries) for one in found] == [
        ("undated.001", 3),
        ("undated.002", 2),
        ("2024", 2),
        ("2025-01", 2),
        ("2025-02", 2),
        ("2025-03-01", 2),
        ("2025-03-02T00", 1),
        ("2025-03-02T01.001", 3),
        ("2025-03-02T01.002", 1),
    ]


def test_parts_of_a_month_begin_with_its_days() -> None:
    """A group by month is not divided by year."""
    hours = [("2025-03-01T00", 2), ("2025-03-02T00", 2)]

    found = list(parts(hours, 3, split=Split.MONTH))

    assert [file_name("videos/2025-03", one, split=Split.MONTH) for one in found] == [
        "videos/2025-03-01.yaml",
        "videos/2025-03-02.yaml",
    ]


def test_file_name_has_the_part_behind_the_group() -> None:
    """The only file of a group has the group's name."""
    assert file_name("videos/News", Part("", 1), split=Split.CATEGORY) == "videos/News.yaml"
    assert file_name("videos/News", Part("2025", 1), split=Split.CATEGORY) == "videos/News.2025.yaml"


@given(
    st.dictionaries(
        st.builds(
            "{:04}-{:02}-{:02}T{:02}".format, st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2)
        ),
        st.integers(1, 9),
    ),
    st.integers(1, 12),
)
def test_parts_hold_every_entry_and_none_too_many(counts: dict[str, int], most: int) -> None:
    """Whatever the times: nothing is lost, names differ, no file has more than it may."""
    found = list(parts(sorted(counts.items()), most, split=Split.CATEGORY))

    assert sum(one.entries for one in found) == sum(counts.values())
    assert all(one.entries <= most for one in found)
    assert len({one.name for one in found}) == len(found)
