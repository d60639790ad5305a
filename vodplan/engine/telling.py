"""Tells programs what becomes of an apply, as events (docs/logging.md)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport, Outcome, Verdict

log = logging.getLogger("vodplan.events")

_OPEN = (Verdict.REFUSED, Verdict.UNKNOWN)
"""What reading back may still settle otherwise."""


def listening() -> bool:
    """Whether anybody wants events; nothing is made where nobody does."""
    return log.isEnabledFor(logging.DEBUG)


class Telling:
    """One event for each change, as soon as it is known for good how it ended, and one for each end of the run."""

    def __init__(self, plan: Plan, run: str) -> None:
        self._plan = plan
        self._run = run
        self._open: dict[int, Outcome] = {}
        self._tell("run", state="began", **self._about())

    def beside(self, settled: Callable[[Outcome], None]) -> Callable[[Outcome], None]:
        """A listener to outcomes that tells each of them after another listener had it."""

        def both(outcome: Outcome) -> None:
            settled(outcome)
            if outcome.verdict in _OPEN:
                self._open[outcome.change] = outcome
            else:
                self._change(outcome)

        return both

    def read_back(self, outcomes: Iterable[Outcome]) -> None:
        """Tell of the changes that reading back settled."""
        for outcome in outcomes:
            if self._open.pop(outcome.change, None) is not None:
                self._change(outcome)

    def ended(self, report: ApplyReport) -> None:
        """Tell of the end."""
        counts = {str(verdict): number for verdict, number in report.counts().items()}
        self._tell("run", state="ended", **self._about(), counts=counts, converged=report.converged)

    def cut_off(self) -> None:
        """Tell of the changes as far as they are known: the run could not go on, and nothing is read back."""
        self.read_back(list(self._open.values()))

    def _change(self, outcome: Outcome) -> None:
        self._tell(
            "change",
            run=self._run,
            address=str(outcome.address),
            action=str(outcome.action),
            outcome=str(outcome.verdict),
            code=outcome.code,
            detail=outcome.detail,
            request_id=outcome.request_id,
        )

    def _about(self) -> dict[str, object]:
        return {"run": self._run, "target": self._plan.target.name, "changes": len(self._plan.changes)}

    @staticmethod
    def _tell(name: str, **members: object) -> None:
        log.debug(name, extra={"event": {"event": name, **members}})
