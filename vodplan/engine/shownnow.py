"""Looks whether videos show their new covers, before the images that they showed are deleted."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence

from vodplan.core.categories import CategoryTree
from vodplan.core.change import Change
from vodplan.core.coverfile import Images
from vodplan.core.errors import ApiError, CredentialsError
from vodplan.core.kind import Kind
from vodplan.core.live import LiveAsset
from vodplan.core.ports import LiveReader, Progress
from vodplan.core.standing import Fresh, remaining
from vodplan.engine.fresh import read_all
from vodplan.engine.verify import PATIENCE

_COVER = "cover"


class ShownNow:
    """Implements `applier.Look`; reads again, as `engine.verify` does, what does not show yet."""

    def __init__(
        self,
        *,
        reader: LiveReader,
        kinds: Mapping[str, Kind],
        sleep: Callable[[float], Awaitable[None]],
        progress: Progress,
    ) -> None:
        self._reader = reader
        self._kinds = kinds
        self._sleep = sleep
        self._progress = progress

    async def __call__(self, updates: Sequence[tuple[int, Change]], pictures: Images) -> Mapping[int, str]:
        """Place → why it is not known that the video shows its new cover. Never raises for a service that fails."""
        left = dict(updates)
        self._progress.start("verifying", len(left))
        try:
            for wait in (*PATIENCE, None):
                shown = await self._shown(left, pictures)
                self._progress.advance(len(shown))
                left = {place: change for place, change in left.items() if place not in shown}
                if wait is None or not left:
                    break
                await self._sleep(wait)
        except (ApiError, CredentialsError) as error:
            return {place: f"{one.address} could not be read back: {error.message}" for place, one in left.items()}
        finally:
            self._progress.finish()
        return {place: f"{change.address} does not show its new cover yet." for place, change in left.items()}

    async def _shown(self, updates: Mapping[int, Change], pictures: Images) -> frozenset[int]:
        found: dict[str, LiveAsset] = {}
        kinds = {one.kind for one in updates.values()}
        for name in kinds:
            ids = dict.fromkeys(str(one.id) for one in updates.values() if one.kind == name)
            async for batch in read_all(self._reader, name, list(ids)):
                found.update(batch.found)
        here = {one.address: found[str(one.id)] for one in updates.values() if one.id in found}
        fresh = Fresh(assets=here, parts={}, tree=CategoryTree(()), members={}, pictures=pictures)
        return frozenset(
            place for place, one in updates.items() if not remaining(_of_cover(one), fresh, self._kinds[one.kind])
        )


def _of_cover(change: Change) -> Change:
    """An update as far as it is about the cover; what else did not take is told when everything is read back."""
    before, after = change.before or {}, change.after or {}
    return dataclasses.replace(change, before={_COVER: before[_COVER]}, after={_COVER: after[_COVER]}, params={})
