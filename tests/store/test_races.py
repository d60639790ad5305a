"""Processes that want the same thing at the same time, on both databases."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.store.build import TARGET, until
from tests.store.conftest import Open
from tests.store.processes import children
from vodplan.core.errors import Locked, StoreError
from vodplan.core.history import RunStatus
from vodplan.store.holder import Holder, machine

pytestmark = pytest.mark.e2e

ROUNDS = 20
RACERS = 4

NEWCOMER = Holder(owner="bob", host="laptop", pid=77)


@pytest.mark.parametrize("left_over", [False, True], ids=["free", "ran out"])
def test_racing_processes_exactly_one_gets_the_lease(url: str, tmp_path: Path, opened: Open, left_over: bool) -> None:
    """However many apply at once, on a store that is not even there yet, one wins and the others are told who.

    So it is when the lease of one who died is there for the taking.
    """
    with children(url, tmp_path, *["race"] * RACERS) as racers:
        assert [one.answer() for one in racers] == ["ready"] * RACERS
        for one in racers:
            one.order()
        assert [one.answer() for one in racers] == ["opened"] * RACERS
        store = opened()
        for number in range(ROUNDS):
            if left_over:
                store.acquire(TARGET, NEWCOMER, run="left over", ttl=-1)
            for one in racers:
                one.order(str(number))
            answers = [one.answer() for one in racers]
            winners = [one for one in answers if one.startswith("won")]
            assert len(winners) == 1
            run = winners[0].split()[1]
            assert all(run in one for one in answers)
            for one in racers:
                one.order()
            assert [one.answer() for one in racers] == ["free"] * RACERS


def test_second_process_is_shown_the_holder(url: str, tmp_path: Path, opened: Open) -> None:
    """While one applies another is refused, with who, where, since when, until when, and what to do."""
    with children(url, tmp_path, "hold 60") as (holder,):
        run = holder.answer()
        store = opened()

        with pytest.raises(Locked) as refusal:
            store.acquire(TARGET, NEWCOMER, run="another")

        info = store.lease(TARGET)
        assert info is not None
        assert all(
            part in refusal.value.message
            for part in (info.holder.owner, info.holder.host, str(holder.process.pid), run, info.since)
        )
        assert refusal.value.next == "vodplan unlock --target production"
        assert store.run(run).record.status is RunStatus.RUNNING
        holder.order()
        assert holder.answer() == "given back"
        assert store.lease(TARGET) is None


def test_live_holder_is_not_unlocked_but_by_force(url: str, tmp_path: Path, opened: Open) -> None:
    """`unlock` does not take a lease from a process that runs; forced, the holder notices that it lost it."""
    with children(url, tmp_path, "hold 0.6") as (holder,):
        run = holder.answer()
        store = opened()
        with pytest.raises(Locked, match="Nothing says that its holder is gone"):
            store.unlock(TARGET)

        removed = store.unlock(TARGET, force=True)

        assert removed is not None
        assert removed.run == run
        with store.acquire(TARGET, NEWCOMER, run="another") as lease:
            assert lease.previous is None
            assert holder.answer().startswith("lost The lease was ")
            holder.order()
            assert holder.answer() == "given back"
            # What it gave back was its own lease, not the one that stands there now.
            found = store.lease(TARGET)
            assert found is not None
            assert found.run == "another"


def test_heartbeat_keeps_a_short_lease_of_a_long_run(url: str, tmp_path: Path, opened: Open) -> None:
    """A run that takes longer than its lease keeps it, for its thread renews it before it runs out."""
    with children(url, tmp_path, "hold 1.5") as (holder,):
        run = holder.answer()
        store = opened()
        ends = set[float]()

        def renewed() -> bool:
            info = store.lease(TARGET)
            assert info is not None
            assert not info.expired
            with store._database.reading() as connection:
                ends.add(connection.exec_driver_sql("SELECT expires FROM vodplan_leases").scalar_one())
            return len(ends) > 2

        until(renewed)

        with pytest.raises(Locked, match=run):
            store.acquire(TARGET, NEWCOMER, run="another")


def test_killed_holder_lease_is_removed_by_unlock(url: str, tmp_path: Path, opened: Open) -> None:
    """After kill -9 the next apply is told that the process is gone; `unlock` removes its lease and says what it was."""
    with children(url, tmp_path, "hold 600") as (holder,):
        run = holder.answer()
        holder.kill()
        store = opened()

        with pytest.raises(Locked, match="Its process is gone"):
            store.acquire(TARGET, NEWCOMER, run="another")
        removed = store.unlock(TARGET)

        assert removed is not None
        assert (removed.run, removed.holder.pid, removed.gone) == (run, holder.process.pid, True)
        assert removed.holder.machine == machine()
        assert not removed.expired
        assert store.unlock(TARGET) is None
        store.acquire(TARGET, NEWCOMER, run="another")


def test_killed_holder_lease_runs_out(url: str, tmp_path: Path, opened: Open) -> None:
    """A dead holder keeps nobody out for longer than its lease; the next one learns which run it left."""
    with children(url, tmp_path, "hold 0.6") as (holder,):
        run = holder.answer()
        holder.kill()
        store = opened()
        previous = None

        def taken() -> bool:
            nonlocal previous
            try:
                previous = store.acquire(TARGET, NEWCOMER, run="another").previous
            except Locked:
                return False
            return True

        until(taken)

        assert previous is not None
        assert (previous.run, previous.expired) == (run, True)
        assert store.run(run).record.status is RunStatus.UNFINISHED


def test_killed_run_is_taken_up_again_without_waiting(url: str, tmp_path: Path, opened: Open) -> None:
    """The lease of a killed process is free at once for the run that it was taken for, and for no other."""
    with children(url, tmp_path, "hold 600") as (holder,):
        run = holder.answer()
        holder.kill()
        store = opened()
        journal = store.resume(run, holder=NEWCOMER)

        with store.acquire(TARGET, NEWCOMER, run=journal.run_id) as lease:
            assert journal.plan is not None
            journal.begin(journal.plan)

            assert lease.previous is not None
            assert store.run(run).record.status is RunStatus.RUNNING


def test_two_that_resume_one_run_only_one_goes_on(url: str, tmp_path: Path, opened: Open) -> None:
    """A run whose holder lives is not taken up by a second process."""
    with children(url, tmp_path, "hold 600") as (holder,):
        run = holder.answer()
        store = opened()
        journal = store.resume(run, holder=NEWCOMER)

        with pytest.raises(Locked):
            store.acquire(TARGET, NEWCOMER, run=journal.run_id)


def test_killed_writer_everything_acknowledged_is_there(url: str, tmp_path: Path, opened: Open) -> None:
    """What the journal acknowledged before kill -9 is read by the next process, in order and without a gap."""
    with children(url, tmp_path, "write 2000") as (writer,):
        run = writer.answer().split()[1]
        while writer.answer() != "intent 40":
            pass
        writer.process.kill()
        said = ["intent 40", *writer.rest()]
        last = said[-1].split()
        assert said[-1] != "ended"

        detail = opened().run(run)

    assert [event.number for event in detail.events] == list(range(1, len(detail.events) + 1))
    acknowledged = int(last[1])
    states = [one.state.value for one in detail.changes]
    assert states[:acknowledged] == ["done"] * acknowledged
    # At most the one step that was under way when it was killed is there beyond what was acknowledged.
    if last[0] == "intent":
        assert states[acknowledged] in ("intent", "done")
        assert states[acknowledged + 1] == "planned"
    else:
        assert states[acknowledged] == "done"
        assert states[acknowledged + 1] in ("planned", "intent")
    assert set(states[acknowledged + 2 :]) == {"planned"}


def test_killed_while_a_large_run_begins_it_is_there_whole_or_not_at_all(
    url: str, tmp_path: Path, opened: Open
) -> None:
    """A run is never in the store with half of its plan."""
    with children(url, tmp_path, "write 5000") as (writer,):
        store = opened()

        def busy() -> bool:
            # The writer's transaction is under way: on PostgreSQL one sees it, on SQLite one would have to wait for it.
            try:
                with store._database.reading() as connection:
                    if not store._database.is_postgresql:
                        return _is_locked(tmp_path)
                    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO vodplan_changes%'"
                    return bool(connection.exec_driver_sql(query.replace("%", "%%")).scalar_one())
            except StoreError:
                return False

        until(busy)
        writer.kill()

    for record in store.runs():
        assert len(store.run(record.id).changes) == 5_000


def _is_locked(root: Path) -> bool:
    with contextlib.closing(
        sqlite3.connect(root / ".vodplan" / "state.db", timeout=0, isolation_level=None)
    ) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False
