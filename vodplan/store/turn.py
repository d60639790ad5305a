"""One transaction's worth of writing to a run: lines of its journal, states of its changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy
from sqlalchemy import Connection, bindparam

from vodplan.core.change import Change
from vodplan.core.history import ChangeState, EventKind, Holder, state_of
from vodplan.core.kind import Call
from vodplan.core.report import Outcome
from vodplan.core.values import Json
from vodplan.store.rows import dumps
from vodplan.store.scrub import scrub_text
from vodplan.store.tables import changes, events

_SET_STATE = (
    sqlalchemy.update(changes)
    .where((changes.c.run == bindparam("the_run")) & (changes.c.place == bindparam("the_place")))
    .values({name: bindparam(f"new_{name}") for name in ("state", "code", "detail", "request_id", "at")})
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is to be recorded about a call: that it is about to be sent, or what came of it.

    changes:  those of its items, in their order, before it is sent.
    outcomes: what came of it; None before it is sent, empty when nothing of it was done.
    """

    call: Call
    changes: Sequence[Change] = ()
    outcomes: Sequence[Outcome] | None = None


class Turn:
    """What is written to a run within one transaction.

    run:    its number.
    events: how many lines its journal has, those of this turn included.
    now:    the time all of it is recorded with.
    """

    def __init__(self, connection: Connection, *, run: int, events: int, now: str) -> None:
        self.connection = connection
        self.run = run
        self.events = events
        self.now = now

    def note(self, details: Sequence[tuple[EventKind, Json]]) -> None:
        """Add lines to the journal.

        Its number is a line's key: of two processes that both went on with a run, one fails here.
        """
        rows = [
            {"run": self.run, "number": number, "at": self.now, "event": kind.value, "document": dumps(detail)}
            for number, (kind, detail) in enumerate(details, self.events + 1)
        ]
        self.events += len(rows)
        self.connection.execute(sqlalchemy.insert(events), rows)

    def mark(self, lines: Sequence[Line]) -> None:
        """Put changes into the states that lines leave them in: a call with them may have been sent, or its outcome."""
        self._set([row for line in lines for row in _states(line)])

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Record what became of changes."""
        self._set([_settled(one) for one in outcomes])

    def _set(self, rows: Sequence[dict[str, str | int]]) -> None:
        if rows:
            same = {"the_run": self.run, "new_at": self.now}
            self.connection.execute(_SET_STATE, [{**same, **row} for row in rows])


def holder_json(holder: Holder) -> Json:
    """A holder as the journal has it."""
    return {"owner": holder.owner, "host": holder.host, "pid": holder.pid, "ci_link": holder.ci_link}


def outcome_json(outcome: Outcome) -> Json:
    """An outcome as the journal has it."""
    return {
        "change": outcome.change,
        "address": str(outcome.address),
        "action": outcome.action.value,
        "outcome": outcome.verdict.value,
        "code": outcome.code,
        "detail": scrub_text(outcome.detail),
        "request_id": outcome.request_id,
    }


def _states(line: Line) -> Iterator[dict[str, str | int]]:
    if line.outcomes is not None:
        yield from map(_settled, line.outcomes)
        return
    for item in line.call.items:
        yield {"the_place": item.change, **_state(ChangeState.INTENT)}


def _settled(one: Outcome) -> dict[str, str | int]:
    detail = scrub_text(one.detail)
    return {"the_place": one.change, **_state(state_of(one), code=one.code, detail=detail, request_id=one.request_id)}


def _state(state: ChangeState, *, code: str = "", detail: str = "", request_id: str = "") -> dict[str, str | int]:
    return {"new_state": state.value, "new_code": code, "new_detail": detail, "new_request_id": request_id}
