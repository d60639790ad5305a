"""Going on with a run: what may stand beside it, what is said, and what comes next."""

from __future__ import annotations

import dataclasses
import datetime
import json

import pytest

from tests.unit.cli.conftest import FakeApi
from tests.unit.cli.harness import run
from tests.unit.render.plans import a_change, a_plan, a_report
from tests.unit.render.runs import RUN, a_run
from vodplan.core.history import ChangeState, RunStatus
from vodplan.core.report import ApplyReport, Verdict

KILLED = a_run(ChangeState.DONE, ChangeState.INTENT, ChangeState.PLANNED, status=RunStatus.UNFINISHED)


def _ended(fake: FakeApi, *verdicts: Verdict, interrupted: bool = False) -> ApplyReport:
    return dataclasses.replace(a_report(fake.plan, *verdicts), run=RUN, interrupted=interrupted)


def test_apply_limits_are_handed_on(fake: FakeApi) -> None:
    """Failures, canary and age reach the library as they were said."""
    fake.plan = a_plan(a_change())

    run("apply", "--auto-approve", "--max-failures", "0", "--canary", "2", "--max-plan-age", "30m")

    told = fake.applied[0]
    assert (told["max_failures"], told["canary"]) == (0, 2)
    assert told["max_age"] == datetime.timedelta(minutes=30)


@pytest.mark.parametrize(
    ("verdicts", "flags", "next"),
    [
        ([Verdict.HELD], ["--auto-approve"], f"vodplan apply --resume {RUN} --auto-approve"),
        ([Verdict.UNKNOWN], ["--auto-approve", "--config", "c.yaml"], f"vodplan apply --resume {RUN} --config c.yaml"),
        ([Verdict.HELD], [], f"vodplan apply --resume {RUN}"),
        ([Verdict.REFUSED, Verdict.HELD], ["--auto-approve"], "vodplan plan"),
    ],
)
def test_apply_incomplete_says_whether_to_resume_or_to_plan(
    fake: FakeApi, verdicts: list[Verdict], flags: list[str], next: str
) -> None:
    """What was held or is unknown is tried again by the same run; what was refused needs another plan."""
    fake.plan = a_plan(a_change(line=1), a_change(line=2))
    fake.report = _ended(fake, *verdicts)

    ran = run("apply", *flags, stdin="yes\n")

    assert ran.code == 6
    last = ran.out.splitlines()[-1]
    assert last.startswith(f"Next: {next}")
    assert ("--auto-approve" in last) == ("--auto-approve" in flags and "resume" in next)


def test_apply_cut_off_names_the_run_that_it_had_begun(fake: FakeApi) -> None:
    """The second Ctrl-C leaves no report; the run is found in the store, and no other run is taken for it."""
    fake.plan = KILLED.plan
    fake.runs = [
        dataclasses.replace(KILLED, record=dataclasses.replace(KILLED.record, id="other", plan_digest="0" * 64)),
        KILLED,
    ]
    fake.report = KeyboardInterrupt()

    ran = run("apply", "--auto-approve")

    assert ran.code == 130
    assert ran.err.endswith(
        "Error: Interrupted. Calls that were under way may have been done.\n"
        f"Next: vodplan apply --resume {RUN} --auto-approve\n"
    )


def test_resume_goes_on_with_the_run_and_asks_nobody(fake: FakeApi) -> None:
    """It was approved when it began; the beginning of an id is enough."""
    fake.runs = [KILLED]

    ran = run("apply", "--resume", RUN[:12], "--max-failures", "3", "--target", "lab")

    assert ran.code == 0
    assert [(told["run"], told["max_failures"], told["target"]) for told in fake.resumed] == [(RUN, 3, "lab")]
    assert fake.planned == fake.applied == []
    assert ran.err == f"Going on with run {RUN}: 1 of 3 changes done.\n"
    assert ran.out.endswith("Converged: the library reads back as planned.\n")


def test_resume_as_json_is_the_report(fake: FakeApi) -> None:
    """One document, as apply prints it."""
    fake.runs = [KILLED]

    ran = run("apply", "--resume", RUN, "--format", "json")

    assert json.loads(ran.out)["counts"]["done"] == 3


def test_resume_of_a_complete_run_has_nothing_to_do(fake: FakeApi) -> None:
    """A process that was killed after its last record left nothing undone: its report is shown again, nothing is called."""
    fake.runs = [a_run(ChangeState.DONE)]

    ran = run("apply", "--resume", RUN)

    assert ran.code == 0
    assert fake.resumed == []
    assert f"Run {RUN} is complete" in ran.err
    assert "Apply: 1 done" in ran.out


def test_resume_of_a_complete_run_that_did_not_read_back_says_to_plan(fake: FakeApi) -> None:
    """There is nothing left to send, and the library is not known to be as planned."""
    fake.runs = [a_run(ChangeState.DONE, unconverged=None)]

    ran = run("apply", "--resume", RUN)

    assert ran.code == 6
    assert ran.out.endswith("Next: vodplan plan\n")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["plan.json"], "a plan file or manifests cannot stand beside it"),
        (["--only", "video/*"], "--only cannot stand beside it"),
        (["--exclude", "video/*"], "--exclude cannot stand beside it"),
        (["--allow-deletes", "0"], "--allow-deletes cannot stand beside it"),
        (["--canary", "1"], "--canary cannot stand beside it"),
        (["--max-plan-age", "0s"], "--max-plan-age cannot stand beside it"),
    ],
)
def test_resume_beside_what_shapes_a_plan_is_a_usage_error(fake: FakeApi, flags: list[str], said: str) -> None:
    """The plan of the run is carried out as it was approved, and nothing steers it anew."""
    fake.runs = [KILLED]

    ran = run("apply", "--resume", RUN, "--auto-approve", *flags)

    assert ran.code == 64
    assert fake.resumed == []
    assert said in " ".join(ran.err.split())
    assert ran.err.endswith(f"Next: vodplan apply --resume {RUN} --auto-approve\n")


def test_resume_of_an_unknown_run_is_a_usage_error(fake: FakeApi) -> None:
    """And leads to the list of those there are."""
    ran = run("apply", "--resume", "nothing")

    assert ran.code == 64
    assert ran.err.endswith("Next: vodplan history\n")


def test_resume_interrupted_again_can_be_resumed_again(fake: FakeApi) -> None:
    """The next command is the same once more."""
    fake.runs = [KILLED]
    fake.report = KeyboardInterrupt()

    ran = run("apply", "--resume", RUN)

    assert ran.code == 130
    assert ran.err.endswith(f"Next: vodplan apply --resume {RUN}\n")
