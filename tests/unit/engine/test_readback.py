"""Reading back what was written while the rest is still being written, and two operations that write side by side."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import pytest

from tests import build
from tests.fakes import Event, FakeProgress, Library, apply_of, plan_of
from vodplan.core.desired import DesiredState
from vodplan.core.errors import BugError, StoreError, Unavailable
from vodplan.core.kind import Call
from vodplan.core.live import LiveBatch
from vodplan.core.ports import CallAnswer
from vodplan.core.report import Verdict
from vodplan.core.trailing import BEHIND
from vodplan.engine.applier import IN_FLIGHT, IN_FLIGHT_ALONE
from vodplan.engine.limits import Limits

MANY = 1_000
READS = MANY // 20


def many(of: type[Library] = Library) -> Library:
    """A thousand videos."""
    return of(*[build.live_video(f"v{one:04}", title="Old") for one in range(MANY)])


def retitled() -> DesiredState:
    """All of them with a new title."""
    return build.desired(*[build.video(f"v{one:04}", title="New") for one in range(MANY)])


def reads_of(library: Library) -> Counter[str]:
    """How often each video was read since the log was cleared."""
    return Counter(one for event in library.log if event.what == "read" for one in event.ids)


def at(library: Library, what: str) -> list[int]:
    """The places in the log of what is of this sort."""
    return [place for place, event in enumerate(library.log) if event.what == what and event.ids]


class Busy(Library):
    """Notes how many calls of each operation are under way at once, at most; each takes several turns of the loop."""

    now: Counter[str]
    most: Counter[str]
    together: int

    async def write(self, call: Call) -> CallAnswer:
        """See `LiveWriter.write`."""
        self.now[call.operation] += 1
        self.most[call.operation] = max(self.most[call.operation], self.now[call.operation])
        self.together = max(self.together, sum(one > 0 for one in self.now.values()))
        for _ in range(5):
            await asyncio.sleep(0)
        try:
            return await super().write(call)
        finally:
            self.now[call.operation] -= 1

    def watch(self) -> None:
        """Begin to count."""
        self.now = Counter()
        self.most = Counter()
        self.together = 0


def test_apply_of_many_updates_uses_both_operations_at_the_same_time() -> None:
    """One of seven goes by the operation for one; neither waits for the other, and each has its bound under way."""
    library = many(Busy)
    assert isinstance(library, Busy)
    library.watch()

    report = apply_of(plan_of(retitled(), library), library)

    assert report.converged
    assert library.calls("write") == {"UpdateVideoInfos": 43, "UpdateVideoInfo": 140}
    assert library.most == {"UpdateVideoInfos": IN_FLIGHT, "UpdateVideoInfo": IN_FLIGHT_ALONE}
    assert library.together == 2
    assert sorted(item.change for call in library.sent for item in call.items) == list(range(MANY))


def test_apply_reads_back_behind_the_writing_and_each_asset_once() -> None:
    """Everything is read before the first write, no batch before many others are written, nothing a third time."""
    library = many()
    plan = plan_of(retitled(), library)
    library.log.clear()
    progress = FakeProgress()

    report = apply_of(plan, library, progress=progress)

    reads, outcomes = at(library, "read"), at(library, "outcome")
    assert report.converged
    assert len(reads) == 2 * READS
    assert set(reads_of(library).values()) == {2}
    assert max(reads[:READS]) < min(at(library, "intent"))
    behind = [place for place in reads[READS:] if place < outcomes[-1]]
    assert len(behind) >= 5
    for place in behind:
        seen = {one for event in library.log[:place] if event.what == "outcome" for one in event.ids}
        assert set(library.log[place].ids) <= seen
        assert len(seen) > BEHIND
    assert progress.steps[0][:2] == ("applying", MANY)
    assert progress.steps[1][0] == "verifying"
    assert progress.steps[1][1] <= MANY - 20 * len(behind)


def test_apply_that_reads_old_values_behind_the_writing_looks_again_at_the_end() -> None:
    """A look that came too early is no verdict: there is no waiting, and the report is as ever."""

    class Slow(Library):
        async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
            through = sum(len(event.ids) for event in self.log if event.what == "outcome") == MANY
            async for batch in super().read(kind, keys):
                yield batch if through else LiveBatch(tuple((key, before[key]) for key, _ in batch.found), ())

    library = many(Slow)
    before = {one: media.asset for (_, one), media in library.media.items()}
    plan = plan_of(retitled(), library)
    library.log.clear()
    waited: list[float] = []

    report = apply_of(plan, library, waited=waited)

    assert (report.converged, waited) == (True, [])
    assert set(reads_of(library).values()) == {2, 3}


def test_apply_names_what_did_not_take_although_most_was_seen_to() -> None:
    """Of a thousand, one reads as before, however often one looks."""
    library = many()
    plan = plan_of(retitled(), library)

    class Deaf(Library):
        async def write(self, call: Call) -> CallAnswer:
            answer = await super().write(call)
            self.change("video", "v0007", title="Old")
            return answer

    library.__class__ = Deaf
    waited: list[float] = []

    report = apply_of(plan, library, waited=waited)

    assert report.unconverged is not None
    assert [str(one.address) for one in report.unconverged] == ["video/v0007"]
    assert waited == [0.5, 1.0, 2.0, 4.0]


def test_apply_that_cannot_read_behind_the_writing_reads_at_the_end() -> None:
    """The first failure ends the looking behind; a service that is back by the end is enough."""
    library = many()
    plan = plan_of(retitled(), library)
    library.log.clear()
    error = Unavailable("down", operation="GetVideoInfos")
    left = READS

    def once(operation: str) -> Unavailable | None:
        nonlocal left
        left -= operation == "GetVideoInfos"
        return error if left == -1 else None

    library._read_faults.append(once)

    report = apply_of(plan, library)

    assert report.converged
    assert [place for place in at(library, "read")[READS + 8 :] if place < at(library, "outcome")[-1]] == []


def test_apply_whose_reader_says_nothing_of_a_key_behind_the_writing_is_a_bug() -> None:
    """Silence is never taken for a value that took."""

    class Mute(Library):
        async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
            async for batch in super().read(kind, keys):
                yield LiveBatch(batch.found[1:], batch.missing) if len(keys) < MANY else batch

    library = many(Mute)

    with pytest.raises(BugError, match="said nothing"):
        apply_of(plan_of(retitled(), library), library)


def test_apply_that_ends_early_leaves_no_read_behind() -> None:
    """A journal that cannot be written ends the run; what was being looked at is broken off."""
    library = many()
    plan = plan_of(retitled(), library)
    library.fail(StoreError("disk full"), on="UpdateVideoInfo", having="v0999")  # type: ignore[arg-type]

    with pytest.raises(StoreError):
        apply_of(plan, library)

    assert Event("end") not in library.log


def test_apply_of_many_with_a_canary_and_a_bound_on_failures_holds_the_rest() -> None:
    """Looking behind changes nothing about when an apply stops by itself."""
    library = many()
    library.refuse("v0003", "Forbidden")

    report = apply_of(plan_of(retitled(), library), library, limits=Limits(canary=5, max_failures=0))

    counts = {verdict: count for verdict, count in report.counts().items() if count}
    assert counts == {Verdict.DONE: 4, Verdict.REFUSED: 1, Verdict.HELD: MANY - 5}
    assert report.unconverged == ()
    assert library.calls("write") == {"UpdateVideoInfos": 1}
