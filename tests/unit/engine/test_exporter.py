"""Reading a whole library: everything once, failures end it at once, and what was read is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from tests import build
from tests.fakes import Library
from vodplan.api.quiet import Quiet
from vodplan.core.errors import Unavailable
from vodplan.core.exporting import WalkBy
from vodplan.core.listing import ListedAsset, ListedPage, Span
from vodplan.core.live import LiveBatch
from vodplan.engine import exporter
from vodplan.engine.exporter import read_library


class Lister:
    """Lists these ids in pages of three; with an error, that comes after so many pages."""

    def __init__(self, ids: Sequence[str], *, fails_after: int | None = None) -> None:
        self.ids = ids
        self.fails_after = fails_after

    async def count(self, kind: str, *, by: WalkBy) -> int:
        """See `LibraryLister.count`."""
        return len(self.ids)

    async def walk(
        self, kind: str, *, by: WalkBy, detailed: bool, done: Mapping[str, Sequence[Span]]
    ) -> AsyncIterator[ListedPage]:
        """See `LibraryLister.walk`."""
        for place, start in enumerate(range(0, len(self.ids), 3)):
            if place == self.fails_after:
                raise Unavailable("down", operation="SearchMedia", status=503, code="Down")
            await asyncio.sleep(0)
            assets = tuple(ListedAsset(kind=kind, id=one, created="") for one in self.ids[start : start + 3])
            yield ListedPage(source=kind, assets=assets)


class Keeper:
    """Keeps in memory."""

    def __init__(self) -> None:
        self.waiting: dict[tuple[str, str], None] = {}
        self.got: list[str] = []
        self.gone: list[str] = []

    def done(self) -> Mapping[str, Sequence[Span]]:
        """See `Keeper.done`."""
        return {}

    def found(self, page: ListedPage) -> int:
        """See `Keeper.found`."""
        self.waiting.update({(one.kind, one.id): None for one in page.assets})
        return len(page.assets)

    def unread(self, kind: str, most: int) -> list[str]:
        """See `Keeper.unread`."""
        return [one for own, one in self.waiting if own == kind][:most]

    def read(self, kind: str, batch: LiveBatch) -> None:
        """See `Keeper.read`."""
        self.got += [key for key, _ in batch.found]
        self.gone += batch.missing
        for key in (*(key for key, _ in batch.found), *batch.missing):
            del self.waiting[kind, key]

    def counts(self) -> tuple[int, int, int]:
        """See `Keeper.counts`."""
        return len(self.waiting), len(self.got), len(self.gone)


class Steps(Quiet):
    """What was told of the progress."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def start(self, step: str, total: int) -> None:
        """See `Progress.start`."""
        self.told.append((step, total))

    def throttled(self, operation: str, rate: float, of: float) -> None:
        """See `Progress.throttled`."""

    def advance(self, count: int) -> None:
        """See `Progress.advance`."""
        self.told.append(count)

    def finish(self) -> None:
        """See `Progress.finish`."""
        self.told.append("finished")


def read(lister: Lister, library: Library, keeper: Keeper, steps: Steps | None = None) -> None:
    """Read the videos of a library."""
    asyncio.run(
        read_library(
            lister=lister,
            reader=library,
            keeper=keeper,
            kinds=("video",),
            by=WalkBy.SEARCH,
            progress=steps or Steps(),
        )
    )


def test_every_asset_that_is_listed_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In chunks, while listing goes on; one that is gone by then is told as gone."""
    monkeypatch.setattr(exporter, "CHUNK", 4)
    ids = [f"v{number}" for number in range(25)]
    library = Library(*(build.live_video(one) for one in ids[:-1]))
    keeper, steps = Keeper(), Steps()

    read(Lister(ids), library, keeper, steps)

    assert sorted(keeper.got) == sorted(ids[:-1])
    assert keeper.gone == ["v24"]
    assert steps.told[0] == ("reading", 25)
    assert steps.told[-1] == "finished"
    assert sum(one for one in steps.told if isinstance(one, int)) == 25


def test_failure_of_the_list_ends_the_reading_and_keeps_what_came() -> None:
    """The error is raised as it is, the progress is ended, nothing hangs."""
    keeper, steps = Keeper(), Steps()
    library = Library(*(build.live_video(f"v{number}") for number in range(9)))

    with pytest.raises(Unavailable):
        read(Lister([f"v{number}" for number in range(9)], fails_after=2), library, keeper, steps)

    assert len(keeper.got) + len(keeper.waiting) == 6
    assert steps.told[-1] == "finished"


def test_failure_of_a_read_ends_the_listing() -> None:
    """The other way round."""
    library = Library(build.live_video("v0"))
    library.fail_reads(Unavailable("down", operation="GetVideoInfos", status=503, code="Down"), on="GetVideoInfos")

    with pytest.raises(Unavailable):
        read(Lister([f"v{number}" for number in range(300)]), library, Keeper())


def test_library_of_nothing_is_read_at_once() -> None:
    """No call is made for it."""
    library = Library()
    read(Lister([]), library, Keeper())

    assert library.calls("read") == {}
