"""What programs are told of an apply."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from tests.unit.render.plans import a_change, a_plan
from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport, Outcome, Verdict
from vodplan.engine.telling import Telling, listening


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Somebody listens."""
    caplog.set_level(logging.DEBUG, logger="vodplan.events")
    return caplog


def _events(told: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [record.__dict__["event"] for record in told.records if record.name == "vodplan.events"]


def _outcome(plan: Plan, verdict: Verdict, code: str = "") -> Outcome:
    change = plan.changes[0]
    return Outcome(change=0, address=change.address, action=change.action, verdict=verdict, code=code)


def test_nobody_listens_unless_the_logger_is_on() -> None:
    """Without a reader no event is made."""
    assert not listening()


@pytest.mark.parametrize("verdict", [Verdict.DONE, Verdict.ALREADY, Verdict.HELD])
def test_change_that_is_known_is_told_at_once(verdict: Verdict, told: pytest.LogCaptureFixture) -> None:
    """After whoever else waits for it, and once."""
    plan = a_plan(a_change())
    heard: list[Outcome] = []
    telling = Telling(plan, "run-1")

    telling.beside(heard.append)(_outcome(plan, verdict))
    telling.read_back([_outcome(plan, verdict)])

    changes = [event for event in _events(told) if event["event"] == "change"]
    assert [(one["address"], one["outcome"]) for one in changes] == [(str(plan.changes[0].address), verdict.value)]
    assert [one.verdict for one in heard] == [verdict]


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.UNKNOWN])
def test_change_that_reading_back_may_settle_waits_for_it(verdict: Verdict, told: pytest.LogCaptureFixture) -> None:
    """One event, with the outcome that the report has."""
    plan = a_plan(a_change())
    telling = Telling(plan, "run-1")

    telling.beside(lambda one: None)(_outcome(plan, verdict, "Busy"))
    assert [event["event"] for event in _events(told)] == ["run"]
    telling.read_back([replace(_outcome(plan, verdict), verdict=Verdict.DONE)])

    assert [event["outcome"] for event in _events(told) if event["event"] == "change"] == ["done"]


def test_change_of_a_run_that_is_cut_off_is_told_as_it_is_known(told: pytest.LogCaptureFixture) -> None:
    """What has no answer has none for good."""
    plan = a_plan(a_change())
    telling = Telling(plan, "run-1")

    telling.beside(lambda one: None)(_outcome(plan, Verdict.UNKNOWN, "NoAnswer"))
    telling.cut_off()
    telling.cut_off()

    changes = [event for event in _events(told) if event["event"] == "change"]
    assert [(one["outcome"], one["code"]) for one in changes] == [("unknown", "NoAnswer")]


def test_run_is_told_at_both_ends(told: pytest.LogCaptureFixture) -> None:
    """Its id, target and number of changes; at the end how they came out."""
    plan = a_plan(a_change())
    report = ApplyReport(run="run-1", plan_digest="", outcomes=(_outcome(plan, Verdict.DONE),), unconverged=())
    telling = Telling(plan, "run-1")

    telling.ended(report)

    began, ended = _events(told)
    about = {"event": "run", "run": "run-1", "target": plan.target.name, "changes": 1}
    assert began == {**about, "state": "began"}
    assert ended == {
        **about,
        "state": "ended",
        "counts": {"done": 1, "already": 0, "refused": 0, "held": 0, "unknown": 0},
        "converged": True,
    }
