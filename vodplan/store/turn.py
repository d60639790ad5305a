"""One transaction's worth of writing to a run: lines of its journal, states of its changes."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy
from sqlalchemy import Connection, bindparam

from vodplan.core.history import ChangeState, EventKind, Holder, state_of
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

    def note(self, kind: EventKind, detail: Json) -> None:
        """Add a line to the journal.

        Its number is the line's key: of two processes that both went on with a run, one fails here.
        """
        self.events += 1
        row = {
            "run": self.run,
            "number": self.events,
            "at": self.now,
            "event": kind.value,
            "document": dumps(detail),
        }
        self.connection.execute(sqlalchemy.insert(events).values(row))

    def intend(self, places: Sequence[int]) -> None:
        """Put changes into the state in which a call with them may have been sent."""
        self._set([{"the_place": place, **_state(ChangeState.INTENT)} for place in places])

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Record what became of changes."""
        self._set(
            [
                {
                    "the_place": one.change,
                    **_state(state_of(one), code=one.code, detail=scrub_text(one.detail), request_id=one.request_id),
                }
                for one in outcomes
            ]
        )

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


def _state(state: ChangeState, *, code: str = "", detail: str = "", request_id: str = "") -> dict[str, str | int]:
    return {"new_state": state.value, "new_code": code, "new_detail": detail, "new_request_id": request_id}
