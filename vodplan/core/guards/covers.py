"""The guard that keeps pictures which are in use as covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vodplan.core.change import Action, Change
from vodplan.core.oldcovers import leaves, waited_for
from vodplan.core.plan import GuardRefusal
from vodplan.core.urls import resource_key
from vodplan.core.values import CoverFile


class CoverUsers:
    """Finds, among the covers of many videos, those that show a picture which is deleted; keeps no others.

    Truth means that pictures are deleted at all. The pictures come first, then the covers.
    """

    __slots__ = ("_deleted", "_users")

    def __init__(self) -> None:
        self._deleted: set[str] = set()
        self._users: dict[str, set[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._deleted)

    def deleted(self, resources: Iterable[str]) -> None:
        """Note pictures that are deleted, as `resource_key`."""
        self._deleted.update(resources)

    def add(self, video_id: str, *covers: object) -> None:
        """Note the covers of one video, live and wanted; what is no URL is passed over."""
        if not self._deleted:
            return
        for cover in (url for one in covers for url in (one.urls if isinstance(one, CoverFile) else (one,))):
            if isinstance(cover, str) and cover and (resource := resource_key(cover)) in self._deleted:
                self._users.setdefault(resource, set()).add(f"video/{video_id}")

    def found(self) -> Mapping[str, tuple[str, ...]]:
        """What `Surroundings.covers` takes."""
        return {resource: tuple(sorted(users)) for resource, users in sorted(self._users.items())}


def users_of(changes: Iterable[Change]) -> CoverUsers:
    """An empty search for the users of the pictures that these changes delete."""
    users = CoverUsers()
    for change in changes:
        users.deleted(pictures(change))
    return users


def covers_in_use(changes: Sequence[Change], covers: Mapping[str, tuple[str, ...]]) -> Iterator[GuardRefusal]:
    """Hold the deletion of an image that a managed video has as its cover, or is to have.

    Not counted are videos that the plan deletes, and those that it gives another cover in an update that the deletion
    of the image waits for (`core.oldcovers`).
    """
    deletions = [change for change in changes if change.action is Action.DELETE]
    deleted = {f"{change.kind}/{change.id}" for change in deletions}
    leaving = {str(one.address): (f"{one.kind}/{one.id}", left) for one in changes if (left := leaves(one))}
    used: dict[str, set[str]] = {}
    for change in deletions:
        waited = [leaving[address] for address in waited_for(change) if address in leaving]
        for resource in pictures(change):
            users = set(covers.get(resource, ())) - deleted - {video for video, left in waited if left == resource}
            if users:
                used.setdefault(str(change.address), set()).update(users)
    if used:
        videos = sorted(set().union(*used.values()))
        named = ", ".join(videos[:3]) + (f" and {len(videos) - 3} more" if len(videos) > 3 else "")
        yield GuardRefusal(
            guard="cover_in_use",
            number=str(len(used)),
            threshold="0",
            setting="videos[].cover",
            message=f"The plan deletes {_count(len(used), 'picture', 'pictures')} that {named} "
            f"{'has' if len(videos) == 1 else 'have'} as cover now, or by the manifests. Give "
            f"{'it' if len(videos) == 1 else 'them'} another cover first.",
            addresses=tuple(sorted(used)),
        )


def pictures(change: Change) -> frozenset[str]:
    """What the deletion of an image or of snapshots takes away, as `resource_key`, as far as addresses are known."""
    if change.kind != "image" or change.action is not Action.DELETE:
        return frozenset()
    several = change.facts.get("urls")
    found = [change.facts.get("url"), change.params.get("url"), *(several if isinstance(several, list | tuple) else ())]
    return frozenset(resource_key(one) for one in found if isinstance(one, str) and one)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
