"""Reads back what was written while the rest is still being written."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial

from vodplan.core.categories import CategoryTree
from vodplan.core.change import Change
from vodplan.core.errors import ApiError, CredentialsError
from vodplan.core.kind import Kind
from vodplan.core.live import LiveAsset
from vodplan.core.ports import LiveReader
from vodplan.core.report import Outcome, Verdict
from vodplan.core.standing import Fresh, remaining
from vodplan.core.trailing import BEHIND, trailing
from vodplan.engine.fresh import read_all

SIDE_BY_SIDE = 8
"""Reads under way at once; the client paces them."""


class ReadBack:
    """Follows an apply at a distance (`core.trailing.BEHIND`), in whole batches, and notes what reads as planned.

    What does not is nobody's worry yet: it is read with all the rest when the last write is through, as often as that
    takes (`engine.verify`). So a small apply is read back then as a whole.
    """

    def __init__(self, changes: Sequence[Change], *, reader: LiveReader, kinds: Mapping[str, Kind]) -> None:
        self._changes = changes
        self._reader = reader
        self._kinds = kinds
        self._trailing = trailing(changes)
        self._queues: dict[str, deque[int]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._matched: set[int] = set()
        self._over = False

    def settled(self, outcome: Outcome) -> None:
        """Take note of a change that ended, and look at one that did so a while ago."""
        if outcome.change in self._trailing and outcome.verdict in (Verdict.DONE, Verdict.ALREADY):
            name = outcome.address.kind
            self._queues.setdefault(name, deque()).append(outcome.change)
            self._go_on(name)

    async def matched(self) -> frozenset[int]:
        """Finish what is under way, and say which changes read as planned."""
        self._over = True
        await asyncio.gather(*self._under_way)
        return frozenset(self._matched)

    async def close(self) -> None:
        """Break off what is under way."""
        self._over = True
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _go_on(self, name: str) -> None:
        queue, size = self._queues[name], self._kinds[name].read_batch
        while not self._over and len(self._under_way) < SIDE_BY_SIDE and len(queue) >= BEHIND + size:
            self._begin(name, [queue.popleft() for _ in range(size)])

    def _begin(self, name: str, places: Sequence[int]) -> None:
        task = asyncio.ensure_future(self._look(name, places))
        self._under_way.add(task)
        task.add_done_callback(partial(self._looked, name))

    def _looked(self, name: str, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            # One that failed stays, for `matched` to raise its error.
            self._under_way.discard(task)
            self._go_on(name)

    async def _look(self, name: str, places: Sequence[int]) -> None:
        changes = {place: self._changes[place] for place in places}
        found: dict[str, LiveAsset] = {}
        try:
            async for batch in read_all(self._reader, name, [str(one.id) for one in changes.values()]):
                found.update(batch.found)
        except (ApiError, CredentialsError):
            # All of it is read again at the end, and trouble that lasts until then is reported.
            self._over = True
            return
        here = {one.address: found[str(one.id)] for one in changes.values() if one.id in found}
        fresh = Fresh(assets=here, parts={}, tree=CategoryTree(()), members={})
        self._matched.update(place for place, one in changes.items() if not remaining(one, fresh, self._kinds[name]))
