"""What a store tells of runs and leases, as plain records."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from vodplan.core.change import Change
from vodplan.core.plan import Plan, Target
from vodplan.core.report import Outcome, Unconverged, Verdict
from vodplan.core.values import Json, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who runs an apply.

    owner:   the user's name, as CI or the system has it.
    ci_link: the page of the CI job, without credentials; None outside CI.
    machine: tells apart machines, boots and containers that share a host name, since process ids of one say nothing of
             another; empty where that is not known.
    """

    owner: str
    host: str
    pid: int
    ci_link: str | None = None
    machine: str = ""

    def __str__(self) -> str:
        link = f", {self.ci_link}" if self.ci_link else ""
        return f"{self.owner} on {self.host} (process {self.pid}{link})"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseInfo:
    """One lease as it stands in the store.

    run:        the run it was taken for.
    since:      when it was taken, UTC ISO 8601.
    expires:    when it runs out unless its holder renews it, UTC ISO 8601.
    expires_in: the same in seconds from now, by the clock that decides; zero or less once it has run out.
    gone:       whether the holder's process is known to be gone: it ran on this machine and does not any more.
    """

    target: Target
    holder: Holder
    run: str
    since: str
    expires: str
    expires_in: float
    gone: bool

    @property
    def expired(self) -> bool:
        """Whether anyone may take it."""
        return self.expires_in <= 0

    def __str__(self) -> str:
        return f"{self.holder}, run {self.run}, since {self.since}, until {self.expires}"


class RunStatus(enum.StrEnum):
    """Where a run stands.

    RUNNING:    its lease is held.
    UNFINISHED: it has no end and nobody holds its lease: its process was killed.
    COMPLETE:   every change is done or was already so.
    INCOMPLETE: it came to its end, with changes refused, held or unknown.
    """

    RUNNING = "running"
    UNFINISHED = "unfinished"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


class ChangeState(enum.StrEnum):
    """How far a change of a run has come: its verdict, or one of the two states before there is one.

    PLANNED: nothing was sent for it.
    INTENT:  a call with it was about to be sent and no outcome is recorded: only a read can tell.
    """

    PLANNED = "planned"
    INTENT = "intent"
    DONE = "done"
    ALREADY = "already"
    REFUSED = "refused"
    HELD = "held"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord:
    """One change of a run and what became of it.

    place:   its index in the plan.
    change:  as it was planned, with the values before and all facts of its asset.
    outcome: None while there is none.
    at:      when the state was recorded, UTC ISO 8601.
    """

    run: str
    place: int
    change: Change
    state: ChangeState
    outcome: Outcome | None
    at: str


class EventKind(enum.StrEnum):
    """What a line of the journal is about."""

    BEGIN = "begin"
    RESUME = "resume"
    INTENT = "intent"
    OUTCOME = "outcome"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a run's journal.

    number: from 1, without gaps.
    at:     UTC ISO 8601.
    detail: what was about to be sent, or what came of it; its members are in docs/store.md.
    """

    number: int
    at: str
    kind: EventKind
    detail: Mapping[str, Json]


def _no_counts() -> Mapping[ChangeState, int]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run, without its changes.

    started, ended: UTC ISO 8601; `ended` is None while the run has no end.
    allow_deletes:  the number of removals that was allowed, None when none was given.
    changes:        how many the plan has.
    counts:         how many are in each state, all seven present; they add up to `changes`.
    unconverged:    as `ApplyReport.unconverged`; None while the run has no end, too.
    resumed:        how often it was taken up again.
    touched:        the changes of the asset that was asked for; empty unless one was.
    """

    id: str
    target: Target
    status: RunStatus
    started: str
    ended: str | None
    holder: Holder
    plan_digest: str
    plan_created_at: str
    manifests_digest: str
    vodplan_version: str
    allow_deletes: int | None
    changes: int
    counts: Mapping[ChangeState, int] = field(default_factory=_no_counts)
    unconverged: tuple[Unconverged, ...] | None = None
    verify_error: str = ""
    interrupted: bool = False
    resumed: int = 0
    touched: tuple[ChangeRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetail:
    """One run with its plan, one record per change in the plan's order, and its journal from the first line."""

    record: RunRecord
    plan: Plan
    changes: tuple[ChangeRecord, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class NotTaken:
    """What a run wanted of one field that did not take, and what the field read back as.

    wanted: as `wanted_fingerprint` gives it.
    live:   as `Unconverged.live`.
    """

    wanted: str
    live: str


def state_of(outcome: Outcome) -> ChangeState:
    """The state that an outcome puts its change in."""
    return ChangeState(outcome.verdict.value)


def verdict_of(state: ChangeState) -> Verdict | None:
    """The verdict that a state is; None for the two states before there is one."""
    return None if state in (ChangeState.PLANNED, ChangeState.INTENT) else Verdict(state.value)


def wanted_fingerprint(change: Change, field: str) -> str | None:
    """The fingerprint of what a change wants of one field; None when it says nothing of that field.

    The store remembers it for a field that did not take. A later plan that wants the same value of the same field asks
    for what the service did not do before.
    """
    if change.after is None or field not in change.after:
        return None
    return fingerprint(change.after[field])
