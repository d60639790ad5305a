"""A day of waiting in a moment: an event loop whose time jumps to the next timer, and the emulator without a network."""

from __future__ import annotations

import asyncio
import datetime
import selectors
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from vodplan.emulator import asgi
from vodplan.emulator.app import EmulatorApp
from vodplan.vod.client import READ_SECONDS

EPOCH = 1_800_000_000.0
"""Seconds since 1970 at which every loop's time begins."""


Other = tuple[int, str, bytes]
"""An answer that is not the service's: status, content type, body."""


class _Impatient(selectors.SelectSelector):
    """Waits for nothing: the time that a wait would take is told instead."""

    def __init__(self, skip: Callable[[float], None]) -> None:
        super().__init__()
        self._skip = skip

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """See `selectors.BaseSelector.select`."""
        assert timeout is not None, "everything waits, and for nothing that a clock would bring"
        if timeout > 0:
            self._skip(timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which every sleep and every timeout is over at once."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Impatient(self._skip))

    def time(self) -> float:
        """Seconds since this loop began."""
        return self._now

    def _skip(self, seconds: float) -> None:
        self._now += seconds


class VirtualClock:
    """The time of day in a loop; see `core.ports.Clock`."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now(self) -> datetime.datetime:
        """See `Clock.now`."""
        return datetime.datetime.fromtimestamp(self.seconds(), datetime.UTC)

    def seconds(self) -> float:
        """The same as seconds since 1970."""
        return EPOCH + self._loop.time()


class Wire(httpx.AsyncBaseTransport):
    """Carries requests to an emulator in this process and drops connections where a fault says so.

    A caller that waits for longer than the client does gets a timeout, and the service works on all the same.

    sent:    told of each request before it is sent; may raise what a transport raises.
    replace: what comes in place of the service's answer to a request, status, type and body; None for the answer itself.
    """

    def __init__(
        self,
        app: EmulatorApp,
        *,
        sent: Callable[[httpx.Request], None],
        replace: Callable[[httpx.Request], Other | None],
    ) -> None:
        self._app = app
        self._sent = sent
        self._replace = replace
        self.working: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`."""
        self._sent(request)
        connection = _Connection()
        scope: asgi.Scope = {
            "type": "http",
            "method": request.method,
            "path": request.url.path,
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "extensions": {asgi.TRANSPORT: {"transport": connection}},
        }
        task = asyncio.ensure_future(self._app(scope, connection.receive, connection.send))
        self.working.add(task)
        task.add_done_callback(self.working.discard)
        done, _ = await asyncio.wait({task}, timeout=READ_SECONDS)
        if not done:
            raise httpx.ReadTimeout("no byte came for a long time", request=request)
        task.result()
        other = self._replace(request)
        if other is not None:
            status, kind, body = other
            return httpx.Response(status, headers={"content-type": kind}, content=body)
        if connection.status is None:
            raise httpx.ReadError("the connection was cut", request=request)
        return httpx.Response(connection.status, headers=connection.headers, stream=_Body(connection))

    async def rest(self) -> None:
        """Wait until the service has done what it was still at."""
        while self.working:
            await asyncio.wait(self.working)


class _Connection:
    """One request's connection, as the application sees it."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.pieces: list[bytes] = []
        self.cut = False

    def abort(self) -> None:
        """See `asgi.Transport.abort`."""
        self.cut = True

    async def receive(self) -> asgi.Message:
        """A request without a body; afterwards only the end of the connection."""
        return {"type": "http.disconnect"} if self.cut else {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: asgi.Message) -> None:
        """Keep what the application sends."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
        else:
            self.pieces.append(message.get("body", b""))


class _Body(httpx.AsyncByteStream):
    """An answer's body, which may end too early."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._connection.pieces:
            yield piece
        if self._connection.cut:
            raise httpx.RemoteProtocolError("the connection was cut before the whole body had come")


def in_virtual_time(work: Callable[[VirtualLoop], Any]) -> None:
    """Run a coroutine that is made from the loop, to its end."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        runner.run(work(loop))
