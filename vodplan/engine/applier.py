"""ApprovedPlan → ApplyReport: the one road to writing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence

from vodplan.core.approve import ApprovedPlan
from vodplan.core.change import Action, Change
from vodplan.core.errors import (
    ApiError,
    CredentialsError,
    Forbidden,
    NotFound,
    RefusedByService,
    Throttled,
    UnknownOutcome,
)
from vodplan.core.kind import Call, Kind
from vodplan.core.ports import CallAnswer, Journal, LiveWriter, Progress
from vodplan.core.report import Outcome, Verdict
from vodplan.core.standing import Standing

IN_FLIGHT = 8
"""Calls of one stage under way at once; the client paces each operation below this bound."""

_STAGES = (Action.UPDATE, Action.DELETE_STREAMS, Action.DELETE_SOURCE, Action.DELETE)
"""The ranks of changes to assets, in order; categories come before and after them."""


class Applier:
    """Carries an approved plan out, stage by stage, and says what became of each change.

    Categories are made and renamed one after another, since each may need the one before; then updates, then removals,
    in calls that run side by side within a stage; categories are deleted last, one after another. When a change before
    the removals is not done, the removals are held. A call that is refused as a whole is split until the item that
    the service refuses stands alone.

    stop: asked before each call; once it answers True nothing more is begun, and the rest is held.
    """

    def __init__(
        self,
        approved: ApprovedPlan,
        *,
        kinds: Mapping[str, Kind],
        writer: LiveWriter,
        journal: Journal,
        progress: Progress,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._changes = approved.changes
        self._kinds = kinds
        self._writer = writer
        self._journal = journal
        self._progress = progress
        self._stop = stop
        self._category_ids = dict(approved.category_ids)
        self._outcomes: dict[int, Outcome] = {}
        self._halted = ""
        for place, standing in enumerate(approved.standings):
            if standing is Standing.ALREADY:
                self._settle(place, Verdict.ALREADY, detail="The library is so already.")

    async def run(self) -> tuple[Outcome, ...]:
        """Carry everything out; returns one outcome per change, in the plan's order.

        raises: StoreError when the journal cannot be written; nothing is sent after that.
        """
        self._progress.start("applying", len(self._changes) - len(self._outcomes))
        try:
            for place, change in self._pending(lambda one: one.kind == "category" and not one.action.removes):
                await self._stage([(place, change)])
            for action in _STAGES:
                if action.removes:
                    self._hold(lambda one: one.kind != "category", after=lambda one: not one.action.removes)
                await self._stage([(place, one) for place, one in self._of_assets() if one.action is action])
            self._hold(lambda one: True, after=lambda one: True)
            for place, change in self._pending(lambda one: one.kind == "category"):
                await self._stage([(place, change)])
                self._hold(lambda one: True, after=lambda one: True)
        finally:
            self._progress.finish()
        return tuple(self._outcomes[place] for place in range(len(self._changes)))

    def _pending(self, wanted: Callable[[Change], bool]) -> Iterator[tuple[int, Change]]:
        for place, change in enumerate(self._changes):
            if place not in self._outcomes and wanted(change):
                yield place, change

    def _of_assets(self) -> Iterator[tuple[int, Change]]:
        return self._pending(lambda one: one.kind != "category")

    async def _stage(self, members: Sequence[tuple[int, Change]]) -> None:
        """Carry changes of one rank out, in as few calls as their kinds make of them."""
        ready = [(place, change) for place, change in members if not self._lacks_category(place, change)]
        calls: list[Call] = []
        for kind in dict.fromkeys(change.kind for _, change in ready):
            group = [(place, change) for place, change in ready if change.kind == kind]
            calls.extend(self._kinds[kind].calls(group, self._category_ids))
        gate = asyncio.Semaphore(IN_FLIGHT)
        # Every call that was begun is waited for, whatever becomes of the others: a call cut off has no known outcome.
        ended = await asyncio.gather(*(self._gated(call, gate) for call in calls), return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error

    async def _gated(self, call: Call, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                await self._carry_out(call)
            except BaseException as error:
                self._halted = self._halted or f"The run ended early: {error}"
                raise

    async def _carry_out(self, call: Call) -> None:
        """Send one call, journalled before and after; split it when it is refused as a whole."""
        if self._stop() and not self._halted:
            self._halted = "The run was asked to stop."
        if self._halted:
            self._settle_all(call, Verdict.HELD, detail=self._halted)
            return
        self._journal.intent(call, [self._changes[item.change] for item in call.items])
        try:
            answer = await self._writer.write(call)
        except (RefusedByService, NotFound) as refusal:
            if len(call.items) > 1:
                for half in _halves(call):
                    await self._carry_out(half)
                return
            self._refused(call, refusal)
        except (Forbidden, Throttled) as refusal:
            self._refused(call, refusal)
        except UnknownOutcome as lost:
            self._settle_all(call, Verdict.UNKNOWN, code=lost.code, detail=lost.message, request_id=lost.request_id)
        except CredentialsError as error:
            self._halted = error.message
            self._settle_all(call, Verdict.HELD, detail=error.message)
        except ApiError as error:
            self._halted = error.message
            self._settle_all(call, Verdict.HELD, code=error.code, detail=error.message, request_id=error.request_id)
        else:
            self._answered(call, answer)
        self._journal.outcome(call, [self._outcomes[item.change] for item in call.items])

    def _answered(self, call: Call, answer: CallAnswer) -> None:
        for item in call.items:
            change = self._changes[item.change]
            refusal = answer.refused.get(item.id)
            if refusal is not None:
                self._settle(item.change, Verdict.REFUSED, refusal.code, refusal.message, answer.request_id)
            elif item.id in answer.missing and change.action.removes:
                self._settle(item.change, Verdict.ALREADY, detail="It was gone already.", request_id=answer.request_id)
            elif item.id in answer.missing:
                detail = "The service says that the asset does not exist."
                self._settle(item.change, Verdict.REFUSED, "NotFound", detail, answer.request_id)
            else:
                if change.action is Action.CREATE and answer.created_id is not None:
                    self._category_ids[change.address.key] = answer.created_id
                self._settle(item.change, Verdict.DONE, request_id=answer.request_id)

    def _refused(self, call: Call, refusal: ApiError) -> None:
        self._settle_all(
            call, Verdict.REFUSED, code=refusal.code, detail=refusal.message, request_id=refusal.request_id
        )

    def _settle_all(
        self, call: Call, verdict: Verdict, *, code: str = "", detail: str = "", request_id: str = ""
    ) -> None:
        for item in call.items:
            self._settle(item.change, verdict, code, detail, request_id)

    def _settle(self, place: int, verdict: Verdict, code: str = "", detail: str = "", request_id: str = "") -> None:
        change = self._changes[place]
        self._outcomes[place] = Outcome(
            change=place,
            address=change.address,
            action=change.action,
            verdict=verdict,
            code=code,
            detail=detail,
            request_id=request_id,
        )
        self._progress.advance(1)

    def _lacks_category(self, place: int, change: Change) -> bool:
        """Hold a change that needs a category which this run was to make and did not."""
        needed: object = None
        if change.kind == "category" and change.action is Action.CREATE:
            if "parent_id" not in change.params:
                needed = change.address.key.rpartition("/")[0]
        elif (
            change.action is Action.UPDATE and "category" in (change.after or {}) and "category_id" not in change.params
        ):
            needed = (change.after or {})["category"]
        if not needed or needed in self._category_ids:
            return False
        self._settle(place, Verdict.HELD, detail=f'The category "{needed}" was not made.')
        return True

    def _hold(self, which: Callable[[Change], bool], *, after: Callable[[Change], bool]) -> None:
        """Hold the removals that are left once a change before them, of those that count, did not end as planned."""
        ended_well = (Verdict.DONE, Verdict.ALREADY)
        failed = [
            one for one in self._outcomes.values() if one.verdict not in ended_well and after(self._changes[one.change])
        ]
        if not failed:
            return
        detail = self._halted or f"Removals wait until every change before them is done; {failed[0].address} is not."
        for place, _ in list(self._pending(lambda one: one.action.removes and which(one))):
            self._settle(place, Verdict.HELD, detail=detail)


def _halves(call: Call) -> tuple[Call, Call]:
    middle = len(call.items) // 2
    first, second = call.items[:middle], call.items[middle:]
    return (
        Call(operation=call.operation, kind=call.kind, items=first),
        Call(operation=call.operation, kind=call.kind, items=second),
    )
