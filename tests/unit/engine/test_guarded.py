"""What guards are told of the library, when planning and again before the first write."""

from __future__ import annotations

import pytest

from tests import build
from tests.fakes import Library, apply_of, plan_of
from vodplan.core.assemble import Memory
from vodplan.core.desired import StreamRemoval
from vodplan.core.errors import Refused
from vodplan.core.history import NotTaken, wanted_fingerprint
from vodplan.core.plan import Plan
from vodplan.core.policy import Bound, Policy, Protection

KEEP = Policy(protect=(Protection(any_tags=frozenset({"keep"})),))
LEGAL = Policy(protect=(Protection(category="Legal"),))
PICTURE = "http://img.example.com/a.jpg"


def held(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    """The guards that hold a plan."""
    return [(one.guard, one.addresses) for one in plan.guards]


def test_plan_of_snapshots_of_a_protected_video_is_held() -> None:
    """Their video is read for it, though no entry names it."""
    library = Library(build.live_video("v1", tags=("keep",)), snapshots={("v1", "CoverSnapshot"): 2})
    wanted = build.desired(build.image("video:v1:CoverSnapshot", absent=True))

    assert held(plan_of(wanted, library, policy=KEEP)) == [("protect", ("image/video:v1:CoverSnapshot",))]

    library.change("video", "v1", tags=())
    free = plan_of(wanted, library, policy=KEEP)
    assert free.guards == ()
    assert free.cost.calls["GetVideoInfos"] == 1
    reads = library.calls("read")["GetVideoInfos"]
    apply_of(free, library, policy=KEEP)
    assert library.calls("read")["GetVideoInfos"] == reads + 1


def test_apply_of_snapshots_of_a_video_that_was_protected_since_is_refused() -> None:
    """The video is read again; the snapshots stay."""
    library = Library(build.live_video("v1"), snapshots={("v1", "CoverSnapshot"): 2})
    plan = plan_of(build.desired(build.image("video:v1:CoverSnapshot", absent=True)), library, policy=KEEP)
    library.change("video", "v1", tags=("keep",))

    with pytest.raises(Refused, match="protect"):
        apply_of(plan, library, policy=KEEP)

    assert library.calls("write") == {}


def test_apply_of_an_asset_whose_status_or_age_protects_it_by_now_is_refused() -> None:
    """Facts are those of now, and ages count up to the plan."""
    facts = {"status": "Normal", "created": "2026-06-01T00:00:00Z"}
    library = Library(build.live_image("i1", facts=facts))
    plan = plan_of(build.desired(build.image("i1", absent=True)), library)
    blocked = Policy(protect=(Protection(statuses=frozenset({"Blocked"})),))
    library.media["image", "i1"].asset = build.live_image("i1", facts={**facts, "status": "Blocked"})

    with pytest.raises(Refused, match="status: Blocked"):
        apply_of(plan, library, policy=blocked)


def test_plan_that_renames_the_protecting_category_is_held_by_its_old_name() -> None:
    """What stands in it and below it is deleted by no plan that renames it."""
    library = Library(
        build.live_video("v1", category=2),
        build.live_video("v2", category=3),
        categories=build.categories({"News": {}, "Legal": {"Old": {}}}),
        parts={"v2": build.parts(build.stream("a"), build.stream("b"))},
    )
    wanted = build.desired(
        build.category("Archive", renamed_from="Legal"),
        build.category("Archive/Old", absent=True),
        build.video("v1", absent=True),
        build.video("v2", category=None, streams=StreamRemoval(jobs=("a",))),
    )

    plan = plan_of(wanted, library, policy=LEGAL)

    assert ("protect", ("category/Archive/Old", "video/v1", "video/v2")) in held(plan)


def test_plan_that_takes_the_tag_away_and_deletes_a_part_is_held() -> None:
    """One entry, two wishes: the live tags count."""
    library = Library(build.live_video("v1", tags=("keep",)))

    plan = plan_of(build.desired(build.video("v1", tags=(), source_absent=True)), library, policy=KEEP)

    assert held(plan) == [("protect", ("video/v1",))]


def test_plan_that_leaves_a_video_with_nothing_to_play_is_held() -> None:
    """By the parts that are live and the plan's own removals."""
    two = build.parts(build.stream("a"), build.stream("b"))
    library = Library(build.live_video("v1"), build.live_video("v2"), parts={"v1": two, "v2": two})

    plan = plan_of(
        build.desired(
            build.video("v1", source_absent=True, streams=StreamRemoval(jobs=("a", "b"))),
            build.video("v2", source_absent=True, source_force=True, streams=StreamRemoval(jobs=("a",))),
        ),
        library,
    )

    assert held(plan) == [("nothing_playable", ("video/v1",))]


def test_apply_that_would_leave_nothing_to_play_by_now_is_refused() -> None:
    """The stream that was to stay is gone."""
    library = Library(build.live_video("v1"), parts={"v1": build.parts(build.stream("a"), build.stream("b"))})
    plan = plan_of(build.desired(build.video("v1", source_absent=True, streams=StreamRemoval(jobs=("a",)))), library)
    library.media["video", "v1"].parts = build.parts(build.stream("a"))

    with pytest.raises(Refused, match="nothing_playable"):
        apply_of(plan, library)

    assert library.calls("write") == {}


@pytest.mark.parametrize(
    ("live", "wanted", "guarded"),
    [
        (PICTURE, None, True),
        (f"{PICTURE}?auth_key=1-2-3", None, True),
        ("http://h/other.jpg", PICTURE, True),
        (PICTURE, "http://h/other.jpg", True),
        ("http://h/other.jpg", None, False),
    ],
)
def test_plan_that_deletes_the_cover_of_a_managed_video_is_held(live: str, wanted: str | None, guarded: bool) -> None:
    """The cover of now, and the one that the manifests want; a new cover is applied first."""
    library = Library(build.live_video("v1", cover=live), build.live_image("i1"), urls={"i1": PICTURE})
    entry = build.video("v1", title="") if wanted is None else build.video("v1", cover=wanted)

    plan = plan_of(build.desired(entry, build.image("i1", absent=True)), library)

    assert held(plan) == ([("cover_in_use", ("image/i1",))] if guarded else [])


def test_plan_that_deletes_a_cover_with_its_video_is_free() -> None:
    """Nobody is left who would miss it; nor is a video that no manifest names looked for."""
    library = Library(
        build.live_video("v1", cover=PICTURE),
        build.live_video("v2", cover=PICTURE),
        build.live_image("i1"),
        urls={"i1": PICTURE},
    )

    assert plan_of(build.desired(build.video("v1", absent=True), build.image("i1", absent=True)), library).guards == ()


def test_apply_that_deletes_a_picture_which_a_video_of_the_plan_has_by_now_is_refused() -> None:
    """Somebody made it the cover while the plan was under review."""
    library = Library(
        build.live_video("v1", title="a", cover="http://h/b.jpg"), build.live_image("i1"), urls={"i1": PICTURE}
    )
    plan = plan_of(build.desired(build.video("v1", title="b"), build.image("i1", absent=True)), library)
    library.change("video", "v1", cover=PICTURE)

    with pytest.raises(Refused, match="cover_in_use"):
        apply_of(plan, library)

    assert library.calls("write") == {}


def test_plan_remembers_what_did_not_take_and_how_many_entries_there_were() -> None:
    """The field is told and not sent, no guard and no sum counts it, and the plan is empty without it."""
    library = Library(build.live_video("v1", title="A"), build.live_video("v2", title="A"))
    wanted = build.desired(build.video("v1", title="A "), build.video("v2", title="B"))
    first = plan_of(wanted, library)
    fingerprint = wanted_fingerprint(first.changes[0], "title")
    assert fingerprint is not None
    memory = Memory(not_taken={"video/v1": {"title": NotTaken(fingerprint, '"A"')}}, managed={"video": 50})
    policy = Policy(max_updates=Bound(count=1), max_managed_drop=Bound(percent=50))

    second = plan_of(wanted, library, policy=policy, memory=memory)

    assert [one.name for one in second.changes] == ["update video/v2"]
    assert [(str(one.address), one.field) for one in second.unconverged] == [("video/v1", "title")]
    assert (second.summary.update, second.summary.unchanged) == (1, 0)
    assert held(second) == [("managed_dropped", ())]
    assert second.digest != first.digest
