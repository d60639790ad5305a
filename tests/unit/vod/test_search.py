"""SearchMedia: expressions and walks."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

import pytest

from tests.unit.vod.fakes import FakeApi, collect
from vodplan.core.errors import ConfigError, InvalidAnswer
from vodplan.vod import search
from vodplan.vod.search import Walk

UTC = datetime.UTC
START = datetime.datetime(2025, 1, 1, tzinfo=UTC)


def test_expressions_are_written_as_the_protocol_page_shows() -> None:
    """Values in single quotes, numbers bare, an `or` in parentheses, a range with both ends."""
    expression = search.all_of(
        search.any_of(search.equals("CateId", 1), search.equals("CateId", 2)),
        search.one_of("Status", ["Normal", "Checking"]),
        search.between("CreationTime", START, None),
        "",
    )

    assert expression == (
        "(CateId = 1 or CateId = 2) and Status in ('Normal','Checking') and CreationTime = ['2025-01-01T00:00:00Z',]"
    )


@pytest.mark.parametrize("value", ["it's", 'say "x"', "a\\b", "a\nb", "\x7f"])
def test_quoted_value_that_would_need_escaping_is_refused(value: str) -> None:
    """How to escape is not documented; a wrong guess would select other assets."""
    with pytest.raises(ConfigError):
        search.equals("Title", value)


@pytest.mark.parametrize("count", [0, 101])
def test_one_of_too_few_or_too_many_is_refused(count: int) -> None:
    """The service takes 1 to 100 values."""
    with pytest.raises(ValueError, match="1 to 100"):
        search.one_of("VideoId", ["v"] * count)


class Library:
    """A SearchMedia over records (id, second of creation), with the service's bounds."""

    def __init__(self, seconds: list[int], *, scrolls: bool = True) -> None:
        self.records = sorted((second, f"m{number:06d}") for number, second in enumerate(seconds))
        self.scrolls = scrolls

    def __call__(self, params: Mapping[str, str]) -> Mapping[str, object]:
        rows = list(self.records)
        if match := re.search(r"CreationTime = \['(.*?)','(.*?)'\]", params.get("Match", "")):
            low, high = (int((_moment(text) - START).total_seconds()) for text in match.groups())
            rows = [row for row in rows if low <= row[0] <= high]
        if params["SortBy"].endswith("Desc"):
            rows.reverse()
        page, size = int(params["PageNo"]), int(params["PageSize"])
        assert "ScrollToken" in params or page * size <= search.REACH
        found = rows[(page - 1) * size : page * size]
        media = [
            {"MediaId": name, "MediaType": params["SearchType"], "CreationTime": _text(second)}
            for second, name in found
        ]
        return {"Total": len(rows), "MediaList": media, **({"ScrollToken": "t" * 32} if self.scrolls else {})}


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, search.TIME_FORMAT).replace(tzinfo=UTC)


def _text(second: int) -> str:
    return (START + datetime.timedelta(seconds=second)).strftime(search.TIME_FORMAT)


def walked(library: Library, media_type: str) -> tuple[list[str], Walk, FakeApi]:
    api = FakeApi(SearchMedia=library)
    walk = Walk(api, media_type)
    pages = collect(walk.pages())
    return [found.id for page in pages for found in page], walk, api


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
@pytest.mark.parametrize("media_type", ["video", "image"])
def test_walk_of_a_small_library_sees_everything_once(count: int, media_type: str) -> None:
    """A hundred records a page, no page more than needed, the first included."""
    ids, walk, api = walked(Library(list(range(count)), scrolls=media_type == "video"), media_type)

    assert len(ids) == len(set(ids)) == count == walk.total
    assert walk.complete
    assert api.count("SearchMedia") == max(1, -(-count // 100))


def test_walk_of_videos_goes_past_the_cap_with_its_token() -> None:
    """Paging by number ends at 5,000; the token goes on."""
    ids, walk, _ = walked(Library(list(range(6_200))), "video")

    assert len(set(ids)) == 6_200
    assert walk.complete


def test_walk_of_images_past_the_cap_is_cut_into_windows() -> None:
    """Images have no token; windows of time that hold fewer do it."""
    seconds = [0] * 4_000 + [7] * 3_000 + list(range(100, 6_100)) + [10**6]
    ids, walk, _ = walked(Library(seconds, scrolls=False), "image")

    assert len(ids) == len(set(ids)) == len(seconds)
    assert walk.complete


def test_walk_of_images_made_in_one_second_past_the_cap_is_not_complete() -> None:
    """No window is smaller than a second; what cannot be seen must not be called absent."""
    ids, walk, _ = walked(Library([0] + [5] * 5_300, scrolls=False), "image")

    assert len(ids) == 5_001
    assert walk.total == 5_301
    assert not walk.complete


def test_walk_of_videos_without_a_token_past_the_cap_is_not_complete() -> None:
    """A service that gives no token is believed up to 5,000."""
    ids, walk, _ = walked(Library(list(range(5_100)), scrolls=False), "video")

    assert len(ids) == 5_000
    assert not walk.complete


def test_walk_that_saw_fewer_than_there_are_is_not_complete() -> None:
    """Records that are deleted during a walk move others to a page that was read already."""

    def shrinking(params: Mapping[str, str]) -> Mapping[str, object]:
        return {"Total": 150, "MediaList": [{"MediaId": f"m{params['PageNo']}", "MediaType": "image"}]}

    api = FakeApi(SearchMedia=shrinking)
    walk = Walk(api, "image")
    collect(walk.pages())

    assert not walk.complete


@pytest.mark.parametrize("body", [{"MediaList": []}, {"Total": 1, "MediaList": [{"MediaType": "video"}]}])
def test_search_without_a_total_or_an_id_is_an_invalid_answer(body: Mapping[str, object]) -> None:
    """Counting on half a page would end in wrong absences."""
    with pytest.raises(InvalidAnswer):
        collect(Walk(FakeApi(SearchMedia=lambda _: body), "video").pages())
