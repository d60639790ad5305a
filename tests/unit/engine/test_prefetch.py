"""Assets that are read before they are asked for come once, as they would have come, and no more often than needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import pytest

from tests import build
from tests.fakes import Library
from vodplan.core.errors import CredentialsError, Throttled
from vodplan.core.live import DEFAULT_TREE, Category, LiveAsset, LiveBatch
from vodplan.engine.prefetch import BURSTS, PrefetchReader

T = TypeVar("T")
IDS = [f"v{number:03}" for number in range(200)]


class Counted(Library):
    """A library that counts what is under way; nothing is answered while `gate` is closed."""

    def __init__(self, *assets: LiveAsset) -> None:
        super().__init__(*assets)
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun: list[list[str]] = []
        self.under_way = 0
        self.most = 0
        self.error: Exception | None = None

    async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """See `LiveReader.read`."""
        self.begun.append(list(keys))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.gate.wait()
            if self.error is not None:
                raise self.error
            async for batch in super().read(kind, keys):
                yield batch
        finally:
            self.under_way -= 1


def library() -> Counted:
    """One with all videos but the first."""
    return Counted(*[build.live_video(one, title="t") for one in IDS[1:]])


async def settled() -> None:
    """Let everything that can go on without us go on."""
    for _ in range(100):
        await asyncio.sleep(0)


async def answers(reader: PrefetchReader, keys: Sequence[str]) -> list[tuple[str, bool]]:
    """What `read` says: keys, and whether they are there; in order of the keys."""
    said: list[tuple[str, bool]] = []
    async for batch in reader.read("video", keys):
        said += [(key, True) for key, _ in batch.found] + [(key, False) for key in batch.missing]
    return sorted(said)


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run a test's coroutine."""

    async def main() -> T:
        return await work()

    return asyncio.run(main())


EVERYTHING = [(one, one != IDS[0]) for one in IDS]


@pytest.mark.parametrize("begun_only", [False, True], ids=["answered", "under way"])
def test_prefetched_keys_are_read_once_whether_answered_or_under_way(begun_only: bool) -> None:
    """Each key is asked of the service once, found and missing alike; what was not begun is read when it is wanted."""

    async def work() -> None:
        inner = library()
        async with PrefetchReader(inner, burst=40) as reader:
            if begun_only:
                inner.gate.clear()
            reader.feed("video", IDS[:100])
            await settled()
            reader.stop()
            assert inner.begun == [IDS[:40], IDS[40:80]]
            inner.gate.set()

            assert await answers(reader, IDS) == EVERYTHING

        assert inner.begun == [IDS[:40], IDS[40:80], IDS[80:]]
        assert inner.calls("read") == {"GetVideoInfos": 2 + 2 + 6}

    run(work)


def test_prefetched_answer_is_given_once() -> None:
    """A second question is about the library as it is then."""

    async def work() -> None:
        inner = library()
        async with PrefetchReader(inner, burst=40) as reader:
            reader.feed("video", IDS[:40])
            await settled()
            await answers(reader, IDS[:40])
            inner.change("video", IDS[1], title="new")

            found = [live async for batch in reader.read("video", [IDS[1]]) for _, live in batch.found]

        assert found[0].values[0] == "new"

    run(work)


def test_prefetch_holds_no_more_than_it_may() -> None:
    """However many keys come, memory and calls under way are bounded."""

    async def work() -> None:
        inner = library()
        async with PrefetchReader(inner, burst=10, most=100) as reader:
            reader.feed("video", IDS)
            reader.feed("video", IDS)
            await settled()

            assert sum(map(len, inner.begun)) == 100
            assert inner.most <= BURSTS
            reader.stop()
            assert await answers(reader, IDS) == EVERYTHING

    run(work)


def test_prefetch_skips_keys_that_it_knows() -> None:
    """An address that two entries have, which is an error told elsewhere, is not read twice."""

    async def work() -> None:
        inner = library()
        async with PrefetchReader(inner, burst=20) as reader:
            reader.feed("video", IDS[:20])
            reader.feed("video", [*IDS[10:20], *IDS[20:30]])
            await settled()

        assert inner.begun == [IDS[:20], IDS[20:30]]

    run(work)


def test_error_of_a_prefetched_call_is_raised_for_its_keys_only() -> None:
    """Whoever asks is told, and nothing more is begun after it."""

    async def work() -> None:
        inner = library()
        inner.error = Throttled("Too many.", operation="GetVideoInfos")
        async with PrefetchReader(inner, burst=20) as reader:
            reader.feed("video", IDS[:20])
            await settled()
            inner.error = None
            reader.feed("video", IDS[20:60])
            await settled()

            assert inner.begun == [IDS[:20]]
            assert await answers(reader, IDS[20:]) == EVERYTHING[20:]
            with pytest.raises(Throttled):
                await answers(reader, IDS[:40])

    run(work)


def test_prefetch_that_is_left_cancels_what_is_under_way() -> None:
    """Manifests that turn out wrong end everything; errors that nobody asked about are not told either."""

    async def work() -> None:
        inner = library()
        inner.gate.clear()
        async with PrefetchReader(inner, burst=20) as reader:
            reader.feed("video", IDS[:40])
            await settled()
            assert inner.under_way == 2
        assert inner.under_way == 0

        failing = library()
        failing.error = CredentialsError("No key.", next="vodplan doctor")
        async with PrefetchReader(failing, burst=20) as reader:
            reader.feed("video", IDS[:40])
            await settled()

    run(work)


def test_prefetch_leaves_out_what_the_reader_says_nothing_about() -> None:
    """Silence is not absence, and whoever asked must be able to notice it."""

    class Silent(Counted):
        async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
            self.begun.append(list(keys))
            yield LiveBatch(found=(), missing=())

    async def work() -> None:
        async with PrefetchReader(Silent(), burst=20) as reader:
            reader.feed("video", IDS[:20])
            await settled()

            assert await answers(reader, IDS[:20]) == []

    run(work)


def test_prefetch_hands_every_other_question_on() -> None:
    """Only reading by key is known beforehand."""

    async def work() -> None:
        inner = library()
        async with PrefetchReader(inner) as reader:
            assert await reader.parts([IDS[1]]) == await inner.parts([IDS[1]])
            assert await reader.categories() == await inner.categories()
            assert await reader.members(1) == await inner.members(1)
            assert await reader.count("video") == await inner.count("video") == 199
            pages = [page async for page in reader.walk("video", ["title"])]
            assert pages == [page async for page in inner.walk("video", ["title"])]

    run(work)


def test_prefetched_categories_are_read_once() -> None:
    """They were fed twice and asked for once; asked for again, they are read anew."""

    class Trees(Counted):
        asked = 0

        async def categories(self, tree: str = DEFAULT_TREE) -> Sequence[Category]:
            """See `LiveReader.categories`."""
            self.asked += 1
            return await super().categories()

    async def run() -> None:
        inner = Trees()
        async with PrefetchReader(inner) as reader:
            reader.feed_categories()
            reader.feed_categories()
            await settled()
            assert inner.asked == 1
            assert await reader.categories() == await Library().categories()
            assert inner.asked == 1
            await reader.categories()
            assert inner.asked == 2
            reader.stop()
            reader.feed_categories()
            await settled()
            assert inner.asked == 2

    asyncio.run(run())


@pytest.mark.parametrize("ask", ["read", "count", "walk"])
def test_prefetch_ends_with_the_first_question(ask: str) -> None:
    """From then on it is known what is wanted, and by which road."""

    async def run() -> None:
        inner = library()
        async with PrefetchReader(inner, burst=10) as reader:
            if ask == "count":
                await reader.count("video")
            else:
                answer = reader.read("video", []) if ask == "read" else reader.walk("video", [])
                async for _ in answer:
                    pass
            begun = len(inner.begun)
            reader.feed("video", IDS[:40])
            await settled()
            assert len(inner.begun) == begun

    asyncio.run(run())
