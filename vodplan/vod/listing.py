"""Lists every asset of a kind: cut by time of creation into windows, each of which is seen whole or counted as missed.

SearchMedia lists videos, audio, images and attached media apart; GetVideoList lists videos and audio together, and
nothing else.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Protocol

from vodplan.core.errors import ApiError
from vodplan.core.exporting import WalkBy
from vodplan.core.listing import ListedAsset, ListedPage, Span
from vodplan.vod.attached_api import AttachedInfo
from vodplan.vod.caller import Api
from vodplan.vod.concurrency import as_completed
from vodplan.vod.edges import EDGES
from vodplan.vod.search import PAGE_SIZE, REACH, SCROLLED, all_of, between, search_media
from vodplan.vod.video_api import get_video_list
from vodplan.vod.walk import EXPIRED, TARGET
from vodplan.vod.windows import Refilled, Window, moment_of, seconds_of, without
from vodplan.vod.wire import Record

TRIES = 3
"""How often a window is looked through that does not show as many as it counts: what is deleted moves the pages."""

_DETAILS = ("Title", "Size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of a list: how many fit the window by the service's count, what it shows of them, the next token."""

    total: int
    assets: tuple[ListedAsset, ...]
    token: str = ""


class Source(Protocol):
    """One list of the service."""

    name: str
    scrolls: bool
    """Whether tokens lead on where paging by number ends."""

    async def page(self, window: Window | None, number: int, *, token: str = "", newest: bool = False) -> Listed:
        """A page of what was made in a window, oldest first; without one, the oldest or the newest, one at least."""
        ...


class Lister:
    """Implements `core.listing.LibraryLister`.

    match: what SearchMedia is asked for, as `select.expression` gives it; everything when empty. GetVideoList has no
           words for it and lists all the same.
    """

    def __init__(self, api: Api, *, match: str = "") -> None:
        self._api = api
        self._match = match
        self._firsts: dict[str, Listed] = {}

    async def count(self, kind: str, *, by: WalkBy) -> int:
        """See `LibraryLister.count`. The page that tells is kept for the walk, which may need no other."""
        sources = self._sources(kind, by, detailed=False)
        pages = await asyncio.gather(*(one.page(None, 1) for one in sources))
        self._firsts.update((one.name, page) for one, page in zip(sources, pages, strict=True))
        return sum(page.total for page in pages)

    async def walk(
        self, kind: str, *, by: WalkBy, detailed: bool, done: Mapping[str, Sequence[Span]]
    ) -> AsyncIterator[ListedPage]:
        """See `LibraryLister.walk`."""
        for source in self._sources(kind, by, detailed=detailed):
            first = None if detailed else self._firsts.pop(source.name, None)
            walk = _Walk(source, [Window(*span) for span in done.get(source.name, ())], first)
            async for page in walk.pages():
                yield page

    def _sources(self, kind: str, by: WalkBy, *, detailed: bool) -> list[Source]:
        if by is WalkBy.LIST and kind == "video":
            return [_List(self._api)]
        return [_Search(self._api, kind, media, match=self._match, detailed=detailed) for media in EDGES[kind].media]


class _Search:
    def __init__(self, api: Api, kind: str, media: str, *, match: str, detailed: bool) -> None:
        self.name = f"search {media}"
        self.scrolls = media in SCROLLED
        self._api = api
        self._match = match
        self._kind = kind
        self._media = media
        self._fields = (*_DETAILS, EDGES[kind].category) if detailed else ()

    async def page(self, window: Window | None, number: int, *, token: str = "", newest: bool = False) -> Listed:
        page = await search_media(
            self._api,
            media_type=self._media,
            match=all_of(self._match, _made_in(window)),
            fields=self._fields,
            sort_by=f"CreationTime:{'Desc' if newest else 'Asc'}",
            page=number,
            # Of all there is, one page says nothing; of few that are looked for, it may be the whole answer.
            page_size=1 if window is None and not self._match else PAGE_SIZE,
            scroll_token=token,
        )
        assets = tuple(
            ListedAsset(
                kind=self._kind,
                id=one.id,
                created=one.created,
                title=one.fields.text("Title"),
                size=one.fields.integer("Size"),
                category=_category(one.fields),
            )
            for one in page.found
        )
        return Listed(total=page.total, assets=assets, token=page.scroll_token)


def _made_in(window: Window | None) -> str:
    return "" if window is None else between("CreationTime", moment_of(window.start), moment_of(window.end))


def _category(fields: Record) -> int | None:
    """The category of a record; of several, as attached media have them, the one with the lowest id."""
    one = fields.category("CateId")
    return min(AttachedInfo(fields.raw, fields.origin).categories, default=None) if one is None else one


class _List:
    name = "list"
    scrolls = False

    def __init__(self, api: Api) -> None:
        self._api = api

    async def page(self, window: Window | None, number: int, *, token: str = "", newest: bool = False) -> Listed:
        # The end must be later than the start, and whether it is included is not documented: the second after the
        # window is asked for as well, and what is of it is not counted.
        total, videos = await get_video_list(
            self._api,
            start=None if window is None else moment_of(window.start),
            end=None if window is None else moment_of(window.end + 1),
            page=number,
            page_size=1 if window is None else PAGE_SIZE,
            oldest_first=not newest,
        )
        assets = tuple(
            ListedAsset(
                kind="video",
                id=one.id,
                created=one.text("CreationTime"),
                title=one.text("Title"),
                size=one.integer("Size"),
                category=one.category("CateId"),
            )
            for one in videos
        )
        return Listed(total=total, assets=assets)


@dataclass(slots=True)
class _State:
    """What is known of a window that is being looked through."""

    tries: int = 1
    waiting: int = 0
    total: int = 0
    own: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Ask:
    window: Window
    number: int = 1
    token: str = ""


class _Walk:
    """One walk through one list.

    first: the page without a window, where it was asked for already.
    """

    def __init__(self, source: Source, done: list[Window], first: Listed | None = None) -> None:
        self._source = source
        self._done = done
        self._first = first
        self._asks: deque[_Ask] = deque()
        self._states: dict[Window, _State] = {}

    async def pages(self) -> AsyncIterator[ListedPage]:
        """The pages as they arrive."""
        first = self._first or await self._source.page(None, 1)
        told = {one.id for one in first.assets if seconds_of(one.created) is not None}
        if first.total == len(told) == len(first.assets):
            if first.assets:
                yield ListedPage(source=self._source.name, assets=first.assets)
            return
        ends = first, await self._source.page(None, 1, newest=True)
        if not all(one.assets for one in ends):
            return
        times = [seconds_of(one.assets[0].created) for one in ends]
        if None in times:
            raise ApiError(
                f"The list of the library cannot be walked: {ends[0].assets[0].id} or {ends[1].assets[0].id} has no "
                "time of creation.",
                operation=self._source.name,
                status=200,
                code="InvalidAnswer",
                next="vodplan doctor",
            )
        start, end = (time for time in times if time is not None)
        whole = Window(min(start, end), max(start, end))
        total = max(one.total for one in ends)
        for window in without(whole, self._done):
            self._cut(window, math.ceil(total * (window.end - window.start + 1) / (whole.end - whole.start + 1)))
        async for ask, page in as_completed(Refilled(self._asks, self._work)):
            if (listed := self._take(ask, page)) is not None:
                yield listed

    def _work(self, ask: _Ask) -> Callable[[], Awaitable[tuple[_Ask, Listed]]]:
        return partial(self._page, ask)

    def _cut(self, window: Window, total: int) -> None:
        seconds = window.end - window.start + 1
        parts = max(1, min(math.ceil(total / TARGET), seconds))
        edges = [window.start + seconds * part // parts for part in range(parts + 1)]
        self._asks.extend(_Ask(Window(low, high - 1)) for low, high in pairwise(edges))

    async def _page(self, ask: _Ask) -> tuple[_Ask, Listed]:
        try:
            page = await self._source.page(ask.window, ask.number, token=ask.token)
        except ApiError as error:
            if not (ask.token and error.code.startswith(EXPIRED)):
                raise
            page = Listed(total=self._states[ask.window].total, assets=())
        return ask, page

    def _take(self, ask: _Ask, page: Listed) -> ListedPage | None:
        """Ask for what a page shows to be there, and give what it has."""
        window = ask.window
        state = self._states.setdefault(window, _State())
        if ask.number == 1:
            if page.total > REACH and window.start < window.end:
                del self._states[window]
                self._cut(window, page.total)
                return None
            state.total = page.total
            reach = min(page.total, REACH)
            scrolls = self._source.scrolls and page.total > REACH
            state.waiting = 1 if scrolls else max(1, math.ceil(reach / PAGE_SIZE))
            if not scrolls:
                self._asks.extendleft(_Ask(window, number) for number in range(state.waiting, 1, -1))
        elif ask.token:
            state.total = max(state.total, page.total)
        if self._source.scrolls and state.total > REACH and page.token and ask.number * PAGE_SIZE < state.total:
            state.waiting += 1
            self._asks.appendleft(_Ask(window, ask.number + 1, page.token))
        fresh = self._fresh(window, state, page.assets)
        state.waiting -= 1
        if state.waiting:
            return ListedPage(source=self._source.name, assets=fresh) if fresh else None
        return self._ended(window, state, fresh)

    def _fresh(self, window: Window, state: _State, assets: Sequence[ListedAsset]) -> tuple[ListedAsset, ...]:
        """Those of the window that did not come before."""
        fresh = []
        for asset in assets:
            made = seconds_of(asset.created)
            if made is not None and not window.start <= made <= window.end:
                state.others.add(asset.id)
            elif asset.id not in state.own:
                state.own.add(asset.id)
                fresh.append(asset)
        return tuple(fresh)

    def _ended(self, window: Window, state: _State, fresh: tuple[ListedAsset, ...]) -> ListedPage:
        missed = max(0, state.total - len(state.own) - len(state.others))
        if missed and state.tries < TRIES and (state.total <= REACH or self._source.scrolls):
            state.tries += 1
            self._asks.appendleft(_Ask(window))
            return ListedPage(source=self._source.name, assets=fresh)
        del self._states[window]
        return ListedPage(source=self._source.name, assets=fresh, done=(window.start, window.end), missed=missed)
