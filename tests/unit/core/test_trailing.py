"""Which changes are read back while others are still being written."""

from __future__ import annotations

import dataclasses

import pytest

from tests import build
from vodplan.core.change import Action, Change
from vodplan.core.trailing import trailing


@pytest.mark.parametrize(
    "change",
    [
        build.change("video/v1", after={"title": "t"}),
        build.change("image/i1", after={"tags": ["a"]}),
        build.change("video/v1", after={"category": "News"}, params={"category_id": 7}),
        build.change("video/v1", after={"category": None}),
        build.change("video/v1", Action.DELETE),
        build.change("video/ref:cms-1", id="v1", after={"title": "t"}),
    ],
)
def test_trailing_takes_what_one_look_by_id_tells(change: Change) -> None:
    """Fields and whole assets."""
    assert trailing([change]) == {0}


@pytest.mark.parametrize(
    "change",
    [
        build.change("video/v1", after={"category": "Made/Just/Now"}),
        build.change("video/v1", Action.DELETE_SOURCE),
        build.change("video/v1", Action.DELETE_STREAMS, params={"jobs": ["j"]}),
        build.change("category/News", Action.CREATE, id="", after={"path": "News"}),
        build.change("category/News", Action.DELETE, id="3"),
        build.change("image/url:http://h/x.png", Action.DELETE, id="i1", params={"url": "http://h/x.png"}),
        build.change("image/video:v1:All", Action.DELETE, id="v1", params={"video": "v1", "type": "All"}),
        build.change("image/i1", Action.DELETE, id=""),
        dataclasses.replace(build.change("image/i1", Action.DELETE), certain=False),
    ],
)
def test_trailing_leaves_what_takes_more_than_a_look_to_the_end(change: Change) -> None:
    """Categories made by the run, parts of assets, what has no id, what cannot be told for certain."""
    assert trailing([change]) == frozenset()


def test_trailing_leaves_assets_with_several_changes_to_the_end() -> None:
    """They are read once, after the last of their changes."""
    changes = [
        build.change("video/v1", after={"title": "t"}),
        build.change("video/v2", after={"title": "t"}),
        build.change("video/v1", Action.DELETE_SOURCE),
    ]

    assert trailing(changes) == {1}
