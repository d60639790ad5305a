"""Saves source files before they are deleted, and looks again whether what took so long is still to be done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from vodplan.core.change import Change
from vodplan.core.errors import ApiError, CredentialsError
from vodplan.core.kind import Kind
from vodplan.core.ports import Backup, LiveReader, Progress, Refusal
from vodplan.core.standing import Standing, stand
from vodplan.engine.fresh import read_fresh

WORKERS = 16
"""Changes in hand at once; how many files are fetched side by side is the backup's affair."""

LOOK_SECONDS = 0.25
"""How often a wish to stop is looked for while files are fetched."""


class Saving:
    """Implements `applier.Save`.

    stop: a reason ends the fetching soon; what is not safe by then is held for it.
    """

    def __init__(
        self,
        backup: Backup,
        *,
        reader: LiveReader,
        kinds: Mapping[str, Kind],
        progress: Progress,
        stop: Callable[[], str],
    ) -> None:
        self._backup = backup
        self._reader = reader
        self._kinds = kinds
        self._progress = progress
        self._stop = stop

    async def __call__(self, members: Sequence[tuple[int, Change]]) -> Mapping[int, Refusal]:
        """Save what each change takes away; place → why it may not be carried out."""
        self._progress.start("saving bytes", sum(_size(change) for _, change in members))
        try:
            told = await self._save(members)
        finally:
            self._progress.finish()
        reason = self._stop()
        refusals = {place: told.get(place, Refusal(code="", message=reason)) for place, _ in members}
        safe = [(place, change) for place, change in members if refusals[place] is None]
        held = {place: refusal for place, refusal in refusals.items() if refusal is not None}
        return {**held, **await self._moved(safe)} if safe and not reason else held

    async def _save(self, members: Sequence[tuple[int, Change]]) -> dict[int, Refusal | None]:
        """Save all, or as many as there is time for; place → why not, None for what is safe."""
        told: dict[int, Refusal | None] = {}
        queue = iter(members)

        async def work() -> None:
            for place, change in queue:
                told[place] = await self._backup.save(change, came=self._progress.advance)

        workers = [asyncio.ensure_future(work()) for _ in range(min(WORKERS, len(members)))]
        try:
            await self._watch(workers)
        finally:
            for one in workers:
                one.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        return told

    async def _watch(self, workers: Iterable[asyncio.Future[None]]) -> None:
        """Wait for all of them, or for a wish to stop, or for one that failed."""
        left = set(workers)
        while left and not self._stop():
            ended, left = await asyncio.wait(left, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_EXCEPTION)
            for one in ended:
                one.result()

    async def _moved(self, members: Sequence[tuple[int, Change]]) -> Mapping[int, Refusal]:
        """Hold what changed while files were fetched: that can take hours, and plans are held to the live library."""
        try:
            fresh = await read_fresh([change for _, change in members], self._reader, self._kinds)
        except (ApiError, CredentialsError) as error:
            why = f"It was not read again after its source file was saved: {error.message}"
            return {place: Refusal(code=getattr(error, "code", ""), message=why) for place, _ in members}
        held: dict[int, Refusal] = {}
        for place, change in members:
            kind = self._kinds[change.kind]
            found = stand(change, fresh, kind, {})
            names = [field.name for field in kind.fields]
            other = [name for name in names if found.change.facts.get(name) != change.facts.get(name)]
            if found.standing is Standing.PENDING and (found.moved or other):
                what = ", ".join(other) or "; ".join(found.moved)
                why = f"It changed while source files were saved ({what}); plan again."
                held[place] = Refusal(code="", message=why)
        return held


def _size(change: Change) -> int:
    size = change.bytes_freed if change.bytes_freed is not None else change.facts.get("size")
    return size if isinstance(size, int) else 0
