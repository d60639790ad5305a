"""The journal of one run: what was about to be sent, what came of it, each durable before the next step."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

import sqlalchemy
from sqlalchemy import Connection

from vodplan.core.change import Change
from vodplan.core.errors import BugError
from vodplan.core.history import EventKind, Holder
from vodplan.core.kind import Call, CallItem
from vodplan.core.plan import Plan, Target
from vodplan.core.ports import Clock
from vodplan.core.report import ApplyReport, Outcome
from vodplan.core.values import FieldValue, Json
from vodplan.store.database import Database
from vodplan.store.ids import stamp
from vodplan.store.leases import Leases
from vodplan.store.opening import Opening, opening
from vodplan.store.rows import dumps, holder_columns, target_json, target_key
from vodplan.store.scrub import scrub, scrub_text
from vodplan.store.tables import changes, runs
from vodplan.store.turn import Line, Turn, holder_json, outcome_json
from vodplan.store.unconverged import remember

INTENT: Final = "intent"

Recorded = Outcome | Literal["intent"]
"""What the journal says of a change: its outcome, or `INTENT`: a call with it was about to be sent."""


class RunJournal:
    """See `core.ports.Journal`. Every method raises StoreError when the record cannot be made durable.

    When this process took the lease for this run, each method that writes also makes sure, within its transaction, that
    nobody else holds it by now.

    run_id:        known before `begin`, so that the lease can be taken for it.
    plan:          None until `begin`, unless the run is taken up again.
    allow_deletes: the number of removals that was allowed, None when none was given.
    recorded:      for a run that is taken up again, what the journal says of its changes, by place; changes for which
                   nothing was sent are left out. Empty for a new run.
    """

    def __init__(
        self,
        database: Database,
        leases: Leases,
        *,
        clock: Clock,
        tokens: Mapping[str, str],
        run_id: str,
        target: Target,
        holder: Holder,
        allow_deletes: int | None,
    ) -> None:
        self.run_id = run_id
        self.target = target
        self.allow_deletes = allow_deletes
        self.plan: Plan | None = None
        self.recorded: Mapping[int, Recorded] = MappingProxyType({})
        self._database = database
        self._leases = leases
        self._clock = clock
        self._tokens = tokens
        self._holder = holder
        self._run = 0
        self._events = 0
        self._reopening = False
        self._outcomes: dict[int, Outcome] = {}
        self._opening: Opening | None = None

    def go_on(self, *, run: int, events: int, plan: Plan, recorded: Mapping[int, Recorded]) -> None:
        """Go on with a run that is in the store; the journal says so ahead of the first line that is added to it."""
        self.plan = plan
        self.recorded = MappingProxyType(dict(recorded))
        self._run, self._events = run, events
        self._outcomes = {place: one for place, one in recorded.items() if isinstance(one, Outcome)}
        self._reopening = True

    def prepare(self, plan: Plan) -> None:
        """Work out ahead, in any thread, what `begin` writes for a new run."""
        if self.plan is None:
            self._opening = opening(plan)

    def begin(self, plan: Plan) -> str:
        """See `Journal.begin`.

        For a run that is taken up again there is nothing to begin: this only notes that it goes on.

        raises: BugError for a plan that is not sealed, or not the one of the run that is taken up again.
        """
        if self.plan is not None:
            if plan.digest != self.plan.digest:
                raise BugError(f"Run {self.run_id} was to go on with a plan that is not its own.")
            with self._writing():
                pass
            return self.run_id
        ready = self._opening if self._opening is not None and self._opening.plan is plan else opening(plan)
        self._opening = None
        if not ready.sealed:
            raise BugError("A run was begun with a plan that is not sealed.")
        now = stamp(self._clock.now())
        row = {
            "id": self.run_id,
            "target_key": target_key(self.target),
            "target_name": self.target.name,
            "target": target_json(self.target),
            "plan": ready.head,
            "plan_digest": plan.digest,
            "allow_deletes": self.allow_deletes,
            **holder_columns(self._holder),
            "started_at": now,
            "resumed": 0,
            "changes": len(ready.changes),
        }
        with self._database.writing() as connection:
            self._require_lease(connection)
            added = connection.execute(sqlalchemy.insert(runs).values(row)).inserted_primary_key
            assert added is not None
            run: int = added[0]
            if ready.changes:
                planned = [{**one, "run": run, "at": now} for one in ready.changes]
                connection.execute(sqlalchemy.insert(changes), planned)
            turn = Turn(connection, run=run, events=0, now=now)
            begun: Json = {
                "holder": holder_json(self._holder),
                "plan_digest": plan.digest,
                "allow_deletes": self.allow_deletes,
                "changes": len(ready.changes),
            }
            turn.note([(EventKind.BEGIN, begun)])
        self.plan, self._run, self._events = plan, run, turn.events
        return self.run_id

    def record(self, lines: Sequence[Line]) -> None:
        """Add lines in their order, all in one transaction: all of them are durable afterwards, or none is."""
        details = [_detail(line) for line in lines]
        with self._writing() as turn:
            turn.note(details)
            turn.mark(lines)
        for line in lines:
            if line.outcomes is None:
                for item in line.call.items:
                    self._outcomes.pop(item.change, None)
            else:
                self._outcomes.update((one.change, one) for one in line.outcomes)

    def intent(self, call: Call, changes: Sequence[Change]) -> None:
        """Record one intent; see `Journal.intent`."""
        self.record([Line(call=call, changes=changes)])

    def outcome(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """Record one outcome; see `Journal.outcome`."""
        self.record([Line(call=call, outcomes=outcomes)])

    def end(self, report: ApplyReport) -> None:
        """See `Journal.end`. Also remembers the fields that did not take, and forgets those that now did."""
        if self.plan is None:
            raise BugError(f"Run {self.run_id} was ended before it was begun.")
        settled = [one for one in report.outcomes if self._outcomes.get(one.change) != one]
        counts: Json = {verdict.value: count for verdict, count in report.counts().items()}
        unconverged = _unconverged_json(report)
        verify_error = scrub_text(report.verify_error)
        detail: Json = {
            "counts": counts,
            "settled": [outcome_json(one) for one in settled],
            "unconverged": unconverged,
            "verify_error": verify_error,
            "interrupted": report.interrupted,
        }
        with self._writing() as turn:
            turn.settle(settled)
            turn.note([(EventKind.END, detail)])
            ended = {
                "ended_at": turn.now,
                "complete": report.complete,
                "interrupted": report.interrupted,
                "counts": dumps(counts),
                "verify_error": verify_error,
                "unconverged": dumps(unconverged),
            }
            turn.connection.execute(sqlalchemy.update(runs).where(runs.c.number == self._run).values(ended))
            remember(turn.connection, self.target, self.plan, report, at=turn.now)
        self._outcomes.update((one.change, one) for one in settled)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Turn]:
        with self._database.writing() as connection:
            self._require_lease(connection)
            turn = Turn(connection, run=self._run, events=self._events, now=stamp(self._clock.now()))
            if self._reopening:
                reopened = {"ended_at": None, "complete": None, "resumed": runs.c.resumed + 1}
                connection.execute(sqlalchemy.update(runs).where(runs.c.number == self._run).values(reopened))
                turn.note([(EventKind.RESUME, {"holder": holder_json(self._holder)})])
            yield turn
        self._events, self._reopening = turn.events, False

    def _require_lease(self, connection: Connection) -> None:
        token = self._tokens.get(self.run_id)
        if token is not None:
            self._leases.require(connection, target_key(self.target), token, run=self.run_id)


def _detail(line: Line) -> tuple[EventKind, Json]:
    call = line.call
    if line.outcomes is not None:
        said: list[Json] = [outcome_json(one) for one in line.outcomes]
        made: list[Json] = [dict(one.params) for one in call.items if "image" in one.params]
        uploaded: dict[str, Json] = {"uploaded": made} if made else {}
        return EventKind.OUTCOME, scrub({"operation": call.operation, "kind": call.kind, "items": said, **uploaded})
    items: list[Json] = [_item(item, change) for item, change in zip(call.items, line.changes, strict=True)]
    return EventKind.INTENT, scrub({"operation": call.operation, "kind": call.kind, "items": items})


def _item(item: CallItem, change: Change) -> Json:
    return {
        "change": item.change,
        "address": str(change.address),
        "action": change.action.value,
        "id": item.id,
        "fields": {name: _json(value) for name, value in item.fields.items()},
        "params": dict(item.params),
        "before": None if change.before is None else dict(change.before),
        "facts": dict(change.facts),
    }


def _json(value: FieldValue) -> Json:
    if isinstance(value, tuple):
        return list(value)
    if value is None or isinstance(value, str | int):
        return value
    raise BugError(f"A call was to send {value!r}, which no operation takes.")


def _unconverged_json(report: ApplyReport) -> Json:
    if report.unconverged is None:
        return None
    return [
        {"address": str(one.address), "field": one.field, "wanted": one.wanted, "live": one.live}
        for one in report.unconverged
    ]
