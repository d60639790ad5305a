"""What a rule, or `vodplan select`, looks for."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, fields

NO_CATEGORY = ""
"""The path that stands for "in no category"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A span of whole numbers, both ends included; None for an open end."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A span of days, UTC: on `after` or later, and before `before`; None for an open end."""

    after: datetime.date | None = None
    before: datetime.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Conditions that an asset has to fit, all of them; one that is None or empty is not a condition.

    kind:     `video` or `image`.
    category: a path: there or below it; "" for in no category.
    any_tags, all_tags, no_tags: it has at least one of them, all of them, none of them.
    title, description: a text that it contains, upper and lower case alike.
    created:  when, by the service.
    size, duration:    bytes, and seconds.
    status:   one of these, upper and lower case alike.
    without:  fields that are empty: `description`, `tags`, `category`, `cover`.
    """

    kind: str
    category: str | None = None
    any_tags: tuple[str, ...] = ()
    all_tags: tuple[str, ...] = ()
    no_tags: tuple[str, ...] = ()
    title: str | None = None
    description: str | None = None
    created: Days | None = None
    size: Between | None = None
    duration: Between | None = None
    status: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether every asset of the kind fits."""
        return not any(self._conditions())

    def _conditions(self) -> Iterator[bool]:
        for one in fields(self):
            value = getattr(self, one.name)
            yield one.name != "kind" and value is not None and value != ()


def told(selector: Selector) -> str:
    """The selector in words, in one fixed order: what a plan says that it looked for."""
    return "; ".join(_told(selector))


def _told(selector: Selector) -> Iterator[str]:
    yield f"kind: {selector.kind}"
    if selector.category is not None:
        yield f"category: {selector.category}" if selector.category else "in no category"
    for name, tags in (("any", selector.any_tags), ("all", selector.all_tags), ("none", selector.no_tags)):
        if tags:
            yield f"tags: {name} of {', '.join(tags)}"
    for name, part in (("title", selector.title), ("description", selector.description)):
        if part is not None:
            yield f"{name} contains {part}"
    if selector.created is not None:
        yield from _ends("created", selector.created.after, selector.created.before, ("on", "or later"), "before")
    for name, span in (("size", selector.size), ("duration", selector.duration)):
        if span is not None:
            yield from _ends(name, span.least, span.most, ("at least", ""), "at most")
    if selector.status:
        yield f"status: {', '.join(selector.status)}"
    if selector.without:
        yield f"without {', '.join(selector.without)}"


def _ends(name: str, low: object, high: object, least: tuple[str, str], most: str) -> Iterator[str]:
    if low is not None:
        yield f"{name} {least[0]} {low} {least[1]}".rstrip()
    if high is not None:
        yield f"{name} {most} {high}"
