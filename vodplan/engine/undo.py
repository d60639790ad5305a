"""A run → the plan that puts back what it changed, by the one road that makes plans."""

from __future__ import annotations

import datetime

from vodplan.core.assemble import Frame
from vodplan.core.errors import ManifestError, StalePlan
from vodplan.core.history import ChangeState, RunDetail
from vodplan.core.plan import Plan
from vodplan.core.ports import LiveReader, Progress
from vodplan.core.undo import Undo, carried_out, decide_undo, fits
from vodplan.engine.fresh import read_fresh
from vodplan.engine.planner import Catalogue, make_plan

TRIES = 3
"""How often an undo is decided anew because the library was edited between two readings."""


async def make_undo(
    detail: RunDetail,
    *,
    reader: LiveReader,
    catalogue: Catalogue,
    frame: Frame,
    today: datetime.date,
    progress: Progress,
) -> tuple[Plan, Undo]:
    """Plan what it takes to undo a run; nothing is written.

    returns: the plan, and what it leaves out and why.
    raises:  StalePlan when the library is edited faster than it can be read; ApiError, CredentialsError.
    """
    # What is known to be removed cannot be put back, so it is not looked for.
    looked_at = [
        one.change for one in carried_out(detail) if not (one.change.action.removes and one.state is ChangeState.DONE)
    ]
    problem: ManifestError | None = None
    for _ in range(TRIES):
        fresh = await read_fresh(looked_at, reader, catalogue.kinds, owners=False)
        undo = decide_undo(detail, fresh, catalogue.kinds)
        try:
            plan = await make_plan(
                undo.desired,
                reader=reader,
                catalogue=catalogue,
                frame=frame,
                today=today,
                progress=progress,
                managed=detail.plan.managed,
            )
        except ManifestError as error:
            # A category was renamed or removed between the two readings; if not, the next try ends the same way.
            problem = error
            continue
        if fits(plan, undo, fresh, catalogue.kinds):
            return plan, undo
    if problem is not None:
        raise problem
    raise StalePlan(
        f"The library is being edited: it was never twice the same while run {detail.record.id} was to be undone.",
        next=f"vodplan undo {detail.record.id}",
    )
