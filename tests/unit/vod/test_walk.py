"""A walk through the search index of the videos: windows of time, pages side by side, what the records say."""

from __future__ import annotations

import asyncio
import datetime
import random
import re
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.unit.vod.fakes import FakeApi, collect
from vodplan.core.errors import BugError, Forbidden, RefusedByService
from vodplan.core.live import Indexed
from vodplan.core.values import UNSET
from vodplan.vod import search, walk
from vodplan.vod.service import Reader

UTC = datetime.UTC
START = datetime.datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime.datetime(2026, 1, 1, tzinfo=UTC)


class Library:
    """A SearchMedia over videos by second of creation, with the service's bounds on paging and on tokens.

    expires: whether every scroll token is refused.
    """

    def __init__(self, seconds: list[int], *, expires: bool = False, **block: object) -> None:
        self.records = sorted((second, f"m{number:06d}") for number, second in enumerate(seconds))
        self.block = block
        self.expires = expires
        self.tokens = 0
        self.asked: set[str] = set()

    def __call__(self, params: Mapping[str, str]) -> Mapping[str, object]:
        rows = self.records
        if match := re.fullmatch(r"CreationTime = \['(.*?)','(.*?)'\]", params.get("Match", "")):
            low, high = (int((_moment(text) - START).total_seconds()) for text in match.groups())
            rows = [row for row in rows if low <= row[0] <= high]
        assert params["SearchType"] == "video"
        if params.get("SortBy", "").endswith("Desc"):
            rows = rows[::-1]
        page, size = int(params["PageNo"]), int(params["PageSize"])
        if "ScrollToken" in params:
            assert int(params["ScrollToken"]) == page - 1, "a token leads to the next page only"
            self.tokens += 1
            if self.expires:
                raise RefusedByService("gone", operation="SearchMedia", status=400, code="InvalidScrollToken.Expired")
        else:
            assert page * size <= search.REACH
        self.asked.add(params.get("Fields", ""))
        media = [
            {"MediaId": name, "MediaType": "video", "CreationTime": _text(second), "Video": self.block}
            for second, name in rows[(page - 1) * size : page * size]
        ]
        return {"Total": len(rows), "MediaList": media, "ScrollToken": str(page)}


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, search.TIME_FORMAT).replace(tzinfo=UTC)


def _text(second: int) -> str:
    return (START + datetime.timedelta(seconds=second)).strftime(search.TIME_FORMAT)


def walked(library: Library, *fields: str) -> tuple[list[Indexed], int]:
    """Every record of a walk, and the calls it took."""
    api = FakeApi(SearchMedia=library)
    pages = collect(walk.walk(api, fields, now=NOW))
    return [one for page in pages for one in page], len(api.calls)


def _spread(count: int, over: int) -> list[int]:
    draw = random.Random(count)
    return [draw.randrange(over) for _ in range(count)]


def test_walk_of_a_library_spread_evenly_finds_each_once_with_hardly_a_call_more_than_pages() -> None:
    """20,000 records are 200 pages; five windows cost two calls for their ends and a page that is not full each."""
    found, calls = walked(Library(_spread(20_000, 100_000_000)))

    assert Counter(one.id for one in found) == Counter(f"m{number:06d}" for number in range(20_000))
    assert calls <= 200 + 2 + 5


@pytest.mark.parametrize(
    "seconds",
    [
        [0] * 3,
        [7],
        [0, 100_000_000],
        _spread(9_000, 40),
        [*_spread(300, 100_000_000), *(50_000_000 + one for one in _spread(12_000, 60))],
        [*([0] * 5_000), *([1] * 5_000)],
    ],
    ids=["one second", "one record", "two ends", "a few seconds", "a bulk upload", "full to the last"],
)
def test_walk_finds_every_record_once_however_they_lie(seconds: list[int]) -> None:
    """Windows do not overlap and leave nothing out; none is walked by token that paging reaches."""
    library = Library(seconds)

    found, calls = walked(library)

    assert Counter(one.id for one in found).keys() == {f"m{number:06d}" for number in range(len(seconds))}
    assert library.tokens == 0
    assert calls <= len(seconds) // 100 + 45


def test_walk_scrolls_within_a_second_that_paging_does_not_reach_the_end_of() -> None:
    """6,000 videos of one second: 60 pages, one after another."""
    library = Library([*([5] * 6_000), 0, 9])

    found, _ = walked(library)

    assert {one.id for one in found} == {name for _, name in library.records}
    assert library.tokens == 59


def test_walk_whose_token_expired_leaves_the_rest_of_that_second_out() -> None:
    """Those are read by id; everything else is found."""
    library = Library([*([5] * 6_000), 0, 9], expires=True)

    found, _ = walked(library)

    assert len({one.id for one in found}) == 102


def test_walk_of_an_empty_library_ends() -> None:
    """Two calls look for its ends."""
    assert walked(Library([])) == ([], 2)


def test_walk_without_times_of_creation_gives_nothing() -> None:
    """Then there are no windows to cut, and everything is read by id."""
    records = {"Total": 1, "MediaList": [{"MediaId": "m", "CreationTime": "yesterday"}]}

    assert collect(walk.walk(FakeApi(SearchMedia=lambda _: records), (), now=NOW)) == []


def test_walk_asks_for_the_fields_and_the_time_of_modification_only() -> None:
    """And reads them as GetVideoInfos gives them."""
    library = Library(
        [0],
        Title="t",
        Description="d\n",
        Tags=" b ,a,,b",
        CateId="7",
        CoverURL="http://h/a.jpg?auth_key=1-0-0-ab",
        ModificationTime="2025-12-31T23:49:59Z",
    )

    (found,), _ = walked(library, "title", "description", "tags", "category", "cover")

    assert found == Indexed("m000000", ("t", "d\n", ("b", "a"), 7, "http://h/a.jpg"))
    assert library.asked == {"", "ModificationTime,Title,Description,Tags,CateId,CoverURL"}


def test_walk_leaves_fields_unset_that_were_not_asked_for_or_did_not_come() -> None:
    """Absent is not the same as empty here."""
    library = Library([0], Title="t", Tags="a", ModificationTime="2025-06-01T00:00:00Z")

    (found,), _ = walked(library, "title", "category")

    assert found.values == ("t", UNSET, UNSET, UNSET, UNSET)


@pytest.mark.parametrize(
    ("block", "recent"),
    [
        ({"ModificationTime": "2025-12-31T23:49:59Z"}, False),
        ({"ModificationTime": "2025-12-31T23:50:00Z"}, True),
        ({"ModificationTime": "2026-02-01T00:00:00Z"}, True),
        ({"ModificationTime": "2025-01-01 00:00:00Z"}, True),
        ({"ModificationTime": "31 December"}, True),
        ({}, False),
    ],
    ids=["eleven minutes ago", "ten minutes ago", "to come", "another format", "no time", "never modified"],
)
def test_walk_tells_what_was_modified_in_the_last_ten_minutes(block: Mapping[str, object], recent: bool) -> None:
    """By the service's clock; what cannot be told counts as recent, and the time of creation where there is no other."""
    library = Library([0])
    library.block = dict(block)

    (found,), _ = walked(library)

    assert found.recent is recent


def test_walk_that_is_refused_raises() -> None:
    """Half a walk is not taken for a whole one where the reason is not a token."""

    def refused(params: Mapping[str, str]) -> Mapping[str, object]:
        if "Match" in params:
            raise Forbidden("no", operation="SearchMedia", status=403, code="NoPermission")
        return Library([0])(params)

    with pytest.raises(Forbidden):
        collect(walk.walk(FakeApi(SearchMedia=refused), (), now=NOW))


def test_reader_counts_and_walks_videos_only() -> None:
    """Of other kinds there is no count, and whoever walks them all the same has a bug."""
    reader = Reader(FakeApi(SearchMedia=Library([0, 1, 2], Title="t")), now=lambda: NOW)

    assert asyncio.run(reader.count("video")) == 3
    assert asyncio.run(reader.count("image")) is None
    assert [len(page) for page in collect(reader.walk("video", ("title",)))] == [3]
    with pytest.raises(BugError):
        reader.walk("image", ("title",))
