"""A journal that keeps nothing beyond the process, for tests that are not about journals."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from vodplan.core.change import Change
from vodplan.core.kind import Call
from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport, Outcome


class MemoryJournal:
    """See `core.ports.Journal`. What it records is gone with the process."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, int]] = []

    def begin(self, plan: Plan) -> str:
        """See `Journal.begin`."""
        run = secrets.token_hex(8)
        self.lines.append(("begin", run, len(plan.changes)))
        return run

    async def intent(self, call: Call, changes: Sequence[Change]) -> None:
        """See `Journal.intent`."""
        self.lines.append(("intent", call.operation, len(changes)))

    async def outcome(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """See `Journal.outcome`."""
        self.lines.append(("outcome", call.operation, len(outcomes)))

    def end(self, report: ApplyReport) -> None:
        """See `Journal.end`."""
        self.lines.append(("end", report.run, len(report.outcomes)))
