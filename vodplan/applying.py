"""One apply with everything around it: the target, the store, the lease, the journal, the signals."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import hashlib
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.core.approve import check_allowances
from vodplan.core.coverfile import wanted_covers
from vodplan.core.errors import Refused, StalePlan
from vodplan.core.picturefile import Unusable
from vodplan.core.plan import Plan, Target
from vodplan.core.ports import Progress, Uploaded
from vodplan.core.report import ApplyReport, Outcome, Verdict
from vodplan.engine.limits import Limits
from vodplan.engine.pauses import without_pauses
from vodplan.engine.run import run_apply
from vodplan.kinds.operations import with_rates
from vodplan.registry import KINDS
from vodplan.vod.concurrency import run as run_alone
from vodplan.wiring import Choice, SystemClock, open_project_store, open_target, target_of

if TYPE_CHECKING:
    from vodplan.core.change import Change
    from vodplan.core.history import Holder, RunDetail
    from vodplan.manifests.project import Project
    from vodplan.store.journal import RunJournal
    from vodplan.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What was said about one apply besides its plan.

    allow_deletes: the exact number of removals in the plan.
    limits:        when to stop by itself.
    max_age:       a plan that was made longer ago is stale; None for any age.
    """

    allow_deletes: int | None = None
    limits: Limits = field(default_factory=Limits)
    max_age: datetime.timedelta | None = None


def apply_plan(
    plan: Plan,
    *,
    project: Project,
    choice: Choice,
    environ: Mapping[str, str],
    conditions: Conditions,
    progress: Progress,
) -> ApplyReport:
    """Carry a plan out under the target's lease, with its journal in the project's store.

    raises: Refused, StalePlan, Locked, StoreError, ApiError, CredentialsError before the first write.
    """
    require_same_target(plan, target_of(choice))
    _require_files(plan.changes, project)
    _require_young(plan, conditions.max_age)
    check_allowances(plan, conditions.allow_deletes)
    with open_project_store(project, environ) as store:
        journal = store.journal(plan.target, holder=_holder(environ), allow_deletes=conditions.allow_deletes)
        return _under_lease(
            plan,
            store=store,
            journal=journal,
            project=project,
            choice=choice,
            environ=environ,
            conditions=conditions,
            progress=progress,
        )


def resume_run(
    run: str,
    *,
    project: Project,
    choice: Choice,
    environ: Mapping[str, str],
    limits: Limits,
    progress: Progress,
) -> tuple[Plan, ApplyReport]:
    """Go on with a run that did not get to its end: what it did stays done, what is left is carried out.

    run:    its id, or the beginning of exactly one.
    raises: UsageError when there is no such run or nothing is left of it; otherwise as `apply_plan`. The number of
            removals that was allowed when the run began still holds.
    """
    with open_project_store(project, environ) as store:
        journal = store.resume(run, holder=_holder(environ))
        plan = journal.plan
        assert plan is not None
        require_same_target(plan, target_of(choice))
        done = {
            place for place, one in journal.recorded.items() if isinstance(one, Outcome) and one.verdict is Verdict.DONE
        }
        _require_files([one for place, one in enumerate(plan.changes) if place not in done], project)
        conditions = Conditions(allow_deletes=journal.allow_deletes, limits=limits)
        report = _under_lease(
            plan,
            store=store,
            journal=journal,
            project=project,
            choice=choice,
            environ=environ,
            conditions=conditions,
            progress=progress,
            uploaded=_uploaded(store.run(journal.run_id)),
        )
        return plan, report


def _under_lease(
    plan: Plan,
    *,
    store: Store,
    journal: RunJournal,
    project: Project,
    choice: Choice,
    environ: Mapping[str, str],
    conditions: Conditions,
    progress: Progress,
    uploaded: Mapping[str, Uploaded] | None = None,
) -> ApplyReport:
    from vodplan.store.scribe import Scribe

    lost: list[str] = []
    folder = project.policy.backup
    recorded = {
        place: one if isinstance(one, Outcome) else _unanswered(plan, place) for place, one in journal.recorded.items()
    }

    async def run() -> ApplyReport:
        async with open_target(choice, project=project, environ=environ, home=Path.home(), progress=progress) as opened:
            opened.service.covers.remember(uploaded or {})
            scribe = Scribe(journal)
            with _stop_on_signal() as stopped, without_pauses():
                ahead = asyncio.ensure_future(scribe.prepare(plan))
                report = await run_apply(
                    plan,
                    reader=opened.service.reader,
                    writer=opened.service.writer,
                    journal=scribe,
                    operations=with_rates(project.rates, project.share),
                    kinds=KINDS,
                    policy=project.policy,
                    allow_deletes=conditions.allow_deletes,
                    sleep=asyncio.sleep,
                    progress=progress,
                    stop=lambda: lost[0] if lost else stopped(),
                    recorded=recorded,
                    limits=conditions.limits,
                    backup=None if folder is None else opened.service.backup(project.root / folder),
                )
                await ahead
                return report

    with store.acquire(plan.target, _holder(environ), run=journal.run_id, on_lost=lost.append):
        return run_alone(run())


def _unanswered(plan: Plan, place: int) -> Outcome:
    """What became of a change whose call was about to be sent when the run was cut off."""
    change = plan.changes[place]
    return Outcome(change=place, address=change.address, action=change.action, verdict=Verdict.UNKNOWN)


def require_same_target(plan: Plan, here: Target) -> None:
    """Refuse a plan that was made for another target than the one at hand.

    raises: Refused.
    """
    made_for = plan.target
    for name, planned, now in (
        ("target", made_for.name, here.name),
        ("region", made_for.region, here.region),
        ("endpoint", made_for.endpoint, here.endpoint),
    ):
        if planned != now:
            raise Refused(
                f'The plan was made for the {name} "{planned}", and this is "{now}". Nothing was written.',
                next=f"vodplan apply --target {made_for.name} PLANFILE" if name == "target" else "vodplan plan",
            )


def _uploaded(detail: RunDetail) -> Mapping[str, Uploaded]:
    """The images that a run made of files, by digest: the search index may not know them yet."""
    found: dict[str, Uploaded] = {}
    for event in detail.events:
        made = event.detail.get("uploaded")
        for one in made if isinstance(made, list | tuple) else ():
            if isinstance(one, Mapping):
                found[str(one.get("sha256"))] = Uploaded(id=str(one.get("image")), url=str(one.get("url")))
    return found


def _require_files(changes: Sequence[Change], project: Project) -> None:
    """Refuse a plan whose pictures are not in the project's folder as they were when it was made.

    raises: StalePlan.
    """
    from vodplan.manifests.coverfiles import reader_of

    read = reader_of(project.root)
    told: dict[tuple[str, str], str] = {}
    moved: list[str] = []
    for place, cover in wanted_covers(changes):
        known = cover.file, cover.sha256
        if known not in told:
            try:
                found = hashlib.sha256(read(cover.file)).hexdigest()
                told[known] = "" if found == cover.sha256 else f"now with the SHA-256 {found[:12]}"
            except Unusable as error:
                told[known] = f"now it {error}"
        if told[known]:
            moved.append(
                f"{changes[place].address} cover: planned on {cover.file} with the SHA-256 {cover.sha256[:12]}, "
                f"{told[known]}"
            )
    if moved:
        raise StalePlan("Files of covers are not what the plan was made with. Nothing was written.", moved=moved)


def _require_young(plan: Plan, max_age: datetime.timedelta | None) -> None:
    if max_age is None:
        return
    made = datetime.datetime.strptime(plan.created_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC)
    age = SystemClock().now() - made
    if age > max_age:
        raise StalePlan(
            f"The plan was made at {plan.created_at}, {_duration(age)} ago, and --max-plan-age allows "
            f"{_duration(max_age)}. Nothing was written."
        )
    if age < -datetime.timedelta(minutes=15):
        raise StalePlan(
            f"The plan says it was made at {plan.created_at}, which is still to come by this machine's clock. Nothing "
            "was written."
        )


def _duration(span: datetime.timedelta) -> str:
    return str(datetime.timedelta(seconds=int(span.total_seconds())))


def _holder(environ: Mapping[str, str]) -> Holder:
    from vodplan.store.holder import this_holder

    return this_holder(environ)


@contextlib.contextmanager
def _stop_on_signal() -> Iterator[Callable[[], str]]:
    """Turn the first SIGINT or SIGTERM into a wish to stop after the calls under way; a second one stops at once."""
    stopped = ""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    handled: list[signal.Signals] = []

    def ask() -> None:
        nonlocal stopped
        if stopped and task is not None:
            task.cancel()
        stopped = "The run was asked to stop."

    for number in (signal.SIGINT, signal.SIGTERM):
        # Signals can be handled in the main thread only; a library call from another thread goes without.
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, ask)
            handled.append(number)
    try:
        yield lambda: stopped
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
