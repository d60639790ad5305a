"""Guards that count: removals, updates, bytes, what rules find, how many entries the manifests lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from vodplan.core.change import Action, Change
from vodplan.core.guards.surroundings import RuleMatches
from vodplan.core.plan import GuardRefusal
from vodplan.core.policy import Bound, Bounds

MIN_MANAGED_FOR_SHARE = 10
"""A percentage of updates means nothing below so many managed assets of a kind (docs/contract.md section 2)."""

MIN_MANAGED_FOR_DROP = 20
"""A percentage of the entries that the manifests lost means nothing below so many entries before."""

_CATEGORY = "category"


def exceeds(count: int, bound: Bound, of: int) -> bool:
    """Whether a count is over a bound; a percentage is of `of`, and exactly the percentage is still allowed."""
    if bound.percent is not None:
        return count * 100 > bound.percent * of
    return bound.count is not None and count > bound.count


def max_deletes(changes: Sequence[Change], bounds: Bounds | None, managed: Mapping[str, int]) -> Iterator[GuardRefusal]:
    """Hold a plan that removes too much: all in all, or of one kind."""
    removed = Counter(change.kind for change in changes if change.action.removes)
    if isinstance(bounds, Bound):
        total, of = removed.total(), sum(count for kind, count in managed.items() if kind != _CATEGORY)
        if exceeds(total, bounds, of):
            yield _too_many("max_deletes", f"removes {_things(total)}", total, bounds, of, "policy.max_deletes")
        return
    for kind, bound in sorted((bounds or {}).items()):
        count, of = removed[kind], managed.get(kind, 0)
        if exceeds(count, bound, of):
            what = f"removes {_things(count)} of the kind {kind}"
            yield _too_many("max_deletes", what, count, bound, of, f"policy.max_deletes.{kind}")


def max_updates(changes: Sequence[Change], bounds: Bounds | None, managed: Mapping[str, int]) -> Iterator[GuardRefusal]:
    """Hold a plan that updates too many assets of one kind; a category counts when it is renamed and has a bound."""
    updated = Counter(change.kind for change in changes if change.action is Action.UPDATE)
    each: Mapping[str, Bound] = dict.fromkeys(updated, bounds) if isinstance(bounds, Bound) else bounds or {}
    if not isinstance(bounds, Bound):
        updated.update(change.kind for change in changes if change.action is Action.RENAME)
    for kind, bound in sorted(each.items()):
        count, of = updated[kind], managed.get(kind, 0)
        counted = bound.percent is None or of >= MIN_MANAGED_FOR_SHARE
        if counted and exceeds(count, bound, of):
            setting = "policy.max_updates" if isinstance(bounds, Bound) else f"policy.max_updates.{kind}"
            assets = "asset" if count == 1 else "assets"
            what = f"updates {count} {assets} of the kind {kind}"
            yield _too_many("max_updates", what, count, bound, of, setting)


def max_delete_bytes(changes: Sequence[Change], bound: int | None) -> Iterator[GuardRefusal]:
    """Hold a plan that frees more bytes than it may, as far as sizes are known."""
    freed = [change.bytes_freed for change in changes if change.action.removes and change.kind != _CATEGORY]
    total = sum(one for one in freed if one is not None)
    if bound is None or total <= bound:
        return
    number, threshold = _size(total), _size(bound)
    if number == threshold:
        number, threshold = _exactly(total), _exactly(bound)
    unknown = freed.count(None)
    more = f" The size of {_things(unknown)} that it removes is not known, and not counted." if unknown else ""
    yield GuardRefusal(
        guard="max_delete_bytes",
        number=number,
        threshold=threshold,
        setting="policy.max_delete_bytes",
        message=f"The plan frees at least {number}; policy.max_delete_bytes allows {threshold}.{more}",
    )


def managed_dropped(
    managed: Mapping[str, int], before: Mapping[str, int] | None, bound: Bound | None
) -> Iterator[GuardRefusal]:
    """Hold a plan of manifests that have far fewer entries than when a plan was last applied.

    before: None when that is not known; then nothing is held.
    """
    if bound is None or before is None:
        return
    had, has = sum(before.values()), sum(managed.values())
    if bound.percent is not None and had < MIN_MANAGED_FOR_DROP:
        return
    if exceeds(had - has, bound, had):
        threshold = _threshold(bound, had)
        yield GuardRefusal(
            guard="managed_dropped",
            number=str(had - has),
            threshold=threshold,
            setting="policy.max_managed_drop",
            message=f"The manifests have {has} {'entry' if has == 1 else 'entries'}, and had {had} when a plan was "
            f"last applied: {had - has} fewer; policy.max_managed_drop allows {threshold}.",
        )


def rule_limits(rules: Sequence[RuleMatches]) -> Iterator[GuardRefusal]:
    """Hold a plan in which a rule found more assets than it may."""
    for rule in sorted(rules, key=lambda one: one.name):
        if rule.limit is not None and rule.matches > rule.limit:
            yield GuardRefusal(
                guard="rule_limit",
                number=str(rule.matches),
                threshold=str(rule.limit),
                setting=f"rules[{rule.name}].limit",
                message=f'The rule "{rule.name}" finds {rule.matches} assets; its limit allows {rule.limit}.',
            )


def rule_growth(rules: Sequence[RuleMatches], bound: Bound | None) -> Iterator[GuardRefusal]:
    """Hold a plan in which a rule found far more assets than when a plan was last applied.

    A rule that was not there then is not held: its limit is for that.
    """
    if bound is None:
        return
    for rule in sorted(rules, key=lambda one: one.name):
        if rule.before is None:
            continue
        more = rule.matches - rule.before
        if exceeds(more, bound, rule.before):
            threshold = _threshold(bound, rule.before)
            yield GuardRefusal(
                guard="rule_growth",
                number=str(more),
                threshold=threshold,
                setting="policy.max_rule_growth",
                message=f'The rule "{rule.name}" finds {rule.matches} assets, and found {rule.before} when a plan was '
                f"last applied: {more} more; policy.max_rule_growth allows {threshold}.",
            )


def _too_many(guard: str, what: str, count: int, bound: Bound, of: int, setting: str) -> GuardRefusal:
    threshold = _threshold(bound, of)
    message = f"The plan {what}; {setting} allows {threshold}."
    return GuardRefusal(guard=guard, number=str(count), threshold=threshold, setting=setting, message=message)


def _threshold(bound: Bound, of: int) -> str:
    if bound.percent is None:
        return str(bound.count)
    return f"{bound} of {of} = {int(bound.percent * of // 100)}"


def _things(count: int) -> str:
    return f"{count} thing" if count == 1 else f"{count} things"


def _size(count: int) -> str:
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if value < 999.95:
            return _exactly(count) if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} PB"


def _exactly(count: int) -> str:
    return f"{count:,} {'byte' if count == 1 else 'bytes'}"
