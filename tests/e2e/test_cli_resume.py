"""An apply that was killed, interrupted or met another: what holds the target, and how to go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.helpers import HEAD, Project, actions, finish, no_bug, project, refused, terminal, wait_until, writes
from vodplan import api
from vodplan.core.history import EventKind
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.demo import library as demo_library

pytestmark = pytest.mark.e2e

MATCH = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
TRAILER = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
BOTH = f"videos: [{{id: {MATCH}, title: Another title}}, {{id: {TRAILER}, state: absent}}]\n"
APPLY = ("apply", "--auto-approve", "--allow-deletes", "1")
SLOW: list[Mapping[str, object]] = [{"kind": "latency", "ms": 20_000, "operation": "DeleteVideo"}]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningEmulator]:
    """The demo library on an emulator of its own: a call that waits when its sender is killed must not reach other tests."""
    with running(tmp_path / "emulator.db", demo=True) as emulator:
        yield emulator


@pytest.fixture
def library(tmp_path: Path, served: RunningEmulator) -> Project:
    """A project that changes one video and deletes another, with a library behind it."""
    one = project(tmp_path, served)
    one.manifest(BOTH)
    return one


def _under_way(emulator: RunningEmulator, action: str) -> Callable[[], bool]:
    return lambda: action in actions(emulator)


def _kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _about_to_send(library: Project, emulator: RunningEmulator, calls: int) -> Callable[[], bool]:
    """Whether the journal of the one run says so of so many calls."""

    def look() -> bool:
        if "GetVideoInfos" not in actions(emulator):
            return False
        with api.open_store(cwd=library.folder, environ=library.environ) as store:
            events = [event for run in store.runs() for event in store.run(run.id).events]
        return sum(event.kind is EventKind.INTENT for event in events) >= calls

    return look


def _killed(library: Project, emulator: RunningEmulator) -> str:
    """Kill an apply while its deletion is about to be sent; the run's id."""
    emulator.set_faults(SLOW)
    process = library.start(*APPLY)
    wait_until(_about_to_send(library, emulator, 2), process=process)
    _kill(process)
    emulator.set_faults([])
    (run,) = library.call("history", "--format", "json").document["runs"]
    assert run["status"] == "unfinished"
    return str(run["id"])


def test_killed_apply_is_taken_up_again(library: Project, served: RunningEmulator) -> None:
    """Its lease is free for the same run at once; what is done is not sent again; the library ends as planned."""
    run = _killed(library, served)
    shown = library.call("history", run)

    resumed = library.run("apply", "--resume", run[:15], "--format", "json")

    no_bug(shown)
    assert shown.out.splitlines()[-1] == f"Next: vodplan apply --resume {run}"
    assert resumed.code == 0, resumed.said
    assert resumed.document["run"] == run
    assert resumed.document["counts"]["done"] + resumed.document["counts"]["already"] == 2
    assert [call.action for call in writes(served)].count("UpdateVideoInfos") == 1
    assert library.call("plan", "--detailed-exitcode").code == 0
    assert library.call("history", "--format", "json").document["runs"][0]["resumed"] == 1
    again = library.call("apply", "--resume", run)
    assert (again.code, f"Run {run} is complete" in again.err) == (0, True)


@pytest.mark.parametrize("sent", [3, 60, 150])
def test_apply_of_a_thousand_killed_between_two_operations_writes_each_video_once(
    library: Project, served: RunningEmulator, sent: int
) -> None:
    """Many calls are under way and share records when it dies; what was sent is recorded, and not sent again."""
    videos = [one.id for one in demo_library().videos if one.media_type == "video"]
    library.manifest("".join(["videos:\n", *(f"  - {{id: {one}, title: Renewed}}\n" for one in videos)]))
    served.set_faults([{"kind": "latency", "ms": 20, "operation": "UpdateVideoInfo*"}])
    process = library.start("apply", "--auto-approve", "--format", "json")
    wait_until(lambda: len(writes(served)) >= sent, process=process)
    _kill(process)
    (run,) = library.call("history", "--format", "json").document["runs"]

    resumed = library.run("apply", "--resume", run["id"], "--format", "json")

    assert (resumed.code, resumed.document["converged"]) == (0, True), resumed.said
    assert resumed.document["counts"]["done"] == len(videos) == 1_000
    assert {call.action for call in writes(served)} == {"UpdateVideoInfos", "UpdateVideoInfo"}
    assert Counter(one for call in writes(served) for one in call.ids) == dict.fromkeys(videos, 1)


def test_killed_apply_leaves_a_lock_that_unlock_removes(library: Project, served: RunningEmulator) -> None:
    """Another apply ends with 7 and names the holder; unlock shows it, frees the target, and names the run to go on with."""
    run = _killed(library, served)

    refused(library.call, *APPLY, code=7, says=(run, "process is gone"), next="vodplan unlock --target environment")
    unlocked = library.run("unlock")
    again = library.call("unlock")

    assert unlocked.code == 0
    assert run in unlocked.out
    assert "which is gone" in unlocked.out
    assert unlocked.out.splitlines()[-1] == f"Next: vodplan apply --resume {run}"
    assert (again.code, again.out) == (0, 'Nothing to unlock: no run holds the target "environment".\n')
    assert library.call(*APPLY).code == 0


def test_second_apply_and_unlock_meet_a_live_holder(library: Project, served: RunningEmulator) -> None:
    """Both end with 7 and name the holder; only force, typed on a terminal, takes the lock away; the first run notices."""
    served.set_faults(SLOW)
    process = library.start(*APPLY)
    wait_until(_under_way(served, "UpdateVideoInfos"), process=process)
    (run,) = library.call("history", "--format", "json").document["runs"]
    holder = f"process {process.pid}"

    refused(library.call, *APPLY, code=7, says=(run["id"], holder), next="vodplan unlock")
    refused(library.call, "unlock", code=7, says=(run["id"], holder), next=f"vodplan history {run['id']}")
    refused(library.call, "unlock", "--force", code=4, says=("approved",), next="vodplan unlock --force --auto-approve")
    with terminal(library, "unlock", "--force") as asked:
        asked.until("Type the owner to go on: ")
        asked.type(b"nobody\r")
        assert asked.end() == 4
        assert holder in asked.shown
    forced = library.call("unlock", "--force", "--auto-approve", "--format", "json")
    _kill(process)

    assert run["status"] == "running"
    assert (forced.document["removed"], forced.document["why"]) == (True, "forced")
    assert forced.document["lease"]["holder"]["pid"] == process.pid


def test_interrupted_apply_names_the_run_to_resume(library: Project, served: RunningEmulator) -> None:
    """One Ctrl-C: the report ends with the command that carries out what was held."""
    served.set_faults([{"kind": "latency", "ms": 700, "operation": "UpdateVideoInfos"}])
    process = library.start(*APPLY)
    wait_until(_about_to_send(library, served, 1), process=process)

    os.killpg(process.pid, signal.SIGINT)
    ended = finish(process)
    served.set_faults([])
    (run,) = library.call("history", "--format", "json").document["runs"]
    next = ended.out.splitlines()[-1].removeprefix("Next: ")
    resumed = library.call(*next.split()[1:])

    assert ended.code == 130
    assert next == f"vodplan apply --resume {run['id']} --auto-approve"
    assert resumed.code == 0, resumed.said
    assert "Apply: 2 done, 0 already, 0 refused, 0 held, 0 unknown." in resumed.out


def test_resume_of_a_run_whose_asset_moved_is_stale(library: Project, served: RunningEmulator) -> None:
    """Exit 5 with the asset's name; nothing is written."""
    run = _killed(library, served)
    (library.folder / "other").mkdir()
    other = project(library.folder / "other", served)
    other.write(f"{HEAD}store: sqlite:///other.db\n", "vodplan.yaml")
    other.manifest(f"videos: [{{id: {TRAILER}, title: Kept}}]\n")
    assert other.call("apply", "--auto-approve").code == 0
    before = len(writes(served))

    refused(library.call, "apply", "--resume", run, code=5, says=(f"video/{TRAILER} title",), next="vodplan plan")

    assert len(writes(served)) == before


def test_apply_stops_after_too_many_failures(library: Project, served: RunningEmulator) -> None:
    """--max-failures 0: the first refusal ends the sending; the rest is held."""
    library.manifest("videos:\n" + "".join(f"  - {{id: {one}, title: New}}\n" for one in (MATCH, TRAILER)))
    served.set_faults([{"kind": "error", "code": "Forbidden", "status": 403, "operation": "UpdateVideoInfos"}])

    ended = library.call("apply", "--auto-approve", "--max-failures", "0")

    no_bug(ended)
    assert ended.code == 6
    assert "0 done, 0 already, 2 refused" in ended.out
    assert ended.out.splitlines()[-1] == "Next: vodplan plan"


def test_apply_canary_goes_first_and_alone(library: Project, served: RunningEmulator) -> None:
    """--canary 1: one change is written and read back before the others are sent."""
    library.manifest("videos:\n" + "".join(f"  - {{id: {one}, title: New}}\n" for one in (MATCH, TRAILER)))

    ended = library.call("apply", "--auto-approve", "--canary", "1")

    assert ended.code == 0
    calls = [one for one in actions(served) if one in ("UpdateVideoInfos", "GetVideoInfos")]
    first, second = (place for place, one in enumerate(calls) if one == "UpdateVideoInfos")
    assert "GetVideoInfos" in calls[first:second]


def test_apply_of_an_old_plan_is_stale(library: Project, served: RunningEmulator) -> None:
    """--max-plan-age: a plan file that lay around too long exits 5, before anything is written."""
    assert library.call("plan", "--out", "plan.json").code == 0
    plan = json.loads((library.folder / "plan.json").read_text())
    # The time of making is the one member that the digest leaves out.
    plan["created_at"] = "2020-01-01T00:00:00Z"
    (library.folder / "plan.json").write_text(json.dumps(plan))

    refused(
        library.call,
        *APPLY,
        "plan.json",
        "--max-plan-age",
        "7d",
        code=5,
        says=("2020-01-01T00:00:00Z", "7 days"),
        next="vodplan plan",
    )

    assert writes(served) == []
    assert library.call(*APPLY, "plan.json", "--max-plan-age", "9999d").code == 0
