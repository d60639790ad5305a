"""Entries that are valid by themselves and impossible in this library."""

from __future__ import annotations

from tests import build
from vodplan.core.categories import problem
from vodplan.core.diagnostics import SourceRef
from vodplan.core.problems import once_each, same_asset, too_many_tags
from vodplan.kinds.category import CATEGORY
from vodplan.kinds.video import VIDEO


def test_same_asset_is_reported_at_the_later_entry_whichever_came_first() -> None:
    """Reading order never changes a message."""
    by_id = build.video("v1", line=9, file="manifests/b.yaml")
    by_reference = build.video("ref:cms-1", line=20, file="manifests/a.yaml")

    found = same_asset(by_id, by_reference, "v1")

    assert found == same_asset(by_reference, by_id, "v1")
    assert found.code == "VP305"
    assert found.span is not None
    assert (found.span.file, found.span.line) == ("manifests/b.yaml", 9)
    assert "manifests/a.yaml:20" in found.detail


def test_too_many_tags_counts_what_the_asset_would_have() -> None:
    """16 are allowed."""
    sixteen = [f"t{number}" for number in range(16)]

    assert too_many_tags(build.change("video/v1", after={"tags": sixteen}), VIDEO) is None
    found = too_many_tags(build.change("video/v1", after={"tags": [*sixteen, "t16"]}), VIDEO)
    assert found is not None
    assert found.code == "VP306"
    assert "would have 17 tags" in found.detail


def test_too_many_tags_of_a_change_without_tags_is_none() -> None:
    """Other fields, removals and kinds without tags have none to count."""
    assert too_many_tags(build.change("video/v1", after={"title": "t"}), VIDEO) is None
    assert too_many_tags(build.change("video/v1", after=None), VIDEO) is None
    assert too_many_tags(build.change("category/A", after={"path": "A"}), CATEGORY) is None


def test_mistake_of_a_rule_is_told_once_with_how_many_more_have_it() -> None:
    """A rule that finds 900 assets made one mistake; what is said of different things is told of each."""
    place = SourceRef("manifests/a.yaml", 3)
    many = [problem("VP306", f"video/v{number} would have 17 tags.", place) for number in range(5)]
    elsewhere = problem("VP306", "video/w would have 17 tags.", SourceRef("manifests/a.yaml", 9))
    unknown = [problem("VP301", f"No category {name}.", place) for name in ("A", "A", "B")]

    told = once_each([*many, *unknown, many[0], elsewhere])

    assert once_each([*reversed(many), *unknown, many[0], elsewhere]) == told

    assert [one.detail for one in told] == [
        "video/v0 would have 17 tags. So it is with 4 more that the rule finds.",
        "No category A.",
        "No category B.",
        "video/w would have 17 tags.",
    ]
