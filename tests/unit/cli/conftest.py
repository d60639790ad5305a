"""The one seam of the command line: `vodplan.api`, with plans and reports put in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.render.plans import a_plan, a_report
from vodplan import api
from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport


@dataclass
class FakeApi:
    """What the commands find behind `vodplan.api`.

    fail:    raised by `plan`.
    report:  what `apply` returns, or raises.
    applied: the arguments of each `apply`.
    """

    plan: Plan = field(default_factory=a_plan)
    fail: BaseException | None = None
    report: ApplyReport | BaseException | None = None
    applied: list[dict[str, Any]] = field(default_factory=list)
    planned: list[dict[str, Any]] = field(default_factory=list)

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


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    """A fake behind load, plan and apply."""
    stand_in = FakeApi()
    workspace = SimpleNamespace(diagnostics=(), files=("a.yaml",), managed={"video": 1})
    load: Callable[..., object] = lambda *_, **__: workspace  # noqa: E731
    monkeypatch.setattr(api, "load", load)
    monkeypatch.setattr(api, "plan", stand_in.on_plan)
    monkeypatch.setattr(api, "apply", stand_in.on_apply)
    return stand_in
