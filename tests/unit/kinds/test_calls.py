"""How changes become calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tests import build
from vodplan.core.change import Action, Change
from vodplan.core.kind import Call
from vodplan.kinds.batches import MAX_BYTES, encoded_bytes
from vodplan.kinds.operations import OPERATIONS
from vodplan.registry import KINDS


def calls(*changes: Change, category_ids: Mapping[str, int] | None = None) -> Sequence[Call]:
    """The calls of changes of one kind, numbered from 0."""
    return KINDS[changes[0].kind].calls(list(enumerate(changes)), category_ids or {})


def shape(found: Sequence[Call]) -> list[tuple[str, int]]:
    """Operation and number of items of each call."""
    return [(call.operation, len(call.items)) for call in found]


@pytest.mark.parametrize(
    ("kind", "operation"),
    [("video", "UpdateVideoInfos"), ("image", "UpdateImageInfos"), ("attached", "UpdateAttachedMediaInfos")],
)
def test_updates_go_twenty_to_a_call(kind: str, operation: str) -> None:
    """45 short updates are three calls."""
    found = calls(*[build.change(f"{kind}/a{one}", after={"title": "t"}) for one in range(45)])

    assert shape(found) == [(operation, 20), (operation, 20), (operation, 5)]


def test_update_sends_only_the_fields_of_the_change_in_the_service_s_form() -> None:
    """Tags as a tuple, null as an empty text, a category as its id."""
    after = {"title": "New", "description": None, "tags": ["a", "b"], "category": "News"}

    (call,) = calls(build.change("video/ref:cms", id="v1", after=after, params={"category_id": 7}))

    assert call.items[0].fields == {"title": "New", "description": "", "tags": ("a", "b"), "category": 7}
    assert (call.items[0].id, call.items[0].change, call.items[0].params) == ("v1", 0, {})


def test_update_into_no_category_sends_0_and_into_a_made_one_its_new_id() -> None:
    """A category that the run made has no id in the plan."""
    cleared = build.change("image/i1", after={"category": None}, params={"category_id": 0})
    unknown = build.change("image/i2", after={"category": None})
    made = build.change("image/i3", after={"category": "Art"})

    (call,) = calls(cleared, unknown, made, category_ids={"Art": 99})

    assert [item.fields["category"] for item in call.items] == [0, 0, 99]


def test_update_of_several_categories_sends_their_ids() -> None:
    """Paths are for people; none at all clears them."""
    moved = build.change("attached/m1", after={"categories": ["A", {"id": 9}]}, params={"categories_ids": [7, 9]})
    cleared = build.change("attached/m2", after={"categories": []}, params={"categories_ids": []})
    bare = build.change("attached/m3", after={"categories": []})

    (call,) = calls(moved, cleared, bare)

    assert [item.fields["categories"] for item in call.items] == [(7, 9), (), ()]
    assert encoded_bytes(call.items[0]) > len("7%2C9")


def test_attached_media_are_removed_twenty_to_a_call_after_updates() -> None:
    """By their ids, with nothing else in the call."""
    changes = [build.change(f"attached/m{one}", Action.DELETE) for one in range(21)]

    found = calls(build.change("attached/a", after={"title": "t"}), *changes)

    assert shape(found) == [("UpdateAttachedMediaInfos", 1), ("DeleteAttachedMedia", 20), ("DeleteAttachedMedia", 1)]


def test_update_into_a_category_without_an_id_is_a_bug_not_a_guess() -> None:
    """Nothing may end up in a wrong category."""
    with pytest.raises(KeyError):
        calls(build.change("image/i3", after={"category": "Art"}))


def test_updates_with_long_texts_are_split_by_their_encoded_bytes() -> None:
    """Chinese takes nine bytes a character once encoded: three descriptions of 1,023 bytes do not fit one call."""
    text = "新" * 341
    found = calls(*[build.change(f"video/v{one}", after={"description": text}) for one in range(4)])

    assert shape(found) == [("UpdateVideoInfos", 2), ("UpdateVideoInfos", 2)]
    assert all(sum(map(encoded_bytes, call.items)) <= MAX_BYTES for call in found)


def test_update_that_is_larger_than_a_call_by_itself_goes_alone() -> None:
    """It is sent all the same: the limit is a cautious one."""
    big, small = (
        build.change("video/v1", after={"cover": "http://h/" + "新" * 1000}),
        build.change("video/v2", after={}),
    )

    assert shape(calls(small, big, small)) == [("UpdateVideoInfos", 1)] * 3


def test_estimate_of_an_item_with_half_a_character_is_a_number() -> None:
    """Counting bytes never fails on what a library holds."""
    (call,) = calls(build.change("video/v1", after={"title": "\ud800"}))

    assert encoded_bytes(call.items[0]) > 9


def test_videos_are_removed_twenty_to_a_call_and_their_sources_by_force() -> None:
    """`force` is a parameter of the whole call, so no call has both."""
    videos = [build.change(f"video/v{one}", Action.DELETE) for one in range(21)]
    sources = [build.change(f"video/v{one}", Action.DELETE_SOURCE, params={"force": one == 1}) for one in range(4)]

    found = calls(*sources, *videos)

    assert shape(found) == [("DeleteMezzanines", 3), ("DeleteMezzanines", 1), ("DeleteVideo", 20), ("DeleteVideo", 1)]
    assert [item.id for item in found[1].items] == ["v1"]


def test_streams_are_deleted_video_by_video() -> None:
    """DeleteStream takes several streams of one video."""
    changes = [build.change(f"video/v{one}", Action.DELETE_STREAMS, params={"jobs": ["a", "b"]}) for one in range(2)]

    found = calls(*changes)

    assert shape(found) == [("DeleteStream", 1), ("DeleteStream", 1)]
    assert found[1].items[0].params == {"jobs": ["a", "b"]}


def test_images_are_deleted_by_id_in_batches_and_all_others_one_by_one() -> None:
    """An image found by its URL has an id; one of which only the URL is known, and snapshots, have none."""
    by_id = [build.change(f"image/i{one}", Action.DELETE) for one in range(21)]
    by_url = build.change("image/url:http://h/a.png", Action.DELETE, id="i99", params={"url": "http://h/a.png"})
    only_url = build.change("image/url:http://h/b.png", Action.DELETE, id="", params={"url": "http://h/b.png"})
    snapshots = build.change("image/video:v1:All", Action.DELETE, id="v1", params={"video": "v1", "type": "All"})

    found = calls(only_url, *by_id, snapshots, by_url)

    assert shape(found) == [("DeleteImage", 20), ("DeleteImage", 2), ("DeleteImage", 1), ("DeleteImage", 1)]
    assert [call.items[0].params for call in found[2:]] == [only_url.params, snapshots.params]


def test_categories_are_made_renamed_and_deleted_one_a_call_by_their_last_name() -> None:
    """A parent that this run makes is looked up by its path."""
    top = build.change("category/Art", Action.CREATE, id="", after={"path": "Art"}, params={"parent_id": 0})
    below = build.change("category/Art/New", Action.CREATE, id="", after={"path": "Art/New"})
    rename = build.change("category/A/C", Action.RENAME, id="5", before={"path": "A/B"}, after={"path": "A/C"})
    delete = build.change("category/A/D", Action.DELETE, id="6", before={"path": "A/D"})

    found = calls(top, below, rename, delete, category_ids={"Art": 77})

    assert [(one.operation, one.items[0].id, one.items[0].fields, one.items[0].params) for one in found] == [
        ("AddCategory", "", {"name": "Art"}, {"parent_id": 0}),
        ("AddCategory", "", {"name": "New"}, {"parent_id": 77}),
        ("UpdateCategory", "5", {"name": "C"}, {}),
        ("DeleteCategory", "6", {"name": "D"}, {}),
    ]


def test_category_below_one_that_was_not_made_is_a_bug_not_a_category_at_the_top() -> None:
    """The top of the tree is not a place for what lost its parent."""
    with pytest.raises(KeyError):
        calls(build.change("category/Art/New", Action.CREATE, id="", after={"path": "Art/New"}))


def test_operations_say_how_often_and_whether_they_may_be_repeated() -> None:
    """Everything that kinds call is in the table, and only AddCategory is never repeated blindly."""
    named = {KINDS[kind].read_operation for kind in KINDS} | {
        "UpdateVideoInfos",
        "UpdateImageInfos",
        "DeleteVideo",
        "DeleteMezzanines",
        "DeleteStream",
        "DeleteImage",
        "AddCategory",
        "UpdateCategory",
        "DeleteCategory",
    }

    assert named <= set(OPERATIONS)
    assert [name for name, one in OPERATIONS.items() if not one.repeatable] == ["AddCategory"]
    assert all(one.rate > 0 and one.batch >= 1 for one in OPERATIONS.values())
    assert OPERATIONS["UpdateVideoInfos"].source == "page «ApsaraVideo VOD:UpdateVideoInfos»"


def test_kinds_have_the_service_s_limits_in_bytes() -> None:
    """Title 128, description 1,024, 16 tags of 32; images take no characters beyond the basic plane."""
    for kind in ("video", "image"):
        limits = {one.name: (one.max_bytes, one.max_items, one.emoji) for one in KINDS[kind].fields}
        emoji = kind == "video"
        assert limits["title"] == (128, None, emoji)
        assert limits["description"] == (1024, None, emoji)
        assert limits["tags"] == (32, 16, emoji)
