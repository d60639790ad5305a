"""Finds candidates for a selector by SearchMedia: never fewer than fit, as far as its language can say it."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Collection, Iterator, Sequence

from vodplan.core.errors import ConfigError
from vodplan.core.selector import NO_CATEGORY, Between, Selector
from vodplan.vod.caller import Api
from vodplan.vod.edges import EDGES
from vodplan.vod.search import Walk, all_of, any_of, between, equals, one_of, quoted

MOST_CATEGORIES = 50
"""Categories that an expression names: `CateId` has no `in (…)`, and how long an expression may be is not told."""


async def search(api: Api, selector: Selector, categories: frozenset[int] | None) -> AsyncIterator[Sequence[str]]:
    """See `LiveReader.search`.

    source: page «Protocol for media asset search».
    """
    match = expression(selector, categories)
    for media_type in EDGES[selector.kind].media:
        walk = Walk(api, media_type, match=match)
        async for page in walk.pages():
            yield [found.id for found in page]
        if not walk.complete:
            raise ConfigError(
                f"The search found {walk.total:,} assets of type {media_type} and cannot show all of them, so a "
                "selector would miss some.",
                next="Narrow the selector, for example by created or category.",
            )


def expression(selector: Selector, categories: Collection[int] | None) -> str:
    """What can be asked of the service; "" for everything.

    Conditions that its language cannot say are left out, for whoever reads the assets to hold them: "none of these
    tags", "no value", a text with a quote in it. Titles, descriptions and tags are matched by words that contain the
    text, so they name candidates too.

    categories: ids; None for any.
    """
    return all_of(*_parts(selector, categories))


def _parts(selector: Selector, categories: Collection[int] | None) -> Iterator[str]:
    if selector.status:
        yield one_of("Status", selector.status)
    if selector.category != NO_CATEGORY and categories is not None and len(categories) <= MOST_CATEGORIES:
        named = [equals("CateId", one) for one in sorted(categories)]
        yield named[0] if len(named) == 1 else any_of(*named)
    for name, part in (("Title", selector.title), ("Description", selector.description)):
        if part and _sayable(part):
            yield equals(name, part)
    for tag in selector.all_tags:
        if _sayable(tag):
            yield equals("Tags", tag)
    if selector.any_tags and all(_sayable(tag) for tag in selector.any_tags):
        yield one_of("Tags", selector.any_tags)
    if selector.created is not None:
        yield between("CreationTime", _midnight(selector.created.after), _last(selector.created.before))
    for name in EDGES[selector.kind].spans:
        span: Between | None = getattr(selector, name)
        if span is not None:
            low, high = ("" if one is None else str(one) for one in (span.least, span.most))
            yield f"{name.capitalize()} = [{low},{high}]"


def _sayable(text: str) -> bool:
    try:
        quoted(text)
    except ConfigError:
        return False
    return True


def _midnight(day: datetime.date | None) -> datetime.datetime | None:
    return None if day is None else datetime.datetime.combine(day, datetime.time(), datetime.UTC)


def _last(day: datetime.date | None) -> datetime.datetime | None:
    """The last second before a day."""
    found = _midnight(day)
    return None if found is None else found - datetime.timedelta(seconds=1)
