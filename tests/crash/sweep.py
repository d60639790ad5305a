"""One apply killed at one boundary, taken up again, and held to every promise (docs/contract.md section 6)."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.crash import scene, watching
from tests.crash.forks import Ended, Forks
from tests.crash.points import Point
from vodplan import api
from vodplan.core.history import ChangeState, RunDetail, RunStatus
from vodplan.core.plan import Plan
from vodplan.emulator import RunningEmulator

SHARED_MEMORY = Path("/dev/shm")


@contextlib.contextmanager
def quick_folder(fallback: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a process that is killed loses nothing that it gave to the system."""
    if not SHARED_MEMORY.is_dir():
        yield fallback
        return
    folder = Path(tempfile.mkdtemp(prefix="vodplan-crash-", dir=SHARED_MEMORY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything that one apply after the other is broken on.

    folder:  the project; its store is emptied by `clear` before each apply.
    start:   the library's snapshot before it.
    at_start, at_end: the library before the plan, and as an apply that nobody breaks leaves it.
    """

    emulator: RunningEmulator
    forks: Forks
    folder: Path
    environ: Mapping[str, str]
    plan: Plan
    planfile: Path
    start: Path
    clear: Callable[[], None]
    at_start: watching.Rows
    at_end: watching.Rows
    points: tuple[Point, ...]

    @property
    def removals(self) -> int:
        """How many the plan has."""
        return sum(change.action.removes for change in self.plan.changes)

    def put_back(self) -> None:
        """The library and the store as they were."""
        self.emulator.restore(self.start)
        self.clear()

    def apply(self, *, at: Point | None = None) -> Ended:
        """Apply the plan in a process of its own."""
        ended = self.forks.apply(self.folder, self.environ, self.planfile, allow_deletes=self.removals, at=at)
        watching.quiet(self.emulator)
        return ended

    def resume(self, run: str, *, at: Point | None = None) -> Ended:
        """Take a run up again in another one."""
        ended = self.forks.resume(self.folder, self.environ, run, at=at)
        watching.quiet(self.emulator)
        return ended

    def left_behind(self) -> RunDetail | None:
        """The run that the store has, None when there is none."""
        with api.open_store(cwd=self.folder, environ=self.environ) as store:
            runs = store.runs()
            assert len(runs) <= 1
            return store.run(runs[0].id) if runs else None

    def unlock(self) -> None:
        """What the user is told to do about a dead holder."""
        with api.open_store(cwd=self.folder, environ=self.environ) as store:
            store.unlock(self.plan.target)


@contextlib.contextmanager
def bench(
    emulator: RunningEmulator, forks: Forks, folder: Path, *, store: str = "", clear: Callable[[], None] | None = None
) -> Iterator[Bench]:
    """Make the plan, carry it out once without breaking it, and note every boundary on the way.

    store: its URL; a file in the project's folder when left out.
    clear: empties a store elsewhere.
    """
    more = {"VODPLAN_STORE": store} if store else {}
    environ = scene.environ_of(emulator, **more)
    scene.write_project(folder, scene.manifest())
    plan = scene.planned(folder, environ)
    assert len(plan.changes) == scene.CHANGES
    api.write_plan(plan, folder / "plan.json")
    with api.open_store(cwd=folder, environ=environ) as opened:
        empty = folder / "empty.db"
        path = opened.path
    if path is not None:
        shutil.copyfile(path, empty)

    def clear_file() -> None:
        assert path is not None
        for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            one.unlink(missing_ok=True)
        shutil.copyfile(empty, path)

    start = folder / "start.db"
    emulator.snapshot(start)
    at_start = watching.rows(emulator.app.state.db, times=True)
    made = Bench(
        emulator=emulator,
        forks=forks,
        folder=folder,
        environ=environ,
        plan=plan,
        planfile=folder / "plan.json",
        start=start,
        clear=clear or clear_file,
        at_start=at_start,
        at_end={},
        points=(),
    )
    made.put_back()
    whole = made.apply()
    assert whole.report["converged"]
    assert watching.writes(emulator.calls()) == watching.all_meant(plan.changes)
    held = watching.rows(emulator.app.state.db, times=True)
    assert watching.outside(plan, held, at_start) == watching.outside(plan, at_start, at_start)
    again = scene.planned(folder, environ)
    assert again.empty, api.show(again)
    yield Bench(
        **{
            **{name: getattr(made, name) for name in Bench.__slots__},
            "at_end": watching.rows(emulator.app.state.db),
            "points": tuple(sorted(whole.passed)),
        }
    )


def break_at(bench: Bench, points: Sequence[Point]) -> None:
    """Kill the apply at the first of these boundaries, each resumption at the next, and see it end as planned all the same.

    A later boundary that a resumption does not come to, because it is left less to do, is no failure.
    """
    bench.put_back()
    killed = bench.apply(at=points[0])
    if not killed.killed:
        # Records that come together share a transaction, so that there may be one less of these.
        assert points[0][0].startswith("store:"), f"{points[0]} was not reached"
        assert killed.report["converged"]
    for point in points[1:]:
        found = bench.left_behind()
        if found is None or found.record.status is RunStatus.COMPLETE:
            break
        _check_resumption(bench, found, at=point)
    found = bench.left_behind()
    if found is None:
        _check_nothing_sent(bench)
        bench.unlock()
        assert bench.apply().report["converged"]
    elif found.record.status is RunStatus.COMPLETE:
        _check_finished(bench, found)
    else:
        _check_resumption(bench, found)
    _check_end(bench)


def _check_nothing_sent(bench: Bench) -> None:
    """A run that the journal has not begun has sent nothing."""
    assert not watching.writes(bench.emulator.calls())
    assert watching.rows(bench.emulator.app.state.db, times=True) == bench.at_start


def _check_finished(bench: Bench, found: RunDetail) -> None:
    """There is nothing to resume in a run that came to its end."""
    sent = len(bench.emulator.calls())
    refusal = bench.resume(found.record.id).error
    assert refusal["type"] == "UsageError"
    assert found.record.id in refusal["message"]
    assert len(bench.emulator.calls()) == sent


def _check_resumption(bench: Bench, found: RunDetail, *, at: Point | None = None) -> None:
    """Resume, and hold what it sends against what the journal had recorded."""
    before = bench.emulator.calls()
    recorded = [one.change for one in found.changes if one.state is ChangeState.DONE]
    touched = watching.writes(before)
    promised = watching.all_meant(
        one.change for one in found.changes if one.state not in (ChangeState.PLANNED, ChangeState.HELD)
    )
    assert set(touched) <= set(promised), "sent without a word in the journal"
    assert set(watching.all_meant(recorded)) <= set(touched), "recorded as done, and never sent"

    ended = bench.resume(found.record.id, at=at)

    sent = watching.writes(bench.emulator.calls()[len(before) :])
    assert not set(sent) & set(touched), "sent again"
    if ended.killed:
        return
    report = ended.report
    assert (report["complete"], report["converged"], report["interrupted"]) == (True, True, False)
    assert report["run"] == found.record.id
    assert len(report["verdicts"]) == sum(report["counts"].values()) == len(bench.plan.changes)
    assert set(report["verdicts"]) == {"done"}, Counter(report["verdicts"])


def _check_end(bench: Bench) -> None:
    """Everything is as planned, everything was asked for once, and nothing else was touched."""
    assert watching.writes(bench.emulator.calls()) == watching.all_meant(bench.plan.changes)
    start, held = bench.at_start, watching.rows(bench.emulator.app.state.db, times=True)
    assert watching.outside(bench.plan, held, start) == watching.outside(bench.plan, start, start)
    assert watching.rows(bench.emulator.app.state.db) == bench.at_end
    found = bench.left_behind()
    assert found is not None
    assert found.record.status is RunStatus.COMPLETE
    assert found.record.counts[ChangeState.DONE] == len(bench.plan.changes)
