"""Runs on a library in memory, told as a store tells them, and the plans that undo them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tests import build
from tests.fakes import FakeJournal, FakeProgress, Library, apply_of
from vodplan.core.history import (
    ChangeRecord,
    ChangeState,
    Event,
    EventKind,
    Holder,
    RunDetail,
    RunRecord,
    RunStatus,
    state_of,
)
from vodplan.core.plan import Plan
from vodplan.core.policy import Policy
from vodplan.core.undo import Undo
from vodplan.engine.planner import Catalogue
from vodplan.engine.undo import make_undo
from vodplan.kinds.operations import OPERATIONS
from vodplan.registry import KINDS

RUN = "20260615-080000000-abc123"
AT = "2026-06-15T08:00:00.000Z"


def run_of(plan: Plan, library: Library, *, states: Mapping[int, ChangeState] | None = None) -> RunDetail:
    """Apply a plan, and tell of it as its store would.

    states: by place, in the stead of what became of a change: what a journal says that was cut off.
    """
    journal = FakeJournal(library)
    report = apply_of(plan, library, journal=journal)
    places = {change.name: place for place, change in enumerate(plan.changes)}
    begun = Event(number=1, at=AT, kind=EventKind.BEGIN, detail={"changes": len(plan.changes)})
    sent = [
        Event(
            number=number,
            at=AT,
            kind=EventKind.INTENT,
            detail={"items": [{"change": places[change.name]} for change in sent]},
        )
        for number, sent in enumerate(journal.before, 2)
    ]
    records = []
    for outcome in report.outcomes:
        state = (states or {}).get(outcome.change, state_of(outcome))
        cut_off = state in (ChangeState.INTENT, ChangeState.PLANNED)
        records.append(
            ChangeRecord(
                run=RUN,
                place=outcome.change,
                change=plan.changes[outcome.change],
                state=state,
                outcome=None if cut_off else outcome,
                at=AT,
            )
        )
    return RunDetail(record=_record(plan), plan=plan, changes=tuple(records), events=(begun, *sent))


def undo_of(detail: RunDetail, library: Library, *, policy: Policy | None = None) -> tuple[Plan, Undo]:
    """Plan the undoing of a run."""
    return asyncio.run(
        make_undo(
            detail,
            reader=library,
            catalogue=Catalogue(kinds=KINDS, operations=OPERATIONS, policy=policy or Policy()),
            frame=build.frame(),
            today=build.TODAY,
            progress=FakeProgress(),
        )
    )


def _record(plan: Plan) -> RunRecord:
    return RunRecord(
        id=RUN,
        target=plan.target,
        status=RunStatus.COMPLETE,
        started=AT,
        ended=AT,
        holder=Holder(owner="ada", host="laptop", pid=1),
        plan_digest=plan.digest,
        plan_created_at=plan.created_at,
        manifests_digest=plan.manifests_digest,
        vodplan_version=plan.vodplan_version,
        allow_deletes=None,
        changes=len(plan.changes),
    )
