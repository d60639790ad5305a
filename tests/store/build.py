"""Plans, calls and clocks for the store's tests."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psycopg

from vodplan.core.address import Address
from vodplan.core.change import Action, Change
from vodplan.core.diagnostics import SourceRef
from vodplan.core.history import Holder
from vodplan.core.kind import Call, CallItem
from vodplan.core.plan import Cost, Plan, Summary, Target
from vodplan.core.planfile import seal
from vodplan.core.report import ApplyReport, Outcome, Unconverged, Verdict
from vodplan.core.values import Json

TARGET = Target(name="production", region="cn-shanghai", endpoint="vod.cn-shanghai.aliyuncs.com", account="1234")
HOLDER = Holder(owner="ada", host="runner-7", pid=4242, ci_link="https://ci.example.com/jobs/9", machine="elsewhere")
OTHER = Holder(owner="bob", host="laptop", pid=77, machine="elsewhere too")

FACTS: Mapping[str, Json] = {"size": 1_048_576, "status": "Normal", "created": "2024-02-03T04:05:06Z"}


class FixedClock:
    """A clock that goes on by one second with each look."""

    def __init__(self, start: str = "2026-11-21T09:30:00+00:00") -> None:
        self.time = datetime.datetime.fromisoformat(start)

    def now(self) -> datetime.datetime:
        """See `core.ports.Clock`."""
        self.time += datetime.timedelta(seconds=1)
        return self.time


class HandTicks:
    """A machine's clocks, set by hand."""

    def __init__(self, *, wall: float = 1_000_000.0, steady: float = 500.0, epoch: str = "boot 1") -> None:
        self.walls = wall
        self.steadies = steady
        self.booted = epoch

    def wall(self) -> float:
        """See `Ticks.wall`."""
        return self.walls

    def steady(self) -> float:
        """See `Ticks.steady`."""
        return self.steadies

    def epoch(self) -> str:
        """See `Ticks.epoch`."""
        return self.booted


def an_update(key: str, *, before: str = "Old", after: str = "New", id: str | None = None) -> Change:
    """A new title for a video."""
    return Change(
        address=Address("video", key),
        id=id or key,
        action=Action.UPDATE,
        before={"title": before},
        after={"title": after},
        fingerprint="f" * 64,
        source=SourceRef("manifests/library.yaml", 3),
        params={"category_before": 7},
        facts={**FACTS, "title": before},
    )


def a_delete(key: str) -> Change:
    """The removal of a video with all that is known of it."""
    return Change(
        address=Address("video", key),
        id=key,
        action=Action.DELETE,
        before={"title": "Derby 德比", "tags": ["sports", "final"], "category": "News/Sports", "size": 5},
        after=None,
        fingerprint="e" * 64,
        source=SourceRef("manifests/library.yaml", 9),
        facts=FACTS,
        reason="Licence ended",
        bytes_freed=5,
    )


def a_plan(*changes: Change, target: Target = TARGET) -> Plan:
    """A sealed plan of these changes."""
    return seal(
        Plan(
            target=target,
            created_at="2026-11-21T09:00:00Z",
            vodplan_version="0.1",
            manifests_digest="d" * 64,
            changes=changes,
            guards=(),
            scheduled=(),
            missing=(),
            summary=Summary(update=len(changes)),
            managed={"video": 40},
            cost=Cost(calls={"UpdateVideoInfos": 1}, seconds=0.1, bytes_freed=0),
        )
    )


def a_call(plan: Plan, *places: int) -> Call:
    """The call that carries out these changes of a plan."""
    items = tuple(
        CallItem(
            change=place,
            id=plan.changes[place].id or "",
            fields={name: str(value) for name, value in (plan.changes[place].after or {}).items()},
            params=plan.changes[place].params,
        )
        for place in places
    )
    removes = plan.changes[places[0]].action.removes
    return Call(operation="DeleteVideo" if removes else "UpdateVideoInfos", kind="video", items=items)


def an_outcome(plan: Plan, place: int, verdict: Verdict = Verdict.DONE, code: str = "", detail: str = "") -> Outcome:
    """How one change of a plan ended."""
    change = plan.changes[place]
    return Outcome(
        change=place,
        address=change.address,
        action=change.action,
        verdict=verdict,
        code=code,
        detail=detail,
        request_id="11111111-2222-3333-4444-555555555555",
    )


def a_report(plan: Plan, run: str, *outcomes: Outcome, unconverged: Sequence[Unconverged] | None = ()) -> ApplyReport:
    """The end of a run."""
    return ApplyReport(
        run=run,
        plan_digest=plan.digest,
        outcomes=outcomes,
        unconverged=None if unconverged is None else tuple(unconverged),
    )


def until(happened: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Wait for another process or thread; fails when nothing has happened after so long."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not happened():
        assert time.monotonic() < deadline, "what the test waits for did not happen"
        pause.wait(0.01)


@contextlib.contextmanager
def in_use(url: str, root: Path) -> Iterator[None]:
    """Another client has the leases in a transaction that does not end."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(root / ".vodplan" / "state.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
    else:
        with psycopg.connect(url) as server:
            server.execute("LOCK TABLE vodplan_leases IN ACCESS EXCLUSIVE MODE")
            yield
