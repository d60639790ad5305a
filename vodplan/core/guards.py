"""The rules that can refuse a plan: data in, verdicts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.live import Members
from vodplan.core.plan import GuardRefusal
from vodplan.core.policy import Bound, Policy, Protection
from vodplan.core.values import Json

MIN_MANAGED_FOR_SHARE = 10
"""A share of updates means nothing below so many managed assets of a kind (docs/contract.md section 2)."""


def evaluate(
    changes: Sequence[Change],
    *,
    policy: Policy,
    managed: Mapping[str, int],
    tree: CategoryTree,
    members: Mapping[int, Members],
) -> tuple[GuardRefusal, ...]:
    """Every guard that refuses this plan, in a fixed order; empty when none does.

    managed: kind → entries in the manifests.
    members: category id → what stands in it, for every category the plan deletes.
    """
    return (
        *_max_deletes(changes, policy, managed),
        *_max_updates(changes, policy, managed),
        *_protected(changes, policy),
        *_categories_in_use(changes, tree, members),
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
        if of >= MIN_MANAGED_FOR_SHARE and exceeds(count, bound, of):
            yield GuardRefusal(
                guard="max_updates",
                number=str(count),
                threshold=_threshold(bound, of),
                setting="policy.max_updates",
                message=f"The plan updates {count} assets of the kind {kind}; policy.max_updates allows "
                f"{_threshold(bound, of)}.",
            )


def _protected(changes: Sequence[Change], policy: Policy) -> Iterator[GuardRefusal]:
    for place, protection in enumerate(policy.protect):
        hit = sorted(str(one.address) for one in changes if one.action.removes and _covers(protection, one))
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


def _covers(protection: Protection, change: Change) -> bool:
    if protection.any_tags:
        tags = change.facts.get("tags")
        if not isinstance(tags, list) or protection.any_tags.isdisjoint(str(tag) for tag in tags):
            return False
    if protection.category is not None and not _within(protection.category, change):
        return False
    return not (protection.ids and protection.ids.isdisjoint({str(change.address), change.id or ""}))


def _within(category: str, change: Change) -> bool:
    path: Json = change.address.key if change.kind == "category" else change.facts.get("category")
    return isinstance(path, str) and (path == category or path.startswith(f"{category}/"))


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
    changes: Sequence[Change], tree: CategoryTree, members: Mapping[int, Members]
) -> Iterator[GuardRefusal]:
    removed = [change for change in changes if change.action is Action.DELETE and change.kind == "category"]
    going = {int(change.id) for change in removed if change.id}
    deleted = {f"{change.kind}/{change.id}" for change in changes if change.action is Action.DELETE}
    for change in removed:
        category = int(change.id or 0)
        inside = members.get(category)
        kept = len([child for child in tree.children(category) if child not in going])
        left = _left(inside, deleted) if inside else 0
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


def _left(inside: Members, deleted: set[str]) -> int:
    """How many assets stay: by name where all are known, else what the service counts beyond those that go."""
    if inside.complete:
        return len(inside.addresses - deleted)
    return inside.total - len(inside.addresses & deleted)
