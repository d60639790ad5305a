"""Going on with a run is offered where it gets further, and nowhere else."""

from __future__ import annotations

import pytest

from tests.unit.render.plans import a_change, a_plan, a_report
from tests.unit.render.runs import RUN, a_run
from vodplan.core.address import Address
from vodplan.core.history import ChangeState, RunStatus
from vodplan.core.report import ApplyReport, Unconverged, Verdict
from vodplan.core.resuming import report_of, worth_resuming

LEFT = (Unconverged(address=Address("video", "a"), field="title", wanted='"x"', live='"y"'),)


def _report(
    *verdicts: Verdict,
    run: str = RUN,
    interrupted: bool = False,
    unconverged: tuple[Unconverged, ...] | None = (),
) -> ApplyReport:
    plan = a_plan(*[a_change(line=line) for line in range(len(verdicts))])
    return ApplyReport(
        run=run,
        plan_digest=plan.digest,
        outcomes=a_report(plan, *verdicts).outcomes,
        unconverged=unconverged,
        interrupted=interrupted,
    )


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (_report(Verdict.DONE), False),
        (_report(Verdict.DONE, unconverged=LEFT), False),
        (_report(Verdict.DONE, unconverged=None), False),
        (_report(Verdict.DONE, Verdict.HELD), True),
        (_report(Verdict.DONE, Verdict.UNKNOWN), True),
        (_report(Verdict.HELD, unconverged=None), True),
        (_report(Verdict.HELD, unconverged=LEFT), False),
        (_report(Verdict.REFUSED, Verdict.HELD), False),
        (_report(Verdict.REFUSED, Verdict.HELD, interrupted=True), True),
        (_report(Verdict.HELD, run=""), False),
    ],
)
def test_worth_resuming_what_was_not_tried_and_not_what_was_refused(report: ApplyReport, expected: bool) -> None:
    """Held and unknown changes get another try; what the service refused needs another plan."""
    assert worth_resuming(report) is expected


def test_report_of_an_ended_run_is_what_its_apply_said() -> None:
    """Outcomes in the plan's order, and what did not take."""
    detail = a_run(ChangeState.DONE, ChangeState.HELD, status=RunStatus.INCOMPLETE, unconverged=LEFT, interrupted=True)

    report = report_of(detail)

    assert report is not None
    assert [one.verdict for one in report.outcomes] == [Verdict.DONE, Verdict.HELD]
    assert (report.run, report.unconverged, report.interrupted) == (RUN, LEFT, True)


@pytest.mark.parametrize("status", [RunStatus.RUNNING, RunStatus.UNFINISHED])
def test_report_of_a_run_without_an_end_is_none(status: RunStatus) -> None:
    """Nobody knows yet what became of it."""
    assert report_of(a_run(ChangeState.DONE, ChangeState.INTENT, status=status)) is None
