"""ApprovedPlan → ApplyReport: the one road to writing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from vodplan.core.approve import ApprovedPlan
from vodplan.core.categories import SEPARATOR
from vodplan.core.change import Action, Change
from vodplan.core.coverfile import Images, upload_calls, wanted_cover, with_url
from vodplan.core.errors import (
    ApiError,
    CredentialsError,
    Forbidden,
    NotFound,
    RefusedByService,
    Throttled,
    UnknownOutcome,
)
from vodplan.core.kind import Call, Kind, OperationSpec
from vodplan.core.lanes import side_by_side
from vodplan.core.oldcovers import waited_for
from vodplan.core.ports import CallAnswer, Journal, LiveWriter, Progress, Refusal
from vodplan.core.report import Outcome, Verdict
from vodplan.core.standing import Standing
from vodplan.engine.limits import Limits
from vodplan.kinds.operations import OPERATIONS

Check = Callable[[Sequence[Outcome]], Awaitable[str]]
"""Looks at changes that went ahead and says what is wrong with them, "" when nothing is."""

Save = Callable[[Sequence[tuple[int, Change]]], Awaitable[Mapping[int, Refusal]]]
"""Saves what changes are about to take away for good, and says for which of them it could not; place → why."""

Look = Callable[[Sequence[tuple[int, Change]], Images], Awaitable[Mapping[int, str]]]
"""Looks whether videos show the pictures that updates gave them, and says of which it does not know that they do;
place → why. The pictures have the addresses that they were given by."""

IN_FLIGHT = 12
IN_FLIGHT_ALONE = 32
"""Calls of one operation under way at once, of several items and of one; the client paces each operation below this
bound. With them 30 and 100 calls a second go on where an answer and its two records take 300 milliseconds."""

WELL = (Verdict.DONE, Verdict.ALREADY)
"""How a change ends that is now as planned."""

_STAGES = (Action.UPDATE, Action.DELETE_STREAMS, Action.DELETE_SOURCE, Action.DELETE)
"""The ranks of changes to assets, in order; categories come before and after them."""

_FIRST_REMOVAL = next(action for action in _STAGES if action.removes)
_TAKING_SOURCES = frozenset({Action.DELETE_SOURCE, Action.DELETE})


class Applier:
    """Carries an approved plan out, stage by stage, and says what became of each change.

    Categories are made and renamed one after another, since each may need the one before; then updates, then removals,
    in calls that run side by side within a stage; categories are deleted last, one after another. When a change before
    the removals is not done, the removals are held. A call that is refused as a whole is split until the item that
    the service refuses stands alone.

    stop:     asked before each call; a reason means that nothing more is begun and the rest is held.
    recorded: outcomes of a run that is taken up again, by place; what it did stays done in its report, and what had no
              answer is settled by what was read.
    limits:   when to stop by itself.
    save:     asked before the first removal about every change that takes a source file away; what it could not save
              is held, the others go on.
    look:     asked before images are deleted that were covers, about the updates that gave their videos others; the
              images of those that it cannot vouch for are held.
    operations: with the rates of the account, by which calls are shared between operations that do the same.
    settled:  told of each outcome as it is known.
    pictures: what the pictures in files are uploaded as already; the others are uploaded before the updates.
    """

    def __init__(
        self,
        approved: ApprovedPlan,
        *,
        kinds: Mapping[str, Kind],
        writer: LiveWriter,
        journal: Journal,
        progress: Progress,
        stop: Callable[[], str] = lambda: "",
        recorded: Mapping[int, Outcome] | None = None,
        limits: Limits | None = None,
        save: Save | None = None,
        look: Look | None = None,
        operations: Mapping[str, OperationSpec] = OPERATIONS,
        settled: Callable[[Outcome], None] = lambda outcome: None,
        pictures: Images | None = None,
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
        self._recorded = recorded or {}
        self._limits = limits or Limits()
        self._save = save
        self._look = look
        self._operations = operations
        self._settled = settled
        self._pictures = dict(pictures or {})
        self._unwell: list[Outcome] = []
        self._failures = 0
        self._window: frozenset[int] | None = None
        self._already = [place for place, one in enumerate(approved.standings) if one is Standing.ALREADY]

    async def run(self, *, hold: Check | None = None) -> tuple[Outcome, ...]:
        """Carry everything out; returns one outcome per change, in the plan's order.

        hold:   looks at the changes that went ahead of the others (`Limits.canary`) and says what is wrong with them;
                the rest is held unless that is "".
        raises: StoreError when the journal cannot be written; nothing is sent after that.
        """
        self._progress.start("applying", len(self._changes))
        try:
            for place in self._already:
                self._stand_already(place)
            if self._limits.canary is not None and hold is not None:
                await self._go_ahead(self._limits.canary, hold)
            await self._stages()
        finally:
            self._progress.finish()
        return tuple(self._outcomes[place] for place in range(len(self._changes)))

    async def _go_ahead(self, most: int, hold: Check) -> None:
        """Carry the first few changes out alone, and halt unless they are well."""
        first = [place for place, _ in self._pending(lambda one: True)][:most]
        self._window = frozenset(first)
        await self._stages()
        self._window = None
        with self._pause():
            wrong = await hold([self._outcomes[place] for place in first])
        if wrong and not self._halted:
            self._halted = f"The first {len(first)} changes did not hold: {wrong}"

    async def _stages(self) -> None:
        for place, change in self._pending(lambda one: one.kind == "category" and not one.action.removes):
            await self._stage([(place, change)])
        for action in _STAGES:
            if action.removes:
                self._hold(lambda one: one.kind != "category", after=lambda one: not one.action.removes)
            if action is _FIRST_REMOVAL:
                await self._save_sources()
            if action is Action.DELETE:
                await self._hold_old_covers()
            if action is Action.UPDATE:
                await self._side_by_side(upload_calls(self._of_assets(), self._pictures))
            await self._stage([(place, one) for place, one in self._of_assets() if one.action is action])
        self._hold(lambda one: True, after=lambda one: True)
        for place, change in self._pending(lambda one: one.kind == "category"):
            await self._stage([(place, change)])
            self._hold(lambda one: True, after=lambda one: True)

    async def _save_sources(self) -> None:
        """Hold the changes whose source files cannot be saved before them."""
        members = [(place, one) for place, one in self._of_assets() if self._takes_source(one)]
        if self._save is None or not members:
            return
        self._halted = self._halted or self._stop() or self._limits.reached(self._failures)
        if self._halted:
            return
        with self._pause():
            refusals = await self._save(members)
        for place, refusal in refusals.items():
            self._settle(place, Verdict.HELD, refusal.code, refusal.message, refusal.request_id)

    async def _hold_old_covers(self) -> None:
        """Hold the deletions of images whose videos are not known to show others by now."""
        members = [(place, waited_for(one)) for place, one in self._of_assets() if waited_for(one)]
        if not members:
            return
        self._halted = self._halted or self._stop() or self._limits.reached(self._failures)
        if self._halted:
            return
        named = {address for _, addresses in members for address in addresses}
        places = {
            str(one.address): place
            for place, one in enumerate(self._changes)
            if one.action is Action.UPDATE and str(one.address) in named
        }
        doubtful = {one: f"{one} is not given another cover by this plan." for one in named - places.keys()}
        for address, place in places.items():
            ended = self._outcomes.get(place)
            if ended is None or ended.verdict not in WELL:
                doubtful[address] = f"{address} does not have its new cover."
        updates = [(place, self._changes[place]) for address, place in places.items() if address not in doubtful]
        if self._look is not None and updates:
            with self._pause():
                told = await self._look(updates, self._pictures)
            doubtful.update((str(self._changes[place].address), why) for place, why in told.items())
        for place, addresses in members:
            whys = [doubtful[one] for one in addresses if one in doubtful]
            if whys:
                self._settle(place, Verdict.HELD, detail=whys[0])

    @contextlib.contextmanager
    def _pause(self) -> Iterator[None]:
        """End the step while another goes on, since steps do not stand within each other, and begin the rest after."""
        self._progress.finish()
        try:
            yield
        finally:
            self._progress.start("applying", len(self._changes) - len(self._outcomes))

    def _takes_source(self, change: Change) -> bool:
        return self._kinds[change.kind].has_source and change.action in _TAKING_SOURCES

    def _stand_already(self, place: int) -> None:
        before = self._recorded.get(place)
        if before is not None and before.verdict is Verdict.DONE:
            self._settle(place, Verdict.DONE, detail=before.detail, request_id=before.request_id)
        elif before is not None and before.verdict is Verdict.UNKNOWN:
            self._settle(place, Verdict.DONE, detail="No answer was recorded; reading shows that it is done.")
        else:
            self._settle(place, Verdict.ALREADY, detail="The library is so already.")

    def _pending(self, wanted: Callable[[Change], bool]) -> Iterator[tuple[int, Change]]:
        for place, change in enumerate(self._changes):
            within = self._window is None or place in self._window
            if within and place not in self._outcomes and wanted(change):
                yield place, change

    def _of_assets(self) -> Iterator[tuple[int, Change]]:
        return self._pending(lambda one: one.kind != "category")

    async def _stage(self, members: Sequence[tuple[int, Change]]) -> None:
        """Carry changes of one rank out, in as few calls as their kinds make of them."""
        ready = [(place, change) for place, change in members if not self._must_wait(place, change)]
        calls: list[Call] = []
        for name in dict.fromkeys(change.kind for _, change in ready):
            kind = self._kinds[name]
            group = [(place, self._shown(change)) for place, change in ready if change.kind == name]
            calls.extend(side_by_side(kind.calls(group, self._category_ids), kind.alone, self._operations))
        await self._side_by_side(calls)

    def _shown(self, change: Change) -> Change:
        """A change with the address of the picture that it is to show."""
        cover = wanted_cover(change)
        return change if cover is None else with_url(change, self._pictures[cover.sha256][0])

    async def _side_by_side(self, calls: Iterable[Call]) -> None:
        """Carry out calls of one rank, those of each operation in a lane of their own."""
        lanes: dict[str, list[Call]] = {}
        for call in calls:
            lanes.setdefault(call.operation, []).append(call)
        work = [self._work(queue) for calls in lanes.values() for queue in [iter(calls)] * _lane_width(calls)]
        # Every call that was begun is waited for, whatever becomes of the others: a call cut off has no known outcome.
        ended = await asyncio.gather(*work, return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error

    async def _work(self, queue: Iterator[Call]) -> None:
        """Carry out what is next in a lane, and next, until there is no more."""
        for call in queue:
            try:
                await self._carry_out(call)
            except BaseException as error:
                self._halted = self._halted or f"The run ended early: {error}"
                raise

    async def _carry_out(self, call: Call) -> None:
        """Send one call, journalled before and after; split it when it is refused as a whole."""
        self._halted = self._halted or self._stop() or self._limits.reached(self._failures)
        if self._halted:
            self._settle_all(call, Verdict.HELD, detail=self._halted)
            return
        await self._journal.intent(call, [self._changes[item.change] for item in call.items])
        try:
            answer = await self._writer.write(call)
        except (RefusedByService, NotFound) as refusal:
            if len(call.items) > 1:
                # Nothing of it was done: its items have their outcomes from the calls that follow.
                await self._journal.outcome(call, ())
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
            call = self._answered(call, answer)
        ended = [self._outcomes[item.change] for item in call.items if item.change in self._outcomes]
        await self._journal.outcome(call, ended)

    def _answered(self, call: Call, answer: CallAnswer) -> Call:
        """Take note of what came of each item; gives the call, with what an upload made for the journal to keep."""
        if answer.uploaded is not None:
            # The change itself is still to come: only what it shows is there.
            item = call.items[0]
            self._pictures[str(item.params["sha256"])] = (answer.uploaded.url,)
            made = {"image": answer.uploaded.id, "url": answer.uploaded.url}
            return replace(call, items=(replace(item, params={**item.params, **made}),))
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
        return call

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
        self._failures += verdict in (Verdict.REFUSED, Verdict.UNKNOWN)
        outcome = self._outcomes[place] = Outcome(
            change=place,
            address=change.address,
            action=change.action,
            verdict=verdict,
            code=code,
            detail=detail,
            request_id=request_id,
        )
        if verdict not in WELL:
            self._unwell.append(outcome)
        self._progress.advance(1)
        self._settled(outcome)

    def _must_wait(self, place: int, change: Change) -> bool:
        """Hold a change that needs what this run was to provide and did not: a category, a name, a picture."""
        needed = _made_before(change)
        if needed and needed not in self._category_ids:
            self._settle(place, Verdict.HELD, detail=f'The category "{needed}" was not made.')
            return True
        cover = wanted_cover(change)
        if cover is not None and not self._pictures.get(cover.sha256):
            self._settle(place, Verdict.HELD, detail=f"Its cover was not uploaded: {cover.file}.")
            return True
        if change.action is Action.CREATE:
            for outcome in self._unwell:
                if _names_place_of(self._changes[outcome.change], change):
                    self._settle(place, Verdict.HELD, detail=f"It waits for the renaming to {outcome.address}.")
                    return True
        return False

    def _hold(self, which: Callable[[Change], bool], *, after: Callable[[Change], bool]) -> None:
        """Hold the removals that are left once a change before them, of those that count, did not end as planned."""
        failed = next((one for one in self._unwell if after(self._changes[one.change])), None)
        if failed is None:
            return
        detail = self._halted or f"Removals wait until every change before them is done; {failed.address} is not."
        for place, _ in list(self._pending(lambda one: one.action.removes and which(one))):
            self._settle(place, Verdict.HELD, detail=detail)


def _made_before(change: Change) -> str:
    """The path of a category that must be made before a change; "" when it needs none."""
    if change.action is Action.CREATE and "parent_id" not in change.params:
        return change.address.key.rpartition(SEPARATOR)[0]
    if change.action is Action.UPDATE and "category_id" not in change.params:
        return str((change.after or {}).get("category", ""))
    return ""


def _names_place_of(renaming: Change, creation: Change) -> bool:
    """Whether a renaming frees the name of a new category, or names one of those above it."""
    if renaming.action is not Action.RENAME:
        return False
    path, new = creation.address.key, renaming.address.key
    freed = new.rpartition(SEPARATOR)[0], str((renaming.before or {})["path"]).rpartition(SEPARATOR)[2]
    return path.startswith(f"{new}{SEPARATOR}") or path == SEPARATOR.join(filter(None, freed))


def _lane_width(calls: Sequence[Call]) -> int:
    """How many calls of one operation go side by side."""
    alone = all(len(call.items) == 1 for call in calls)
    return min(len(calls), IN_FLIGHT_ALONE if alone else IN_FLIGHT)


def _halves(call: Call) -> tuple[Call, Call]:
    middle = len(call.items) // 2
    first, second = call.items[:middle], call.items[middle:]
    return (
        Call(operation=call.operation, kind=call.kind, items=first),
        Call(operation=call.operation, kind=call.kind, items=second),
    )
