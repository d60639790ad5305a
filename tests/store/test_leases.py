"""Leases: who may take one, and by which clock it runs out."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.store.build import HOLDER, OTHER, TARGET, FixedClock, HandTicks, in_use, until
from tests.store.conftest import Open
from vodplan.core.errors import Locked, StoreError
from vodplan.core.plan import Target
from vodplan.store.open import open_store
from vodplan.store.store import Store

ELSEWHERE = Target(name="staging", region=TARGET.region, endpoint=TARGET.endpoint)
SAME_WITHOUT_ACCOUNT = Target(name=TARGET.name, region=TARGET.region, endpoint=TARGET.endpoint)


def test_lease_is_held_until_given_back(store: Store) -> None:
    """Within the block another is refused; after it the target is free, and the lease says what it was."""
    with store.acquire(TARGET, HOLDER, run="run-1") as lease:
        with pytest.raises(Locked) as refusal:
            store.acquire(TARGET, OTHER, run="run-2")
        found = store.lease(TARGET)
        assert found is not None
        assert (found.target, found.holder, found.run) == (TARGET, HOLDER, "run-1")
        assert 0 < found.expires_in <= 60
        assert not found.gone
        assert str(HOLDER) in refusal.value.message
        assert "https://ci.example.com/jobs/9" in refusal.value.message
        assert found.since in refusal.value.message
        assert not lease.lost

    assert store.lease(TARGET) is None
    with store.acquire(TARGET, OTHER, run="run-2") as second:
        assert second.previous is None


def test_lease_is_given_back_when_the_work_fails(store: Store) -> None:
    """An apply that ends with an error keeps nobody waiting."""
    with pytest.raises(ZeroDivisionError), store.acquire(TARGET, HOLDER, run="run-1"):
        raise ZeroDivisionError

    assert store.lease(TARGET) is None


def test_lease_of_another_target_is_free(store: Store) -> None:
    """Only one target is held, whatever else the store serves."""
    with store.acquire(TARGET, HOLDER, run="run-1"), store.acquire(ELSEWHERE, OTHER, run="run-2"):
        assert [one.run for one in (store.lease(TARGET), store.lease(ELSEWHERE)) if one] == ["run-1", "run-2"]


def test_lease_does_not_depend_on_whether_the_account_is_known(store: Store) -> None:
    """One library is one lease, also when only one of two applies found out the account's id."""
    with store.acquire(TARGET, HOLDER, run="run-1"), pytest.raises(Locked):
        store.acquire(SAME_WITHOUT_ACCOUNT, OTHER, run="run-2")


def test_lease_that_ran_out_is_replaced_and_shown(store: Store) -> None:
    """Whoever takes a lapsed lease learns whose it was; whoever lost it is told, and gives nothing back."""
    told: list[str] = []
    lapsed = store.acquire(TARGET, HOLDER, run="run-1", ttl=-1, on_lost=told.append)
    assert lapsed.lost

    taken = store.acquire(TARGET, OTHER, run="run-2")

    assert taken.previous is not None
    assert (taken.previous.run, taken.previous.holder, taken.previous.expired) == ("run-1", HOLDER, True)
    assert not lapsed.renew()
    assert not lapsed.renew()
    assert [lapsed.lost_reason] == told
    assert "bob on laptop" in lapsed.lost_reason
    lapsed.release()
    found = store.lease(TARGET)
    assert found is not None
    assert found.run == "run-2"


def test_lease_that_ran_out_but_was_not_taken_is_renewed(store: Store) -> None:
    """A holder that was away and comes back before anyone else came keeps its lease."""
    lapsed = store.acquire(TARGET, HOLDER, run="run-1", ttl=-1)
    lapsed._ttl = 60

    assert lapsed.renew()

    found = store.lease(TARGET)
    assert found is not None
    assert not found.expired
    assert not lapsed.lost


def test_unlock_removes_what_ran_out_and_shows_it(store: Store) -> None:
    """A lapsed lease goes without force; where there is none there is nothing to show."""
    assert store.unlock(TARGET) is None
    store.acquire(TARGET, HOLDER, run="run-1", ttl=-1)

    removed = store.unlock(TARGET)

    assert removed is not None
    assert (removed.run, removed.holder, removed.expired) == ("run-1", HOLDER, True)
    assert store.lease(TARGET) is None


def test_unlock_refuses_a_lease_that_may_be_in_use(store: Store) -> None:
    """A holder on another machine cannot be seen: only time, or force, ends its lease."""
    store.acquire(TARGET, HOLDER, run="run-1")

    with pytest.raises(Locked) as refusal:
        store.unlock(TARGET)
    assert str(HOLDER) in refusal.value.message
    assert refusal.value.next == "vodplan history run-1"
    assert store.lease(TARGET) is not None

    removed = store.unlock(TARGET, force=True)
    assert removed is not None
    assert store.lease(TARGET) is None


def test_lease_taken_by_force_the_holder_is_told(store: Store) -> None:
    """A lease that somebody removed is lost, also while nobody else has it."""
    told: list[str] = []
    lease = store.acquire(TARGET, HOLDER, run="run-1", on_lost=told.append)
    store.unlock(TARGET, force=True)

    assert not lease.renew()

    assert told == ["The lease was removed by somebody."]
    assert lease.lost


def test_thread_finds_that_the_lease_is_lost(store: Store) -> None:
    """Nobody has to ask: the renewing thread notices, tells once, and ends."""
    told: list[str] = []
    with store.acquire(TARGET, HOLDER, run="run-1", ttl=0.15, on_lost=told.append) as lease:
        store.unlock(TARGET, force=True)
        until(lambda: bool(told))

        assert lease.lost_reason == told[0]


def test_lease_that_cannot_be_renewed_in_time_is_lost(opened: Open, url: str, tmp_path: Path) -> None:
    """A store that stays out of reach for a whole lease means that others may have taken the target."""
    ticks = HandTicks()
    store = opened(ticks=ticks, patience=0.05)
    told: list[str] = []
    lease = store.acquire(TARGET, HOLDER, run="run-1", ttl=60, on_lost=told.append)

    with in_use(url, tmp_path):
        ticks.steadies += 59
        with pytest.raises(StoreError, match="is locked"):
            lease.renew()
        seen = [lease.lost]
        ticks.steadies += 1
        seen.append(lease.lost)
    assert seen == [False, True]

    # The thread, which tries again and again while it waits, gives up then, and says why.
    with in_use(url, tmp_path):
        lease._ttl = 0.1
        lease._keep()
    assert len(told) == 1
    assert "could not be renewed" in told[0]
    assert "is locked" in told[0]


def test_sqlite_clock_set_back_does_not_end_or_prolong_a_lease(tmp_path: Path) -> None:
    """On one machine leases run by its steady clock: setting the time in either direction changes nothing."""
    ticks = HandTicks(wall=1_000_000, steady=500)
    with open_store("sqlite:///s.db", root=tmp_path, clock=FixedClock(), ticks=ticks) as store:
        lease = store.acquire(TARGET, HOLDER, run="run-1", ttl=60)

        for wall in (1_000_000 - 3600, 1_000_000 + 3600):
            ticks.walls = wall
            ticks.steadies += 20
            with pytest.raises(Locked):
                store.acquire(TARGET, OTHER, run="run-2")
        ticks.walls = 1_000_000 - 3600
        assert lease.renew()
        ticks.walls = 1_000_000
        ticks.steadies += 59
        with pytest.raises(Locked):
            store.acquire(TARGET, OTHER, run="run-2")
        ticks.walls = 1_000_000 - 3600
        ticks.steadies += 1

        assert store.acquire(TARGET, OTHER, run="run-2").previous is not None


def test_thread_tries_again_when_the_store_was_out_of_reach_for_a_moment(
    opened: Open, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A renewal that failed is repeated before the lease runs out; the run goes on."""
    store = opened(patience=0.01)
    told: list[str] = []

    with store.acquire(TARGET, HOLDER, run="run-1", ttl=1.5, on_lost=told.append) as lease:
        with in_use(url, tmp_path):
            until(lambda: "could not be renewed yet" in caplog.text)
        renewed = lease._renewed
        until(lambda: lease._renewed > renewed)

        assert not lease.lost
    assert told == []


def test_thread_that_fails_tells_that_the_lease_is_lost(store: Store) -> None:
    """Should the thread die of something nobody thought of, the run does not go on unprotected."""
    told: list[str] = []
    lease = store.acquire(TARGET, HOLDER, run="run-1", ttl=0.01, on_lost=told.append)
    lease._leases = None  # type: ignore[assignment]  # something nobody thought of

    with pytest.raises(AttributeError):
        lease._keep()

    assert told == ["The lease could not be renewed: AttributeError."]


@pytest.mark.parametrize("epoch", ["boot 2", ""])
def test_sqlite_lease_from_before_a_restart_runs_out_by_the_wall_clock(tmp_path: Path, epoch: str) -> None:
    """After a restart, or on a machine that does not say when it was started, the time of day is all there is."""
    ticks = HandTicks(wall=1_000_000, steady=500)
    with open_store("sqlite:///s.db", root=tmp_path, clock=FixedClock(), ticks=ticks) as store:
        store.acquire(TARGET, HOLDER, run="run-1", ttl=60)
        ticks.booted, ticks.steadies = epoch, 10_000

        ticks.walls += 59
        with pytest.raises(Locked):
            store.acquire(TARGET, OTHER, run="run-2")
        ticks.walls += 1

        assert store.acquire(TARGET, OTHER, run="run-2").previous is not None


def test_postgresql_lease_runs_by_the_servers_clock(postgres_url: str, tmp_path: Path) -> None:
    """Machines of a team need not agree on the time: a clock that is years off takes no lease and loses none."""
    behind, ahead = HandTicks(wall=0, epoch="a"), HandTicks(wall=4e9, epoch="b")
    first = open_store(postgres_url, root=tmp_path, clock=FixedClock("1999-01-01T00:00:00+00:00"), ticks=behind)
    second = open_store(postgres_url, root=tmp_path, clock=FixedClock("2099-01-01T00:00:00+00:00"), ticks=ahead)
    with first, second:
        for holding, wanting in ((first, second), (second, first)):
            with holding.acquire(TARGET, HOLDER, run="run-1"):
                with pytest.raises(Locked):
                    wanting.acquire(TARGET, OTHER, run="run-2")
                found = wanting.lease(TARGET)
                assert found is not None
                assert 50 < found.expires_in <= 60
            holding.acquire(TARGET, HOLDER, run="run-1", ttl=-1)
            assert wanting.acquire(TARGET, OTHER, run="run-2", ttl=-1).previous is not None


def test_lease_that_cannot_be_given_back_does_not_hide_the_result(
    opened: Open, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The work is done; the lease then ends at its time, and a line of the log says so."""
    store = opened(patience=0.05)

    with contextlib.ExitStack() as stack, store.acquire(TARGET, HOLDER, run="run-1"):
        stack.enter_context(in_use(url, tmp_path))

    assert "could not be given back" in caplog.text
    assert store.lease(TARGET) is not None


def test_postgresql_long_record_keeps_the_lease_renewed_and_others_waiting(postgres_url: str, tmp_path: Path) -> None:
    """While a large plan is being written the lease can be renewed, and cannot be taken, not even by force."""
    with (
        open_store(postgres_url, root=tmp_path, clock=FixedClock(), patience=0.1) as store,
        open_store(postgres_url, root=tmp_path, clock=FixedClock(), patience=0.1) as other,
    ):
        lease = store.acquire(TARGET, HOLDER, run="run-1", ttl=-1)
        with store._database.writing() as connection:
            store._leases.require(connection, lease._taken.key, lease._taken.token, run="run-1")

            for take in (
                lambda: other.acquire(TARGET, OTHER, run="run-2"),
                lambda: other.unlock(TARGET, force=True),
            ):
                with pytest.raises(StoreError, match="is locked"):
                    take()
            assert lease.renew()
