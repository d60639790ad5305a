"""Every asset of a library is listed once, or counted as missed: windows of time, both operations, all kinds."""

from __future__ import annotations

import asyncio
import datetime
import random
import re
from collections.abc import Mapping, Sequence

import pytest

from tests.unit.vod.fakes import FakeApi, collect
from vodplan.core.errors import ApiError
from vodplan.core.exporting import WalkBy
from vodplan.core.listing import ListedPage, Span
from vodplan.vod import search
from vodplan.vod.listing import TRIES, Lister
from vodplan.vod.windows import Window, without

UTC = datetime.UTC
START = datetime.datetime(2025, 1, 1, tzinfo=UTC)
FIRST = int(START.timestamp())


class Library:
    """SearchMedia and GetVideoList over assets by second of creation, with the bounds of each.

    hidden:  so many are counted in every answer and never shown.
    deletes: after so many pages the first asset is deleted, which moves all pages behind it.
    """

    def __init__(
        self,
        *,
        video: Sequence[int] = (),
        audio: Sequence[int] = (),
        image: Sequence[int] = (),
        hidden: int = 0,
        deletes: int | None = None,
    ) -> None:
        self.records = {
            media: sorted((second, f"{media}{number:06d}") for number, second in enumerate(made))
            for media, made in (("video", video), ("audio", audio), ("image", image))
        }
        self.hidden = hidden
        self.deletes = deletes
        self.pages = 0
        self.windows: list[tuple[str, str]] = []
        self.matches: list[str] = []

    def search(self, params: Mapping[str, str]) -> Mapping[str, object]:
        """SearchMedia."""
        media = params["SearchType"]
        rows = self.records.get(media, [])
        self.matches.append(params.get("Match", ""))
        if match := re.search(r"CreationTime = \['(.*?)','(.*?)'\]", params.get("Match", "")):
            self.windows.append((match[1], match[2]))
            rows = _within(rows, match[1], match[2])
        if "ScrollToken" in params:
            assert media in search.SCROLLED
            assert params["ScrollToken"] == str(int(params["PageNo"]) - 1)
        else:
            assert int(params["PageNo"]) * int(params["PageSize"]) <= search.REACH
        shown, total = self._page(rows, params, newest=params["SortBy"].endswith("Desc"))
        found = [
            {"MediaId": name, "MediaType": media, "CreationTime": _text(second), search.BLOCKS[media]: {"Size": "7"}}
            for second, name in shown
        ]
        return {"Total": total, "MediaList": found, "ScrollToken": params["PageNo"]}

    def listing(self, params: Mapping[str, str]) -> Mapping[str, object]:
        """GetVideoList; the end of a time is included."""
        assert int(params["PageNo"]) * int(params["PageSize"]) <= search.REACH
        rows = sorted(self.records.get("video", []) + self.records.get("audio", []))
        if "StartTime" in params:
            assert params["EndTime"] > params["StartTime"]
            rows = _within(rows, params["StartTime"], params["EndTime"])
        shown, total = self._page(rows, params, newest=params["SortBy"].endswith("Desc"))
        found = [{"VideoId": name, "CreationTime": _text(second), "Size": 7} for second, name in shown]
        return {"Total": total, "VideoList": {"Video": found}}

    def _page(
        self, rows: list[tuple[int, str]], params: Mapping[str, str], *, newest: bool
    ) -> tuple[list[tuple[int, str]], int]:
        self.pages += 1
        if self.deletes is not None and self.pages == self.deletes and self.records["video"]:
            gone = self.records["video"].pop(0)
            rows = [row for row in rows if row != gone]
        if newest:
            rows = rows[::-1]
        size = int(params["PageSize"])
        start = (int(params["PageNo"]) - 1) * size
        return rows[start : start + size], len(rows) + self.hidden


def _within(rows: list[tuple[int, str]], start: str, end: str) -> list[tuple[int, str]]:
    low, high = _second(start), _second(end)
    return [row for row in rows if low <= row[0] <= high]


def _second(text: str) -> int:
    return int((datetime.datetime.strptime(text, search.TIME_FORMAT).replace(tzinfo=UTC) - START).total_seconds())


def _text(second: int) -> str:
    return (START + datetime.timedelta(seconds=second)).strftime(search.TIME_FORMAT)


def listed(
    library: Library, kind: str = "video", by: WalkBy = WalkBy.SEARCH, done: Mapping[str, list[Span]] | None = None
) -> list[ListedPage]:
    """Every page of a walk."""
    lister = Lister(FakeApi(SearchMedia=library.search, GetVideoList=library.listing))
    return collect(lister.walk(kind, by=by, detailed=True, done=done or {}))


def ids(pages: list[ListedPage]) -> list[str]:
    """The ids, in order."""
    return sorted(one.id for page in pages for one in page.assets)


def spread(count: int, seconds: int) -> list[int]:
    """So many seconds, the same every time."""
    made = random.Random(count)
    return [made.randrange(seconds) for _ in range(count)]


@pytest.mark.parametrize("by", list(WalkBy))
def test_walk_lists_videos_and_audio_once(by: WalkBy) -> None:
    """More than one window, times that several share, both types."""
    library = Library(video=spread(9_000, 5_000), audio=spread(150, 5_000))

    pages = listed(library, by=by)

    assert ids(pages) == sorted(name for rows in library.records.values() for _, name in rows)
    assert sum(page.missed for page in pages) == 0
    assert {one.size for page in pages for one in page.assets} == {7}


def test_walk_of_a_crowded_second_goes_on_by_token() -> None:
    """Videos are reached with a scroll token where numbers end."""
    library = Library(video=[5] * 5_250 + [9])

    pages = listed(library)

    assert len(ids(pages)) == len(set(ids(pages))) == 5_251
    assert sum(page.missed for page in pages) == 0


@pytest.mark.parametrize(("kind", "by"), [("image", WalkBy.SEARCH), ("video", WalkBy.LIST)])
def test_walk_counts_what_a_crowded_second_hides(kind: str, by: WalkBy) -> None:
    """Without a token the rest of that second cannot be listed; it is said, and asked for once only."""
    media = "image" if kind == "image" else "video"
    library = Library(image=[5] * 5_250) if media == "image" else Library(video=[5] * 5_250)

    pages = listed(library, kind, by)

    assert len(ids(pages)) == 5_000
    assert sum(page.missed for page in pages) == 250
    assert library.pages <= 53


def test_walk_looks_again_where_something_went_meanwhile() -> None:
    """A deletion moves the pages behind it; what slipped through comes with the second look, and nothing twice."""
    library = Library(video=list(range(1_000)), deletes=5)

    pages = listed(library)

    names = ids(pages)
    assert len(names) == len(set(names))
    assert set(names) >= {name for _, name in library.records["video"]}
    assert sum(page.missed for page in pages) == 0


def test_walk_gives_up_on_what_is_never_shown() -> None:
    """After some looks what is counted and not shown is missed."""
    library = Library(video=[1, 2, 3], hidden=2)

    pages = listed(library)

    assert (len(ids(pages)), sum(page.missed for page in pages)) == (3, 2)
    assert len(library.windows) == TRIES


def test_walk_leaves_out_times_that_are_done() -> None:
    """What an earlier walk looked through is not asked for again."""
    library = Library(video=list(range(100)))

    pages = listed(library, done={"search video": [(FIRST + 10, FIRST + 89)], "search audio": [(0, 1)]})

    assert ids(pages) == [f"video{number:06d}" for number in [*range(10), *range(90, 100)]]
    assert sorted(page.done for page in pages if page.done) == [(FIRST, FIRST + 9), (FIRST + 90, FIRST + 99)]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (30, 1), (100, 1), (101, 4)])
def test_walk_of_few_that_are_looked_for_takes_the_page_that_counted_them(count: int, pages: int) -> None:
    """One call answers both; only what does not fit a page is cut by time of creation."""
    library = Library(image=list(range(count)))
    lister = Lister(FakeApi(SearchMedia=library.search), match="Title = 'a'")

    counted = asyncio.run(lister.count("image", by=WalkBy.SEARCH))
    found = collect(lister.walk("image", by=WalkBy.SEARCH, detailed=False, done={}))

    assert (counted, len(ids(found)), len(set(ids(found)))) == (count, count, count)
    assert library.pages == pages
    assert all(one.startswith("Title = 'a'") for one in library.matches)
    assert all(" and CreationTime" in one for one in library.matches[2:])


def test_walk_by_list_is_not_narrowed() -> None:
    """GetVideoList has no words for a selector; whoever asks reads on."""
    library = Library(video=[1, 2, 3])
    lister = Lister(FakeApi(GetVideoList=library.listing), match="Title = 'a'")

    assert len(ids(collect(lister.walk("video", by=WalkBy.LIST, detailed=False, done={})))) == 3


def test_walk_of_nothing_has_no_pages() -> None:
    """An empty library is no error."""
    assert listed(Library(), "image") == []


def test_walk_of_assets_without_a_time_is_an_error() -> None:
    """It cannot be cut; half a list is never given."""
    answer = {"Total": 1, "MediaList": [{"MediaId": "a", "MediaType": "image", "CreationTime": "yesterday"}]}
    with pytest.raises(ApiError, match="no time of creation"):
        collect(Lister(FakeApi(SearchMedia=lambda _: answer)).walk("image", by=WalkBy.SEARCH, detailed=False, done={}))


@pytest.mark.parametrize(
    ("done", "left"),
    [
        ([], [Window(0, 9)]),
        ([Window(0, 9)], []),
        ([Window(3, 4)], [Window(0, 2), Window(5, 9)]),
        ([Window(8, 20), Window(-5, 1)], [Window(2, 7)]),
        ([Window(0, 5), Window(2, 3)], [Window(6, 9)]),
        ([Window(20, 30)], [Window(0, 9)]),
    ],
)
def test_without_gives_what_is_left(done: list[Window], left: list[Window]) -> None:
    """Overlaps, edges, and times outside of the whole."""
    assert without(Window(0, 9), done) == left
