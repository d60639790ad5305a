"""Puts a plan together from the decisions about single assets and categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.cost import estimate
from vodplan.core.guards import evaluate
from vodplan.core.kind import Kind, OperationSpec
from vodplan.core.live import Members
from vodplan.core.order import ordered
from vodplan.core.plan import Missing, Plan, Scheduled, Summary, Target
from vodplan.core.planfile import seal
from vodplan.core.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Everything that was decided, in any order.

    unchanged: entries that are as wanted.
    managed:   kind → entries in the manifests.
    tree, members: the live categories, and what stands in those to be deleted.
    """

    changes: Sequence[Change]
    scheduled: Sequence[Scheduled]
    missing: Sequence[Missing]
    unchanged: int
    managed: Mapping[str, int]
    tree: CategoryTree
    members: Mapping[int, Members]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a plan says of itself besides its changes. `share`: of the documented rates, for the cost."""

    target: Target
    created_at: str
    vodplan_version: str
    manifests_digest: str
    share: float


def assemble(
    decisions: Decisions,
    frame: Frame,
    *,
    kinds: Mapping[str, Kind],
    operations: Mapping[str, OperationSpec],
    policy: Policy,
) -> Plan:
    """The sealed plan: changes in order, guards evaluated, counted and costed."""
    changes = ordered(decisions.changes)
    counts = Counter(change.action for change in changes)
    return seal(
        Plan(
            target=frame.target,
            created_at=frame.created_at,
            vodplan_version=frame.vodplan_version,
            manifests_digest=frame.manifests_digest,
            changes=changes,
            guards=evaluate(
                changes, policy=policy, managed=decisions.managed, tree=decisions.tree, members=decisions.members
            ),
            scheduled=tuple(sorted(decisions.scheduled, key=lambda one: (one.after, one.address, one.action))),
            missing=tuple(sorted(decisions.missing, key=lambda one: one.address)),
            summary=Summary(
                create=counts[Action.CREATE],
                rename=counts[Action.RENAME],
                update=counts[Action.UPDATE],
                delete=sum(count for action, count in counts.items() if action.removes),
                unchanged=decisions.unchanged,
                missing=len(decisions.missing),
                scheduled=len(decisions.scheduled),
            ),
            managed=dict(sorted(decisions.managed.items())),
            cost=estimate(changes, kinds=kinds, operations=operations, share=frame.share),
        )
    )
