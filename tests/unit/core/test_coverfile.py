"""Pictures in files: what plans have of them, when they are there, and which are uploaded."""

from __future__ import annotations

import dataclasses

import pytest

from tests import build
from tests.fakes import Library, apply_of, plan_of
from vodplan.core import coverfile
from vodplan.core.address import Address
from vodplan.core.change import Action
from vodplan.core.coverfile import TITLE, UPLOAD, cover_of, digest_in, shows, title_of
from vodplan.core.errors import RefusedByService, StalePlan
from vodplan.core.report import Verdict
from vodplan.core.values import CoverFile, Json
from vodplan.kinds.video import VIDEO

RED, BLUE = "a" * 64, "b" * 64
WANTED = CoverFile(file="covers/a.jpg", sha256=RED, size=120_000)
OTHER = CoverFile(file="covers/b.jpg", sha256=BLUE, size=5)
OLD = "http://img.example.com/old.jpg"


def library(*ids: str) -> Library:
    """Videos with an old cover."""
    return Library(*(build.live_video(one, title="T", cover=OLD) for one in ids))


def test_title_of_an_image_tells_the_digest_of_its_file() -> None:
    """Title and digest lead to each other; nothing else is taken for such a title."""
    assert digest_in(title_of(RED)) == RED
    for other in ("", RED, TITLE, f"{TITLE}{RED[:-1]}", f"{TITLE}{RED}0", f"x{TITLE}{RED}", f"{TITLE}{'G' * 64}"):
        assert digest_in(other) == ""


@pytest.mark.parametrize(
    "value",
    [
        None,
        OLD,
        {"id": 3},
        {"file": "a.jpg", "sha256": RED},
        {"file": "a.jpg", "sha256": RED, "size": True},
        {"file": "a.jpg", "sha256": RED[:-1], "size": 1},
        {"file": 1, "sha256": RED, "size": 1},
        {"file": "a.jpg", "sha256": 2, "size": 1},
    ],
)
def test_value_that_is_no_picture_in_a_file_is_none(value: Json) -> None:
    """A plan file is anybody's: only the whole form counts."""
    assert cover_of(value) is None


def test_picture_in_a_plan_is_read_back_as_it_was() -> None:
    """Its file, digest and size; where it is uploaded stands in no plan."""
    with_urls = dataclasses.replace(WANTED, urls=(OLD,))

    assert cover_of(coverfile.as_json(with_urls)) == WANTED


def test_address_shows_an_image_whatever_its_scheme_and_signature() -> None:
    """Two addresses of one image are one image."""
    assert shows("https://img.example.com/a.jpg", ["http://img.example.com/a.jpg?auth_key=1"])
    assert not shows("http://img.example.com/b.jpg", ["http://img.example.com/a.jpg"])
    assert not shows("", [""])
    assert not shows(None, [OLD])


def test_plan_for_a_picture_counts_its_upload_and_applies_to_an_empty_plan() -> None:
    """One upload before the update; afterwards there is nothing to do, since the image is found by its digest."""
    here = library("v1", "v2", "v3")
    wanted = build.desired(
        build.video("v1", cover=WANTED), build.video("v2", cover=WANTED), build.video("v3", cover=OTHER)
    )

    plan = plan_of(wanted, here)
    report = apply_of(plan, here)

    assert plan.changes[0].after == {"cover": {"file": "covers/a.jpg", "sha256": RED, "size": 120_000}}
    assert (plan.cost.calls[UPLOAD], plan.cost.calls["SearchMedia"], plan.cost.calls["GetImageInfos"]) == (2, 1, 1)
    assert [one.verdict for one in report.outcomes] == [Verdict.DONE] * 3
    assert report.unconverged == ()
    assert here.calls("write") == {UPLOAD: 2, "UpdateVideoInfos": 1}
    operations = [event.operation for event in here.log if event.what == "write"]
    assert operations[-1] == "UpdateVideoInfos"
    assert here.video("v1").values[4] == here.video("v2").values[4] == here.uploads[RED]
    assert plan_of(wanted, here).changes == ()


def test_plan_for_a_picture_that_is_uploaded_already_uploads_nothing() -> None:
    """Its image is shown, and the plan says that no upload is needed."""
    here = library("v1")
    here.uploads[RED] = "http://img.example.com/there.jpg"

    plan = plan_of(build.desired(build.video("v1", cover=WANTED)), here)
    apply_of(plan, here)

    assert plan.changes[0].params["cover_uploaded"] is True
    assert UPLOAD not in plan.cost.calls
    assert UPLOAD not in here.calls("write")
    assert here.video("v1").values[4] == "http://img.example.com/there.jpg"


def test_change_whose_picture_is_shown_by_now_is_already_done() -> None:
    """Somebody else applied the same: nothing is uploaded and nothing is stale."""
    here = library("v1")
    plan = plan_of(build.desired(build.video("v1", cover=WANTED)), here)
    here.uploads[RED] = "http://img.example.com/there.jpg"
    here.change("video", "v1", cover="http://img.example.com/there.jpg")

    report = apply_of(plan, here)

    assert [one.verdict for one in report.outcomes] == [Verdict.ALREADY]
    assert not here.calls("write")


def test_change_whose_cover_was_edited_meanwhile_is_stale() -> None:
    """A third cover is neither what was there nor the picture."""
    here = library("v1")
    plan = plan_of(build.desired(build.video("v1", cover=WANTED)), here)
    here.change("video", "v1", cover="http://img.example.com/edited.jpg")

    with pytest.raises(StalePlan) as stale:
        apply_of(plan, here)

    assert "video/v1 cover" in stale.value.moved[0]
    assert not here.calls("write")


def test_upload_that_is_refused_holds_the_updates_that_need_it_and_no_other() -> None:
    """The change in whose name it was uploaded is refused, others with the picture are held, the rest goes on."""
    here = library("v1", "v2", "v3")
    wanted = build.desired(
        build.video("v1", cover=WANTED), build.video("v2", cover=WANTED), build.video("v3", title="New")
    )
    plan = plan_of(wanted, here)
    here.fail(RefusedByService("No.", operation=UPLOAD, status=400, code="No"), on=UPLOAD)

    report = apply_of(plan, here)

    assert [one.verdict for one in report.outcomes] == [Verdict.REFUSED, Verdict.HELD, Verdict.DONE]
    assert "covers/a.jpg" in report.outcomes[1].detail
    assert here.video("v1").values[4] == OLD


def test_picture_that_is_deleted_in_the_same_plan_is_held_while_it_is_wanted() -> None:
    """An image that a file would be shown by counts as used, though no cover shows it yet."""
    here = Library(
        build.live_video("v1", cover=OLD),
        build.live_image("i1", title="Cover"),
        urls={"i1": "http://img.example.com/there.jpg"},
    )
    here.uploads[RED] = "http://img.example.com/there.jpg"

    plan = plan_of(build.desired(build.video("v1", cover=WANTED), build.image("i1", absent=True)), here)

    assert [one.guard for one in plan.guards] == ["cover_in_use"]


def test_picture_of_an_update_is_known_by_an_address_once_it_is_uploaded() -> None:
    """Until then the change stays as the plan has it; other changes always do."""
    here = library("v1")
    (change,) = plan_of(build.desired(build.video("v1", cover=WANTED)), here).changes
    values = here.video("v1").values
    assert coverfile.settled(change, values, VIDEO, {}) is change
    told = coverfile.settled(change, values, VIDEO, {RED: ("http://h/a.jpg?auth_key=1",)})
    assert told.after == {"cover": "http://h/a.jpg"}
    assert coverfile.settled(
        change, ("", "", (), None, "https://h/a.jpg"), VIDEO, {RED: ("http://h/a.jpg",)}
    ).after == {"cover": "https://h/a.jpg"}
    assert coverfile.countable(told) is told
    assert coverfile.wanted_cover(dataclasses.replace(change, action=Action.DELETE)) is None
    assert (change.address, change.after) == (Address("video", "v1"), {"cover": coverfile.as_json(WANTED)})
