"""Finds out what a plan must know before it deletes images that were covers (docs/covers.md)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vodplan.core.address import Address
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Change
from vodplan.core.desired import DesiredAsset
from vodplan.core.errors import Forbidden
from vodplan.core.guards import CoverUsers, Surroundings
from vodplan.core.guards.protect import protected
from vodplan.core.kind import Kind
from vodplan.core.live import LiveAsset
from vodplan.core.oldcovers import UNKNOWN, Known, Owed, decide_old_covers, pictures_left
from vodplan.core.plan import GuardRefusal
from vodplan.core.policy import Policy
from vodplan.core.ports import LiveReader
from vodplan.core.urls import resource_key
from vodplan.core.values import FieldValue
from vodplan.engine.fresh import read_all

FORBIDDEN = "the key may not search for its image"

_COVER = "cover"


@dataclass(slots=True)
class OldCovers:
    """The covers that entries with `old: delete` take from their videos, and the images behind them.

    They are read before all other videos, so that of those only the covers that show one of these images are kept.

    owed: what earlier runs on the target did not get done.
    """

    owed: Sequence[Owed] = ()
    asking: dict[str, DesiredAsset] = field(default_factory=dict)
    _read: list[tuple[str, FieldValue, FieldValue]] = field(default_factory=list)
    _images: dict[str, LiveAsset] = field(default_factory=dict)
    _owed: dict[str, Owed] = field(default_factory=dict)
    _unknown: str = UNKNOWN

    def note(self, asset: DesiredAsset, live: LiveAsset, place: int) -> None:
        """Take note of an entry that asks, and of what its video shows; `place` is that of the cover."""
        self.asking[str(asset.address)] = asset
        self._read.append((live.id, live.values[place], asset.values[place]))

    async def look(self, changes: Sequence[Change], covers: CoverUsers, reader: LiveReader) -> None:
        """Find the images that are left, and tell of them whoever looks for the users of pictures."""
        left = pictures_left(changes, self.asking)
        urls = {str((updates[0].before or {})[_COVER]): picture for picture, updates in left.items()}
        try:
            found = await reader.images(sorted(urls)) if urls else {}
        except Forbidden:
            self._unknown = FORBIDDEN
            return
        self._images = {urls[url]: image for url, image in found.items()}
        await self._find_owed(left, reader)
        covers.deleted(self._images)
        for video_id, live, wanted in self._read:
            covers.add(video_id, live, wanted)

    async def _find_owed(self, left: Collection[str], reader: LiveReader) -> None:
        """Read the images that earlier runs owe, where an entry asks for it still, and they are what they were."""
        owed = {one.id: one for one in self.owed if not self.asking.keys().isdisjoint(one.videos)}
        async for batch in read_all(reader, "image", sorted(owed)):
            for image_id, image in batch.found:
                picture = resource_key(str(image.facts.get("url") or ""))
                if picture not in left and picture == resource_key(owed[image_id].url):
                    self._images[picture], self._owed[picture] = image, owed[image_id]

    async def decide(
        self,
        changes: Sequence[Change],
        covers: CoverUsers,
        reader: LiveReader,
        *,
        entries: Sequence[DesiredAsset],
        read: Collection[str],
        excluded: Callable[[Address], bool],
        kinds: Mapping[str, Kind],
        tree: CategoryTree,
        policy: Policy,
        now: datetime.datetime,
    ) -> list[Change]:
        """The changes with the deletions of old covers (`core.oldcovers.decide_old_covers`).

        entries: as `core.oldcovers.Known` has them.
        read:    ids of videos that were read just now: the search index has nothing to say of them.
        """
        users = {picture: set(videos) for picture, videos in covers.found().items()}
        if self._images:
            for picture, video_id in await _by_the_index(reader, self._images, kinds["video"]):
                if video_id not in read:
                    users.setdefault(picture, set()).add(f"video/{video_id}")
        around = Surroundings(now=now, managed={}, tree=tree, members={})

        def held(planned: Sequence[Change]) -> Iterable[GuardRefusal]:
            return protected(planned, policy.protect, around)

        known = Known(
            images=self._images,
            unknown=self._unknown,
            users=users,
            entries=entries,
            excluded=excluded,
            owed=self._owed,
            held=held,
        )
        return decide_old_covers(changes, self.asking, known, kind=kinds["image"], tree=tree)


async def _by_the_index(reader: LiveReader, pictures: Collection[str], kind: Kind) -> Sequence[tuple[str, str]]:
    """Picture and id of every video that has one of some pictures as cover, as far as the search index knows."""
    place = kind.index(_COVER)
    found = []
    async for page in reader.walk(kind.name, (_COVER,)):
        for one in page:
            cover = one.values[place]
            if isinstance(cover, str) and cover and (picture := resource_key(cover)) in pictures:
                found.append((picture, one.id))
    return found
