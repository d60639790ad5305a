"""Laws of drift that hold for any library, any manifests and any tiers."""

from __future__ import annotations

import datetime
from collections import Counter

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.fakes import apply_of, plan_of
from tests.property.test_plan_laws import World, worlds
from vodplan.core.categories import CategoryTree
from vodplan.core.drift import Drift, History, find_drift
from vodplan.core.driftfile import drift_document
from vodplan.core.errors import ManifestError
from vodplan.core.plan import Plan
from vodplan.core.policy import Protection
from vodplan.core.tiers import DriftRules, Tier, TierRule

NOW = datetime.datetime(2026, 6, 15, tzinfo=datetime.UTC)
RULES = st.builds(
    TierRule,
    tier=st.sampled_from(Tier),
    kinds=st.frozensets(st.sampled_from(["video", "image", "category"]), max_size=2),
    fields=st.frozensets(st.sampled_from(["title", "tags", "state", "category", "streams"]), max_size=3),
    where=st.none()
    | st.builds(
        Protection,
        any_tags=st.frozensets(st.sampled_from(["news", "新闻"]), max_size=1),
        category=st.none() | st.sampled_from(["A", "新闻"]),
    ),
)
TIERS = st.builds(DriftRules, default=st.sampled_from(Tier), tiers=st.lists(RULES, max_size=4).map(tuple))


def drift_of(plan: Plan, world: World, rules: DriftRules) -> Drift:
    """The drift of a plan of a world."""
    return find_drift(plan, rules, history=History(), tree=CategoryTree(world.categories), now=NOW)


@given(world=worlds(), rules=TIERS)
def test_drift_of_an_applied_state_is_empty(world: World, rules: DriftRules) -> None:
    """What converged differs in nothing but what was never there."""
    library = world.library()
    try:
        plan = plan_of(world.desired, library)
    except ManifestError:
        assume(False)
    assume(not plan.guards)
    report = apply_of(plan, library)
    assert report.complete

    left = drift_of(plan_of(world.desired, library), world, rules)

    assert {(one.field, one.live) for one in left.items} <= {("state", "missing")}
    assert {str(one.address) for one in left.items} == {str(one.address) for one in plan.missing}


@given(world=worlds(), rules=TIERS)
def test_tiers_hide_nothing_from_the_document(world: World, rules: DriftRules) -> None:
    """The same fields differ under any tiers, each in exactly one, and the counts add up to them."""
    try:
        plan = plan_of(world.desired, world.library())
    except ManifestError:
        assume(False)
    found, plain = drift_of(plan, world, rules), drift_of(plan, world, DriftRules())

    document = drift_document(found)

    named = [(one.address, one.field, one.wanted, one.live) for one in found.items]
    assert named == [(one.address, one.field, one.wanted, one.live) for one in plain.items]
    assert len(set(map(str, named))) == len(named)
    counted = Counter(one.tier for one in found.items)
    summary = document["summary"]
    assert isinstance(summary, dict)
    assert {tier: summary[tier.value] for tier in Tier} == {tier: counted[tier] for tier in Tier}
    assert len(found.items) == len(document["items"])  # type: ignore[arg-type]
    assert found.fails == (counted[Tier.FAIL] > 0)
