"""From what differs to what will be done."""

from __future__ import annotations

from tests import build
from vodplan.core.categories import CategoryResolver, decide_categories
from vodplan.core.change import Action, Change
from vodplan.core.decide import (
    category_changes,
    decide_delete,
    decide_parts,
    decide_update,
    shown,
    stamp,
    streams_to_delete,
)
from vodplan.core.desired import DesiredAsset, StreamRemoval
from vodplan.core.kind import Style
from vodplan.core.live import LiveAsset, Parts
from vodplan.core.values import UNSET, fingerprint
from vodplan.kinds.image import IMAGE
from vodplan.kinds.video import VIDEO

TREE = build.tree({"News": {"Sports": {}}})
LIVE = build.live_video(
    "v1",
    title="Old",
    tags=("b", "a"),
    category=2,
    cover="http://h/a.jpg",
    facts={
        "size": 700,
        "duration": 61.25,
        "status": "Normal",
        "created": "2025-03-01T08:00:00Z",
        "cate_name": "Sports",
    },
)


def update(desired: DesiredAsset, live: LiveAsset = LIVE) -> Change | None:
    """Decide on an update with a plan that makes the category Art."""
    decision = decide_categories([build.category("Art")], TREE)
    return decide_update(desired, live, VIDEO, tree=TREE, resolve=CategoryResolver(decision).resolve)


def test_update_of_an_asset_as_wanted_is_none() -> None:
    """Nothing to do is no change."""
    assert update(build.video("v1", title="Old", tags=("a", "b"))) is None


def test_update_holds_only_the_fields_that_differ_and_where_they_were_asked_for() -> None:
    """Before and after have the same fields, categories as paths; the ids stand in the parameters."""
    entry = build.video("ref:cms-1", title="New", tags=("a", "b"), category="News", reason="Typo", rule="r", line=4)

    change = update(entry)

    assert change is not None
    assert (change.name, change.id, change.source) == ("update video/ref:cms-1", "v1", build.at(4))
    assert (change.reason, change.rule, change.certain) == ("Typo", "r", True)
    assert change.before == {"title": "Old", "category": "News/Sports"}
    assert change.after == {"title": "New", "category": "News"}
    assert change.params == {"category_before": 2, "category_id": 1}
    assert change.facts == {
        **LIVE.facts,
        "title": "Old",
        "description": "",
        "tags": ["b", "a"],
        "category": "News/Sports",
        "cover": "http://h/a.jpg",
    }


def test_update_that_clears_shows_what_it_clears() -> None:
    """Empty text, no tags and no category are values, and shown as such."""
    change = update(build.video("v1", title="", tags=(), category=None, cover=""))

    assert change is not None
    assert change.before == {
        "title": "Old",
        "tags": ["b", "a"],
        "category": "News/Sports",
        "cover": "http://h/a.jpg",
    }
    assert change.after == {"title": "", "tags": [], "category": None, "cover": ""}
    assert change.params == {"category_before": 2, "category_id": 0}


def test_update_into_a_category_of_the_plan_has_its_path_and_no_id_yet() -> None:
    """The id is known when the category is made."""
    change = update(build.video("v1", category="Art"), build.live_video("v1"))

    assert change is not None
    assert (change.before, change.after) == ({"category": None}, {"category": "Art"})
    assert change.params == {"category_before": 0}


def test_update_by_category_id_shows_the_path_of_that_id() -> None:
    """A reviewer reads paths."""
    change = update(build.video("v1", category=1))

    assert change is not None
    assert change.after == {"category": "News"}


def test_update_into_a_new_category_that_takes_the_old_name_shows_the_old_one_by_its_id() -> None:
    """A reviewer could not tell two equal paths apart."""
    entries = [build.category("Papers", renamed_from="News"), build.category("News")]
    resolve = CategoryResolver(decide_categories(entries, TREE)).resolve

    change = decide_update(
        build.video("v1", category="News"), build.live_video("v1", category=1), VIDEO, tree=TREE, resolve=resolve
    )

    assert change is not None
    assert (change.before, change.after) == ({"category": {"id": 1}}, {"category": "News"})


def test_delete_lists_all_that_goes() -> None:
    """Every field and every fact worth a look stands in before; its size is what is freed."""
    change = decide_delete(build.video("v1", absent=True, reason="Licence ended"), LIVE, VIDEO, tree=TREE)

    assert (change.action, change.after, change.bytes_freed, change.reason) == (
        Action.DELETE,
        None,
        700,
        "Licence ended",
    )
    assert change.before == {
        "title": "Old",
        "description": "",
        "tags": ["b", "a"],
        "category": "News/Sports",
        "cover": "http://h/a.jpg",
        "size": 700,
        "duration": 61.25,
        "status": "Normal",
        "created": "2025-03-01T08:00:00Z",
    }
    assert change.params == {"category_before": 2}


def test_delete_of_an_image_by_a_signed_url_keeps_no_signature() -> None:
    """A plan never holds a signed URL."""
    entry = build.image("url:http://h/x.png?auth_key=17-0-0-ab", absent=True)
    live = LiveAsset("image", "", ("", "", (), None), {"url": "http://h/x.png"}, certain=False)

    change = decide_delete(entry, live, IMAGE, tree=TREE)

    assert str(change.address) == "image/url:http://h/x.png"
    assert change.params == {"category_before": 0, "url": "http://h/x.png"}
    assert (change.id, change.certain, change.bytes_freed) == (None, False, None)


def test_delete_of_snapshots_names_video_and_type() -> None:
    """They have no id of their own."""
    entry = build.image("video:v1:SpriteSnapshot", absent=True)

    change = decide_delete(entry, LiveAsset("image", "v1", ("", "", (), None), {"snapshots": 9}), IMAGE, tree=TREE)

    assert change.params == {"category_before": 0, "video": "v1", "type": "SpriteSnapshot"}
    assert change.id == "v1"
    assert change.before is not None
    assert change.before["snapshots"] == 9


STREAMS = (
    build.stream("j1", "HD", "mp4", 10),
    build.stream("j2", "SD", "mp4", None),
    build.stream("j3", "HD", "m3u8", 30),
)


def jobs(wanted: StreamRemoval) -> list[str]:
    """Which of `STREAMS` go."""
    return [one.job for one in streams_to_delete(wanted, build.parts(*STREAMS))]


def test_streams_named_by_job_go_if_they_are_live() -> None:
    """One that is not live is gone already."""
    assert jobs(StreamRemoval(jobs=("j3", "gone", "j1"))) == ["j1", "j3"]


def test_streams_stay_when_they_fit_every_filter() -> None:
    """The rest is deleted."""
    assert jobs(StreamRemoval(keep_definitions=("HD",))) == ["j2"]
    assert jobs(StreamRemoval(keep_formats=("mp4",))) == ["j3"]
    assert jobs(StreamRemoval(keep_definitions=("HD", "SD"), keep_formats=("mp4",))) == ["j3"]
    assert jobs(StreamRemoval(keep_definitions=("4K",), keep_formats=("mp4",))) == ["j1", "j2", "j3"]


def of_parts(desired: DesiredAsset, parts: Parts) -> list[Change]:
    """The changes to the parts of a video."""
    return list(decide_parts(desired, LIVE, parts, VIDEO, tree=TREE))


def test_parts_streams_and_source_are_changes_of_their_own() -> None:
    """Each can be refused, approved and counted by itself."""
    entry = build.video("v1", source_absent=True, source_force=True, streams=StreamRemoval(jobs=("j1", "j2")))

    streams, source = of_parts(entry, build.parts(*STREAMS, size=9000))

    assert (streams.action, streams.params, streams.bytes_freed) == (Action.DELETE_STREAMS, {"jobs": ["j1", "j2"]}, 10)
    assert streams.before == {
        "streams": [
            {"job": "j1", "definition": "HD", "format": "mp4", "size": 10},
            {"job": "j2", "definition": "SD", "format": "mp4", "size": None},
        ]
    }
    assert (source.action, source.params, source.bytes_freed) == (Action.DELETE_SOURCE, {"force": True}, 9000)
    assert (source.before, source.certain) == ({"source": "present", "size": 9000}, True)


def test_parts_that_are_gone_need_no_change() -> None:
    """A second plan is empty."""
    entry = build.video("v1", source_absent=True, streams=StreamRemoval(jobs=("j9",)))

    assert of_parts(entry, build.parts(*STREAMS, source=False)) == []


def test_parts_source_of_which_the_service_says_nothing_is_deleted_and_not_certain() -> None:
    """Where nobody can look, the change says so; without a size nothing is said to be freed."""
    (change,) = of_parts(build.video("v1", source_absent=True), build.parts(source=None, size=None))

    assert (change.certain, change.bytes_freed, change.before) == (False, None, {"source": "present"})


def test_parts_streams_of_unknown_size_free_an_unknown_number_of_bytes() -> None:
    """Unknown is not nothing."""
    entry = build.video("v1", streams=StreamRemoval(jobs=("j2",)))

    assert of_parts(entry, build.parts(*STREAMS))[0].bytes_freed is None


def test_category_changes_say_what_is_made_renamed_and_removed() -> None:
    """A category below one that the plan makes has no parent id to name yet."""
    entries = [
        build.category("Art/New", line=1),
        build.category("Papers", renamed_from="News", line=2, reason="Law"),
        build.category("Papers/Sports", absent=True, line=3, reason="Empty"),
    ]

    changes = list(category_changes(decide_categories(entries, TREE)))

    assert [(one.name, one.id, one.before, one.after, one.params, one.source.line, one.reason) for one in changes] == [
        ("create category/Art", None, None, {"path": "Art"}, {"parent_id": 0}, 1, None),
        ("create category/Art/New", None, None, {"path": "Art/New"}, {}, 1, None),
        ("rename category/Papers", "1", {"path": "News"}, {"path": "Papers"}, {}, 2, "Law"),
        ("delete category/Papers/Sports", "2", {"path": "Papers/Sports"}, None, {}, 3, "Empty"),
    ]


def test_stamp_counts_tags_as_a_set_and_a_category_by_its_id() -> None:
    """Neither the order of tags nor a new name of the category makes a plan stale."""
    first = stamp({"tags": ["b", "a"], "category": "News", "title": "t"}, {"category_before": 7})

    assert first == stamp({"tags": ["a", "b", "a"], "category": "Papers", "title": "t"}, {"category_before": 7})
    assert first != stamp({"tags": ["a", "b"], "category": "News", "title": "t"}, {"category_before": 8})
    assert first == fingerprint({"tags": ["a", "b"], "category": 7, "title": "t"})


def test_shown_value_that_a_plan_cannot_hold_is_none() -> None:
    """Only texts, numbers and lists of tags are live values."""
    assert shown(Style.TEXT, UNSET, TREE) is None
    assert shown(Style.CATEGORY, "News", TREE) is None
