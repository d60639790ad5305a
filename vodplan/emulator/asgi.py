"""The little of ASGI that the emulator needs: types, a body reader, an answer, a cut."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
TRANSPORT = "vodplan.emulator.transport"
"""Where our own server puts the connection into the scope, so that a fault can cut it."""


class Transport(Protocol):
    """The part of an asyncio transport that a cut needs."""

    def abort(self) -> None:
        """Drop the connection at once."""


class BodyTooLarge(Exception):
    """The body is over the limit."""


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part: bytes = message.get("body", b"")
        if part:
            size += len(part)
            if size > limit:
                raise BodyTooLarge
            parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def respond(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """One whole answer, its length included."""
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def cut(scope: Scope, receive: Receive) -> None:
    """Drop the connection without another byte, and see it gone; an error under a server that is not ours."""
    held: dict[str, Transport] | None = scope.get("extensions", {}).get(TRANSPORT)
    if held is None:
        raise ConnectionAbortedError("the fault plan cuts this connection")
    held["transport"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass
