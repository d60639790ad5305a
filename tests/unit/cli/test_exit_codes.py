"""Every way to fail has its exit code, and valid output in every format."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import FakeApi
from tests.unit.cli.harness import BrokenStream, FullStream, run
from tests.unit.render.plans import a_change, a_guard, a_plan, a_report, every_change
from tests.unit.render.runs import RUN
from vodplan.core import errors
from vodplan.core.change import Action
from vodplan.core.diagnostics import Diagnostic, SourceSpan
from vodplan.core.report import Verdict

CALL = {"operation": "GetVideoInfos", "status": 500, "code": "InternalError", "request_id": "R1"}

FAILURES = [
    (errors.UsageError("No such thing."), 64),
    (
        errors.ManifestError(
            [Diagnostic(code="VP1", summary="s", detail="d", span=SourceSpan("a\x1b.yaml", 1, 1), excerpt="x")]
        ),
        3,
    ),
    (errors.ConfigError("No target."), 3),
    (errors.Refused("A guard holds."), 4),
    (errors.StalePlan("It moved.", moved=["video/a title: \x1b"]), 5),
    (errors.Locked("Another run."), 7),
    (errors.CredentialsError("None found."), 8),
    (errors.StoreError("Cannot write."), 1),
    (errors.ApiError("It failed.", **CALL), 1),  # type: ignore[arg-type]
    (errors.NotFound("Gone.", **CALL), 1),  # type: ignore[arg-type]
    (errors.Forbidden("Not allowed.", **CALL), 1),  # type: ignore[arg-type]
    (errors.Throttled("Too many.", **CALL), 1),  # type: ignore[arg-type]
    (errors.Unavailable("Down.", **CALL), 1),  # type: ignore[arg-type]
    (errors.InvalidAnswer("HTML.", **CALL), 1),  # type: ignore[arg-type]
    (errors.RefusedByService("No.", **CALL), 1),  # type: ignore[arg-type]
    (errors.UnknownOutcome("No answer.", **CALL), 1),  # type: ignore[arg-type]
    (errors.BugError("Wrong."), 70),
    (ZeroDivisionError("division by zero"), 70),
    (RecursionError("too deep"), 70),
    (KeyboardInterrupt(), 130),
    (asyncio.CancelledError(), 130),
]


@pytest.mark.parametrize(("error", "code"), FAILURES, ids=lambda value: type(value).__name__)
def test_failure_as_text_has_its_exit_code_and_a_message(fake: FakeApi, error: BaseException, code: int) -> None:
    """stdout stays empty, stderr says what happened, without a traceback or an escape sequence."""
    fake.fail = error

    ran = run("plan")

    assert ran.code == code
    assert ran.out == ""
    assert "Error: " in ran.err
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(("error", "code"), FAILURES, ids=lambda value: type(value).__name__)
def test_failure_as_json_has_its_exit_code_and_one_document(fake: FakeApi, error: BaseException, code: int) -> None:
    """stdout is exactly one JSON document, with the same code in it."""
    fake.fail = error

    ran = run("plan", "--format", "json")

    document = json.loads(ran.out)
    assert ran.code == code
    assert set(document) == {"error"}
    assert document["error"]["exit_code"] == code
    assert document["error"]["message"]
    assert isinstance(document["error"]["diagnostics"], list)


def test_every_error_class_of_the_core_is_in_the_matrix() -> None:
    """A new error cannot be forgotten here. ApplyIncomplete is a report, with tests of its own."""
    classes = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.VodplanError) and value is not errors.VodplanError
    }

    assert classes - {type(error) for error, _ in FAILURES} == {errors.ApplyIncomplete}


@pytest.mark.parametrize("argv", ["plna --format json", "plan --ony x --format=json", "import --format json"])
def test_usage_error_with_json_asked_for_is_json(argv: str) -> None:
    """Also what cannot be parsed is told in the format that was asked for."""
    ran = run(*argv.split())

    assert ran.code == 64
    assert json.loads(ran.out)["error"]["exit_code"] == 64
    assert ran.err == ""


def test_usage_error_as_text_ends_with_the_next_command() -> None:
    """And as text on stderr."""
    ran = run("plan", "--ony", "x")

    assert (ran.code, ran.out) == (64, "")
    assert ran.err == 'Error: There is no flag "--ony". Did you mean "--only"?\nNext: vodplan plan --help\n'


@pytest.mark.parametrize(
    ("changes", "flags", "code"),
    [(0, [], 0), (1, [], 0), (0, ["--detailed-exitcode"], 0), (1, ["--detailed-exitcode"], 2)],
)
def test_plan_exit_code_tells_pending_changes_only_when_asked(
    fake: FakeApi, changes: int, flags: list[str], code: int
) -> None:
    """0, or with --detailed-exitcode 2 when something would change; the same in JSON."""
    fake.plan = a_plan(*[a_change()] * changes)

    assert run("plan", *flags).code == code
    assert run("plan", "--format", "json", *flags).code == code


@pytest.mark.parametrize("flags", [[], ["--detailed-exitcode"]])
@pytest.mark.parametrize("form", ["text", "json"])
def test_plan_held_by_a_guard_is_printed_saved_and_exits_4(
    fake: FakeApi, tmp_path: Path, flags: list[str], form: str
) -> None:
    """A reviewer sees what the guard holds; apply would refuse it."""
    fake.plan = a_plan(a_change(), guards=[a_guard()])

    ran = run("plan", "--out", "p.json", "--format", form, *flags, cwd=tmp_path)

    assert ran.code == 4
    assert "max_deletes" in ran.out
    assert json.loads((tmp_path / "p.json").read_text())["guards"][0]["guard"] == "max_deletes"
    assert ran.err.endswith("Next: vodplan plan\n")
    if form == "json":
        assert json.loads(ran.out)["guards"]


@pytest.mark.parametrize(("form", "start"), [("text", "Apply: 0 done, 0 already, 1 refused"), ("json", "{")])
def test_apply_incomplete_exits_6_with_the_report(fake: FakeApi, form: str, start: str) -> None:
    """The report is the result, also when something was refused."""
    fake.plan = a_plan(a_change())
    fake.report = a_report(fake.plan, Verdict.REFUSED)

    ran = run("apply", "--auto-approve", "--format", form)

    assert ran.code == 6
    assert any(line.startswith(start) for line in ran.out.splitlines())
    if form == "json":
        assert "error" not in json.loads(ran.out)


def test_apply_not_read_back_exits_6(fake: FakeApi) -> None:
    """Done, but not known to have taken, is not done."""
    fake.plan = a_plan(a_change())
    fake.report = a_report(fake.plan, unconverged=None)

    assert run("apply", "--auto-approve").code == 6


def test_apply_interrupted_with_a_report_exits_130(fake: FakeApi) -> None:
    """An apply that was asked to stop ends its calls, and says what it held."""
    fake.plan = a_plan(a_change())
    fake.report = dataclasses.replace(a_report(fake.plan, Verdict.HELD), run=RUN, interrupted=True)

    ran = run("apply", "--auto-approve")

    assert ran.code == 130
    assert "Interrupted: what was not begun is held.\n" in ran.out
    assert ran.out.endswith(f"Next: vodplan apply --resume {RUN} --auto-approve\n")


def test_apply_interrupted_says_that_calls_may_have_been_done(fake: FakeApi) -> None:
    """Ctrl-C in apply is not nothing."""
    fake.plan = a_plan(a_change())
    fake.report = KeyboardInterrupt()

    ran = run("apply", "--auto-approve")

    assert ran.code == 130
    assert ran.err.endswith("Error: Interrupted. Calls that were under way may have been done.\nNext: vodplan plan\n")


def test_reader_of_stdout_gone_is_no_error(fake: FakeApi) -> None:
    """`vodplan plan | head`: no message, and the exit code is that of the work."""
    fake.plan = a_plan(*every_change())

    ran = run("plan", "--detailed-exitcode", stdout=BrokenStream())

    assert (ran.code, ran.err) == (2, "")


def test_reader_of_stdout_gone_does_not_stop_an_apply(fake: FakeApi) -> None:
    """An approved plan is carried out whoever reads along."""
    fake.plan = a_plan(a_change())

    assert run("apply", "--auto-approve", stdout=BrokenStream()).code == 0
    assert len(fake.applied) == 1


def test_stdout_without_room_is_an_error(fake: FakeApi) -> None:
    """A result that nobody got is not a success."""
    fake.plan = a_plan(*every_change())

    ran = run("plan", stdout=FullStream())

    assert ran.code == 1
    assert "The result cannot be written to stdout: No space left on device." in ran.err


def test_bug_without_v_has_no_traceback_and_says_where(fake: FakeApi) -> None:
    """A bug is ours: the message says so, and how to get the details."""
    fake.fail = ZeroDivisionError("secret value")

    ran = run("plan")

    assert ran.err.startswith("Error: This is a bug in vodplan 0.1.0: ZeroDivisionError at vodplan/commands/plan.py:")
    assert ran.err.endswith("Next: vodplan plan -v\n")
    assert "secret value" not in ran.err


def test_bug_with_v_writes_the_traceback_to_a_file(
    fake: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With -v the details stand in a file of their own, never on the terminal."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    fake.fail = ZeroDivisionError("the cause")

    ran = run("plan", "-v")

    (file,) = tmp_path.glob("vodplan-bug-*.txt")
    assert ran.err.endswith(f"Next: cat {file}\n")
    assert "ZeroDivisionError: the cause" in file.read_text()
    assert "Traceback" not in ran.err


def test_deletion_actions_count_as_removals() -> None:
    """The plans of these tests count as the contract does."""
    assert a_plan(*every_change()).summary.delete == sum(
        action.removes for action in [c.action for c in every_change()]
    )
    assert Action.DELETE.removes
