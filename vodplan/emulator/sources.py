"""Serves source files under `/media/source/`, whole or in part."""

import asyncio
import re
from hashlib import md5

from . import asgi
from .content import PREFIX, content, content_seed
from .state import EmulatorState

_PATH = re.compile(re.escape(PREFIX) + r"([0-9A-Za-z_-]+)/[^/]+")
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class Sources:
    """Answers `/media/source/...`; a file that was deleted is gone."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await _refuse(send, 405, b"GET only\n")
            return
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        if not self._state.urls.allows(path, scope["query_string"].decode("latin-1"), self._state.settings.now()):
            await _refuse(send, 403, b"denied by url authentication\n")
            return
        found = _PATH.fullmatch(path)
        rows = self._state.db.videos([found[1]]) if found else []
        source = rows[0].source_file() if rows else None
        if source is None:
            await _refuse(send, 404, b"no such file\n")
            return
        seed = content_seed(rows[0].id, source)
        status, first, end = _part(dict(scope["headers"]).get(b"range", b"").decode("latin-1"), source.size)
        headers = [
            (b"content-type", b"application/octet-stream"),
            (b"accept-ranges", b"bytes"),
            (b"etag", f'"{md5(seed, usedforsecurity=False).hexdigest()}"'.encode()),
            (b"content-length", str(end - first).encode()),
        ]
        if status == 206:
            headers.append((b"content-range", f"bytes {first}-{end - 1}/{source.size}".encode()))
        elif status == 416:
            headers.append((b"content-range", f"bytes */{source.size}".encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if scope["method"] == "GET":
            await self._stream(receive, send, seed, first, end)
        await send({"type": "http.response.body", "body": b""})

    async def _stream(self, receive: asgi.Receive, send: asgi.Send, seed: bytes, first: int, end: int) -> None:
        await receive()
        gone = asyncio.ensure_future(receive())
        try:
            for piece in content(seed, first, end):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                rate = self._state.settings.source_bytes_per_s
                # Without a rate the others have their turn all the same.
                await asyncio.sleep(len(piece) / rate if rate else 0)
                if gone.done() and gone.result()["type"] == "http.disconnect":
                    return
        finally:
            gone.cancel()


def _part(wanted: str, size: int) -> tuple[int, int, int]:
    """Status, first byte and end of the answer to a Range header; several ranges at once get the whole."""
    found = _RANGE.fullmatch(wanted)
    if found is None or not (found[1] or found[2]):
        return 200, 0, size
    if not found[1]:
        first, end = max(0, size - int(found[2])), size
    else:
        first = int(found[1])
        end = min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < first:
            return 200, 0, size
    return (206, first, end) if first < end else (416, 0, 0)


async def _refuse(send: asgi.Send, status: int, body: bytes) -> None:
    await asgi.respond(send, status, [(b"content-type", b"text/plain")], body)
