"""A journal for many calls under way: lines that come together share a transaction, and each is durable before it returns."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.store.build import HOLDER, TARGET, a_call, a_plan, a_report, an_outcome, an_update
from tests.store.conftest import Open
from vodplan.core.errors import BugError, StoreError
from vodplan.core.history import ChangeState, EventKind
from vodplan.core.planfile import plan_bytes
from vodplan.store.journal import RunJournal
from vodplan.store.scribe import Scribe
from vodplan.store.store import Store
from vodplan.store.turn import Line

PLAN = a_plan(*(an_update(f"a{number}") for number in range(8)))


class Watched:
    """A scribe over a run's journal that notes what it writes at a time; `gate` keeps the first of it waiting."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
        self.groups: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.threads: set[int] = set()
        real = RunJournal.record

        def record(journal: RunJournal, lines: Sequence[Line]) -> None:
            self.gate.wait()
            self.groups.append(len(lines))
            self.threads.add(threading.get_ident())
            real(journal, lines)

        monkeypatch.setattr(RunJournal, "record", record)
        self.scribe = Scribe(self.journal)
        self.scribe.begin(PLAN)

    async def intent(self, place: int) -> None:
        """Say that a change is about to be sent."""
        await self.scribe.intent(a_call(PLAN, place), PLAN.changes[place : place + 1])

    async def outcome(self, place: int) -> None:
        """Say that it is done."""
        await self.scribe.outcome(a_call(PLAN, place), [an_outcome(PLAN, place)])


@pytest.fixture
def watched(store: Store, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A run that has begun."""
    return Watched(store, monkeypatch)


def test_lines_that_come_together_share_a_transaction_and_are_there_when_they_return(
    watched: Watched, opened: Open
) -> None:
    """Eight calls about to be sent take one transaction, their outcomes another; nobody goes on before."""

    async def main() -> None:
        await asyncio.gather(*(watched.intent(place) for place in range(8)))
        there = opened().run(watched.journal.run_id)
        assert {one.state for one in there.changes} == {ChangeState.INTENT}
        await asyncio.gather(*(watched.outcome(place) for place in range(8)))

    asyncio.run(main())
    watched.scribe.end(a_report(PLAN, watched.journal.run_id, *(an_outcome(PLAN, place) for place in range(8))))

    detail = opened().run(watched.journal.run_id)
    assert watched.groups == [8, 8]
    assert [event.number for event in detail.events] == list(range(1, 19))
    assert [event.kind for event in detail.events[1:-1]] == [EventKind.INTENT] * 8 + [EventKind.OUTCOME] * 8
    assert detail.events[-1].detail["settled"] == []


def test_lines_that_come_while_others_are_written_wait_for_the_next_transaction(watched: Watched) -> None:
    """And the loop goes on meanwhile, however long the disk takes."""

    async def main() -> None:
        watched.gate.clear()
        first = asyncio.ensure_future(watched.intent(0))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        others = [asyncio.ensure_future(watched.intent(place)) for place in (1, 2, 3)]
        for _ in range(50):
            await asyncio.sleep(0)
        assert not any(one.done() for one in (first, *others))
        watched.gate.set()
        await asyncio.gather(first, *others)

    asyncio.run(main())

    assert watched.groups == [1, 3]
    assert threading.get_ident() not in watched.threads


def test_line_that_cannot_be_written_fails_with_all_that_share_its_transaction(
    watched: Watched, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or none: nobody sends a call for a line that is not there, and the next ones may go well again."""

    async def main() -> list[BaseException | None]:
        with monkeypatch.context() as patch:

            def full(journal: RunJournal, lines: Sequence[Line]) -> None:
                raise StoreError("The disk is full.")

            patch.setattr(RunJournal, "record", full)
            ended = await asyncio.gather(*(watched.intent(place) for place in range(3)), return_exceptions=True)
        await watched.intent(3)
        return list(ended)

    ended = asyncio.run(main())

    assert [type(one) for one in ended] == [StoreError] * 3
    detail = opened().run(watched.journal.run_id)
    assert [one.state is ChangeState.INTENT for one in detail.changes] == [place == 3 for place in range(8)]
    assert len(detail.events) == 2


def test_one_bad_line_leaves_nothing_of_its_transaction(watched: Watched, opened: Open) -> None:
    """A line that is a bug takes the good ones with it, and none of them is half there."""

    async def main() -> list[BaseException | None]:
        wrong = watched.scribe.intent(a_call(PLAN, 2), ())
        return list(await asyncio.gather(watched.intent(0), wrong, watched.intent(1), return_exceptions=True))

    ended = asyncio.run(main())

    assert all(isinstance(one, ValueError) for one in ended), ended
    detail = opened().run(watched.journal.run_id)
    assert {one.state for one in detail.changes} == {ChangeState.PLANNED}
    assert len(detail.events) == 1


def test_line_whose_asker_is_gone_holds_nobody_up(watched: Watched, opened: Open) -> None:
    """A call that is broken off while its line is written: the line is there, and the others go on."""

    async def main() -> None:
        watched.gate.clear()
        gone, stays = asyncio.ensure_future(watched.intent(0)), asyncio.ensure_future(watched.intent(1))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        watched.gate.set()
        await stays
        with pytest.raises(asyncio.CancelledError):
            await gone

    asyncio.run(main())

    states = [one.state for one in opened().run(watched.journal.run_id).changes]
    assert states[:3] == [ChangeState.INTENT, ChangeState.INTENT, ChangeState.PLANNED]


def test_begin_of_a_plan_that_is_not_the_runs_own_is_a_bug(watched: Watched, tmp_path: Path) -> None:
    """The scribe hands beginning and ending on."""
    with pytest.raises(BugError):
        watched.scribe.begin(a_plan(an_update("other")))


def test_begin_that_was_prepared_writes_what_begin_alone_writes(store: Store, opened: Open) -> None:
    """Working it out ahead changes nothing, also for texts that no database takes as they are."""
    plan = a_plan(an_update("a1", after="新 \ud800"), an_update("a2"))
    alone = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
    alone.begin(plan)
    ahead = Scribe(other := store.journal(TARGET, holder=HOLDER, allow_deletes=None))
    asyncio.run(ahead.prepare(plan))

    assert ahead.begin(plan) == other.run_id

    first, second = opened().run(alone.run_id), opened().run(other.run_id)
    assert plan_bytes(first.plan) == plan_bytes(second.plan) == plan_bytes(plan)
    assert [(one.change, one.state) for one in first.changes] == [(one.change, one.state) for one in second.changes]


def test_begin_of_an_unsealed_plan_that_was_prepared_is_a_bug(store: Store) -> None:
    """The digest is checked ahead, too."""
    unsealed = dataclasses.replace(PLAN, digest="0" * 64)
    scribe = Scribe(store.journal(TARGET, holder=HOLDER, allow_deletes=None))
    asyncio.run(scribe.prepare(unsealed))

    with pytest.raises(BugError):
        scribe.begin(unsealed)

    assert tuple(store.runs()) == ()


def test_begin_of_another_plan_than_the_prepared_one_goes_by_its_own(store: Store, opened: Open) -> None:
    """What was worked out is for one plan only."""
    other = a_plan(an_update("z9"))
    scribe = Scribe(journal := store.journal(TARGET, holder=HOLDER, allow_deletes=None))
    asyncio.run(scribe.prepare(PLAN))

    scribe.begin(other)

    assert [str(one.change.address) for one in opened().run(journal.run_id).changes] == ["video/z9"]
