"""Puts a plan together from the decisions about single assets and categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.cost import estimate
from vodplan.core.guards import Surroundings, evaluate, matched, moment
from vodplan.core.history import NotTaken
from vodplan.core.kind import Kind, OperationSpec
from vodplan.core.live import Members, Parts
from vodplan.core.oldcovers import Owed, without_orphans
from vodplan.core.order import ordered
from vodplan.core.plan import Missing, Plan, Reading, RuleUse, Scheduled, Summary, Target
from vodplan.core.planfile import seal
from vodplan.core.policy import Policy
from vodplan.core.values import Json
from vodplan.core.withhold import withhold


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Everything that was decided, in any order.

    unchanged: entries that are as wanted.
    managed:   kind → entries in the manifests.
    reading:   how the live values came in.
    rules:     what the rules found.
    tree, members, owners, parts, covers: as in `core.guards.Surroundings`.
    """

    changes: Sequence[Change]
    scheduled: Sequence[Scheduled]
    missing: Sequence[Missing]
    unchanged: int
    managed: Mapping[str, int]
    tree: CategoryTree
    members: Mapping[int, Members]
    reading: Reading | None = None
    rules: tuple[RuleUse, ...] = ()
    owners: Mapping[str, Mapping[str, Json] | None] = field(default_factory=lambda: MappingProxyType({}))
    parts: Mapping[str, Parts] = field(default_factory=lambda: MappingProxyType({}))
    covers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is remembered of earlier runs on the target; nothing where there is no store yet.

    managed:   kind → entries in the manifests when a plan was last applied; None when that is not known.
    rules:     rule → how many assets it found then.
    not_taken: address → field → what was wanted of it and did not take.
    written:   addresses that a run wrote to so lately that the search index may not know.
    owed:      deletions of old covers that earlier runs did not get done.
    """

    managed: Mapping[str, int] | None = None
    rules: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    not_taken: Mapping[str, Mapping[str, NotTaken]] = field(default_factory=lambda: MappingProxyType({}))
    written: frozenset[str] = frozenset()
    owed: tuple[Owed, ...] = ()


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
    memory: Memory | None = None,
) -> Plan:
    """The sealed plan: changes in order, without those that would ask again for what did not take; guards evaluated,
    counted and costed.
    """
    memory = memory or Memory()
    asked, unconverged = withhold(decisions.changes, memory.not_taken)
    changes = ordered(without_orphans(asked))
    around = Surroundings(
        now=moment(frame.created_at),
        managed=decisions.managed,
        managed_before=memory.managed,
        tree=decisions.tree,
        members=decisions.members,
        owners=decisions.owners,
        parts=decisions.parts,
        covers=decisions.covers,
        rules=matched(decisions.rules, memory.rules),
    )
    counts = Counter(change.action for change in changes)
    return seal(
        Plan(
            target=frame.target,
            created_at=frame.created_at,
            vodplan_version=frame.vodplan_version,
            manifests_digest=frame.manifests_digest,
            changes=changes,
            guards=evaluate(changes, policy, around),
            scheduled=tuple(sorted(decisions.scheduled, key=lambda one: (one.after, one.address, one.action))),
            missing=tuple(sorted(decisions.missing, key=lambda one: one.address)),
            unconverged=unconverged,
            reading=decisions.reading,
            rules=decisions.rules,
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
            cost=estimate(changes, kinds=kinds, operations=operations, share=frame.share, tree=decisions.tree),
        )
    )
