"""What applying a plan takes, in calls and seconds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from vodplan.core.change import Action, Change
from vodplan.core.guards import owner_of
from vodplan.core.kind import Kind, OperationSpec
from vodplan.core.plan import Cost
from vodplan.core.standing import needs_tree


def estimate(
    changes: Sequence[Change],
    *,
    kinds: Mapping[str, Kind],
    operations: Mapping[str, OperationSpec],
    share: float,
) -> Cost:
    """Count the calls an apply of these changes makes: reading again, writing, reading back.

    share:   of the documented rates, above 0 and at most 1.
    returns: seconds at that rate, each operation's calls evenly spaced, operations one after another; retries and the
             service's own time are not in it.
    """
    calls: Counter[str] = Counter()
    for name, members in _by_kind(changes).items():
        kind = kinds[name]
        if name != "category":
            read = len({change.id for _, change in members})
            calls[kind.read_operation] += 2 * math.ceil(read / kind.read_batch)
        for call in kind.calls(members, _placeholders(changes)):
            calls[call.operation] += 1
    if needs_tree(changes):
        calls[kinds["category"].read_operation] += 2
    owners = {owner_of(change) for change in changes} - {None}
    if owners:
        calls[kinds["video"].read_operation] += math.ceil(len(owners) / kinds["video"].read_batch)
    parts = sum(1 for change in changes if change.action in (Action.DELETE_SOURCE, Action.DELETE_STREAMS))
    if parts:
        calls["BatchGetMediaInfos"] += 2 * math.ceil(parts / operations["BatchGetMediaInfos"].batch)
    seconds = math.fsum(count / (operations[name].rate * share) for name, count in calls.items())
    return Cost(
        calls=dict(sorted(calls.items())),
        seconds=round(seconds, 1),
        bytes_freed=sum(change.bytes_freed or 0 for change in changes),
    )


def _by_kind(changes: Sequence[Change]) -> Mapping[str, list[tuple[int, Change]]]:
    groups: dict[str, list[tuple[int, Change]]] = {}
    for place, change in enumerate(changes):
        groups.setdefault(change.kind, []).append((place, change))
    return groups


def _placeholders(changes: Sequence[Change]) -> Mapping[str, int]:
    """Ids as long as the service's, for categories that have none yet, so that byte bounds hold."""
    longest = 10**18
    return {str((change.after or {}).get("path", "")): longest for change in changes if change.action is Action.CREATE}
