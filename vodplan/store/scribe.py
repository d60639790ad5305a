"""The journal of a run in the hands of an apply that has many calls under way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from vodplan.core.change import Change
from vodplan.core.kind import Call
from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport, Outcome
from vodplan.store.journal import RunJournal
from vodplan.store.turn import Line


class Scribe:
    """See `core.ports.Journal`. Every method raises StoreError when the record cannot be made durable.

    Lines that come while others are being written share the next transaction, and each waits for the end of its own; so
    the journal keeps up with any number of calls a second, however long the disk or the server takes to be sure of one.
    Writing is another thread's: what is under way at the service does not wait for it.
    """

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal
        self._waiting: list[tuple[Line, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def prepare(self, plan: Plan) -> None:
        """Work out ahead what `begin` writes, while other things go on."""
        await asyncio.to_thread(self._journal.prepare, plan)

    def begin(self, plan: Plan) -> str:
        """See `Journal.begin`."""
        return self._journal.begin(plan)

    async def intent(self, call: Call, changes: Sequence[Change]) -> None:
        """See `Journal.intent`."""
        await self._written(Line(call=call, changes=changes))

    async def outcome(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """See `Journal.outcome`."""
        await self._written(Line(call=call, outcomes=outcomes))

    def end(self, report: ApplyReport) -> None:
        """See `Journal.end`."""
        self._journal.end(report)

    async def _written(self, line: Line) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((line, done))
        if self._writing is None:
            self._writing = asyncio.ensure_future(self._write())
        await done

    async def _write(self) -> None:
        """Write until nothing waits."""
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                error = await self._recorded([line for line, _ in group])
                for _, done in group:
                    if done.done():
                        # Whoever asked for it was cancelled.
                        continue
                    if error is None:
                        done.set_result(None)
                    else:
                        done.set_exception(error)
        finally:
            self._writing = None

    async def _recorded(self, lines: Sequence[Line]) -> Exception | None:
        """Write lines in one transaction; the error that none of them is recorded for."""
        try:
            await asyncio.to_thread(self._journal.record, lines)
        except Exception as error:
            return error
        return None
