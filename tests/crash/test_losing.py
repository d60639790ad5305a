"""The connection, the journal or the user's patience is lost at every step of an apply; the same run, resumed, ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest

from tests.crash import watching
from tests.crash.honesty import check
from tests.crash.stage import Journal, Played, Stage
from tests.crash.virtual import VirtualLoop, in_virtual_time
from vodplan.core.errors import StoreError
from vodplan.core.report import Outcome, Verdict

Record = Callable[[str, object], None]


@pytest.mark.parametrize("how", ["refused", "cut_before", "cut_after"])
def test_connection_lost_for_good_at_every_call_is_told_and_made_up_for(
    how: str, tmp_path: Path, record_property: Record
) -> None:
    """From the N-th call on nothing gets through: the report is true, and the resumed run does the rest, once."""

    async def sweep(loop: VirtualLoop) -> None:
        stage = await Stage.opened(loop, tmp_path)
        calls = len((await stage.play([])).calls)
        for number in range(1, calls + 1):
            sent = 0

            def lose(request: httpx.Request, number: int = number) -> None:
                nonlocal sent
                sent += 1
                if sent >= number and how == "refused":
                    raise httpx.ConnectError("nobody listens there", request=request)
                if sent == number:
                    stage.app.state.faults.replace([{"kind": how}])

            played = await stage.play([], on_send=lose)
            check(stage, played)
            assert played.report is None or not played.report.converged
            await make_up_for(stage, played)
        record_property("counted", ("connections lost", calls))

    in_virtual_time(sweep)


def test_run_asked_to_stop_at_every_call_holds_the_rest_and_is_made_up_for(
    tmp_path: Path, record_property: Record
) -> None:
    """What is under way is finished, nothing more is begun, everything is accounted for."""

    async def sweep(loop: VirtualLoop) -> None:
        stage = await Stage.opened(loop, tmp_path)
        calls = len((await stage.play([])).calls)
        for number in range(1, calls + 1):
            sent: list[httpx.Request] = []

            def stop(number: int = number, sent: list[httpx.Request] = sent) -> str:
                return "The run was asked to stop." if len(sent) >= number else ""

            played = await stage.play([], on_send=sent.append, stop=stop)
            check(stage, played)
            assert played.report is not None, played.error
            assert played.report.interrupted
            assert {one.verdict for one in played.report.outcomes} <= {Verdict.DONE, Verdict.HELD}
            assert played.report.unconverged == ()
            await make_up_for(stage, played)
        record_property("counted", ("runs asked to stop", calls))

    in_virtual_time(sweep)


def test_journal_that_breaks_at_every_line_ends_the_run_and_is_made_up_for(
    tmp_path: Path, record_property: Record
) -> None:
    """From the N-th line on nothing can be written: no call is sent without its line, and the run ends with the reason."""

    async def sweep(loop: VirtualLoop) -> None:
        stage = await Stage.opened(loop, tmp_path)
        lines = (await stage.play([])).journal.lines
        for number in range(1, lines + 1):
            journal = Journal(breaks_at=number, error=StoreError("The disk is full."))

            played = await stage.play([], journal=journal)

            assert isinstance(played.error, StoreError)
            assert journal.ended is None
            sent = set(watching.writes(played.calls))
            assert sent <= set(journal.intended)
            if number == 1:
                assert not sent
            outside = watching.outside(stage.plan, played.held, stage.at_start)
            assert outside == watching.outside(stage.plan, stage.at_start, stage.at_start)
            await make_up_for(stage, played)
        record_property("counted", ("journals broken", lines))

    in_virtual_time(sweep)


async def make_up_for(stage: Stage, played: Played) -> None:
    """Resume with what the journal has: it ends as planned, and sends nothing for what is recorded as done."""
    await stage.healed()
    recorded = recorded_of(stage, played)
    done = [stage.plan.changes[place] for place, one in recorded.items() if one.verdict is Verdict.DONE]
    again = await stage.applied(stage.plan, recorded=recorded)
    assert again.report is not None, again.error
    assert again.report.converged
    assert not set(watching.writes(again.calls)) & set(watching.all_meant(done))
    assert stage.named() == stage.named_end
    assert set(watching.writes([*played.calls, *again.calls])) == set(watching.all_meant(stage.plan.changes))


def recorded_of(stage: Stage, played: Played) -> Mapping[int, Outcome]:
    """What a resumption is told: outcomes as they were recorded, unknown where only an intent was."""
    journal = played.journal
    told = {**journal.told, **{one.change: one for one in (journal.ended.outcomes if journal.ended else ())}}
    unanswered = {
        place: Outcome(
            change=place,
            address=stage.plan.changes[place].address,
            action=stage.plan.changes[place].action,
            verdict=Verdict.UNKNOWN,
        )
        for place in journal.open
    }
    return {**told, **unanswered}
