"""Old covers: the image goes with its last video, after it, and stays when anything else has a use for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from tests import build
from tests.fakes import FakeJournal, Library, apply_of, plan_of
from vodplan.core.assemble import Memory
from vodplan.core.change import Action, Change
from vodplan.core.errors import Forbidden, Refused, RefusedByService, StalePlan, Unavailable
from vodplan.core.history import NotTaken, wanted_fingerprint
from vodplan.core.live import Indexed
from vodplan.core.oldcovers import Owed, waited_for
from vodplan.core.plan import Plan
from vodplan.core.policy import Policy, Protection
from vodplan.core.report import Verdict
from vodplan.core.road import ReadBy
from vodplan.core.values import UNSET, CoverFile
from vodplan.engine.limits import Limits

OLD = "http://img.example.com/image/cover/old.jpg"
NEW = CoverFile(file="covers/a.png", sha256="a" * 64, size=9, delete_old=True)
KEEPS = dataclasses.replace(NEW, delete_old=False)


def library(*, show_it: int = 1, **images: str) -> Library:
    """Videos that show one image, a video that shows another, and the images."""
    videos = [build.live_video(f"v{one}", title="T", cover=OLD) for one in range(1, show_it + 1)]
    urls = {"i1": OLD, **images}
    return Library(
        *videos,
        build.live_video("other", title="T", cover="http://img.example.com/other.jpg"),
        *(build.live_image(one, title=f"Image {one}", facts={"size": 500}) for one in urls),
        urls=urls,
    )


def deletions(plan: Plan) -> list[str]:
    """The addresses of what a plan deletes."""
    return [str(one.address) for one in plan.changes if one.action is Action.DELETE]


def update(plan: Plan, video: str = "v1") -> Change:
    """The update of a video."""
    (found,) = (one for one in plan.changes if one.id == video and one.action is Action.UPDATE)
    return found


def stays(plan: Plan, video: str = "v1") -> str:
    """What a plan says of an old cover that it leaves; the plan deletes nothing."""
    assert deletions(plan) == []
    assert plan.summary.delete == 0
    return update(plan, video).reason or ""


def test_old_cover_that_is_an_image_is_deleted_after_the_update_and_counts() -> None:
    """Beside the update, with what goes, why, and the update that it waits for; counted, costed, and then gone."""
    there = library(i2="http://img.example.com/image/cover/two.jpg")
    desired = build.desired(build.video("v1", cover=NEW, line=7), build.image("i2", title="Image i2"))

    plan = plan_of(desired, there)

    changed, gone = plan.changes
    assert (changed.action, changed.reason) == (Action.UPDATE, None)
    assert (str(gone.address), gone.action, gone.reason) == ("image/i1", Action.DELETE, "Replaced as cover of video/v1")
    assert (gone.source.line, gone.bytes_freed, waited_for(gone)) == (7, 500, ("video/v1",))
    assert gone.before is not None
    assert gone.before["title"] == "Image i1"
    assert (plan.summary.update, plan.summary.delete, plan.guards) == (1, 1, ())
    assert plan.cost.bytes_freed == 500
    assert plan.cost.calls["DeleteImage"] == 1
    with pytest.raises(Refused, match="--allow-deletes"):
        apply_of(plan, there, allow_deletes=None)
    report = apply_of(plan, there)
    assert [one.verdict for one in report.outcomes] == [Verdict.DONE, Verdict.DONE]
    assert report.unconverged == ()
    assert not there.has("image", "i1")
    assert plan_of(desired, there).changes == ()


def test_old_cover_is_deleted_once_the_new_one_was_read_back() -> None:
    """Updated, read, deleted: in that order, and what is read counts in the cost."""
    there = library()
    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there)
    there.log.clear()

    apply_of(plan, there)

    calls = [one.operation for one in there.log if one.what in ("read", "write")]
    updated, gone = calls.index("UpdateVideoInfos"), calls.index("DeleteImage")
    assert "GetVideoInfos" in calls[updated:gone]
    assert calls.count("GetVideoInfos") == plan.cost.calls["GetVideoInfos"] == 3


def test_old_cover_stays_without_the_wish() -> None:
    """`old: keep`, which is what is meant where nothing is said."""
    plan = plan_of(build.desired(build.video("v1", cover=KEEPS)), library())

    assert stays(plan) == ""


def test_cover_that_is_as_wanted_asks_for_nothing() -> None:
    """What a video shows is never an old cover."""
    there = library()
    there.uploads[NEW.sha256] = OLD

    assert plan_of(build.desired(build.video("v1", cover=NEW)), there).changes == ()


def test_video_without_a_cover_leaves_no_image() -> None:
    """There is nothing to look for, and nothing to say."""
    there = library(show_it=0)
    there.change("video", "other", cover="")

    assert stays(plan_of(build.desired(build.video("other", cover=NEW)), there), "other") == ""


def test_image_that_several_videos_leave_goes_once_and_after_all_of_them() -> None:
    """Also those that only get another address, and do not ask for it."""
    there = library(show_it=3)
    desired = build.desired(
        build.video("v1", cover=NEW, line=3),
        build.video("v2", cover=NEW, line=2),
        build.video("v3", cover="http://img.example.com/third.jpg", line=1),
    )

    plan = plan_of(desired, there)

    assert deletions(plan) == ["image/i1"]
    gone = plan.changes[-1]
    assert waited_for(gone) == ("video/v1", "video/v2", "video/v3")
    assert gone.reason == "Replaced as cover of video/v1, video/v2, video/v3"
    assert gone.source.line == 3
    assert {one.verdict for one in apply_of(plan, there).outcomes} == {Verdict.DONE}
    assert not there.has("image", "i1")


def test_reason_names_three_videos_and_counts_the_others() -> None:
    """A picture that a hundred videos left does not fill the page."""
    there = library(show_it=5)

    plan = plan_of(build.desired(*(build.video(f"v{one}", cover=NEW) for one in range(1, 6))), there)

    assert plan.changes[-1].reason == "Replaced as cover of video/v1, video/v2, video/v3 and 2 more"


def test_address_of_no_image_is_left_and_told() -> None:
    """A snapshot, or an address elsewhere."""
    there = library(show_it=0)

    plan = plan_of(build.desired(build.video("other", cover=NEW)), there)

    assert stays(plan, "other") == "The old cover stays: it is not among the library's images"


def test_library_that_may_not_be_searched_keeps_old_covers() -> None:
    """The update needs no search, so it is planned."""
    there = library()
    there.uploads[NEW.sha256] = "http://h/new.jpg"

    async def forbidden(urls: object) -> object:
        raise Forbidden("No.", operation="SearchMedia", status=403, code="Forbidden.RAM")

    there.images = forbidden  # type: ignore[method-assign,assignment]

    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there)

    assert stays(plan) == "The old cover stays: the key may not search for its image"


@pytest.mark.parametrize("read_by", [ReadBy.IDS, ReadBy.SEARCH])
def test_image_that_another_managed_video_shows_stays(read_by: ReadBy) -> None:
    """Live, though the index may say that it is settled."""
    there = library(show_it=2)

    plan = plan_of(build.desired(build.video("v1", cover=NEW), build.video("v2", title="T")), there, read_by=read_by)

    assert stays(plan) == "The old cover stays: video/v2 has image/i1 as cover, or is to have it"


def test_image_that_an_asking_video_shows_and_keeps_stays() -> None:
    """One whose own new cover is there already under another name is read before the image is known."""
    there = library(show_it=2)
    there.uploads["b" * 64] = OLD
    other = CoverFile(file="covers/b.png", sha256="b" * 64, size=9, delete_old=True)

    plan = plan_of(build.desired(build.video("v1", cover=NEW), build.video("v2", cover=other)), there)

    assert stays(plan) == "The old cover stays: video/v2 has image/i1 as cover, or is to have it"


def test_image_that_another_video_is_to_show_stays() -> None:
    """By its address in the manifests."""
    plan = plan_of(build.desired(build.video("v1", cover=NEW), build.video("other", cover=OLD)), library())

    assert stays(plan) == "The old cover stays: video/other has image/i1 as cover, or is to have it"


def test_image_that_was_uploaded_from_a_file_which_another_video_wants_stays() -> None:
    """Also where the image is known under another address than the one that is found for the file."""
    there = library()
    there.change("image", "i1", title=f"vodplan-cover-{'b' * 64}")
    other = CoverFile(file="covers/b.png", sha256="b" * 64, size=9)

    plan = plan_of(build.desired(build.video("v1", cover=NEW), build.video("other", cover=other)), there)

    assert stays(plan) == "The old cover stays: video/other has image/i1 as cover, or is to have it"


def test_image_that_a_video_shows_which_no_manifest_names_stays() -> None:
    """The search index knows of it; the service cannot be asked who uses a picture."""
    there = library(show_it=5)

    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there)

    assert stays(plan) == (
        "The old cover stays: video/v2, video/v3, video/v4 and 1 more have image/i1 as cover, or are to have it"
    )


def test_index_that_is_behind_does_not_keep_the_image_of_a_video_that_was_read() -> None:
    """What is read by id counts."""
    there = library()
    there.index["other"] = Indexed("other", (UNSET, UNSET, UNSET, UNSET, OLD))

    plan = plan_of(build.desired(build.video("v1", cover=NEW), build.video("other", title="T")), there)

    assert deletions(plan) == ["image/i1"]


def test_image_of_a_video_that_goes_on_another_day_stays() -> None:
    """It is not read by a plan of today, so the index is believed."""
    there = library(show_it=2)
    entries = build.video("v1", cover=NEW), build.video("v2", absent=True, after=build.TODAY.replace(year=2030))

    plan = plan_of(build.desired(*entries), there)

    assert stays(plan) == "The old cover stays: video/v2 has image/i1 as cover, or is to have it"


def test_image_of_a_video_that_goes_too_is_deleted() -> None:
    """A video that the same plan deletes needs no cover."""
    there = library(show_it=2)

    plan = plan_of(build.desired(build.video("v1", cover=NEW), build.video("v2", absent=True)), there)

    assert deletions(plan) == ["image/i1", "video/v2"]
    assert {one.verdict for one in apply_of(plan, there).outcomes} == {Verdict.DONE}


@pytest.mark.parametrize(
    "entry",
    [
        build.image("i1", title="Image i1", line=4),
        build.image(f"url:{OLD}", absent=True, after=build.TODAY.replace(year=2030), line=4),
    ],
    ids=["kept", "later"],
)
def test_image_with_an_entry_of_its_own_stays(entry: object) -> None:
    """What is managed is decided on where it is managed."""
    plan = plan_of(build.desired(build.video("v1", cover=NEW), entry), library())  # type: ignore[arg-type]

    assert stays(plan) == f"The old cover stays: {build.FILE}:4 has an entry of image/i1"


@pytest.mark.parametrize("key", ["i1", f"url:{OLD}"])
def test_entry_that_deletes_the_image_too_makes_one_deletion_that_waits(key: str) -> None:
    """It is held no longer for the video that shows it, since that one leaves it first."""
    there = library()

    plan = plan_of(build.desired(build.video("v1", cover=NEW), build.image(key, absent=True, reason="Ours")), there)

    assert plan.guards == ()
    assert [(one.reason, waited_for(one)) for one in plan.changes[1:]] == [("Ours", ("video/v1",))]
    assert {one.verdict for one in apply_of(plan, there).outcomes} == {Verdict.DONE}
    assert not there.has("image", "i1")


def test_entry_that_deletes_the_image_alone_is_held_as_before() -> None:
    """Without the wish, the picture that a video shows is not deleted."""
    plan = plan_of(build.desired(build.video("v1", cover=KEEPS), build.image("i1", absent=True)), library())

    assert [one.guard for one in plan.guards] == ["cover_in_use"]


@pytest.mark.parametrize(
    "protection",
    [Protection(any_tags=frozenset({"legal"})), Protection(ids=frozenset({"image/i1"})), Protection(category="Legal")],
    ids=["tags", "id", "category"],
)
def test_protected_image_stays_and_the_plan_is_not_held(protection: Protection) -> None:
    """A wish of a video does not make a plan that cannot be applied."""
    there = library()
    there.tree = {one.id: one for one in build.categories({"Legal": {}})}
    there.change("image", "i1", tags=("legal",), category=1)

    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there, policy=Policy(protect=(protection,)))

    assert stays(plan) == "The old cover stays: image/i1 is protected (policy.protect[0])"
    assert plan.guards == ()


def test_image_that_came_under_protection_since_is_not_deleted() -> None:
    """Guards look again before the first write, with the policy of then."""
    there = library()
    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there)

    with pytest.raises(Refused, match="protect"):
        apply_of(plan, there, policy=Policy(protect=(Protection(ids=frozenset({"image/i1"})),)))
    assert there.calls("write") == {}


def test_image_that_was_edited_since_makes_the_plan_stale() -> None:
    """As with any deletion: somebody has it in hand."""
    there = library()
    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there)
    there.change("image", "i1", tags=("legal",))

    with pytest.raises(StalePlan):
        apply_of(plan, there)
    assert there.calls("write") == {}


def test_image_that_only_another_part_of_the_manifests_wants_stays() -> None:
    """What `--only` leaves out is wanted all the same: an entry of the image, and a video that is to show it."""
    v1 = build.video("v1", cover=NEW)
    for other in (build.image("i1", absent=True, line=4), build.video("late", cover=OLD), build.video("i1", cover="")):
        plan = plan_of(build.desired(v1), library(), whole=build.desired(v1, other))

        if other.key == "i1" and other.kind == "video":
            assert deletions(plan) == ["image/i1"]
        elif other.kind == "image":
            assert stays(plan) == f"The old cover stays: {build.FILE}:4 has an entry of image/i1"
        else:
            assert stays(plan) == "The old cover stays: video/late has image/i1 as cover, or is to have it"


def test_image_that_is_excluded_stays() -> None:
    """`--exclude` means what it says for what no entry names, too."""
    plan = plan_of(
        build.desired(build.video("v1", cover=NEW)), library(), excluded=lambda address: str(address) == "image/i1"
    )

    assert stays(plan) == "The old cover stays: image/i1 is excluded"


def test_reason_of_an_entry_stands_before_what_is_said_of_the_old_cover() -> None:
    """An entry that deletes its source has a reason of its own."""
    plan = plan_of(
        build.desired(build.video("other", cover=NEW, source_absent=True, reason="Archived")), library(show_it=0)
    )

    assert update(plan, "other").reason == "Archived; The old cover stays: it is not among the library's images"


def test_update_that_is_not_sent_again_takes_the_deletion_with_it() -> None:
    """A cover that would not take before is left out of the plan, and so is what waits for it."""
    there = library()
    desired = build.desired(build.video("v1", cover=NEW, title="Other"))
    (change, _) = plan_of(desired, there).changes
    told = NotTaken(wanted=wanted_fingerprint(change, "cover") or "", live=f'"{OLD}"')

    plan = plan_of(desired, there, memory=Memory(not_taken={"video/v1": {"cover": told}}))

    assert [(str(one.address), sorted(one.after or {})) for one in plan.changes] == [("video/v1", ["title"])]


@pytest.mark.parametrize("fail", ["refused", "upload", "unknown"])
def test_update_that_fails_holds_the_deletion(fail: str) -> None:
    """The old cover is still shown."""
    there = library()
    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there)
    if fail == "refused":
        there.refuse("v1", "Forbidden.Video")
    else:
        operation = "CreateUploadImage" if fail == "upload" else "UpdateVideoInfo"
        there.fail(RefusedByService("No.", operation=operation, status=400, code="No"), on=operation)
        there.fail(RefusedByService("No.", operation=operation, status=400, code="No"), on="UpdateVideoInfos")

    report = apply_of(plan, there)

    assert report.outcomes[-1].verdict is Verdict.HELD
    assert there.has("image", "i1")


def quiet(there: Library) -> None:
    """An update that the service says it did, and did not do."""
    carry_out = there._write_item

    def pretend(call: object, item: object) -> bool:
        return True if getattr(call, "operation", "").startswith("UpdateVideo") else carry_out(call, item)  # type: ignore[arg-type]

    there._write_item = pretend  # type: ignore[method-assign]


def unread(there: Library) -> None:
    """Reads that fail from the first after the update on."""
    error = Unavailable("Gone.", operation="GetVideoInfos", status=503, code="ServiceUnavailable")
    there.fail_reads(error, on="GetVideoInfos", after=1)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(quiet, "video/v1 does not show its new cover yet."), (unread, "video/v1 could not be read back: Gone.")],
)
def test_update_that_does_not_read_back_holds_the_deletion(spoil: Callable[[Library], None], why: str) -> None:
    """What the service answered is not enough to delete by."""
    there = library()
    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there)
    spoil(there)

    report = apply_of(plan, there)

    assert [(one.verdict, one.detail) for one in report.outcomes][1:] == [(Verdict.HELD, why)]
    assert there.has("image", "i1")


def test_other_field_that_does_not_take_does_not_hold_the_deletion() -> None:
    """Only the cover counts."""
    there = library()
    plan = plan_of(build.desired(build.video("v1", cover=NEW, title="Other")), there)
    stored = there._stored
    there._stored = lambda value: "T" if value == "Other" else stored(value)  # type: ignore[method-assign]

    report = apply_of(plan, there)

    assert {one.verdict for one in report.outcomes} == {Verdict.DONE}
    assert report.unconverged is not None
    assert [one.field for one in report.unconverged] == ["title"]
    assert not there.has("image", "i1")


def test_plan_that_lost_its_update_deletes_nothing() -> None:
    """A deletion that waits for what is not in the plan waits for ever; nobody's plan has one."""
    there = library()
    gone = plan_of(build.desired(build.video("v1", cover=NEW)), there).changes[-1]

    report = apply_of(build.plan(gone), there)

    assert [(one.verdict, one.detail) for one in report.outcomes] == [
        (Verdict.HELD, "video/v1 is not given another cover by this plan.")
    ]


def test_stop_before_the_deletion_holds_it() -> None:
    """Nothing is read for what is not begun."""
    there = library()
    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there)

    report = apply_of(
        plan,
        there,
        stop=lambda: "Stopped." if any(one.operation.startswith("UpdateVideo") for one in there.sent) else "",
    )

    assert [(one.verdict, one.detail) for one in report.outcomes][1:] == [(Verdict.HELD, "Stopped.")]
    assert there.has("image", "i1")


def test_first_changes_alone_look_at_what_they_wait_for() -> None:
    """Changes that go ahead of the others keep the order, too."""
    there = library()
    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there)

    report = apply_of(plan, there, limits=Limits(canary=2))

    assert {one.verdict for one in report.outcomes} == {Verdict.DONE}
    assert not there.has("image", "i1")


def test_deletion_that_stands_before_its_update_waits_all_the_same() -> None:
    """No plan of vodplan's has that order; one that has it and goes ahead with its first change deletes nothing."""
    there = library()
    changed, gone = plan_of(build.desired(build.video("v1", cover=NEW)), there).changes

    report = apply_of(build.plan(gone, changed), there, limits=Limits(canary=1))

    assert (report.outcomes[0].verdict, report.outcomes[0].detail) == (
        Verdict.HELD,
        "video/v1 does not have its new cover.",
    )
    assert there.has("image", "i1")


def test_apply_that_is_taken_up_again_deletes_what_is_left() -> None:
    """The updates are there already: the plan is the same, and the image goes."""
    there = library()
    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there)
    apply_of(plan, there, stop=lambda: "Stopped." if len(there.sent) > 1 else "", journal=FakeJournal(there))

    report = apply_of(plan, there)

    assert [one.verdict for one in report.outcomes] == [Verdict.ALREADY, Verdict.DONE]
    assert not there.has("image", "i1")


OWED = Owed(id="i1", url=f"{OLD}?auth_key=1-0-0-ab", videos=("video/gone", "video/v1"))


def taken() -> Library:
    """A library in which the video shows its new cover already, and the image of the old one is left."""
    there = library()
    there.uploads[NEW.sha256] = "http://img.example.com/image/cover/new.jpg"
    there.change("video", "v1", cover=there.uploads[NEW.sha256])
    return there


def test_deletion_that_an_earlier_run_owes_is_planned_where_it_is_still_asked_for() -> None:
    """The video has its new cover: only what is remembered tells what the old one was."""
    there = taken()
    desired = build.desired(build.video("v1", cover=NEW, line=7))

    plan = plan_of(desired, there, memory=Memory(owed=(OWED,)))

    (gone,) = plan.changes
    assert (str(gone.address), gone.reason) == ("image/i1", "Replaced as cover of video/v1, by an earlier run")
    assert (gone.source.line, gone.params["old_cover"], waited_for(gone)) == (7, ["video/v1"], ())
    assert apply_of(plan, there).converged
    assert not there.has("image", "i1")
    assert plan_of(desired, there, memory=Memory(owed=(OWED,))).changes == ()


@pytest.mark.parametrize(
    ("owed", "cover"),
    [
        (OWED, KEEPS),
        (dataclasses.replace(OWED, videos=("video/gone",)), NEW),
        (dataclasses.replace(OWED, url="http://img.example.com/another.jpg"), NEW),
        (dataclasses.replace(OWED, id="other"), NEW),
    ],
    ids=["kept now", "another video", "another address", "no image"],
)
def test_deletion_that_nobody_asks_for_any_more_is_not_owed(owed: Owed, cover: CoverFile) -> None:
    """The manifests of now decide, and the image has to be the one that it was."""
    assert plan_of(build.desired(build.video("v1", cover=cover)), taken(), memory=Memory(owed=(owed,))).changes == ()


def test_deletion_that_is_owed_is_held_to_the_same_rules() -> None:
    """A video that took the picture meanwhile keeps it."""
    there = taken()
    there.change("video", "other", cover=OLD)

    assert plan_of(build.desired(build.video("v1", cover=NEW)), there, memory=Memory(owed=(OWED,))).changes == ()


def test_image_that_is_left_again_is_deleted_for_that() -> None:
    """Somebody put the old cover back: it is an old cover as any other."""
    there = library()

    plan = plan_of(build.desired(build.video("v1", cover=NEW)), there, memory=Memory(owed=(OWED,)))

    assert [waited_for(one) for one in plan.changes] == [(), ("video/v1",)]
    assert plan.changes[-1].reason == "Replaced as cover of video/v1"


def test_entry_that_deletes_what_is_owed_is_the_one_deletion() -> None:
    """There is no update to wait for."""
    plan = plan_of(
        build.desired(build.video("v1", cover=NEW), build.image("i1", absent=True)),
        taken(),
        memory=Memory(owed=(OWED,)),
    )

    assert [(str(one.address), waited_for(one)) for one in plan.changes] == [("image/i1", ())]
