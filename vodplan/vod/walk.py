"""Walks the search index of the videos: many pages at once, cut by time of creation into windows that paging reaches.

A walk by scroll token is one page after another, 30 a second where an answer takes 30 milliseconds. Windows of at most
5,000 records are paged by number, and their pages do not wait for each other.
"""

from __future__ import annotations

import asyncio
import datetime
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from vodplan.core.errors import ApiError
from vodplan.core.live import Indexed
from vodplan.core.road import LAG
from vodplan.core.values import UNSET, FieldValue
from vodplan.kinds.video import FIELDS
from vodplan.vod.caller import Api
from vodplan.vod.concurrency import as_completed
from vodplan.vod.search import PAGE_SIZE, REACH, TIME_FORMAT, Page, between, search_media
from vodplan.vod.video_api import VideoInfo
from vodplan.vod.windows import Refilled, Window, moment_of, seconds_of

TARGET = 4_000
"""Records that a window is cut for, where they are spread evenly; below `REACH`, so that most fit at once."""

EXPIRED = "InvalidScrollToken"

_READ: Mapping[str, tuple[str, Callable[[VideoInfo], FieldValue]]] = {
    "title": ("Title", lambda info: info.text("Title")),
    "description": ("Description", lambda info: info.text("Description")),
    "tags": ("Tags", lambda info: info.tags("Tags")),
    "category": ("CateId", lambda info: info.category("CateId")),
    "cover": ("CoverURL", lambda info: info.cover),
}
"""Field → its name on the wire, and how its value is read."""


async def count(api: Api) -> int:
    """How many videos the index has; one call."""
    return (await search_media(api, page_size=1)).total


async def walk(api: Api, fields: Sequence[str], *, now: datetime.datetime) -> AsyncIterator[Sequence[Indexed]]:
    """See `LiveReader.walk`.

    now: by the service's clock.
    """
    read = _Reading(fields, (now - LAG).strftime(TIME_FORMAT))
    async for page in Windows(api, ("ModificationTime", *(_READ[name][0] for name in fields))).pages():
        yield [read(VideoInfo(found.fields.raw, found.fields.origin), found.id, found.created) for found in page.found]


class _Reading:
    """Turns records into what the core compares."""

    def __init__(self, fields: Sequence[str], since: str) -> None:
        self._since = since
        self._blank: list[FieldValue] = [UNSET] * len(FIELDS)
        self._places = [(place, *_READ[one.name]) for place, one in enumerate(FIELDS) if one.name in fields]

    def __call__(self, info: VideoInfo, video_id: str, created: str) -> Indexed:
        values = self._blank.copy()
        for place, name, value in self._places:
            if info.raw.get(name) is not None:
                values[place] = value(info)
        modified = info.text("ModificationTime") or created
        # Times of one format are in order as texts are; one in another format says nothing.
        plain = len(modified) == len(self._since) and modified[10] == "T" and modified[-1] == "Z"
        return Indexed(video_id, tuple(values), recent=not plain or modified >= self._since)


@dataclass(frozen=True, slots=True)
class _Ask:
    """One page of a window; with a token where paging by number does not reach."""

    window: Window
    number: int
    token: str = ""


class Windows:
    """One walk through all videos.

    Windows are cut evenly at first; one that holds too many is cut again. Only within a second that holds more than
    paging reaches there is a scroll token.
    """

    def __init__(self, api: Api, fields: tuple[str, ...]) -> None:
        self._api = api
        self._fields = fields
        self._asks: deque[_Ask] = deque()

    async def pages(self) -> AsyncIterator[Page]:
        """The pages as they arrive. What is made, removed or moved meanwhile may be missed or come twice."""
        ends = await asyncio.gather(self._end("Asc"), self._end("Desc"))
        times = [seconds_of(one.found[0].created) for one in ends if one.found]
        if len(times) < 2 or None in times:
            return
        start, end = (time for time in times if time is not None)
        self._cut(Window(min(start, end), max(start, end)), max(one.total for one in ends))
        async for ask, page in as_completed(self._work()):
            self._follow(ask, page)
            yield page

    def _work(self) -> Iterator[Callable[[], Awaitable[tuple[_Ask, Page]]]]:
        return Refilled(self._asks, lambda ask: partial(self._page, ask))

    def _cut(self, window: Window, total: int) -> None:
        """Ask for the first page of each part of a window."""
        seconds = window.end - window.start + 1
        parts = min(math.ceil(total / TARGET), seconds)
        edges = [window.start + seconds * part // parts for part in range(parts + 1)]
        self._asks.extend(_Ask(Window(low, high - 1), 1) for low, high in pairwise(edges))

    def _follow(self, ask: _Ask, page: Page) -> None:
        """Ask for what a page shows to be there; windows that are begun come before new ones, so that few wait."""
        if ask.number == 1 and page.total <= REACH:
            last = math.ceil(page.total / PAGE_SIZE)
            self._asks.extendleft(_Ask(ask.window, number) for number in range(last, 1, -1))
        elif ask.number == 1 and ask.window.start < ask.window.end:
            self._cut(ask.window, page.total)
        elif (ask.number == 1 or ask.token) and page.scroll_token and ask.number * PAGE_SIZE < page.total:
            self._asks.appendleft(_Ask(ask.window, ask.number + 1, page.scroll_token))

    async def _page(self, ask: _Ask) -> tuple[_Ask, Page]:
        try:
            page = await search_media(
                self._api,
                match=between("CreationTime", moment_of(ask.window.start), moment_of(ask.window.end)),
                fields=self._fields,
                sort_by="CreationTime:Asc",
                page=ask.number,
                scroll_token=ask.token,
            )
        except ApiError as error:
            if not (ask.token and error.code.startswith(EXPIRED)):
                raise
            # What the rest of that second holds is read by id.
            page = Page(total=0, found=(), scroll_token="")
        return ask, page

    async def _end(self, direction: str) -> Page:
        return await search_media(self._api, sort_by=f"CreationTime:{direction}", page_size=1)
