"""Whether a plan may be carried out: its guards, the number of removals allowed, and the live library as it is now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from vodplan.core.change import Action, Change
from vodplan.core.decide import described
from vodplan.core.errors import Refused, StalePlan
from vodplan.core.guards import Surroundings, evaluate, matched, moment, users_of
from vodplan.core.kind import Kind
from vodplan.core.plan import GuardRefusal, Plan
from vodplan.core.policy import Policy
from vodplan.core.standing import Fresh, Standing, renamed, stand, stayed

_APPROVAL = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedPlan:
    """A plan that may be carried out now; only `approve` makes one.

    changes:      as in the plan, in its order; a deletion of streams names only those that are still there.
    standings:    one per change.
    category_ids: path → id of categories that the plan makes and that exist by now.
    """

    plan: Plan
    changes: tuple[Change, ...]
    standings: tuple[Standing, ...]
    category_ids: Mapping[str, int]
    approval: object

    def __post_init__(self) -> None:
        if self.approval is not _APPROVAL:
            raise TypeError("an ApprovedPlan is made by vodplan.core.approve.approve only")


def check_allowances(plan: Plan, allow_deletes: int | None) -> None:
    """Refuse a plan that a guard holds, or whose removals are not allowed by their exact number.

    raises: Refused.
    """
    if plan.guards:
        raise Refused(_guard_message(plan.guards), next="vodplan plan")
    check_deletes(plan, allow_deletes)


def check_deletes(plan: Plan, allow_deletes: int | None) -> None:
    """Refuse a plan whose removals are not allowed by their exact number.

    raises: Refused.
    """
    wanted = sum(change.action.removes for change in plan.changes)
    if allow_deletes == wanted or (allow_deletes is None and wanted == 0):
        return
    things = "thing" if wanted == 1 else "things"
    if allow_deletes is None:
        message = f"The plan removes {wanted} {things} for good, which needs --allow-deletes with exactly that number."
    else:
        message = (
            f"The plan removes {wanted} {things}, and --allow-deletes allows {allow_deletes}: not the same number."
        )
    raise Refused(message, next=f"vodplan apply --allow-deletes {wanted}" if wanted else "vodplan apply")


def approve(
    plan: Plan,
    fresh: Fresh,
    *,
    kinds: Mapping[str, Kind],
    policy: Policy,
    allow_deletes: int | None,
    done: Collection[int] = frozenset(),
) -> ApprovedPlan:
    """Approve a plan against the live library as it is now.

    A change whose live values are what it was planned on is pending; one whose live values are what it would make them
    is already so; anything else has moved, and the plan is stale.

    policy: the rules in force now; they are checked again with the live values of now.
    done:   places of changes that a run which is taken up again recorded as done. They are never done again: one that
            is found undone has moved, too.
    raises: Refused, StalePlan with every value that moved.
    """
    check_allowances(plan, allow_deletes)
    changes: list[Change] = []
    standings: list[Standing] = []
    moved: list[str] = []
    made: dict[str, int] = {}
    # Categories are held against the tree as the renames before them will have left it: a new one may take the old name
    # of a renamed one, and must not be taken for it.
    ahead = fresh
    for place, change in enumerate(plan.changes):
        found = stand(change, ahead if change.kind == "category" else fresh, kinds[change.kind], made)
        if place in done:
            found = stayed(found)
        moved.extend(found.moved)
        changes.append(found.change)
        standings.append(found.standing)
        ahead = renamed(found, ahead)
    if moved:
        raise StalePlan("The library changed since this plan was made; nothing was written.", moved=moved)
    pending = [one for one, standing in zip(changes, standings, strict=True) if standing is Standing.PENDING]
    around = _surroundings(plan, pending, fresh, kinds, gone=_gone(changes, standings))
    refusals = evaluate(pending, policy, around)
    if refusals:
        raise Refused(_guard_message(refusals), next="vodplan plan")
    return ApprovedPlan(
        plan=plan, changes=tuple(changes), standings=tuple(standings), category_ids=made, approval=_APPROVAL
    )


def _surroundings(
    plan: Plan, pending: Sequence[Change], fresh: Fresh, kinds: Mapping[str, Kind], *, gone: frozenset[str]
) -> Surroundings:
    """What is known of now. Covers are those of the plan's own videos: others are not read again."""
    wanted = {change.address: change.after for change in plan.changes if change.after}
    videos = [asset for asset in fresh.assets.items() if asset[0].kind == "video"]
    used = users_of(pending)
    for address, video in videos:
        used.add(video.id, video.values[kinds["video"].index("cover")], wanted.get(address, {}).get("cover"))
    return Surroundings(
        now=moment(plan.created_at),
        managed=plan.managed,
        tree=fresh.tree,
        members=fresh.members,
        gone=gone,
        owners={
            video_id: None if video is None else described(video, kinds["video"], fresh.tree)
            for video_id, video in fresh.owners.items()
        },
        parts=fresh.parts,
        covers=used.found(),
        rules=matched(plan.rules, {}),
    )


def _gone(changes: Sequence[Change], standings: Sequence[Standing]) -> frozenset[str]:
    return frozenset(
        f"{change.kind}/{change.id}"
        for change, standing in zip(changes, standings, strict=True)
        if change.action is Action.DELETE and standing is Standing.ALREADY
    )


def _guard_message(refusals: Sequence[GuardRefusal]) -> str:
    return "A guard holds this plan; nothing was written.\n" + "\n".join(
        f"  {one.guard} ({one.setting}): {one.message}" for one in refusals
    )
