"""The rules that keep a plan from taking along what nobody asked to lose."""

from __future__ import annotations

import pytest

from tests import build
from tests.unit.core.guarding import deletion, refusals, updates
from vodplan.core.change import Action, Change
from vodplan.core.guards import CoverUsers
from vodplan.core.live import Parts
from vodplan.core.values import UNSET, Json


def removal(category: int, path: str) -> Change:
    """The deletion of a category."""
    return build.change(f"category/{path}", Action.DELETE, id=str(category))


def test_category_that_is_empty_may_go() -> None:
    """Nothing stands in it and nothing below it."""
    assert refusals(removal(2, "News"), members={2: build.members()}) == ()


def test_category_with_subcategories_is_held_unless_each_goes_too() -> None:
    """The service deletes the whole subtree."""
    empty = {1: build.members(), 3: build.members()}

    (held,) = refusals(removal(1, "Legal"), members=empty)

    assert (held.guard, held.number, held.addresses) == ("category_not_empty", "1", ("category/Legal",))
    assert refusals(removal(3, "Legal/Old"), removal(1, "Legal"), members=empty) == ()


def test_category_with_assets_is_held_unless_each_is_deleted_in_the_plan() -> None:
    """An update that moves the asset away is not enough: live is what counts. Two kinds may share an id."""
    inside = {2: build.members("video/v1", "image/v1")}

    assert refusals(removal(2, "News"), deletion("video/v1"), members=inside)[0].number == "1"
    assert refusals(removal(2, "News"), *updates(1), members=inside)[0].number == "2"
    assert refusals(removal(2, "News"), deletion("video/v1"), deletion("image/v1"), members=inside) == ()


def test_category_whose_assets_were_just_found_gone_may_go() -> None:
    """A search may list a deleted asset for a while; a read by id knows better."""
    inside = {2: build.members("video/v1")}

    assert refusals(removal(2, "News"), members=inside, gone=frozenset({"video/v1"})) == ()


def test_category_with_more_assets_than_the_search_lists_is_held_by_the_count() -> None:
    """Of 6,000 assets the service may list some; the others stay although the plan deletes all that were listed."""
    inside = {2: build.members("video/v1", total=6000, complete=False)}

    (held,) = refusals(removal(2, "News"), deletion("video/v1"), members=inside)

    assert held.number == "5999"


def test_category_of_which_nobody_looked_what_stands_in_it_is_a_bug_not_empty() -> None:
    """A guard that was not fed must not let pass."""
    with pytest.raises(KeyError):
        refusals(removal(2, "News"))


SOURCE = build.change("video/v1", Action.DELETE_SOURCE)


def streams(*jobs: str) -> Change:
    """The deletion of streams of v1."""
    return build.change("video/v1", Action.DELETE_STREAMS, params={"jobs": list(jobs)})


@pytest.mark.parametrize(
    ("changes", "parts", "setting"),
    [
        ((SOURCE,), build.parts(build.stream("a")), None),
        ((SOURCE,), build.parts(), "videos[].source"),
        ((SOURCE,), build.parts(source=None), "videos[].source"),
        ((SOURCE,), build.parts(build.stream("a", "OD")), "videos[].source"),
        ((SOURCE,), build.parts(build.stream("a", "OD"), build.stream("b", "SD")), None),
        ((SOURCE, streams("a")), build.parts(build.stream("a")), "videos[].source"),
        ((SOURCE, streams("a")), build.parts(build.stream("a"), build.stream("b")), None),
        ((SOURCE, streams("b")), build.parts(build.stream("a", "OD"), build.stream("b")), "videos[].source"),
        ((streams("a"),), build.parts(build.stream("a")), None),
        ((streams("a"),), build.parts(build.stream("a"), source=False), "videos[].streams"),
        ((streams("a"),), build.parts(build.stream("a"), source=None), "videos[].streams"),
        ((streams("a"),), build.parts(build.stream("a"), build.stream("b", "OD"), source=False), None),
        ((streams("a", "gone"),), build.parts(build.stream("a"), build.stream("b"), source=False), None),
    ],
)
def test_video_is_held_when_nothing_playable_would_stay(
    changes: tuple[Change, ...], parts: Parts, setting: str | None
) -> None:
    """A source that the service is silent about counts as gone; an original-quality stream goes with the source."""
    found = refusals(*changes, parts={"v1": parts})

    assert [(one.guard, one.setting, one.addresses) for one in found] == (
        [("nothing_playable", setting, ("video/v1",))] if setting else []
    )


def test_force_does_not_lift_the_guard_of_the_last_stream() -> None:
    """`force` is the service's own word for a source that is played; it is no permission to leave nothing."""
    forced = build.change("video/v1", Action.DELETE_SOURCE, params={"force": True})

    assert [one.guard for one in refusals(forced, parts={"v1": build.parts()})] == ["nothing_playable"]


def test_videos_with_nothing_to_play_are_counted_together_by_what_would_take_it() -> None:
    """Sources in one verdict, streams in another, each with its addresses in order."""
    changes = [
        build.change("video/ref:b", Action.DELETE_SOURCE, id="v2"),
        build.change("video/v1", Action.DELETE_SOURCE),
        build.change("video/v3", Action.DELETE_STREAMS, params={"jobs": ["j"]}),
    ]
    gone = build.parts(build.stream("j"), source=False)

    first, second = refusals(*changes, parts={"v1": build.parts(), "v2": build.parts(), "v3": gone})

    assert (first.number, first.addresses) == ("2", ("video/ref:b", "video/v1"))
    assert "leaves 2 videos with nothing to play" in first.message
    assert (second.number, second.addresses) == ("1", ("video/v3",))


def test_parts_that_nobody_looked_at_are_a_bug_not_playable() -> None:
    """A guard that was not fed must not let pass."""
    with pytest.raises(KeyError):
        refusals(SOURCE, parts={})


def picture(address: str = "image/i1", **facts: Json) -> Change:
    """The deletion of an image."""
    return build.change(address, Action.DELETE, facts=facts)


COVERS = {"h/a.jpg": ("video/v1", "video/v2")}


@pytest.mark.parametrize(
    ("change", "held"),
    [
        (picture(url="http://h/a.jpg"), True),
        (picture(url="https://H:443/a.jpg"), True),
        (picture(url="http://h/b.jpg"), False),
        (picture(), False),
        (picture("image/video:v9:CoverSnapshot", urls=["http://h/b.jpg", "http://h/a.jpg"]), True),
        (build.change("image/url:x", Action.DELETE, params={"url": "http://h/a.jpg"}), True),
        (build.change("image/i1", Action.UPDATE, facts={"url": "http://h/a.jpg"}), False),
        (build.change("video/i1", Action.DELETE, facts={"url": "http://h/a.jpg"}), False),
    ],
)
def test_picture_that_a_managed_video_has_as_cover_is_held(change: Change, held: bool) -> None:
    """By what its address means, not by how it is written; snapshots by any of theirs."""
    found = refusals(change, covers=COVERS)

    assert [(one.guard, one.addresses) for one in found] == ([("cover_in_use", (str(change.address),))] if held else [])


def test_picture_may_go_with_the_last_video_that_shows_it() -> None:
    """A video that stays holds it; none that is deleted by the same plan does."""
    cover = picture(url="http://h/a.jpg")

    (held,) = refusals(cover, deletion("video/v1"), covers=COVERS)

    assert "video/v2 has as cover" in held.message
    assert "video/v1" not in held.message
    assert refusals(cover, deletion("video/v1"), deletion("video/v2"), covers=COVERS) == ()


@pytest.mark.parametrize(
    ("waits", "left", "taken", "held"),
    [
        (["video/ref:one", "video/v2"], "https://h/a.jpg", "http://h/new.jpg", ()),
        (["video/ref:one"], "http://h/a.jpg", "http://h/new.jpg", ("video/v2",)),
        ([], "http://h/a.jpg", "http://h/new.jpg", ("video/v1", "video/v2")),
        (["video/ref:one", "video/v2"], "http://h/other.jpg", "http://h/new.jpg", ("video/v1",)),
        (["video/ref:one", "video/v2"], "http://h/a.jpg", "http://h/a.jpg?auth_key=1", ("video/v1",)),
        (["video/ref:one", "video/v2", "video/v9"], "", "http://h/a.jpg", ("video/v1",)),
    ],
    ids=["left", "not by all", "without waiting", "another", "the same", "taken"],
)
def test_picture_that_its_videos_leave_is_not_held_for_them(
    waits: list[str], left: str, taken: str, held: tuple[str, ...]
) -> None:
    """A deletion that waits for an update is not in the way of the video that the update gives another cover."""
    gone = build.change("image/i1", Action.DELETE, facts={"url": "http://h/a.jpg"}, params={"waits_for": [*waits]})
    updates = (
        build.change("video/ref:one", id="v1", before={"cover": left}, after={"cover": taken}),
        build.change("video/v2", before={"cover": "http://h/a.jpg"}, after={"cover": {"file": "a.png"}}),
        build.change("video/v3", before={"title": "a"}, after={"title": "b"}),
    )

    found = refusals(*updates, gone, covers=COVERS)

    assert {one for one in ("video/v1", "video/v2") for each in found if one in each.message} == set(held)


def test_many_users_of_a_cover_are_named_in_part() -> None:
    """Three names and a number are enough to know where to look."""
    users = tuple(f"video/v{number}" for number in range(5))

    (held,) = refusals(picture(url="http://h/a.jpg"), covers={"h/a.jpg": users})

    assert "video/v0, video/v1, video/v2 and 2 more have as cover" in held.message


def test_cover_users_keeps_no_cover_but_those_of_deleted_pictures() -> None:
    """A library has a million covers; a plan deletes a few pictures."""
    users = CoverUsers()
    users.add("v0", "http://h/a.jpg")
    assert not users

    users.deleted({"h/a.jpg"})
    users.add("v1", "http://h/a.jpg?auth_key=1", None)
    users.add("v2", "http://h/b.jpg", "https://h/a.jpg")
    users.add("v3", "", UNSET)

    assert users
    assert users.found() == {"h/a.jpg": ("video/v1", "video/v2")}
