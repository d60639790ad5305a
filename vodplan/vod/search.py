"""SearchMedia: its little language, its pages, and walks that say whether they saw everything."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from vodplan.core.errors import ConfigError
from vodplan.vod.caller import Api
from vodplan.vod.wire import Record

PAGE_SIZE = 100
REACH = 5_000
"""Records that paging by number reaches, of every type of media."""

MOST_VALUES = 100
"""Values that one `in (…)` may hold."""

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

BLOCKS = {"video": "Video", "audio": "Audio", "image": "Image", "attached": "AttachedMedia"}
"""Type of media → the member of a record that holds its fields."""

SCROLLED = frozenset({"video", "audio"})
"""Types that a scroll token walks through without a bound that matters."""


def quoted(value: str) -> str:
    """Write a value of a search expression.

    raises: ConfigError for quotes, backslashes and control characters: how to escape them is not documented.
    """
    if any(character in "'\"\\" or ord(character) < 32 or ord(character) == 127 for character in value):
        raise ConfigError(
            f"{value!r} cannot be searched for: SearchMedia has no way to write quotes, backslashes or control "
            "characters.",
            next="Select by other fields, or name the assets by id.",
        )
    return f"'{value}'"


def equals(field: str, value: str | int) -> str:
    """`field = value`; for titles, tags, descriptions and file names this means "contains"."""
    return f"{field} = {value if isinstance(value, int) else quoted(value)}"


def one_of(field: str, values: Sequence[str]) -> str:
    """`field in (…)`, at most 100 values."""
    if not 0 < len(values) <= MOST_VALUES:
        raise ValueError(f"1 to {MOST_VALUES} values, not {len(values)}")
    return f"{field} in ({','.join(quoted(value) for value in values)})"


def between(field: str, start: datetime.datetime | None, end: datetime.datetime | None) -> str:
    """`field = [start,end]`, both ends included, either of them open when None."""
    low = quoted(_stamp(start)) if start else ""
    high = quoted(_stamp(end)) if end else ""
    return f"{field} = [{low},{high}]"


def all_of(*expressions: str) -> str:
    """Every expression holds; empty ones are left out."""
    return " and ".join(expression for expression in expressions if expression)


def any_of(*expressions: str) -> str:
    """At least one expression holds; in parentheses, which the service asks for."""
    return f"({' or '.join(expressions)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One record of a search: its id, its type, when it was made, and the fields asked for."""

    id: str
    media_type: str
    created: str
    fields: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: the service's count of all matches, this page's records, and the token of the next page."""

    total: int
    found: tuple[Found, ...]
    scroll_token: str


async def search_media(
    api: Api,
    *,
    media_type: str = "video",
    match: str = "",
    fields: Iterable[str] = (),
    sort_by: str = "",
    page: int = 1,
    page_size: int = PAGE_SIZE,
    scroll_token: str = "",
) -> Page:
    """Search audio, video, images or auxiliary media; one page.

    media_type: `video`, `audio`, `image` or `attached`.
    match:      an expression made of the functions above; everything when empty.
    fields:     names of the fields wanted; without them only id, type and time of creation come back.
    source:     page «ApsaraVideo VOD:SearchMedia», page «Protocol for media asset search».
    """
    params = {"SearchType": media_type, "PageNo": str(page), "PageSize": str(page_size)}
    for name, value in (
        ("Match", match),
        ("Fields", ",".join(fields)),
        ("SortBy", sort_by),
        ("ScrollToken", scroll_token),
    ):
        if value:
            params[name] = value
    answer = await api.call("SearchMedia", params)
    found = tuple(_found(record, media_type) for record in answer.records("MediaList"))
    total = answer.integer("Total")
    if total is None:
        raise answer.invalid("it has no Total")
    return Page(total=total, found=found, scroll_token=answer.text("ScrollToken"))


@dataclass(slots=True)
class Walk:
    """A walk through everything that matches.

    most:     stop after so many records, for walks that are content with fewer; a multiple of 100.
    complete: whether everything was seen; meaningful once `pages` has ended.
    total:    how many there are by the service's count.
    """

    api: Api
    media_type: str
    match: str = ""
    fields: tuple[str, ...] = ()
    most: int | None = None
    complete: bool = True
    total: int = 0

    async def pages(self) -> AsyncIterator[tuple[Found, ...]]:
        """The records, page by page, none twice, oldest first.

        Video and audio are walked with a scroll token. Other types are not, so they are cut by time of creation into
        windows of at most 5,000 records; where one second holds more, the walk is not complete.
        """
        seen: set[str] = set()
        first = await self._page(self.match, page=1)
        self.total = first.total
        if self.media_type in SCROLLED or first.total <= REACH or self.most is not None:
            source = self._numbered(self.match, first)
        else:
            source = self._windows(first)
        async for page in source:
            fresh = tuple(found for found in page if found.id not in seen)
            seen.update(found.id for found in fresh)
            if fresh:
                yield fresh
        self.complete = self.complete and len(seen) >= self.total

    async def _page(self, match: str, *, page: int, scroll_token: str = "", newest_first: bool = False) -> Page:
        return await search_media(
            self.api,
            media_type=self.media_type,
            match=match,
            fields=self.fields,
            sort_by=f"CreationTime:{'Desc' if newest_first else 'Asc'}",
            page=page,
            scroll_token=scroll_token,
        )

    async def _numbered(self, match: str, first: Page) -> AsyncIterator[tuple[Found, ...]]:
        scrolls = self.media_type in SCROLLED
        yield first.found
        page, number, token = first, 1, first.scroll_token
        while page.found and number * PAGE_SIZE < page.total:
            at_end = self.most is not None and number * PAGE_SIZE >= self.most
            if at_end or (number * PAGE_SIZE >= REACH and not (scrolls and token)):
                self.complete = False
                return
            number += 1
            page = await self._page(match, page=number, scroll_token=token if scrolls else "")
            token = page.scroll_token or token
            yield page.found
        self.total = max(self.total, page.total)

    async def _windows(self, first: Page) -> AsyncIterator[tuple[Found, ...]]:
        last = await self._page(self.match, page=1, newest_first=True)
        oldest, newest = _time(first.found[0]), _time(last.found[0])
        if oldest is None or newest is None:
            self.complete = False
            return
        stack = [(oldest, max(oldest, newest))]
        second = datetime.timedelta(seconds=1)
        while stack:
            start, end = stack.pop()
            match = all_of(self.match, between("CreationTime", start, end))
            page = await self._page(match, page=1)
            if page.total <= REACH or start >= end:
                async for found in self._numbered(match, page):
                    yield found
                continue
            middle = start + (end - start) // 2
            middle = middle.replace(microsecond=0)
            stack += [(middle + second, end), (start, middle)]


def _found(record: Record, media_type: str) -> Found:
    kind = record.text("MediaType") or media_type
    block = record.record(BLOCKS.get(kind, "Video")) or Record({}, record.origin)
    media_id = record.text("MediaId") or next(
        (found for name in ("VideoId", "AudioId", "ImageId", "MediaId") if (found := block.text(name))), ""
    )
    if not media_id:
        raise record.invalid("a record of MediaList has no id")
    created = record.text("CreationTime") or block.text("CreationTime")
    return Found(id=media_id, media_type=kind, created=created, fields=block)


def _time(found: Found) -> datetime.datetime | None:
    try:
        return datetime.datetime.strptime(found.created, TIME_FORMAT).replace(tzinfo=datetime.UTC)
    except ValueError:
        return None


def _stamp(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime(TIME_FORMAT)
