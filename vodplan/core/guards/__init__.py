"""The rules that can refuse a plan: data in, verdicts out (docs/guards.md)."""

from __future__ import annotations

from collections.abc import Sequence

from vodplan.core.change import Change
from vodplan.core.guards.amounts import (
    exceeds,
    managed_dropped,
    max_delete_bytes,
    max_deletes,
    max_updates,
    rule_growth,
    rule_limits,
)
from vodplan.core.guards.covers import CoverUsers, covers_in_use, pictures, users_of
from vodplan.core.guards.losses import categories_in_use, nothing_playable
from vodplan.core.guards.protect import owner_of, protected
from vodplan.core.guards.surroundings import RuleMatches, Surroundings, matched, moment
from vodplan.core.plan import GuardRefusal
from vodplan.core.policy import Policy

__all__ = [
    "CoverUsers",
    "RuleMatches",
    "Surroundings",
    "evaluate",
    "exceeds",
    "matched",
    "moment",
    "owner_of",
    "pictures",
    "users_of",
]


def evaluate(changes: Sequence[Change], policy: Policy, around: Surroundings) -> tuple[GuardRefusal, ...]:
    """Every guard that refuses this plan, in a fixed order; empty when none does.

    raises: KeyError when `around` lacks what a guard must know: what was not looked up never passes for harmless.
    """
    return (
        *max_deletes(changes, policy.max_deletes, around.managed),
        *max_updates(changes, policy.max_updates, around.managed),
        *max_delete_bytes(changes, policy.max_delete_bytes),
        *managed_dropped(around.managed, around.managed_before, policy.max_managed_drop),
        *rule_limits(around.rules),
        *rule_growth(around.rules, policy.max_rule_growth),
        *protected(changes, policy.protect, around),
        *categories_in_use(changes, around.tree, around.members, around.gone),
        *nothing_playable(changes, around.parts),
        *covers_in_use(changes, around.covers),
    )
