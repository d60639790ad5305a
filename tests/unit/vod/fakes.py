"""Stand-ins for what surrounds the client: the network, the clock, the service."""

from __future__ import annotations

import asyncio
import datetime
import heapq
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any, TypeVar

import orjson

from vodplan.core.errors import NotFound, RefusedByService
from vodplan.vod.caller import Caller, Settle
from vodplan.vod.credentials import Credentials, CredentialsProvider
from vodplan.vod.failures import AnswerLost, NotSent, Reply
from vodplan.vod.wire import Origin, Record

T = TypeVar("T")

NOW = datetime.datetime(2026, 5, 1, 12, 0, 0, tzinfo=datetime.UTC)
SECRET = "s3cr3t-of-the-key"


class FixedClock:
    """A time of day that stands still."""

    def __init__(self, now: datetime.datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime.datetime:
        return self.time


class Keys:
    """Credentials that change with every refresh."""

    def __init__(self, *keys: Credentials) -> None:
        self.keys = list(keys) or [Credentials("id", SECRET, None, "the test")]
        self.refreshed = 0

    async def get(self, *, refresh: bool = False) -> Credentials:
        if refresh:
            self.refreshed += 1
            await asyncio.sleep(0)
            if len(self.keys) > 1:
                self.keys.pop(0)
        return self.keys[0]


Answer = Reply | Exception


class FakeHttp:
    """A network that gives one prepared answer per request and keeps the requests."""

    def __init__(self, answers: Iterable[Answer | Callable[[Mapping[str, str]], Answer]]) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[str, Mapping[str, str]]] = []

    async def post(self, query: str, headers: Mapping[str, str]) -> Reply:
        self.requests.append((query, headers))
        # As on a real network, the calls under way go on while this one waits.
        await asyncio.sleep(0)
        answer = self.answers.pop(0)
        if callable(answer):
            answer = answer(headers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def operations(self) -> list[str]:
        return [headers["x-acs-action"] for _, headers in self.requests]


def ok(**body: object) -> Reply:
    return Reply(
        status=200, headers={"content-type": "application/json"}, body=orjson.dumps({"RequestId": "R-1", **body})
    )


def error(code: str, status: int = 400, message: str = "No.", **headers: str) -> Reply:
    body = {"RequestId": "R-2", "HostId": "vod", "Code": code, "Message": message}
    return Reply(
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=orjson.dumps(body),
    )


def html(status: int) -> Reply:
    return Reply(status=status, headers={"content-type": "text/html; charset=utf-8"}, body=b"<html>no</html>")


LOST = AnswerLost("the connection broke")
UNSENT = NotSent("connection refused")


class Sleeps(list[float]):
    """A sleep that passes no time and keeps what was asked."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def caller_over(
    http: FakeHttp,
    *,
    keys: CredentialsProvider | None = None,
    sleeps: Sleeps | None = None,
    clock: FixedClock | None = None,
    monotonic: Callable[[], float] = lambda: 0.0,
) -> Caller:
    return Caller(
        http=http,
        endpoint="https://vod.example.com",
        credentials=keys or Keys(),
        share=1.0,
        clock=clock or FixedClock(),
        monotonic=monotonic,
        random=lambda: 0.5,
        sleep=sleeps if sleeps is not None else Sleeps(),
        paced=False,
    )


Handler = Callable[[Mapping[str, str]], Mapping[str, object]]


class FakeApi:
    """A service made of one function per operation, which gives the answer's body or raises."""

    def __init__(self, **operations: Handler) -> None:
        self.operations = operations
        self.calls: list[tuple[str, Mapping[str, str]]] = []

    async def call(self, operation: str, params: Mapping[str, str], *, settle: Settle | None = None) -> Record:
        self.calls.append((operation, dict(params)))
        await asyncio.sleep(0)
        return Record(self.operations[operation](params), Origin(operation=operation, request_id="R-9"))

    def count(self, operation: str) -> int:
        return sum(1 for name, _ in self.calls if name == operation)


def not_found(operation: str, code: str) -> NotFound:
    return NotFound("gone", operation=operation, status=404, code=code, request_id="R-404")


def refused(operation: str, code: str) -> RefusedByService:
    return RefusedByService("no", operation=operation, status=400, code=code, request_id="R-400")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__(_NoWaiting(self))
        self.virtual = 0.0

    def time(self) -> float:
        return self.virtual


class _NoWaiting(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout:
            self._loop.virtual += timeout
        return super().select(0)


def run_virtually(work: Callable[[VirtualTimeLoop], Coroutine[Any, Any, T]]) -> T:
    """Run work on a loop with a clock of its own; asyncio.sleep takes no time at all."""
    loop = VirtualTimeLoop()
    try:
        return loop.run_until_complete(work(loop))
    finally:
        loop.close()


def collect(source: Any) -> list[Any]:
    """Everything an asynchronous iterator gives."""

    async def all_of() -> list[Any]:
        return [item async for item in source]

    return asyncio.run(all_of())


def most_in_a_window(times: list[float], window: float = 1.0) -> int:
    """The largest number of moments that fall into any window, its end left out."""
    most = 0
    inside: list[float] = []
    for moment in sorted(times):
        heapq.heappush(inside, moment)
        while inside and moment - inside[0] >= window:
            heapq.heappop(inside)
        most = max(most, len(inside))
    return most


async def resolved(value: T) -> T:
    return value


Work = Callable[[], Awaitable[T]]
