"""The rules that can refuse a plan: data in, verdicts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from vodplan.core.categories import SEPARATOR, CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.live import Members
from vodplan.core.plan import GuardRefusal
from vodplan.core.policy import Bound, Policy, Protection
from vodplan.core.values import Json

MIN_MANAGED_FOR_SHARE = 10
"""A percentage of updates means nothing below so many managed assets of a kind (docs/contract.md section 2)."""


def evaluate(
    changes: Sequence[Change],
    *,
    policy: Policy,
    managed: Mapping[str, int],
    tree: CategoryTree,
    members: Mapping[int, Members],
    gone: frozenset[str] = frozenset(),
) -> tuple[GuardRefusal, ...]:
    """Every guard that refuses this plan, in a fixed order; empty when none does.

    managed: kind → entries in the manifests.
    members: category id → what stands in it, for every category the plan deletes.
    gone:    `kind/ID` of assets that a read by id has just found missing; a search may list them for a while yet.
    """
    return (
        *_max_deletes(changes, policy, managed),
        *_max_updates(changes, policy, managed),
        *_protected(changes, policy, tree),
        *_categories_in_use(changes, tree, members, gone),
    )


def exceeds(count: int, bound: Bound, of: int) -> bool:
    """Whether a count is over a bound; a percentage is of `of`, and exactly the percentage is still allowed."""
    if bound.percent is not None:
        return count * 100 > bound.percent * of
    return bound.count is not None and count > bound.count


def _threshold(bound: Bound, of: int) -> str:
    if bound.percent is None:
        return str(bound.count)
    return f"{bound} of {of} = {int(bound.percent * of // 100)}"


def _max_deletes(changes: Sequence[Change], policy: Policy, managed: Mapping[str, int]) -> Iterator[GuardRefusal]:
    bound = policy.max_deletes
    removals = [change for change in changes if change.action.removes]
    total = sum(count for kind, count in managed.items() if kind != "category")
    if bound is None or not exceeds(len(removals), bound, total):
        return
    yield GuardRefusal(
        guard="max_deletes",
        number=str(len(removals)),
        threshold=_threshold(bound, total),
        setting="policy.max_deletes",
        message=f"The plan removes {len(removals)} things; policy.max_deletes allows {_threshold(bound, total)}.",
    )


def _max_updates(changes: Sequence[Change], policy: Policy, managed: Mapping[str, int]) -> Iterator[GuardRefusal]:
    bound = policy.max_updates
    if bound is None:
        return
    updates = Counter(change.kind for change in changes if change.action is Action.UPDATE)
    for kind, count in sorted(updates.items()):
        of = managed.get(kind, 0)
        counted = bound.percent is None or of >= MIN_MANAGED_FOR_SHARE
        if counted and exceeds(count, bound, of):
            yield GuardRefusal(
                guard="max_updates",
                number=str(count),
                threshold=_threshold(bound, of),
                setting="policy.max_updates",
                message=f"The plan updates {count} assets of the kind {kind}; policy.max_updates allows "
                f"{_threshold(bound, of)}.",
            )


def _protected(changes: Sequence[Change], policy: Policy, tree: CategoryTree) -> Iterator[GuardRefusal]:
    for place, protection in enumerate(policy.protect):
        hit = sorted(str(one.address) for one in changes if one.action.removes and _covers(protection, one, tree))
        if hit:
            yield GuardRefusal(
                guard="protect",
                number=str(len(hit)),
                threshold="0",
                setting=f"policy.protect[{place}]",
                message=f"The plan removes {len(hit)} protected "
                f"{'thing' if len(hit) == 1 else 'things'} ({_describe(protection)}).",
                addresses=tuple(dict.fromkeys(hit)),
            )


def _covers(protection: Protection, change: Change, tree: CategoryTree) -> bool:
    if protection.any_tags:
        tags = change.facts.get("tags")
        if not isinstance(tags, list) or protection.any_tags.isdisjoint(str(tag) for tag in tags):
            return False
    if protection.category is not None and not _within(protection.category, change, tree):
        return False
    return not (
        protection.ids
        and protection.ids.isdisjoint({str(change.address), f"{change.kind}/{change.id}", change.id or ""})
    )


def _within(category: str, change: Change, tree: CategoryTree) -> bool:
    """Whether a change is about something in a category or below it.

    A category is shown by its id where its path does not name it alone, so such an id is followed up to the top.
    """
    place: Json = change.address.key if change.kind == "category" else change.facts.get("category")
    if isinstance(place, str):
        return place == category or place.startswith(f"{category}{SEPARATOR}")
    above = place.get("id") if isinstance(place, Mapping) else None
    while isinstance(above, int):
        if tree.path(above) == category:
            return True
        found = tree.get(above)
        above = found.parent if found else None
    return False


def _describe(protection: Protection) -> str:
    parts = []
    if protection.any_tags:
        parts.append(f"tags: any of {', '.join(sorted(protection.any_tags))}")
    if protection.category is not None:
        parts.append(f"category: {protection.category}")
    if protection.ids:
        parts.append(f"ids: {', '.join(sorted(protection.ids))}")
    return "; ".join(parts)


def _categories_in_use(
    changes: Sequence[Change], tree: CategoryTree, members: Mapping[int, Members], gone: frozenset[str]
) -> Iterator[GuardRefusal]:
    deletions = [change for change in changes if change.action is Action.DELETE]
    removed = {int(change.id or 0): change for change in deletions if change.kind == "category"}
    deleted = gone | {f"{change.kind}/{change.id}" for change in deletions}
    for category, change in removed.items():
        kept = sum(child not in removed for child in tree.children(category))
        left = _left(members[category], deleted)
        if kept or left:
            yield GuardRefusal(
                guard="category_not_empty",
                number=str(kept + left),
                threshold="0",
                setting="categories[].state",
                message=f"Deleting a category deletes its whole subtree, and this one still holds {left} assets and "
                f"{kept} subcategories that the plan does not delete.",
                addresses=(str(change.address),),
            )


def _left(inside: Members, deleted: frozenset[str]) -> int:
    """How many assets stay: by name where all are known, else what the service counts beyond those that go."""
    if inside.complete:
        return len(inside.addresses - deleted)
    return inside.total - len(inside.addresses & deleted)
