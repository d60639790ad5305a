"""Names every boundary that an apply passes, and kills the process at one of them.

A boundary has a label and a number: `("UpdateVideoInfos: done", 3)` is the third time that the service has carried out an
UpdateVideoInfos and its answer has not been looked at. A call that writes has `before`, `done` and `after`; one that reads has
`before`, for it leaves nothing behind; a record in the journal has `before`; a transaction of the store, which each record and
each taking and giving back of the lease is, has `uncommitted` and `committed`.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import aiohttp
from sqlalchemy import Connection

from vodplan.kinds.operations import OPERATIONS
from vodplan.store.database import Database
from vodplan.store.scribe import Scribe
from vodplan.vod import client, service

Point = tuple[str, int]
"""A label, and the how-manieth of it, counted from 1."""


class Points:
    """Counts boundaries; at `at` the process is gone, as by kill -9."""

    def __init__(self, at: Point | None) -> None:
        self.passed: list[Point] = []
        self._at = at
        self._counts: Counter[str] = Counter()

    def reach(self, label: str) -> None:
        """Pass a boundary, or die at it."""
        self._counts[label] += 1
        point = (label, self._counts[label])
        self.passed.append(point)
        if point == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def install(points: Points) -> None:
    """Put the boundaries into this process, for good; it is one that was forked for a single apply."""
    _around_calls(points)
    _around_records(points)
    _around_transactions(points)


def _around_calls(points: Points) -> None:
    real_send, real_post = aiohttp.ClientSession.post, client.HttpClient.post

    async def send(self: aiohttp.ClientSession, url: Any, **options: Any) -> aiohttp.ClientResponse:
        operation = options["headers"]["x-acs-action"]
        points.reach(f"{operation}: before")
        response = await real_send(self, url, **options)
        if OPERATIONS[operation].writes:
            points.reach(f"{operation}: done")
        return response

    async def post(self: client.HttpClient, query: str, headers: Mapping[str, str]) -> Any:
        reply = await real_post(self, query, headers)
        operation = headers["x-acs-action"]
        if OPERATIONS[operation].writes:
            points.reach(f"{operation}: after")
        return reply

    _replace(aiohttp.ClientSession, "post", send)
    _replace(client.HttpClient, "post", post)


def _around_records(points: Points) -> None:
    def wrapped(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def record(*arguments: object) -> object:
            # Of a line that others share a transaction with, this is before all of them.
            points.reach(f"journal {name}: before")
            return real(*arguments)

        return record

    for name in ("begin", "intent", "outcome", "end"):
        _replace(Scribe, name, wrapped(name, getattr(Scribe, name)))


def _around_transactions(points: Points) -> None:
    real = Database.writing

    @contextlib.contextmanager
    def writing(self: Database) -> Iterator[Connection]:
        with real(self) as connection:
            yield connection
            points.reach("store: uncommitted")
        points.reach("store: committed")

    _replace(Database, "writing", writing)


def without_pacing() -> None:
    """Let calls go as fast as they can: the emulator has no quotas, and a sweep has no time."""
    real = service.VodService

    def unpaced(*arguments: Any, **options: Any) -> service.VodService:
        return real(*arguments, **{**options, "unpaced": True})

    _replace(service, "VodService", unpaced)


def _replace(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)
