"""The HTTP half of the API: bytes out, bytes in. Beside `transfer` the only file that knows httpx."""

from __future__ import annotations

import asyncio
import os
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from vodplan._version import __version__
from vodplan.vod.failures import AnswerLate, AnswerLost, NotSent, Reply

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
"""Seconds without a byte after which an answer counts as lost."""

TOTAL_SECONDS = 90.0
"""Seconds that one try may take in all, however slowly its answer drips in."""

KEEP_ALIVE_SECONDS = 15.0
CONNECTIONS = 64

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes; the largest documented answer, a page of 100 assets with all their fields, is below one of these 64."""

_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "content-length": "0",
    "user-agent": f"vodplan/{__version__}",
}
_TIMEOUT = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS, "pool": READ_SECONDS}


_BROKEN = (
    httpx.TransportError,
    httpx.DecodingError,
    httpx.InvalidURL,
    httpx.StreamError,
    aiohttp.ClientError,
    OSError,
)
"""Everything that a transport raises; that of aiohttp lets some of aiohttp's own errors through."""

_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class HttpClient:
    """Sends signed requests to one endpoint over pooled connections.

    Requests go straight to the transport: redirects, cookies and the like, which an `httpx.Client` would add, are not
    part of this API, and cost a third of a call.

    transport: another transport, for tests.
    """

    def __init__(self, endpoint: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._base = httpx.URL(endpoint)
        self._transport = transport or _transport(endpoint)

    async def post(self, query: str, headers: Mapping[str, str]) -> Reply:
        """Send one request with an empty body.

        query:  encoded as it was signed; the transport may send another spelling of the same parameters, such as a
                bare comma, and the service decodes before it checks.
        raises: NotSent, AnswerLost, AnswerLate.
        """
        url = self._base.copy_with(path="/", query=query.encode("ascii"))
        request = httpx.Request("POST", url, headers={**_HEADERS, **headers}, extensions={"timeout": _TIMEOUT})
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                response = await self._transport.handle_async_request(request)
                try:
                    body = await _body(response)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise AnswerLate(f"the answer took more than {TOTAL_SECONDS:.0f} seconds") from error
        except _BROKEN as error:
            raise _translated(error) from error
        return Reply(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


async def _body(response: httpx.Response) -> bytes:
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise AnswerLost(f"the answer is larger than {LARGEST_ANSWER // 2**20} MiB")
        pieces.append(piece)
    return b"".join(pieces)


def _transport(endpoint: str) -> httpx.AsyncBaseTransport:
    secure = endpoint.startswith("https:")
    proxy = _proxy(endpoint)

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=CONNECTIONS,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            ssl=transport.ssl_context if secure else True,
            ttl_dns_cache=60,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Content-Type", "User-Agent", "Accept"),
        )

    # Without TLS the certificates are not needed, and reading them takes longer than a hundred calls.
    transport = AiohttpTransport(verify=secure, client=session, proxy=httpx.Proxy(proxy) if proxy else None)
    return transport


def _proxy(endpoint: str) -> str | None:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if parts.scheme != "https" or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get("https")


def _translated(error: Exception) -> NotSent | AnswerLost:
    # The transport maps a connection that broke after sending to a failure to connect, so its cause decides.
    cause = error.__cause__
    reason = _connecting(cause) or _reason(cause if isinstance(cause, OSError) and cause.strerror else error)
    if isinstance(cause, aiohttp.ClientError):
        unsent = isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL)
        unsent = unsent or isinstance(cause, aiohttp.ClientHttpProxyError)
    else:
        unsent = isinstance(error, _UNSENT)
    if unsent:
        return NotSent(reason)
    return AnswerLate(reason) if _late(error) else AnswerLost(reason)


def _late(error: Exception) -> bool:
    # The transport calls a server that hung up a timeout, too, so here the cause decides as well.
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientError):
        return isinstance(cause, TimeoutError)
    return isinstance(error, httpx.TimeoutException) or isinstance(cause, TimeoutError)


def _connecting(cause: BaseException | None) -> str:
    """Why no connection came about, in words of the system; "" when it is not about connecting.

    The transport's own words name its settings (`ssl:default`), also where there is no TLS.
    """
    if not isinstance(cause, aiohttp.ClientConnectorError) or isinstance(cause, aiohttp.ClientSSLError):
        return ""
    why = cause.os_error
    said = os.strerror(why.errno) if why.errno and why.errno > 0 else " ".join(str(why.strerror or why).split())
    return f"{cause.host}:{cause.port}: {said[:1].lower()}{said[1:]}"[:300]


def _reason(error: Exception) -> str:
    if _late(error):
        return "it took too long"
    text = " ".join(str(error).split())
    return text[:300].rstrip(".") or type(error).__name__
