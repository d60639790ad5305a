"""The report of a run as the store has it, and whether going on with the run would get any further."""

from __future__ import annotations

from vodplan.core.history import RunDetail
from vodplan.core.report import ApplyReport, Verdict


def report_of(detail: RunDetail) -> ApplyReport | None:
    """What became of a run, as its apply reported it; None while the run has no end."""
    record = detail.record
    outcomes = tuple(one.outcome for one in detail.changes if one.outcome is not None)
    if record.ended is None or len(outcomes) != record.changes:
        return None
    return ApplyReport(
        run=record.id,
        plan_digest=record.plan_digest,
        outcomes=outcomes,
        unconverged=record.unconverged,
        verify_error=record.verify_error,
        interrupted=record.interrupted,
    )


def worth_resuming(report: ApplyReport) -> bool:
    """Whether the same run, taken up again, may get further; planning anew is the better step otherwise.

    What was held by a signal, by trouble with the service, or has no known outcome is carried out when it is tried
    again. What the service refused would be refused again, and a field that did not take would not take again: those
    need another plan.
    """
    if not report.run or report.complete:
        return False
    refused = any(one.verdict is Verdict.REFUSED for one in report.outcomes)
    return report.interrupted or not (refused or report.unconverged)
