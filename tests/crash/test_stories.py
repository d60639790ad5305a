"""What happens to real applies in real processes: signals, disks, locks, clocks, and people who change things meanwhile."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crash import scene, watching
from tests.crash.forks import Forks
from tests.crash.sweep import Bench, bench
from tests.e2e.helpers import Ended, Project, finish, no_bug, wait_until
from tests.store.test_trouble import mounted
from vodplan import api
from vodplan.core.change import Action
from vodplan.core.history import ChangeState, Holder, RunStatus
from vodplan.core.plan import Plan
from vodplan.emulator import RunningEmulator
from vodplan.store.store import Store

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SOMEBODY = Holder(owner="bob", host="laptop", pid=1)
SLOW: list[Mapping[str, object]] = [{"kind": "latency", "operation": "Update*", "ms": 150}]
"""Keeps an apply busy for long enough to have something happen to it."""


@dataclass(frozen=True, slots=True)
class Story:
    """A project with a plan of 120 changes, and the installed command."""

    emulator: RunningEmulator
    project: Project
    plan: Plan

    def start(self) -> subprocess.Popen[str]:
        """Start the apply."""
        removals = sum(change.action.removes for change in self.plan.changes)
        return self.project.start(
            "apply", "plan.json", "--auto-approve", "--allow-deletes", str(removals), "--format", "json"
        )

    def resume(self, run: str) -> Ended:
        """Take it up again."""
        return self.project.run("apply", "--resume", run, "--auto-approve", "--format", "json")

    def written(self) -> int:
        """How many writes the service has carried out."""
        return watching.writes(self.emulator.calls()).total()

    def run_left(self) -> str:
        """The id of the one run there is."""
        with self.store() as store:
            (record,) = store.runs()
            return record.id

    @contextlib.contextmanager
    def store(self) -> Iterator[Store]:
        """The project's store."""
        with api.open_store(cwd=self.project.folder, environ=self.project.environ) as opened:
            yield opened

    def complete(self, run: str) -> None:
        """Resume without trouble: as planned, every write once in all."""
        watching.quiet(self.emulator)
        self.emulator.set_faults([])
        ended = self.resume(run)
        no_bug(ended)
        assert ended.code == 0, ended.said
        assert watching.writes(self.emulator.calls()) == watching.all_meant(self.plan.changes)


@pytest.fixture
def story(service: RunningEmulator, folder: Path) -> Story:
    """Everything ready for an apply that takes a while."""
    environ = scene.environ_of(service)
    scene.write_project(folder / "project", scene.manifest())
    plan = scene.planned(folder / "project", environ)
    api.write_plan(plan, folder / "project" / "plan.json")
    service.clear_calls()
    service.set_faults(SLOW)
    return Story(service, Project(folder / "project", environ), plan)


def elsewhere(story: Story, store: str) -> Story:
    """The same with its store in another place."""
    return Story(
        story.emulator, Project(story.project.folder, {**story.project.environ, "VODPLAN_STORE": store}), story.plan
    )


# Signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_first_signal_finishes_the_calls_under_way_and_holds_the_rest(story: Story, number: signal.Signals) -> None:
    """As CI and Ctrl-C send it: everything is accounted for, and the run can be resumed."""
    process = story.start()
    wait_until(lambda: story.written() > 6, process=process)

    os.kill(process.pid, number)
    ended = finish(process)

    no_bug(ended)
    assert ended.code == 130, ended.said
    report = ended.document
    counts = report["counts"] if "counts" in report else report["summary"]
    assert sum(counts.values()) == len(story.plan.changes)
    assert counts["unknown"] == counts["refused"] == 0
    assert counts["held"] > 0
    run = story.run_left()
    with story.store() as store:
        record = store.run(run).record
    assert (record.status, record.interrupted) == (RunStatus.INCOMPLETE, True)
    assert {state.value: record.counts[state] for state in ChangeState if state.value in counts} == counts
    story.complete(run)


def test_second_signal_stops_at_once_and_the_run_can_be_resumed(story: Story) -> None:
    """Whoever presses Ctrl-C twice does not wait for the service; what was under way is settled by the resumption."""
    story.emulator.set_faults([{"kind": "latency", "operation": "UpdateVideoInfos", "ms": 2_000}])
    process = story.start()
    wait_until(lambda: any(call.action == "UpdateCategory" for call in story.emulator.calls()), process=process)
    wait_until(lambda: len(story.emulator._server.server_state.tasks) > 1, process=process)

    os.kill(process.pid, signal.SIGINT)
    os.kill(process.pid, signal.SIGTERM)
    ended = finish(process)

    no_bug(ended)
    assert ended.code == 130, ended.said
    run = story.run_left()
    assert run in ended.said
    with story.store() as store:
        detail = store.run(run)
    assert detail.record.status is RunStatus.UNFINISHED
    assert detail.record.counts[ChangeState.INTENT] > 0
    story.complete(run)


# Disks


def test_read_only_store_stops_before_anything_is_sent(story: Story, folder: Path) -> None:
    """Without a journal there is no apply."""
    with mounted(folder / "disk") as disk:
        moved = elsewhere(story, f"sqlite:///{disk.path}/state.db")
        with moved.store():
            pass
        with disk.read_only():
            ended = finish(moved.start())

    no_bug(ended)
    assert ended.code == 1
    assert "read-only" in ended.said or "cannot be opened" in ended.said
    assert story.written() == 0


def test_full_disk_stops_before_anything_is_sent(story: Story, folder: Path) -> None:
    """A store that has no room for its first line is as good as none."""
    with mounted(folder / "disk", kilobytes=1024) as disk:
        moved = elsewhere(story, f"sqlite:///{disk.path}/state.db")
        with moved.store():
            pass
        disk.fill()
        ended = finish(moved.start())

    no_bug(ended)
    assert ended.code == 1
    assert "disk" in ended.said
    assert story.written() == 0


def test_disk_that_fills_up_ends_the_run_and_resuming_completes_it(story: Story, folder: Path) -> None:
    """No call goes out without its line in the journal; once there is room the run goes on."""
    with mounted(folder / "disk", kilobytes=4096) as disk:
        moved = elsewhere(story, f"sqlite:///{disk.path}/state.db")
        process = moved.start()
        wait_until(lambda: moved.written() > 6, process=process)
        disk.fill()
        ended = finish(process)

        no_bug(ended)
        assert ended.code == 1, ended.said
        assert "disk" in ended.said
        watching.quiet(story.emulator)
        disk.empty()
        run = moved.run_left()
        with moved.store() as store:
            detail = store.run(run)
        assert detail.record.status is RunStatus.UNFINISHED
        promised = watching.all_meant(
            one.change for one in detail.changes if one.state not in (ChangeState.PLANNED, ChangeState.HELD)
        )
        assert set(watching.writes(story.emulator.calls())) <= set(promised)
        moved.complete(run)


# Locks


def test_lease_that_is_lost_ends_the_run(story: Story) -> None:
    """Somebody unlocked by force and took the target: nothing more is begun, and the newcomer's lease stays."""
    process = story.start()
    wait_until(lambda: story.written() > 6, process=process)
    with story.store() as store:
        run = story.run_left()
        store.unlock(story.plan.target, force=True)
        newcomer = store.acquire(story.plan.target, SOMEBODY, run="another")
        ended = finish(process)

        no_bug(ended)
        assert ended.code == 1, ended.said
        assert "bob" in ended.said
        assert 0 < story.written() < watching.all_meant(story.plan.changes).total()
        found = store.lease(story.plan.target)
        assert found is not None
        assert found.run == "another"
        refused = story.resume(run)
        assert refused.code == 7, refused.said
        newcomer.release()
    story.complete(run)


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, story: Story) -> Story:
    """The story with its store on each of the databases."""
    if request.param == "sqlite":
        return story
    return elsewhere(story, request.getfixturevalue("postgres_url"))


def test_two_processes_that_race_get_one_winner(shared: Story) -> None:
    """Two runners start the same job at once: one applies, the other is told by whom, and every write is sent once."""
    processes = [shared.start(), shared.start()]
    ended = sorted((finish(process) for process in processes), key=lambda one: one.code)

    for one in ended:
        no_bug(one)
    assert [one.code for one in ended] == [0, 7], [one.said for one in ended]
    with shared.store() as store:
        (record,) = store.runs()
        assert store.lease(shared.plan.target) is None
    assert record.id in ended[1].said
    assert record.status is RunStatus.COMPLETE
    assert watching.writes(shared.emulator.calls()) == watching.all_meant(shared.plan.changes)


def test_killed_run_is_unlocked_by_its_own_resumption_only(shared: Story) -> None:
    """After kill -9 a new apply is told of the dead holder; the same run goes on at once."""
    process = shared.start()
    wait_until(lambda: shared.written() > 6, process=process)
    process.kill()
    finish(process)
    watching.quiet(shared.emulator)

    refused = finish(shared.start())

    assert refused.code == 7, refused.said
    assert "gone" in refused.said
    shared.complete(shared.run_left())


# Clocks, and what moves meanwhile


@pytest.fixture
def benched(service: RunningEmulator, forker: Forks, folder: Path) -> Iterator[Bench]:
    """The bench of the sweeps, with everything as it was at the start."""
    with bench(service, forker, folder / "project") as made:
        made.put_back()
        yield made


@pytest.mark.parametrize("looks", [60, 120])
def test_clock_that_steps_back_changes_nothing(benched: Bench, looks: int) -> None:
    """Somebody sets the clock back by an hour in mid-run: signatures are corrected, order and lease do not care."""
    ended = benched.forks.apply(
        benched.folder,
        benched.environ,
        benched.planfile,
        allow_deletes=benched.removals,
        step_back=3600.0,
        step_after=looks,
    )

    assert ended.report["converged"]
    found = benched.left_behind()
    assert found is not None
    assert found.record.status is RunStatus.COMPLETE
    assert [event.number for event in found.events] == list(range(1, len(found.events) + 1))
    times = [event.at for event in found.events]
    assert times != sorted(times), "the clock was to step back while the journal was written"


def killed_in_the_middle(made: Bench) -> str:
    """Kill an apply when its updates are recorded and its removals begin; the id of its run."""
    assert made.apply(at=("DeleteStream: before", 1)).killed
    found = made.left_behind()
    assert found is not None
    return found.record.id


@pytest.mark.parametrize(("state", "action"), [(ChangeState.DONE, Action.UPDATE), (ChangeState.PLANNED, Action.DELETE)])
def test_resume_refuses_when_an_asset_moved_and_names_it(benched: Bench, state: ChangeState, action: Action) -> None:
    """Whether its change was done or is still to do: somebody else's edit is neither overwritten nor overlooked."""
    run = killed_in_the_middle(benched)
    found = benched.left_behind()
    assert found is not None
    moved = next(
        one.change
        for one in found.changes
        if one.state is state and (one.change.kind, one.change.action) == ("video", action)
    )
    benched.emulator.edit_video(moved.id or "", {"Title": "Somebody else's", "Description": "theirs"})
    held = watching.rows(benched.emulator.app.state.db, times=True)

    refused = benched.resume(run).error

    assert (refused["type"], refused["exit_code"]) == ("StalePlan", 5)
    assert {line.split(" ")[0] for line in refused["moved"]} == {str(moved.address)}
    assert any("Somebody else's" in line for line in refused["moved"])
    assert watching.rows(benched.emulator.app.state.db, times=True) == held


def test_resume_under_a_stricter_policy_is_refused_until_it_is_lifted(benched: Bench) -> None:
    """The rules in force are those of now; what is left of a run has to stand by them."""
    run = killed_in_the_middle(benched)
    held = watching.rows(benched.emulator.app.state.db, times=True)
    written = (benched.folder / "vodplan.yaml").read_text(encoding="utf-8")
    (benched.folder / "vodplan.yaml").write_text(written.replace("max_deletes: 60", "max_deletes: 3"), encoding="utf-8")

    refused = benched.resume(run).error

    assert (refused["type"], refused["exit_code"]) == ("Refused", 4)
    assert "policy.max_deletes" in refused["message"]
    assert watching.rows(benched.emulator.app.state.db, times=True) == held
    (benched.folder / "vodplan.yaml").write_text(written, encoding="utf-8")
    assert benched.resume(run).report["converged"]


def test_resume_of_a_finished_run_is_refused(benched: Bench) -> None:
    """There is nothing to go on with, and nothing is called."""
    run = benched.apply().report["run"]
    calls = len(benched.emulator.calls())

    refused = benched.resume(run).error

    assert (refused["type"], refused["exit_code"]) == ("UsageError", 64)
    assert run in refused["message"]
    assert len(benched.emulator.calls()) == calls
