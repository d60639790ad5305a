"""Answers that come late, in drops, in part, or not at all."""

from __future__ import annotations

import pytest

from tests import build
from tests.contract.faults.world import World, a_call, found, outcome
from vodplan.core.errors import UnknownOutcome
from vodplan.core.report import Verdict
from vodplan.emulator.demo.tidy import EXPIRED_LICENCE, OPENING_MATCH
from vodplan.vod import client
from vodplan.vod.service import VodService

RENAME = a_call("UpdateVideoInfos", OPENING_MATCH, {"title": "Renamed"})
LOST = ["cut_before", "cut_after", "truncate"]


async def _read_and_count(service: VodService) -> tuple[set[str], int]:
    """What is read, and how many calls that took."""
    return set(await found(service.reader.read("video", [OPENING_MATCH]))), service.calls["GetVideoInfos"]


def test_answer_later_than_the_limit_is_lost_and_asked_for_again(
    world_apart: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that says nothing is not waited for without end."""
    monkeypatch.setattr(client, "READ_SECONDS", 0.1)
    world_apart.fault({"kind": "latency", "operation": "GetVideoInfos", "nth": 1, "ms": 600})

    assert world_apart.using(_read_and_count) == ({OPENING_MATCH}, 2)


def test_answer_that_drips_in_for_ever_is_lost_and_asked_for_again(
    world_apart: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each drop comes in time; only the limit for the whole answer ends it."""
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.2)
    world_apart.fault({"kind": "drip", "operation": "GetVideoInfos", "nth": 1, "ms": 1_000})

    assert world_apart.using(_read_and_count) == ({OPENING_MATCH}, 2)


def test_answer_that_drips_in_within_the_limit_is_taken(world: World) -> None:
    """Slow is not broken."""
    world.fault({"kind": "drip", "operation": "GetVideoInfos", "ms": 100})

    assert world.using(_read_and_count) == ({OPENING_MATCH}, 1)


@pytest.mark.parametrize("kind", LOST)
def test_read_without_a_whole_answer_is_repeated(world: World, kind: str) -> None:
    """Up to five times in all."""
    world.fault({"kind": kind, "operation": "GetVideoInfos", "nth": [1, 2, 3, 4]})

    assert OPENING_MATCH in world.read(OPENING_MATCH)
    assert world.calls("GetVideoInfos") == 5


@pytest.mark.parametrize("kind", LOST)
def test_change_without_a_whole_answer_is_repeated(world: World, kind: str) -> None:
    """Setting the same values twice is setting them."""
    world.fault({"kind": kind, "operation": "UpdateVideoInfos", "nth": 1})

    world.using(lambda service: service.writer.write(RENAME))

    assert world.calls("UpdateVideoInfos") == 2
    assert world.title(OPENING_MATCH) == "Renamed"


def test_deletion_that_was_done_and_not_answered_counts_as_done(world: World) -> None:
    """The repeated call finds nothing; that is what was wanted."""
    plan = world.plan(build.video(EXPIRED_LICENCE, absent=True))
    world.fault({"kind": "cut_after", "operation": "DeleteVideo", "nth": 1})

    report = world.apply(plan)

    assert outcome(report).verdict is Verdict.ALREADY
    assert report.unconverged == ()
    assert world.calls("DeleteVideo") == 2


@pytest.mark.parametrize(("kind", "sent"), [("cut_before", 2), ("cut_after", 1), ("truncate", 1)])
def test_category_without_a_whole_answer_is_made_once(world: World, kind: str, sent: int) -> None:
    """AddCategory has no token against repetition: it is looked for before it is sent again."""
    world.fault({"kind": kind, "operation": "AddCategory", "nth": 1})

    answer = world.using(lambda service: service.writer.write(a_call("AddCategory", "", {"name": "Once"})))

    made = [one.id for one in world.using(lambda service: service.reader.categories()) if one.name == "Once"]
    assert made == [answer.created_id]
    assert world.calls("AddCategory") == sent


def test_category_whose_answer_is_late_is_not_sent_again(world_apart: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service may be at it still: what is not listed yet may be made in the next moment."""
    monkeypatch.setattr(client, "READ_SECONDS", 0.1)
    world_apart.fault({"kind": "latency", "operation": "AddCategory", "nth": 1, "ms": 600})

    async def work(service: VodService) -> int:
        with pytest.raises(UnknownOutcome):
            await service.writer.write(a_call("AddCategory", "", {"name": "Once"}))
        return service.calls["AddCategory"]

    assert world_apart.using(work) == 1


def test_category_that_is_listed_late_is_made_once(world: World) -> None:
    """The answer is lost, and the tree shows what was made only after some seconds."""
    world.fault(
        {"kind": "cut_after", "operation": "AddCategory", "nth": 1},
        {"kind": "stale_read", "operation": "AddCategory", "ms": 3_000},
    )

    world.using(lambda service: service.writer.write(a_call("AddCategory", "", {"name": "Once"})))

    assert world.calls("AddCategory") == 1


@pytest.mark.parametrize(
    ("kind", "verdict", "title"),
    [("cut_after", Verdict.DONE, "Renamed"), ("cut_before", Verdict.UNKNOWN, "Opening match")],
)
def test_change_that_is_never_answered_is_settled_by_reading(
    world: World, kind: str, verdict: Verdict, title: str
) -> None:
    """Done when it is found so, unknown when it is not: never a guess."""
    plan = world.plan(build.video(OPENING_MATCH, title="Renamed"))
    world.fault({"kind": kind, "operation": "UpdateVideo*"})

    report = world.apply(plan)

    assert outcome(report).verdict is verdict
    assert world.title(OPENING_MATCH) == title
    world.fault({"kind": kind, "operation": "UpdateVideo*"})
    with pytest.raises(UnknownOutcome):
        world.using(lambda service: service.writer.write(RENAME))
