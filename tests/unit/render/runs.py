"""Runs as a store tells of them, for tests of views and of what looks at them."""

from __future__ import annotations

from collections.abc import Sequence

from tests.unit.render.plans import a_change, a_plan
from vodplan.core.change import Change
from vodplan.core.history import (
    ChangeRecord,
    ChangeState,
    Holder,
    LeaseInfo,
    RunDetail,
    RunRecord,
    RunStatus,
    verdict_of,
)
from vodplan.core.plan import Target
from vodplan.core.report import Outcome, Unconverged

RUN = "20261121-093012345-x7k2q9"
HOLDER = Holder(owner="ada", host="runner-7", pid=4242, ci_link="https://ci.example.com/jobs/9", machine="elsewhere")


def a_record(
    place: int, change: Change, state: ChangeState = ChangeState.DONE, *, code: str = "", detail: str = ""
) -> ChangeRecord:
    """What became of one change."""
    verdict = verdict_of(state)
    outcome = None
    if verdict is not None:
        outcome = Outcome(
            change=place,
            address=change.address,
            action=change.action,
            verdict=verdict,
            code=code,
            detail=detail,
            request_id="4B5D",
        )
    return ChangeRecord(
        run=RUN, place=place, change=change, state=state, outcome=outcome, at="2026-11-21T09:30:13.000Z"
    )


def a_run(
    *states: ChangeState,
    changes: Sequence[Change] = (),
    status: RunStatus = RunStatus.COMPLETE,
    unconverged: tuple[Unconverged, ...] | None = (),
    interrupted: bool = False,
    resumed: int = 0,
    target: str = "production",
    holder: Holder = HOLDER,
    touched: tuple[ChangeRecord, ...] = (),
    code: str = "",
    detail: str = "",
) -> RunDetail:
    """A run whose changes ended so; updates of a title unless told otherwise."""
    planned = changes or [a_change(address=f"video/v{place}") for place in range(len(states))]
    plan = a_plan(*planned, target=target)
    records = tuple(
        a_record(place, change, state, code=code, detail=detail)
        for place, (change, state) in enumerate(zip(planned, states, strict=True))
    )
    ended = status in (RunStatus.COMPLETE, RunStatus.INCOMPLETE)
    counts = dict.fromkeys(ChangeState, 0)
    for state in states:
        counts[state] += 1
    record = RunRecord(
        id=RUN,
        target=Target(name=target, region="cn-shanghai", endpoint="vod.cn-shanghai.aliyuncs.com"),
        status=status,
        started="2026-11-21T09:30:12.345Z",
        ended="2026-11-21T09:31:00.000Z" if ended else None,
        holder=holder,
        plan_digest=plan.digest,
        plan_created_at=plan.created_at,
        manifests_digest=plan.manifests_digest,
        vodplan_version="0.1.0",
        allow_deletes=plan.summary.delete,
        changes=len(planned),
        counts=counts,
        unconverged=unconverged if ended else None,
        interrupted=interrupted,
        resumed=resumed,
        touched=touched,
    )
    return RunDetail(record=record, plan=plan, changes=records, events=())


def a_lease(*, expires_in: float = 41.0, gone: bool = False, owner: str = "ada") -> LeaseInfo:
    """A lease on the production target."""
    return LeaseInfo(
        target=Target(name="production", region="cn-shanghai", endpoint="vod.cn-shanghai.aliyuncs.com"),
        holder=Holder(owner=owner, host="runner-7", pid=4242, ci_link="https://ci.example.com/jobs/9"),
        run=RUN,
        since="2026-11-21T09:30:12.345Z",
        expires="2026-11-21T09:31:12.345Z",
        expires_in=expires_in,
        gone=gone,
    )
