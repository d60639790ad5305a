"""Guards against taking along what nobody asked to lose: a category's content, the last stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.live import Members, Parts, Stream
from vodplan.core.plan import GuardRefusal

ORIGINAL = "OD"
"""The definition of a stream that may be the source file itself (page «ApsaraVideo VOD:DeleteMezzanines»)."""


def categories_in_use(
    changes: Sequence[Change], tree: CategoryTree, members: Mapping[int, Members], gone: frozenset[str]
) -> Iterator[GuardRefusal]:
    """Hold the deletion of a category in which something stays, since the service deletes the whole subtree."""
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
                message=f"Deleting a category deletes its whole subtree, and this one still holds "
                f"{_count(left, 'asset', 'assets')} and {_count(kept, 'subcategory', 'subcategories')} that the plan "
                "does not delete.",
                addresses=(str(change.address),),
            )


def _left(inside: Members, deleted: frozenset[str]) -> int:
    """How many assets stay: by name where all are known, else what the service counts beyond those that go."""
    if inside.complete:
        return len(inside.addresses - deleted)
    return inside.total - len(inside.addresses & deleted)


def nothing_playable(changes: Sequence[Change], parts: Mapping[str, Parts]) -> Iterator[GuardRefusal]:
    """Hold what would leave a video that nobody can play: no stream, and no source to make one from.

    A source whose existence the service does not tell counts as gone. Where the source goes, a stream in original
    quality counts as gone, too: it may be the source file itself.
    """
    sources = {change.id or "": change for change in changes if change.action is Action.DELETE_SOURCE}
    streams = {change.id or "": change for change in changes if change.action is Action.DELETE_STREAMS}
    going = {video: _jobs(change) for video, change in streams.items()}
    held: dict[str, list[str]] = {"videos[].source": [], "videos[].streams": []}
    for video in sorted({*sources, *streams}):
        now = parts[video]
        if now.source_present is True and video not in sources:
            continue
        if not _stays(now.streams, going.get(video, frozenset()), source_goes=video in sources):
            change = sources.get(video) or streams[video]
            held["videos[].source" if video in sources else "videos[].streams"].append(str(change.address))
    for setting, addresses in held.items():
        if addresses:
            several = len(addresses) > 1
            why = (
                "It deletes the source, and no stream stays."
                if setting == "videos[].source"
                else "It deletes every stream, and the source is gone or the service does not tell."
            )
            yield GuardRefusal(
                guard="nothing_playable",
                number=str(len(addresses)),
                threshold="0",
                setting=setting,
                message=f"The plan leaves {len(addresses)} {'videos' if several else 'video'} with nothing to play. "
                f"{why} Keep a stream, or delete the whole video with state: absent.",
                addresses=tuple(sorted(addresses)),
            )


def _jobs(change: Change) -> frozenset[str]:
    jobs = change.params.get("jobs")
    return frozenset(str(job) for job in jobs) if isinstance(jobs, list | tuple) else frozenset()


def _stays(streams: Sequence[Stream], going: frozenset[str], *, source_goes: bool) -> bool:
    return any(one.job not in going and not (source_goes and one.definition == ORIGINAL) for one in streams)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
