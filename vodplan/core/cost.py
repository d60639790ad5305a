"""What applying a plan takes, in calls and seconds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.coverfile import UPLOAD, countable, wanted_covers
from vodplan.core.guards import owner_of
from vodplan.core.kind import Kind, OperationSpec
from vodplan.core.lanes import side_by_side
from vodplan.core.oldcovers import waited_for
from vodplan.core.plan import Cost
from vodplan.core.standing import trees_of
from vodplan.core.trailing import BEHIND, trailing

_SEARCHED_KINDS = 3
"""Videos, audio and images: each is searched for on its own when a category is looked into."""

_LOOKED_UP = frozenset({"url", "type"})
"""Parameters of what is not read by its id: an image by its URL, the snapshots of a video."""

PICTURES_A_SEARCH = 40
"""Digests that one search asks for."""

_SNAPSHOT_TYPES = 4
"""Types that `All` stands for; each is listed on its own."""


def estimate(
    changes: Sequence[Change],
    *,
    kinds: Mapping[str, Kind],
    operations: Mapping[str, OperationSpec],
    share: float,
    tree: CategoryTree,
) -> Cost:
    """Count the calls an apply of these changes makes: reading again, writing, reading back.

    share:   of the documented rates, above 0 and at most 1.
    tree:    the live categories, which are read by one call for each that has any below it.
    returns: at least so many calls, and seconds at that rate, each operation's calls evenly spaced, operations one
             after another but for what goes on side by side: the same change by two operations (`Kind.alone`), and
             reading back behind the writing (`core.trailing`). Retries, the service's own time, and the search for an
             image that is known by its URL only, which takes the more calls the larger the library is, are not in it.
    """
    calls: Counter[str] = Counter()
    placeholders = _placeholders(changes)
    for name, members in _by_kind(changes).items():
        kind = kinds[name]
        if name != "category":
            read = len({change.id for _, change in members if not _LOOKED_UP & change.params.keys()})
            calls[kind.read_operation] += 2 * math.ceil(read / kind.read_batch)
        counted = [(place, countable(change)) for place, change in members]
        for call in side_by_side(kind.calls(counted, placeholders), kind.alone, operations):
            calls[call.operation] += 1
    trees = trees_of(changes, kinds)
    if trees:
        made = sum(change.action is Action.CREATE for change in changes)
        calls[kinds["category"].read_operation] += 2 * sum(tree.pages(one) for one in trees) + made
        emptied = sum(change.kind == "category" and change.action is Action.DELETE for change in changes)
        calls["SearchMedia"] += _SEARCHED_KINDS * emptied
    calls.update(_of_pictures(changes, operations))
    waited = {address for change in changes for address in waited_for(change)}
    if waited:
        calls[kinds["video"].read_operation] += math.ceil(len(waited) / kinds["video"].read_batch)
    for change in changes:
        if "type" in change.params:
            calls["ListSnapshots"] += 2 * (_SNAPSHOT_TYPES if change.params["type"] == "All" else 1)
    owners = {owner_of(change) for change in changes} - {None}
    if owners:
        calls[kinds["video"].read_operation] += math.ceil(len(owners) / kinds["video"].read_batch)
    parts = sum(1 for change in changes if change.action in (Action.DELETE_SOURCE, Action.DELETE_STREAMS))
    if parts:
        calls["BatchGetMediaInfos"] += 2 * math.ceil(parts / operations["BatchGetMediaInfos"].batch)
    return Cost(
        calls={name: count for name, count in sorted(calls.items()) if count},
        seconds=round(_rates_allow(calls, changes, kinds, operations) / share, 1),
        bytes_freed=sum(change.bytes_freed or 0 for change in changes),
    )


def _of_pictures(changes: Sequence[Change], operations: Mapping[str, OperationSpec]) -> Mapping[str, int]:
    """Calls for pictures in files: looking whether they are uploaded, uploading those that are not, looking again."""
    uploaded = {one.sha256: bool(changes[place].params.get("cover_uploaded")) for place, one in wanted_covers(changes)}
    if not uploaded:
        return {}
    known, batch = sum(uploaded.values()), operations["GetImageInfos"].batch
    return {
        "SearchMedia": math.ceil(len(uploaded) / PICTURES_A_SEARCH),
        "GetImageInfos": math.ceil(known / batch) + math.ceil(len(uploaded) / batch),
        UPLOAD: len(uploaded) - known,
    }


def _rates_allow(
    calls: Mapping[str, int],
    changes: Sequence[Change],
    kinds: Mapping[str, Kind],
    operations: Mapping[str, OperationSpec],
) -> float:
    """Seconds that calls take at the full rates."""
    times = {name: count / operations[name].rate for name, count in calls.items()}
    pairs = [pair for kind in kinds.values() for pair in kind.alone.items()]
    shared = math.fsum(min(times.get(one, 0.0), times.get(other, 0.0)) for one, other in pairs)
    writing = math.fsum(time for name, time in times.items() if operations[name].writes) - shared
    reading = 0.0
    for name, count in Counter(changes[place].kind for place in trailing(changes)).items():
        behind = max(0, count - BEHIND) // kinds[name].read_batch
        reading += behind / operations[kinds[name].read_operation].rate
    return math.fsum(times.values()) - shared - min(reading, writing)


def _by_kind(changes: Sequence[Change]) -> Mapping[str, list[tuple[int, Change]]]:
    groups: dict[str, list[tuple[int, Change]]] = {}
    for place, change in enumerate(changes):
        groups.setdefault(change.kind, []).append((place, change))
    return groups


def _placeholders(changes: Sequence[Change]) -> Mapping[str, int]:
    """Ids as long as the service's, for categories that have none yet, so that byte bounds hold."""
    longest = 10**18
    return {str((change.after or {}).get("path", "")): longest for change in changes if change.action is Action.CREATE}
