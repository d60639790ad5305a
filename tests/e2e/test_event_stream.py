"""`--log-format json` on the installed command: stderr is events, whatever happens, and the last is the end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.docs import pages
from tests.e2e.helpers import Ended, Project, actions, finish, interrupt, project, terminal, wait_until
from vodplan.emulator import RunningEmulator, running

pytestmark = pytest.mark.e2e

OPENING = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
OLD = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
RETITLE = f"videos: [{{id: {OPENING}, title: Another title}}]\n"
BOTH = f"videos: [{{id: {OPENING}, title: Another title}}, {{id: {OLD}, state: absent}}]\n"
APPLY = ("apply", "--auto-approve")
EVENTS = ("--log-format", "json")


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """A project that changes one video, with a library behind it."""
    one = project(tmp_path, demo_emulator)
    one.manifest(RETITLE)
    return one


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((pages.REPOSITORY / "schemas/event.v1.json").read_text()))


def events_of(ended: Ended, code: int) -> list[dict[str, Any]]:
    """The events of a run: each valid, the last and no other its end with the exit code of the process."""
    assert ended.code == code, ended.said
    assert ended.err.isascii()
    events = [json.loads(line) for line in ended.err.splitlines()]
    for event in events:
        assert _validator().is_valid(event), event
    assert [event["exit_code"] for event in events if event["event"] == "end"] == [code]
    assert events[-1]["event"] == "end"
    return events


def _of(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == name]


def test_plan_has_an_event_for_each_call_and_the_same_stdout(library: Project, demo_emulator: RunningEmulator) -> None:
    """Events are beside the result."""
    plain = library.run("plan")
    before = len(actions(demo_emulator))

    ended = library.run("plan", *EVENTS)

    events = events_of(ended, 0)
    assert ended.out == plain.out
    assert Counter(one["operation"] for one in _of(events, "call")) == Counter(actions(demo_emulator)[before:])
    assert events[-1]["error"] is None
    assert _of(events, "progress")


def test_apply_has_an_event_for_each_change_and_each_call(library: Project, demo_emulator: RunningEmulator) -> None:
    """Between the beginning and the end of the run; no key, no signature."""
    library.manifest(BOTH)

    events = events_of(library.run(*APPLY, "--allow-deletes", "1", *EVENTS, "--format", "json"), 0)

    assert {one["address"]: (one["action"], one["outcome"]) for one in _of(events, "change")} == {
        f"video/{OPENING}": ("update", "done"),
        f"video/{OLD}": ("delete", "done"),
    }
    assert len(_of(events, "change")) == 2
    assert len(_of(events, "call")) == len(actions(demo_emulator))
    began, ended = _of(events, "run")
    assert (began["state"], began["changes"], ended["state"], ended["converged"]) == ("began", 2, "ended", True)
    text = json.dumps(events)
    assert demo_emulator.access_key_id not in text
    assert demo_emulator.access_key_secret not in text
    assert "Signature" not in text


def test_partial_failure_has_the_outcome_of_the_report_for_each_change(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """Refused and held ones too, each once; the end tells of them."""
    library.manifest(BOTH)
    demo_emulator.set_faults(
        [{"kind": "error", "status": 403, "code": "Forbidden.Test", "operation": "UpdateVideoInfos"}]
    )

    ended = library.run(*APPLY, "--allow-deletes", "1", *EVENTS, "--output", "json=report.json")

    events = events_of(ended, 6)
    report = json.loads((library.folder / "report.json").read_bytes())
    told = {one["address"]: (one["outcome"], one["code"]) for one in _of(events, "change")}
    assert told == {one["address"]: (one["outcome"], one["code"]) for one in report["outcomes"]}
    assert Counter(outcome for outcome, _ in told.values()) == {"refused": 1, "held": 1}
    assert len(_of(events, "change")) == 2
    assert events[-1]["error"]["type"] == "ApplyIncomplete"
    assert events[-1]["error"]["next"].startswith("vodplan ")


def test_throttling_is_told_with_the_rate_that_is_left(library: Project, demo_emulator: RunningEmulator) -> None:
    """Beside the call that was refused."""
    demo_emulator.set_faults([{"kind": "throttle", "operation": "GetVideoInfos", "nth": 1}])
    project_file = "apiVersion: vodplan/v1\n"
    library.write(project_file, "vodplan.yaml")

    events = events_of(library.run("plan", *EVENTS), 0)

    refused = [one for one in _of(events, "call") if one["outcome"] != "ok"]
    assert [(one["operation"], one["attempt"]) for one in refused] == [("GetVideoInfos", 1)]
    (throttle,) = _of(events, "throttle")
    assert throttle["operation"] == "GetVideoInfos"
    assert 0 < throttle["rate"] < throttle["of"]


def test_validate_has_a_finding_for_each_error(library: Project) -> None:
    """With its place, and once more in the end."""
    library.manifest('videos: [{id: x, titel: "\\u202e\\u001b[2J\\n{}"}, {id: y, title: 3}]\n')

    for format in ("text", "json", "github", "sarif"):
        ended = library.run("validate", "--format", format, *EVENTS)

        events = events_of(ended, 3)
        found = _of(events, "finding")
        assert len(found) == 2
        assert all(one["file"] == "manifests/a.yaml" and one["line"] for one in found)
        assert [one["code"] for one in events[-1]["error"]["diagnostics"]] == [one["code"] for one in found]
        assert ended.out == library.run("validate", "--format", format).out


@pytest.mark.parametrize(
    "argv",
    [("plan", "--nope"), ("nonsense",), ("plan", "--format", "csv"), ("plan", "--output", "json=no/where.json"), ()],
    ids=["flag", "command", "format", "output", "nothing"],
)
def test_wrong_command_line_is_an_end_with_64(argv: tuple[str, ...], library: Project) -> None:
    """Also before there are options."""
    (end,) = events_of(library.run(*argv, *EVENTS), 64)

    assert end["error"]["type"] == "UsageError"
    assert end["error"]["next"]


def test_log_format_as_one_word_is_the_same(library: Project) -> None:
    """`--log-format=json`, and the last of several."""
    events_of(library.run("plan", "--log-format=text", "--log-format=json", "--nope"), 64)
    assert "Error" in library.run("plan", "--log-format=json", "--log-format=text", "--nope").err.splitlines()[0]


def test_guard_is_told_by_plan_and_refused_by_apply(library: Project) -> None:
    """A plan that a guard holds is on stdout; why it is no success is in the end."""
    library.write("apiVersion: vodplan/v1\npolicy: {max_deletes: 0}\n", "vodplan.yaml")
    library.manifest(BOTH)

    for argv in (("plan",), (*APPLY, "--allow-deletes", "1")):
        end = events_of(library.run(*argv, *EVENTS), 4)[-1]
        assert end["error"]["type"] == "Refused"


def test_stale_plan_is_told(library: Project) -> None:
    """Nothing was written, so there is no run and no change."""
    assert library.run("plan", "--out", "p.json").code == 0
    library.manifest(RETITLE.replace("Another", "A third"))
    assert library.run(*APPLY).code == 0

    events = events_of(library.run("apply", "p.json", "--auto-approve", *EVENTS), 5)

    assert events[-1]["error"]["type"] == "StalePlan"
    assert not _of(events, "run")
    assert not _of(events, "change")


def test_apply_asks_nobody_even_at_a_terminal(library: Project) -> None:
    """A program reads stderr: the refusal is that of a run without a terminal."""
    with terminal(library, "apply", *EVENTS) as opened:
        code = opened.end()
        shown = opened.shown

    assert code == 4
    assert "Type yes" not in shown
    assert '"exit_code": 4' in shown


@pytest.fixture
def slow(tmp_path: Path) -> Any:
    """An emulator of its own: calls that nobody waits for any more must not end in another test's library."""
    with running(tmp_path / "slow.db", demo=True) as emulator:
        yield emulator


def test_interrupted_plan_ends_with_130(tmp_path: Path, slow: RunningEmulator) -> None:
    """Ctrl-C while calls are under way."""
    patient = project(tmp_path, slow)
    patient.manifest(RETITLE)
    slow.set_faults([{"kind": "latency", "ms": 600_000, "operation": "GetVideoInfos"}])
    process = patient.start("plan", *EVENTS)
    wait_until(lambda: slow.app.state.faults._struck != [0], process=process)

    interrupt(process)

    assert events_of(finish(process), 130)[-1]["error"]["type"] == "Interrupted"


def test_locked_and_interrupted_apply_are_told(tmp_path: Path, slow: RunningEmulator) -> None:
    """The one that holds the library is interrupted and tells what became of each change; the other is refused."""
    patient = project(tmp_path, slow)
    patient.manifest(BOTH)
    slow.set_faults([{"kind": "latency", "ms": 8_000, "operation": "UpdateVideoInfos"}])
    process = patient.start(*APPLY, "--allow-deletes", "1", *EVENTS)
    wait_until(lambda: slow.app.state.faults._struck != [0], process=process)

    locked = events_of(patient.run(*APPLY, "--allow-deletes", "1", *EVENTS), 7)
    interrupt(process)

    assert locked[-1]["error"]["type"] == "Locked"
    events = events_of(finish(process), 130)
    assert Counter(one["outcome"] for one in _of(events, "change")) == {"done": 1, "held": 1}
    assert events[-1]["error"]["type"] == "Interrupted"


@pytest.mark.parametrize("argv", [("--format", "json"), ()], ids=["json", "text"])
def test_demo_is_events_too(argv: tuple[str, ...], tmp_path: Path) -> None:
    """The commands that it runs have no end of their own."""
    ended = project(tmp_path).run("demo", *argv, *EVENTS)

    events = events_of(ended, 0)
    assert _of(events, "note")
    assert len(_of(events, "change")) == len({one["address"] for one in _of(events, "change")}) > 0


def test_example_of_the_page_sums_a_run_up(library: Project, demo_emulator: RunningEmulator) -> None:
    """The program in docs/logging.md, fed with a real run."""
    (program,) = pages.blocks(pages.page("docs/logging.md"), "python")
    ended = library.run(*APPLY, *EVENTS)

    done = subprocess.run(
        [sys.executable, "-c", program], input=ended.err, capture_output=True, encoding="utf-8", timeout=60, check=True
    )

    assert done.stdout.splitlines() == ["exit code 0", "changes {'done': 1}", f"calls {len(actions(demo_emulator))}"]
