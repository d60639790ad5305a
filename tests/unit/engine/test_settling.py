"""What had no answer, or was recorded by an earlier attempt at the same run, is settled by reading and never done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests import build
from tests.fakes import FakeJournal, FakeProgress, Library, apply_of, plan_of
from vodplan.core.desired import DesiredState
from vodplan.core.errors import RefusedByService, StalePlan, UnknownOutcome
from vodplan.core.plan import Plan
from vodplan.core.policy import Policy
from vodplan.core.report import ApplyReport, Outcome, Verdict
from vodplan.engine.run import run_apply
from vodplan.registry import KINDS

PICTURE = "https://img.example.com/a.png"


def resumed(
    plan: Plan,
    library: Library,
    recorded: Mapping[int, Verdict],
    *,
    slept: Callable[[float], None] = lambda seconds: None,
) -> ApplyReport:
    """Apply a plan of which an earlier attempt recorded something."""

    async def sleep(seconds: float) -> None:
        slept(seconds)

    outcomes = {
        place: Outcome(
            change=place,
            address=plan.changes[place].address,
            action=plan.changes[place].action,
            verdict=verdict,
            request_id="R-0",
        )
        for place, verdict in recorded.items()
    }
    return asyncio.run(
        run_apply(
            plan,
            reader=library,
            writer=library,
            journal=FakeJournal(library),
            kinds=KINDS,
            policy=Policy(),
            allow_deletes=sum(change.action.removes for change in plan.changes),
            sleep=sleep,
            progress=FakeProgress(),
            recorded=outcomes,
        )
    )


def two_videos() -> tuple[Library, DesiredState]:
    """One to rename, one to delete."""
    library = Library(build.live_video("a1", title="Old"), build.live_video("a2", title="Gone soon"))
    return library, build.desired(build.video("a1", title="New"), build.video("a2", absent=True))


def test_call_refused_after_a_lost_answer_is_done_when_it_reads_so() -> None:
    """The service did it, the answer got lost, and it refused the second try: a report of `refused` would be a lie."""
    library = Library(build.live_video("a1", title="Old"))
    plan = plan_of(build.desired(build.video("a1", title="New")), library)
    refusal = RefusedByService("No.", operation="UpdateVideoInfos", status=400, code="InvalidParameter")
    library.fail(refusal, on="UpdateVideoInfos", done=True)

    report = apply_of(plan, library)

    assert [one.verdict for one in report.outcomes] == [Verdict.DONE]
    assert "InvalidParameter" in report.outcomes[0].detail
    assert report.converged


def test_refusal_that_reads_as_before_is_not_waited_for() -> None:
    """What was refused will not show up later."""
    library = Library(build.live_video("a1", title="Old"))
    plan = plan_of(build.desired(build.video("a1", title="New")), library)
    library.fail(RefusedByService("No.", operation="UpdateVideoInfos", status=400, code="No"), on="UpdateVideoInfos")
    waited: list[float] = []

    report = apply_of(plan, library, waited=waited)

    assert [one.verdict for one in report.outcomes] == [Verdict.REFUSED]
    assert waited == []


def test_deletion_that_reading_cannot_settle_stays_unknown() -> None:
    """Nothing tells whether there is something behind the URL, so nobody may say that it is gone."""
    library = Library()
    library.doubtful_urls.add(PICTURE)
    plan = plan_of(build.desired(build.image(f"url:{PICTURE}", absent=True)), library)
    assert [change.certain for change in plan.changes] == [False]
    library.fail(UnknownOutcome("No answer came.", operation="DeleteImage"), on="DeleteImage")

    report = apply_of(plan, library)

    assert [(one.verdict, one.detail) for one in report.outcomes] == [(Verdict.UNKNOWN, "No answer came.")]


@pytest.mark.parametrize("place", [0, 1])
def test_what_was_recorded_as_done_and_is_undone_has_moved(place: int) -> None:
    """Somebody put it back, or the service forgot it: it is not done again behind their back, but named."""
    library, wanted = two_videos()
    plan = plan_of(wanted, library)
    waited: list[float] = []

    with pytest.raises(StalePlan) as refusal:
        resumed(plan, library, {place: Verdict.DONE}, slept=waited.append)

    assert [line.split(":")[0] for line in refusal.value.moved] == [str(plan.changes[place].address)]
    assert library.sent == []
    assert waited


def test_what_was_recorded_as_done_and_has_other_values_now_is_named_with_them() -> None:
    """Somebody went on working with the asset: the line says what is there."""
    library, wanted = two_videos()
    plan = plan_of(wanted, library)
    library.change("video", "a1", title="Newer still")
    waited: list[float] = []

    with pytest.raises(StalePlan) as refusal:
        resumed(plan, library, {0: Verdict.DONE}, slept=waited.append)

    assert waited == []
    assert refusal.value.moved == ('video/a1 title: planned on "Old", now "Newer still"',)


def test_what_was_recorded_as_done_and_shows_late_is_waited_for() -> None:
    """A read that is behind is no reason to refuse, let alone to send the change again."""
    library, wanted = two_videos()
    plan = plan_of(wanted, library)

    def catch_up(seconds: float) -> None:
        library.change("video", "a1", title="New")

    report = resumed(plan, library, {0: Verdict.DONE}, slept=catch_up)

    assert [one.verdict for one in report.outcomes] == [Verdict.DONE, Verdict.DONE]
    assert report.outcomes[0].request_id == "R-0"
    assert [call.operation for call in library.sent] == ["DeleteVideo"]


def test_deletion_recorded_as_done_that_cannot_be_read_is_not_sent_again() -> None:
    """The record is all there is."""
    library = Library()
    library.doubtful_urls.add(PICTURE)
    plan = plan_of(build.desired(build.image(f"url:{PICTURE}", absent=True)), library)

    report = resumed(plan, library, {0: Verdict.DONE})

    assert [one.verdict for one in report.outcomes] == [Verdict.DONE]
    assert library.sent == []


def test_what_was_about_to_be_sent_and_reads_as_wanted_is_done() -> None:
    """The run was cut off between the service's work and its record."""
    library, wanted = two_videos()
    plan = plan_of(wanted, library)
    library.change("video", "a1", title="New")

    report = resumed(plan, library, {0: Verdict.UNKNOWN})

    assert [one.verdict for one in report.outcomes] == [Verdict.DONE, Verdict.DONE]
    assert "No answer was recorded" in report.outcomes[0].detail
    assert [call.operation for call in library.sent] == ["DeleteVideo"]


def test_what_was_about_to_be_sent_and_reads_as_before_is_sent() -> None:
    """Nothing came of it, so it is done now."""
    library, wanted = two_videos()
    plan = plan_of(wanted, library)

    report = resumed(plan, library, {0: Verdict.UNKNOWN})

    assert report.converged
    assert [call.operation for call in library.sent] == ["UpdateVideoInfos", "DeleteVideo"]
