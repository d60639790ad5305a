"""Windows of time of creation, by which a library is cut into pieces that paging by number reaches."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from vodplan.vod.search import TIME_FORMAT

A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds since 1970, both included."""

    start: int
    end: int


class Refilled(Iterator[Callable[[], Awaitable[R]]], Generic[A, R]):
    """Work that answers add to: empty for now is not the end, as `as_completed` asks again while pieces are running."""

    def __init__(self, asks: deque[A], make: Callable[[A], Callable[[], Awaitable[R]]]) -> None:
        self._asks = asks
        self._make = make

    def __next__(self) -> Callable[[], Awaitable[R]]:
        if not self._asks:
            raise StopIteration
        return self._make(self._asks.popleft())


def seconds_of(text: str) -> int | None:
    """A time as the service writes it, in seconds since 1970; None for anything else."""
    try:
        return int(datetime.datetime.strptime(text, TIME_FORMAT).replace(tzinfo=datetime.UTC).timestamp())
    except ValueError:
        return None


def moment_of(seconds: int) -> datetime.datetime:
    """The other way round."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def without(whole: Window, done: list[Window]) -> list[Window]:
    """What is left of a window when others are taken out of it, in order."""
    left, start = [], whole.start
    for one in sorted(done, key=lambda one: one.start):
        if one.start > start:
            left.append(Window(start, min(one.start - 1, whole.end)))
        start = max(start, one.end + 1)
        if start > whole.end:
            return left
    return [*left, Window(start, whole.end)]
