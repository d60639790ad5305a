"""What became of each change of a plan."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from vodplan.core.address import Address
from vodplan.core.change import Action


class Verdict(enum.StrEnum):
    """The five ways a change can end (docs/contract.md section 6); together they add up to the plan."""

    DONE = "done"
    ALREADY = "already"
    REFUSED = "refused"
    HELD = "held"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one change ended.

    change:  its index in `Plan.changes`.
    code:    the service's error code for `refused` and `unknown`; empty otherwise.
    detail:  one sentence for people, empty for `done`.
    """

    change: int
    address: Address
    action: Action
    verdict: Verdict
    code: str = ""
    detail: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconverged:
    """A field that did not take: what was wanted and what is live after the last write, as JSON texts."""

    address: Address
    field: str
    wanted: str
    live: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReport:
    """The end of one apply.

    run:         the run's id; empty without a journal.
    outcomes:    one per change, in the plan's order.
    unconverged: fields that differ after the last write; None when reading back was not possible (`verify_error` says
                 why).
    interrupted: the run was asked to stop before its end; what was not begun is held.
    """

    run: str
    plan_digest: str
    outcomes: tuple[Outcome, ...]
    unconverged: tuple[Unconverged, ...] | None
    verify_error: str = ""
    interrupted: bool = False

    def counts(self) -> Mapping[Verdict, int]:
        """How many changes ended each way; all five are present and add up to the plan."""
        tally = dict.fromkeys(Verdict, 0)
        for outcome in self.outcomes:
            tally[outcome.verdict] += 1
        return tally

    @property
    def complete(self) -> bool:
        """Whether every change is done or was already so."""
        return all(outcome.verdict in (Verdict.DONE, Verdict.ALREADY) for outcome in self.outcomes)

    @property
    def converged(self) -> bool:
        """Whether every change is done and the library, read back, is as planned."""
        return self.complete and self.unconverged == ()
