"""A library that changes under the run: reads that are behind, an index that is behind, somebody else."""

from __future__ import annotations

import pytest

from tests import build
from tests.contract.faults.world import World, outcome, verdicts
from vodplan.core.errors import StalePlan
from vodplan.core.report import Verdict
from vodplan.emulator.demo import library
from vodplan.emulator.demo.tidy import BANNER, EXPIRED_LICENCE, OPENING_MATCH, POSTER

OTHER = library().videos[1].id


@pytest.mark.parametrize("ms", [400, 7_000])
def test_change_that_is_read_back_too_early_is_read_again(world: World, ms: int) -> None:
    """Up to seven and a half seconds of old values are no failure, and a quick service is not waited for."""
    plan = world.plan(build.video(OPENING_MATCH, title="Renamed"))
    world.fault({"kind": "stale_read", "operation": "UpdateVideo*", "ms": ms})

    report = world.apply(plan)

    assert report.unconverged == ()
    assert sum(world.time.waits) == (0.5 if ms == 400 else 7.5)


def test_change_that_stays_unseen_is_named(world: World) -> None:
    """Patience has an end: the report says which field did not take."""
    plan = world.plan(build.video(OPENING_MATCH, title="Renamed"))
    world.fault({"kind": "stale_read", "operation": "UpdateVideo*", "ms": 60_000})

    report = world.apply(plan)

    assert outcome(report).verdict is Verdict.DONE
    assert [(one.field, one.live) for one in report.unconverged or ()] == [("title", '"Opening match"')]


@pytest.mark.parametrize("kind", ["video", "image"])
def test_deleted_asset_that_is_still_shown_is_read_again(world: World, kind: str) -> None:
    """A deletion, too, may take a moment to be seen."""
    entry = build.video(EXPIRED_LICENCE, absent=True) if kind == "video" else build.image(BANNER, absent=True)
    plan = world.plan(entry)
    world.fault({"kind": "stale_read", "operation": "Delete*", "ms": 1_400})

    report = world.apply(plan)

    assert report.complete
    assert report.unconverged == ()
    assert sum(world.time.waits) == 1.5


def test_new_category_that_is_not_listed_yet_is_read_again(world: World) -> None:
    """And what is moved into it keeps the id that the answer gave."""
    plan = world.plan(build.category("Fresh"), build.video(OPENING_MATCH, category="Fresh"))
    world.fault({"kind": "stale_read", "operation": "*", "ms": 1_400})

    report = world.apply(plan)

    assert verdicts(report) == ["done", "done"]
    assert report.unconverged == ()


def test_image_that_the_index_still_shows_is_not_taken_for_there(world: World) -> None:
    """SearchMedia finds the id of a URL; whether the image exists, only GetImageInfos says."""
    url = str(world.read(POSTER, kind="image")[POSTER].facts["url"])
    plan = world.plan(build.image(f"url:{url}", absent=True))
    world.fault({"kind": "stale_index", "operation": "DeleteImage", "ms": 60_000})

    report = world.apply(plan)

    assert report.complete
    assert report.unconverged == ()
    assert world.time.waits == []


def test_image_of_which_the_index_shows_an_old_title_is_read_by_id(world: World) -> None:
    """The index finds the id, the fields come from the read by id."""
    world.fault({"kind": "stale_index", "operation": "UpdateImageInfos", "ms": 60_000})
    world.apply(world.plan(build.image(POSTER, title="Renamed")))
    key = f"url:{world.read(POSTER, kind='image')[POSTER].facts['url']}"

    assert world.read(key, kind="image")[key].values[0] == "Renamed"


def test_asset_that_somebody_changed_since_the_plan_stops_the_apply(world: World) -> None:
    """Read again before the first write; nothing at all is written."""
    plan = world.plan(build.video(OPENING_MATCH, title="Ours"), build.video(OTHER, title="Ours too"))
    world.fault({"kind": "edit", "operation": "GetVideoInfos", "nth": 1, "video": OPENING_MATCH,
                 "values": {"Title": "Theirs"}})  # fmt: skip

    with pytest.raises(StalePlan) as raised:
        world.apply(plan)

    assert any("Theirs" in line for line in raised.value.moved)
    assert world.calls("UpdateVideoInfos") + world.calls("UpdateVideoInfo") == 0


def test_asset_that_somebody_changes_after_our_write_is_named(world: World) -> None:
    """Changed between our write and the reading back: done, and not converged."""
    plan = world.plan(build.video(OPENING_MATCH, title="Ours"), build.video(OTHER, title="Ours too"))
    world.fault({"kind": "edit", "operation": "GetVideoInfos", "nth": 2, "video": OPENING_MATCH,
                 "values": {"Title": "Theirs"}})  # fmt: skip

    report = world.apply(plan)

    assert verdicts(report) == ["done", "done"]
    assert [(str(one.address), one.live) for one in report.unconverged or ()] == [
        (f"video/{OPENING_MATCH}", '"Theirs"')
    ]


def test_field_that_somebody_changes_beside_ours_is_left_alone(world: World) -> None:
    """A change of one field sends that field: another writer's description survives."""
    plan = world.plan(build.video(OPENING_MATCH, title="Ours"))
    world.fault({"kind": "edit", "operation": "UpdateVideo*", "nth": 1, "video": OPENING_MATCH,
                 "values": {"Description": "Theirs"}})  # fmt: skip

    report = world.apply(plan)

    assert report.unconverged == ()
    world.fault()
    assert world.read(OPENING_MATCH)[OPENING_MATCH].values[:2] == ("Ours", "Theirs")


def test_asset_that_somebody_changed_as_wanted_is_already_so(world: World) -> None:
    """The same wish, carried out by other hands: nothing is written, nothing is refused."""
    plan = world.plan(build.video(OPENING_MATCH, title="Ours"))
    world.fault({"kind": "edit", "operation": "GetVideoInfos", "nth": 1, "video": OPENING_MATCH,
                 "values": {"Title": "Ours"}})  # fmt: skip

    report = world.apply(plan)

    assert verdicts(report) == ["already"]
    assert world.calls("UpdateVideoInfos") + world.calls("UpdateVideoInfo") == 0
