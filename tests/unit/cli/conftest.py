"""The one seam of the command line: `vodplan.api`, with plans and reports put in its place."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.render.plans import a_plan, a_report
from vodplan import api
from vodplan.core.errors import UsageError
from vodplan.core.history import RunDetail, RunRecord
from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport


@dataclass
class FakeApi:
    """What the commands find behind `vodplan.api`.

    fail:    raised by `plan`.
    report:  what `apply` and `resume` return, or raise.
    applied: the arguments of each `apply`; `resumed` those of each `resume`.
    runs:    what is in the store, newest first.
    """

    plan: Plan = field(default_factory=a_plan)
    fail: BaseException | None = None
    report: ApplyReport | BaseException | None = None
    applied: list[dict[str, Any]] = field(default_factory=list)
    planned: list[dict[str, Any]] = field(default_factory=list)
    resumed: list[dict[str, Any]] = field(default_factory=list)
    runs: list[RunDetail] = field(default_factory=list)

    def on_plan(self, workspace: object, **told: Any) -> Plan:
        """In the place of `api.plan`."""
        self.planned.append(told)
        if self.fail is not None:
            raise self.fail
        return self.plan

    def on_apply(self, plan: Plan, workspace: object, **told: Any) -> ApplyReport:
        """In the place of `api.apply`."""
        self.applied.append(told)
        if isinstance(self.report, BaseException):
            raise self.report
        return self.report or a_report(plan)

    def on_resume(self, run: str, **told: Any) -> tuple[Plan, ApplyReport]:
        """In the place of `api.resume`."""
        self.resumed.append({"run": run, **told})
        if isinstance(self.report, BaseException):
            raise self.report
        (plan,) = [one.plan for one in self.runs if one.record.id == run]
        return plan, self.report or a_report(plan)

    @contextlib.contextmanager
    def on_open_store(self, **_: Any) -> Iterator[FakeStore]:
        """In the place of `api.open_store`."""
        yield FakeStore(self.runs)


@dataclass
class FakeStore:
    """The runs there are, as a store gives them."""

    details: Sequence[RunDetail]

    def run(self, run: str) -> RunDetail:
        """See `Store.run`."""
        for detail in self.details:
            if detail.record.id.startswith(run):
                return detail
        raise UsageError(f'The store has no run "{run}".', next="vodplan history")

    def runs(self, *, target: str, limit: int) -> Sequence[RunRecord]:
        """See `Store.runs`."""
        return [one.record for one in self.details if one.record.target.name == target][:limit]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    """A fake behind load, plan and apply."""
    stand_in = FakeApi()
    workspace = SimpleNamespace(diagnostics=(), files=("a.yaml",), managed={"video": 1})
    load: Callable[..., object] = lambda *_, **__: workspace  # noqa: E731
    monkeypatch.setattr(api, "load", load)
    monkeypatch.setattr(api, "plan", stand_in.on_plan)
    monkeypatch.setattr(api, "plan_from", lambda *_, **told: (workspace, stand_in.on_plan(workspace, **told)))
    monkeypatch.setattr(api, "apply", stand_in.on_apply)
    monkeypatch.setattr(api, "resume", stand_in.on_resume)
    monkeypatch.setattr(api, "open_store", stand_in.on_open_store)
    return stand_in
