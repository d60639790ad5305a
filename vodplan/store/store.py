"""The store: run history, journals and leases of one project or one team."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection

from vodplan.core.drift import History
from vodplan.core.errors import UsageError
from vodplan.core.history import ChangeState, Holder, LeaseInfo, NotTaken, RunDetail, RunRecord
from vodplan.core.oldcovers import Owed
from vodplan.core.plan import Plan, Target
from vodplan.core.ports import Clock
from vodplan.core.report import ApplyReport
from vodplan.core.road import LAG
from vodplan.store import history
from vodplan.store.database import Database
from vodplan.store.export import export_lines
from vodplan.store.ids import run_id as new_run_id
from vodplan.store.ids import stamp
from vodplan.store.journal import INTENT, Recorded, RunJournal
from vodplan.store.lastwrites import last_writes
from vodplan.store.lease import TTL, Lease
from vodplan.store.leases import Leases
from vodplan.store.owed import owed
from vodplan.store.rows import read_target, target_key
from vodplan.store.ticks import Ticks
from vodplan.store.unconverged import remember, remembered


class Store:
    """An open store; `open_store` makes it. Every method raises StoreError when the database fails.

    Use it as a context manager, or call `close`.
    """

    def __init__(self, database: Database, *, clock: Clock, ticks: Ticks) -> None:
        self._database = database
        self._clock = clock
        self._leases = Leases(database, clock=clock, ticks=ticks)
        self._tokens: dict[str, str] = {}

    @property
    def shown(self) -> str:
        """Where it is, for people: a path, or user, host and database; never a password."""
        return self._database.location.shown

    @property
    def path(self) -> Path | None:
        """The file of an SQLite store; None on PostgreSQL."""
        return self._database.location.path

    def cautions(self) -> Sequence[str]:
        """What weakens the durability of this store's records, one sentence each; empty when nothing does."""
        return self._database.cautions()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. Leases still held run out by themselves."""
        self._database.close()

    def journal(self, target: Target, *, holder: Holder, allow_deletes: int | None) -> RunJournal:
        """The journal of a new run; nothing is written before its `begin`.

        Take the lease for its `run_id` first.
        """
        return self._journal(new_run_id(self._clock.now()), target, holder, allow_deletes)

    def resume(self, run_id: str, *, holder: Holder) -> RunJournal:
        """The journal of a run that did not get to its end, or ended with changes open, to go on with.

        Nothing is written before the first method of it that writes; take the lease for its `run_id` and `target`
        first.

        raises: UsageError when there is no such run or more than one, or when all of it is done; StoreError when its
                plan is not as it was.
        """
        with self._database.reading() as connection:
            row = history.find_run(connection, run_id)
            if row["complete"]:
                raise UsageError(
                    f"Run {row['id']} is complete: every change of it is done. There is nothing to resume.",
                    next=f"vodplan history {row['id']}",
                )
            plan = history.read_plan(connection, row)
            recorded: dict[int, Recorded] = {
                place: outcome or INTENT
                for place, (state, outcome) in history.read_states(connection, row).items()
                if state is not ChangeState.PLANNED
            }
            events = history.last_event(connection, row)
        journal = self._journal(row["id"], read_target(row["target"]), holder, row["allow_deletes"])
        journal.go_on(run=row["number"], events=events, plan=plan, recorded=recorded)
        return journal

    def runs(self, *, target: str | None = None, address: str | None = None, limit: int = 50) -> Sequence[RunRecord]:
        """The runs, newest first.

        target:  only those of the target of this name.
        address: only those whose plan has a change of this asset (`video/ID`, also when the plan names it by reference
                 or URL); their records have these changes in `touched`.
        raises:  UsageError when `address` is no address.
        """
        with self._database.reading() as connection:
            return history.list_runs(
                connection, target=target, address=address, limit=limit, held=self._held(connection)
            )

    def run(self, run_id: str) -> RunDetail:
        """One run with its plan, its changes and its journal.

        run_id: an id, or the beginning of exactly one.
        raises: UsageError when there is no such run or more than one; StoreError when its plan is not as it was.
        """
        with self._database.reading() as connection:
            row = history.find_run(connection, run_id)
            return history.run_detail(connection, row, held=self._held(connection))

    def export(self, run_id: str) -> Iterator[bytes]:
        """One run as JSON lines: the run, one line per change, one per line of the journal (docs/store.md).

        raises: UsageError at once, as `run` does; StoreError also while iterating.
        """
        with self._database.reading() as connection:
            row = history.find_run(connection, run_id)
            record = history.run_record(connection, row, held=self._held(connection))
        return export_lines(self._database, row, record)

    def acquire(
        self,
        target: Target,
        holder: Holder,
        *,
        run: str,
        ttl: float = TTL,
        on_lost: Callable[[str], None] | None = None,
    ) -> Lease:
        """Take a target's lease for a run; of processes that race for it exactly one gets it.

        run:     the journal's `run_id`. A killed run's lease is free at once for the same run, taken up again.
        ttl:     seconds that it lasts without being renewed.
        on_lost: called once with the reason, from the renewing thread, when it is lost.
        raises:  Locked, naming the holder.
        """
        taken = self._leases.take(target, holder, run=run, ttl=ttl)
        self._tokens[run] = taken.token
        return Lease(self._leases, taken, ttl=ttl, on_lost=on_lost, on_released=lambda: self._forget(run, taken.token))

    def lease(self, target: Target) -> LeaseInfo | None:
        """The lease of a target as it stands, None when there is none."""
        return self._leases.find(target_key(target))

    def unlock(self, target: Target, *, force: bool = False) -> LeaseInfo | None:
        """Remove a lease that has run out, or whose holder ran on this machine and is gone.

        force:   remove it in any case; two applies may then work on one library.
        returns: what it was; None when there was none.
        raises:  Locked when its holder may still be at work.
        """
        return self._leases.remove(target_key(target), force=force)

    def remember_unconverged(self, target: Target, plan: Plan, report: ApplyReport) -> None:
        """Note which fields of a run did not take, and forget those that now did; `RunJournal.end` does it, too."""
        with self._database.writing() as connection:
            remember(connection, target, plan, report, at=stamp(self._clock.now()))

    def unconverged(self, target: Target) -> Mapping[str, Mapping[str, NotTaken]]:
        """Address → field → what was last wanted of it and did not take."""
        with self._database.reading() as connection:
            return remembered(connection, target_key(target))

    def managed(self, target: Target) -> Mapping[str, int] | None:
        """Kind → entries that the manifests had when a plan was last applied; None when none was.

        A plan that was not made of manifests has no such number, and is passed over.
        """
        with self._database.reading() as connection:
            return history.last_managed(connection, target_key(target))

    def rules(self, target: Target) -> Mapping[str, int]:
        """Rule → how many assets it found when a plan with it was last applied."""
        with self._database.reading() as connection:
            return history.last_rules(connection, target_key(target))

    def written(self, target: Target) -> frozenset[str]:
        """Addresses that were written to so lately that the search index may not know."""
        since = stamp(self._clock.now() - LAG)
        with self._database.reading() as connection:
            return history.written(connection, target_key(target), since=since)

    def owed(self, target: Target) -> tuple[Owed, ...]:
        """The deletions of old covers that runs on a target planned and did not get done."""
        with self._database.reading() as connection:
            return owed(connection, target_key(target))

    def last_writes(self, target: Target, wanted: Mapping[str, str | None]) -> History:
        """What the last runs on a target left in the fields of some addresses.

        wanted: address → the service's id, None where there is none.
        """
        with self._database.reading() as connection:
            return last_writes(connection, target_key(target), wanted)

    def _journal(self, run_id: str, target: Target, holder: Holder, allow_deletes: int | None) -> RunJournal:
        return RunJournal(
            self._database,
            self._leases,
            clock=self._clock,
            tokens=self._tokens,
            run_id=run_id,
            target=target,
            holder=holder,
            allow_deletes=allow_deletes,
        )

    def _held(self, connection: Connection) -> frozenset[str]:
        return self._leases.held_runs(connection)

    def _forget(self, run: str, token: str) -> None:
        if self._tokens.get(run) == token:
            del self._tokens[run]
