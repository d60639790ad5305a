"""What applying a plan takes."""

from __future__ import annotations

import pytest

from tests import build
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.cost import estimate
from vodplan.core.live import Category
from vodplan.core.plan import Cost
from vodplan.kinds.operations import OPERATIONS
from vodplan.registry import KINDS

TREE = CategoryTree(
    [
        Category(id=1, name="News", parent=None, level=0),
        Category(id=2, name="Sports", parent=1, level=1),
        Category(id=3, name="World", parent=1, level=1),
    ]
)
"""Read in two calls: the top, and what is below News."""


def cost(*changes: Change, share: float = 1.0, tree: CategoryTree | None = None) -> Cost:
    """The cost of these changes."""
    return estimate(changes, kinds=KINDS, operations=OPERATIONS, share=share, tree=tree or CategoryTree(()))


def test_cost_of_nothing_is_nothing() -> None:
    """No calls, and a number of seconds all the same."""
    nothing = cost()

    assert nothing == Cost(calls={}, seconds=0.0, bytes_freed=0)
    assert isinstance(nothing.seconds, float)


def test_cost_of_updates_counts_reading_twice_and_writing_in_batches() -> None:
    """45 videos are read in 3 calls before and 3 after, and written in 3."""
    changes = [build.change(f"video/v{number:02}", after={"title": "t"}) for number in range(45)]

    assert cost(*changes).calls == {"GetVideoInfos": 6, "UpdateVideoInfos": 3}


def test_cost_seconds_are_at_the_allowed_share_of_each_rate() -> None:
    """400 deletions: 20 calls at 30 a second, and 2 × 20 reads at 100 a second; half the rate takes twice the time."""
    changes = [build.change(f"video/v{number:03}", Action.DELETE, bytes_freed=10) for number in range(400)]

    assert cost(*changes).seconds == pytest.approx(20 / 30 + 0.4, abs=0.05)
    assert cost(*changes, share=0.5).seconds == pytest.approx(2.13, abs=0.1)
    assert cost(*changes).bytes_freed == 4000


def test_cost_of_many_updates_counts_both_operations_and_what_goes_on_side_by_side_once() -> None:
    """10 s of reading, 28.6 s of both operations that update, and the last 400 read back when all is written."""
    changes = [build.change(f"video/v{number:05}", after={"title": "t"}) for number in range(20_000)]

    found = cost(*changes)

    assert found.calls == {"GetVideoInfos": 2000, "UpdateVideoInfo": 2840, "UpdateVideoInfos": 858}
    assert found.seconds == pytest.approx(10.0 + 858 / 30 + 0.2, abs=0.05)


def test_cost_of_changes_to_one_asset_reads_it_once() -> None:
    """An update and two removals of one video: read once before and once after, its parts too, and the categories."""
    changes = [
        build.change("video/v1", after={"title": "t"}),
        build.change("video/v1", Action.DELETE_STREAMS, params={"jobs": ["j"]}),
        build.change("video/v1", Action.DELETE_SOURCE, params={"force": False}),
    ]

    assert cost(*changes).calls == {
        "BatchGetMediaInfos": 2,
        "DeleteMezzanines": 1,
        "DeleteStream": 1,
        "GetCategories": 2,
        "GetVideoInfos": 2,
        "UpdateVideoInfos": 1,
    }


def test_cost_of_categories_counts_one_call_each_and_those_that_use_a_new_one() -> None:
    """An update into a category that has no id yet is counted as it will be sent."""
    changes = [
        build.change("category/Art", Action.CREATE, id="", after={"path": "Art"}, params={"parent_id": 0}),
        build.change("category/Art/New", Action.CREATE, id="", after={"path": "Art/New"}),
        build.change("category/Law", Action.RENAME, id="4", before={"path": "Legal"}, after={"path": "Law"}),
        build.change("image/i1", before={"category": None}, after={"category": "Art/New"}),
        build.change("category/Old", Action.DELETE, id="5", before={"path": "Old"}),
    ]

    assert cost(*changes).calls == {
        "AddCategory": 2,
        "DeleteCategory": 1,
        "GetCategories": 2 + 2,
        "GetImageInfos": 2,
        "SearchMedia": 3,
        "UpdateCategory": 1,
        "UpdateImageInfos": 1,
    }


def test_cost_of_the_category_tree_counts_a_call_for_each_that_has_any_below_it() -> None:
    """Read before and after; a new category's name is looked for once more, a deleted one is searched for what it holds."""
    changes = [
        build.change("category/Film", Action.CREATE, after={"path": "Film"}, params={"parent_id": 0}),
        build.change("category/News/World", Action.DELETE),
    ]

    assert cost(*changes, tree=TREE).calls == {
        "AddCategory": 1,
        "DeleteCategory": 1,
        "GetCategories": 2 * 2 + 1,
        "SearchMedia": 3,
    }


def test_cost_of_snapshots_lists_each_type() -> None:
    """`All` stands for four types; neither form is read by an image's id."""
    one = build.change("image/video:v1:SpriteSnapshot", Action.DELETE, params={"video": "v1", "type": "SpriteSnapshot"})
    every = build.change("image/video:v2:All", Action.DELETE, params={"video": "v2", "type": "All"})

    assert cost(one).calls["ListSnapshots"] == 2
    assert cost(every).calls["ListSnapshots"] == 8
    assert "GetImageInfos" not in cost(one, every).calls
