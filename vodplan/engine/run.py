"""One apply from start to end: read again, approve, write, read back, report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from vodplan.core.approve import approve, check_allowances
from vodplan.core.change import Change
from vodplan.core.kind import Kind, OperationSpec
from vodplan.core.plan import Plan
from vodplan.core.policy import Policy
from vodplan.core.ports import Backup, Journal, LiveReader, LiveWriter, Progress
from vodplan.core.report import ApplyReport, Outcome, Verdict
from vodplan.core.standing import Fresh, Standing, stand
from vodplan.engine.applier import WELL, Applier
from vodplan.engine.fresh import read_fresh
from vodplan.engine.limits import Limits
from vodplan.engine.readback import ReadBack
from vodplan.engine.saving import Saving
from vodplan.engine.shownnow import ShownNow
from vodplan.engine.telling import Telling, listening
from vodplan.engine.verify import PATIENCE, verify
from vodplan.kinds.operations import OPERATIONS


async def run_apply(
    plan: Plan,
    *,
    reader: LiveReader,
    writer: LiveWriter,
    journal: Journal,
    kinds: Mapping[str, Kind],
    policy: Policy,
    allow_deletes: int | None,
    sleep: Callable[[float], Awaitable[None]],
    progress: Progress,
    stop: Callable[[], str] = lambda: "",
    recorded: Mapping[int, Outcome] | None = None,
    limits: Limits | None = None,
    backup: Backup | None = None,
    operations: Mapping[str, OperationSpec] = OPERATIONS,
) -> ApplyReport:
    """Carry a plan out and report on every change of it (docs/contract.md section 6).

    stop, recorded, limits, operations: as `Applier` takes them.
    backup: saves source files before they are deleted; None deletes them without.
    raises: Refused, StalePlan, ApiError, CredentialsError before the first write, when nothing was written; StoreError
            when the journal fails. After the first write every failure is in the report instead.
    """
    check_allowances(plan, allow_deletes)
    done = [place for place, one in (recorded or {}).items() if one.verdict is Verdict.DONE]
    fresh = await _settled(plan, done, reader=reader, kinds=kinds, sleep=sleep)
    approved = approve(plan, fresh, kinds=kinds, policy=policy, allow_deletes=allow_deletes, done=done)
    run = journal.begin(plan)
    telling = Telling(plan, run) if listening() else None
    behind = ReadBack(plan.changes, reader=reader, kinds=kinds)
    applier = Applier(
        approved,
        kinds=kinds,
        writer=writer,
        journal=journal,
        progress=progress,
        stop=stop,
        recorded=recorded,
        limits=limits,
        operations=operations,
        settled=behind.settled if telling is None else telling.beside(behind.settled),
        pictures=fresh.pictures,
        look=ShownNow(reader=reader, kinds=kinds, sleep=sleep, progress=progress),
        save=Saving(backup, reader=reader, kinds=kinds, progress=progress, stop=stop) if backup is not None else None,
    )

    async def hold(ahead: Sequence[Outcome]) -> str:
        failed = [one for one in ahead if one.verdict not in WELL]
        if failed:
            return f"{failed[0].address} was {failed[0].verdict}."
        looked = await verify(plan.changes, ahead, reader=reader, kinds=kinds, sleep=sleep, progress=progress)
        if looked.unconverged is None:
            return f"they could not be read back. {looked.error}"
        return f"{looked.unconverged[0].address} does not read back as planned." if looked.unconverged else ""

    try:
        try:
            outcomes = await applier.run(hold=hold)
            matched = await behind.matched()
        finally:
            await behind.close()
        verified = await verify(
            plan.changes, outcomes, matched=matched, reader=reader, kinds=kinds, sleep=sleep, progress=progress
        )
    except BaseException:
        if telling is not None:
            telling.cut_off()
        raise
    if telling is not None:
        telling.read_back(verified.outcomes)
    report = ApplyReport(
        run=run,
        plan_digest=plan.digest,
        outcomes=verified.outcomes,
        unconverged=verified.unconverged,
        verify_error=verified.error,
        interrupted=bool(stop()),
    )
    journal.end(report)
    if telling is not None:
        telling.ended(report)
    return report


async def _settled(
    plan: Plan,
    done: Collection[int],
    *,
    reader: LiveReader,
    kinds: Mapping[str, Kind],
    sleep: Callable[[float], Awaitable[None]],
) -> Fresh:
    """The live state of now, read again while something that was recorded as done does not show yet."""
    fresh = await read_fresh(plan.changes, reader, kinds)
    for wait in PATIENCE:
        if not any(_behind(plan.changes[place], fresh, kinds) for place in done):
            break
        await sleep(wait)
        fresh = await read_fresh(plan.changes, reader, kinds)
    return fresh


def _behind(change: Change, fresh: Fresh, kinds: Mapping[str, Kind]) -> bool:
    """Whether something that was done reads as before it; with other values it has moved, and waiting is no use."""
    found = stand(change, fresh, kinds[change.kind], {})
    return change.certain and found.standing is Standing.PENDING and not found.moved
