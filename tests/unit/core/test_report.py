"""What became of each change, and the errors that carry it."""

from __future__ import annotations

import json

import pytest

from tests import build
from vodplan.core import errors
from vodplan.core.change import Action
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.report import ApplyReport, Outcome, Unconverged, Verdict
from vodplan.core.reportfile import report_bytes, report_document

PLAN = build.plan(build.change("video/v1"), build.change("video/v2", Action.DELETE))


def outcome(place: int, verdict: Verdict, code: str = "") -> Outcome:
    """The outcome of a change of `PLAN`."""
    change = PLAN.changes[place]
    return Outcome(change=place, address=change.address, action=change.action, verdict=verdict, code=code)


def report(*verdicts: Verdict, unconverged: tuple[Unconverged, ...] | None = ()) -> ApplyReport:
    """A report with these outcomes."""
    outcomes = tuple(outcome(place, verdict) for place, verdict in enumerate(verdicts))
    return ApplyReport(run="run-1", plan_digest=PLAN.digest, outcomes=outcomes, unconverged=unconverged)


def test_report_counts_all_five_verdicts() -> None:
    """Those that did not happen are 0, not absent."""
    counts = report(Verdict.DONE, Verdict.UNKNOWN).counts()

    assert counts == {
        Verdict.DONE: 1,
        Verdict.ALREADY: 0,
        Verdict.REFUSED: 0,
        Verdict.HELD: 0,
        Verdict.UNKNOWN: 1,
    }


@pytest.mark.parametrize("bad", [Verdict.REFUSED, Verdict.HELD, Verdict.UNKNOWN])
def test_report_is_complete_only_when_every_change_is_done_or_was_already(bad: Verdict) -> None:
    """And it has converged only when, besides, reading back found nothing else."""
    differs = Unconverged(address=PLAN.changes[0].address, field="title", wanted='"a"', live='"b"')

    assert report(Verdict.DONE, Verdict.ALREADY).complete
    assert report(Verdict.DONE, Verdict.ALREADY).converged
    assert not report(Verdict.DONE, bad).complete
    assert not report(Verdict.DONE, bad).converged
    assert not report(Verdict.DONE, Verdict.DONE, unconverged=(differs,)).converged
    assert not report(Verdict.DONE, Verdict.DONE, unconverged=None).converged


def test_report_document_names_every_change_and_what_did_not_converge() -> None:
    """One outcome per change, in the plan's order, and the five counts by name."""
    differs = Unconverged(address=PLAN.changes[0].address, field="title", wanted='"a"', live='"b"')
    shown = report_document(report(Verdict.DONE, Verdict.REFUSED, unconverged=(differs,)), PLAN)

    assert shown["counts"] == {"done": 1, "already": 0, "refused": 1, "held": 0, "unknown": 0}
    assert shown["unconverged"] == [{"address": "video/v1", "field": "title", "wanted": '"a"', "live": '"b"'}]
    assert (shown["complete"], shown["converged"], shown["interrupted"]) == (False, False, False)
    assert shown["outcomes"] == [
        {
            "address": address,
            "action": action,
            "outcome": verdict,
            "code": "",
            "detail": "",
            "request_id": "",
        }
        for address, action, verdict in (("video/v1", "update", "done"), ("video/v2", "delete", "refused"))
    ]


def test_report_that_was_not_read_back_says_null() -> None:
    """Unknown is told apart from nothing, and the bytes are the document's."""
    content = report_bytes(report(Verdict.DONE, Verdict.DONE, unconverged=None), PLAN)

    assert content.endswith(b"\n")
    assert json.loads(content)["unconverged"] is None


def test_errors_end_a_command_with_the_documented_exit_code() -> None:
    """The codes of docs/contract.md section 4."""
    codes: dict[type[errors.VodplanError], int] = {
        errors.UsageError: 64,
        errors.ManifestError: 3,
        errors.ConfigError: 3,
        errors.Refused: 4,
        errors.StalePlan: 5,
        errors.ApplyIncomplete: 6,
        errors.Locked: 7,
        errors.CredentialsError: 8,
        errors.StoreError: 1,
        errors.BugError: 70,
        errors.ApiError: 1,
        errors.NotFound: 1,
        errors.UnknownOutcome: 1,
    }

    assert {kind: kind.exit_code for kind in codes} == codes


def test_errors_carry_what_the_reader_needs_next() -> None:
    """The findings, the lines that moved, the report, the call."""
    finding = Diagnostic(code="VP301", summary="Unknown category", detail="No such category.")

    assert str(errors.ManifestError([finding])) == "1 error in the manifests."
    assert errors.ManifestError([finding, finding]).message == "2 errors in the manifests."
    setting = Diagnostic(code="VP204", summary="Invalid setting", detail="No such target.")
    assert str(errors.ManifestError([setting])) == "1 error in the project file."
    assert errors.ManifestError([finding]).diagnostics == (finding,)
    assert errors.StalePlan("moved", moved=["a", "b"]).moved == ("a", "b")
    done = report(Verdict.DONE)
    assert errors.ApplyIncomplete("incomplete", done).report is done
    refused = errors.RefusedByService("no", operation="DeleteVideo", status=400, code="X", request_id="R")
    assert (refused.operation, refused.status, refused.code, refused.request_id) == ("DeleteVideo", 400, "X", "R")
    assert refused.next == "vodplan doctor"


def test_error_with_advice_says_it_and_names_the_command_that_checks() -> None:
    """Every refusal ends with a command; advice to a person ends the message."""
    advised = errors.CredentialsError("The clock is off.", next="Set the clock of this machine.")

    assert advised.message == "The clock is off. Set the clock of this machine."
    assert advised.next == "vodplan doctor"
    assert errors.CredentialsError("Gone.", next="vodplan plan").next == "vodplan plan"
