"""Golden cases: the drift of the libraries of the plan cases, as text and as a document.

`pytest tests/cases/plans --update-cases` writes `drift.json` and `drift.txt` for review.
"""

from __future__ import annotations

import datetime
import json

import pytest

from tests import build
from tests.cases.plans.test_plan_cases import CASES, HERE, desired, library_of
from tests.fakes import plan_of
from vodplan.core.drift import History, LastWrite, drifted, find_drift
from vodplan.core.driftfile import drift_document
from vodplan.core.tiers import DriftRules, Tier, TierRule
from vodplan.render.canvas import Canvas
from vodplan.render.results import DriftShown
from vodplan.render.views import view_for

RULES = DriftRules(
    tiers=(
        TierRule(tier=Tier.IGNORE, fields=frozenset({"description"})),
        TierRule(tier=Tier.REPORT, kinds=frozenset({"image"})),
    )
)
WRITTEN = LastWrite(run="20260601-080000000-abcdef", at="2026-06-01T08:00:00.000Z", value="as it was applied")


@pytest.mark.parametrize("case", CASES)
def test_drift_case(case: str, update_cases: bool) -> None:
    """What differs, its tier and where it came from are those that were reviewed; every title had been applied."""
    folder = HERE / case
    live = json.loads((folder / "live.json").read_text(encoding="utf-8"))
    wanted = desired(json.loads((folder / "desired.json").read_text(encoding="utf-8")))
    plan = plan_of(wanted, library_of(live))
    history = History(known=True, writes={address: {"title": WRITTEN} for address in drifted(plan)})

    drift = find_drift(
        plan,
        RULES,
        history=history,
        tree=build.tree(live.get("categories", {})),
        now=datetime.datetime(2026, 6, 15, tzinfo=datetime.UTC),
    )

    text = "".join(view_for("text", Canvas(width=80)).show(DriftShown(drift=drift, next="vodplan plan")))
    results = {
        "drift.json": json.dumps(drift_document(drift), indent=2, ensure_ascii=False, sort_keys=True) + "\n",
        "drift.txt": text,
    }
    if update_cases:
        for name, value in results.items():
            (folder / name).write_text(value, encoding="utf-8")
    for name, value in results.items():
        assert value == (folder / name).read_text(encoding="utf-8")
