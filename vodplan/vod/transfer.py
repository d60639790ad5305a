"""Fetches one file over HTTP, piece by piece, from any place in it.

The file server is no part of the API: nothing here is signed, paced or sent to the service. An address is never told to
anybody, since what follows its question mark opens the file.
"""

from __future__ import annotations

import contextlib
import re
import urllib.request
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

import httpx

from vodplan._version import __version__

REDIRECTS = 5
"""How often an address may lead to another one."""

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
"""Seconds without a byte after which a connection counts as broken."""

_TIMEOUT = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS, "pool": CONNECT_SECONDS}
_HEADERS = {"accept": "*/*", "accept-encoding": "identity", "user-agent": f"vodplan/{__version__}"}
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_FOR_NOW = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE)
_WHOLE = re.compile(r"[0-9]{1,18}")
_BROKEN = (httpx.TransportError, httpx.StreamError, httpx.DecodingError, OSError)


class Broken(Exception):
    """It did not work this time; trying again may help. The text says why, and tells no address."""


class Hopeless(Exception):
    """It will not work, however often it is tried. The text says why, and tells no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file whose bytes are about to come.

    start:  the place of the first byte that comes.
    total:  bytes in the whole file, None when the server does not say.
    etag:   what the server calls this version of the file, "" when it does not say.
    pieces: the bytes; raises Broken.
    """

    start: int
    total: int | None
    etag: str
    pieces: AsyncGenerator[bytes, None]


class FileServer:
    """Whoever serves source files; keeps connections open until it is closed.

    transport: another one, for tests.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._given = transport
        self._transports: dict[str | None, httpx.AsyncBaseTransport] = {}

    @contextlib.asynccontextmanager
    async def open(self, address: str, *, start: int) -> AsyncIterator[Opened]:
        """Ask for a file from a place on; a server that cannot do that gives it from its beginning.

        A server that has no such place is asked for the whole file.

        raises: Broken, Hopeless.
        """
        response = await self._answer(address, start)
        if response.status_code == 416 and start:
            await response.aclose()
            response = await self._answer(address, 0)
        try:
            opened = _opened(response, start)
            async with contextlib.aclosing(opened.pieces):
                yield opened
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close every connection."""
        for transport in self._transports.values():
            await transport.aclose()

    async def _answer(self, address: str, start: int) -> httpx.Response:
        url = _checked(address)
        for _ in range(REDIRECTS + 1):
            headers = {**_HEADERS, "range": f"bytes={start}-"} if start else _HEADERS
            request = httpx.Request("GET", url, headers=headers, extensions={"timeout": _TIMEOUT})
            try:
                response = await self._transport(url).handle_async_request(request)
            except _BROKEN as error:
                raise Broken(_reason(error)) from None
            if response.status_code not in _REDIRECTING:
                return response
            await response.aclose()
            url = _led_on(url, response.headers.get("location", ""))
        raise Hopeless(f"its address leads on to another one more than {REDIRECTS} times")

    def _transport(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        if self._given is not None:
            return self._given
        proxy = _proxy(url)
        if proxy not in self._transports:
            try:
                self._transports[proxy] = httpx.AsyncHTTPTransport(verify=True, proxy=proxy)
            except (ValueError, ImportError, httpx.InvalidURL):
                raise Hopeless(f"the proxy that the environment names for {url.scheme} cannot be used") from None
        return self._transports[proxy]


def _opened(response: httpx.Response, start: int) -> Opened:
    status = response.status_code
    packed = response.headers.get("content-encoding", "identity").lower() != "identity"
    if status in (200, 206) and packed:
        raise Hopeless("the file server packs the file, so that it cannot be checked")
    etag = response.headers.get("etag", "")[:200]
    if status == 200:
        length = response.headers.get("content-length", "")
        total = int(length) if _WHOLE.fullmatch(length) else None
        return Opened(start=0, total=total, etag=etag, pieces=_pieces(response))
    if status == 206 and start:
        found = _RANGE.fullmatch(response.headers.get("content-range", ""))
        if found is None:
            raise Hopeless("the file server sends a part of the file and does not say which")
        total = None if found[3] == "*" else int(found[3])
        return Opened(start=int(found[1]), total=total, etag=etag, pieces=_pieces(response))
    told = f"the file server answers HTTP {status}"
    raise Broken(told) if status in _FOR_NOW else Hopeless(told)


async def _pieces(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in response.aiter_raw():
            yield piece
    except _BROKEN as error:
        raise Broken(_reason(error)) from None


def _checked(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        raise Hopeless("its address is not one that can be opened") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise Hopeless("its address is neither http nor https")
    return url


def _led_on(url: httpx.URL, location: str) -> httpx.URL:
    try:
        further = _checked(str(url.join(location))) if location else None
    except (httpx.InvalidURL, ValueError):
        further = None
    if further is None:
        raise Hopeless("its address leads on to one that cannot be opened")
    if (url.scheme, further.scheme) == ("https", "http"):
        raise Hopeless("its address leads from https on to plain http")
    return further


def _proxy(url: httpx.URL) -> str | None:
    if urllib.request.proxy_bypass(url.host):
        return None
    return urllib.request.getproxies().get(url.scheme)


def _reason(error: BaseException) -> str:
    """Why a connection broke, in words that are ours or the system's: a library's may have the address in them."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            return f"the connection to the file server broke ({seen.strerror})"
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, httpx.TimeoutException):
        return "the file server took too long"
    if isinstance(error, httpx.ConnectError):
        return "no connection to the file server came about"
    return f"the connection to the file server broke ({type(error).__name__})"
