"""The HTTP half of the API: bytes out, bytes in. The only file that knows aiohttp."""

from __future__ import annotations

import os
import ssl
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from vodplan._version import __version__
from vodplan.core.errors import ConfigError
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

_UNSENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)
"""What is raised before a byte of the request has left; after anything else it may have reached the service."""


class HttpClient:
    """Sends signed requests to one endpoint over pooled connections, which are opened by the first of them."""

    def __init__(self, endpoint: str) -> None:
        self._base = f"{endpoint.rstrip('/')}/?"
        self._secure = endpoint.startswith("https:")
        self._proxy = _proxy(endpoint)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, query: str, headers: Mapping[str, str]) -> Reply:
        """Send one request with an empty body; no redirect is followed, no cookie kept.

        query:  encoded as it was signed, and sent so.
        raises: NotSent, AnswerLost, AnswerLate.
        """
        session = self._session or self._opened()
        try:
            response = await session.post(
                URL(self._base + query, encoded=True),
                headers={**_HEADERS, **headers},
                allow_redirects=False,
                proxy=self._proxy,
            )
            try:
                body = await _body(response.content)
            finally:
                # A connection whose answer was not read to its end is not used again.
                response.release()
        except (aiohttp.ClientError, OSError) as error:
            raise _translated(error) from error
        return Reply(status=response.status, headers=response.headers, body=body)

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=CONNECTIONS,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            ssl=_certificates() if self._secure else True,
            ttl_dns_cache=60,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Content-Type",),
            timeout=aiohttp.ClientTimeout(total=TOTAL_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS),
        )
        return self._session


async def _body(content: aiohttp.StreamReader) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := await content.readany():
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise AnswerLost(f"the answer is larger than {LARGEST_ANSWER // 2**20} MiB")
        pieces.append(piece)
    return b"".join(pieces)


def _certificates() -> ssl.SSLContext:
    # The authorities that source files are fetched with, too; without TLS nobody pays for loading them.
    import httpx

    return httpx.create_ssl_context()


def _proxy(endpoint: str) -> URL | None:
    """The proxy that the environment names; raises ConfigError for one that cannot be used."""
    parts = urlsplit(endpoint)
    if parts.scheme != "https" or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    named = urllib.request.getproxies().get("https")
    if not named:
        return None
    try:
        proxy = URL(named if "://" in named else f"http://{named}")
    except ValueError:
        proxy = URL()
    if proxy.scheme not in ("http", "https") or not proxy.host:
        raise ConfigError(
            "The proxy that the environment names for https is not an http:// or https:// address.",
            next="Set HTTPS_PROXY to http://HOST:PORT, or NO_PROXY to the endpoint's host.",
        )
    return proxy


def _translated(error: Exception) -> NotSent | AnswerLost:
    if isinstance(error, _UNSENT):
        return NotSent(_connecting(error) or _reason(error))
    if isinstance(error, TimeoutError):
        waited = isinstance(error, aiohttp.ServerTimeoutError)
        return AnswerLate(_reason(error) if waited else f"the answer took more than {TOTAL_SECONDS:.0f} seconds")
    return AnswerLost(_reason(error))


def _connecting(error: Exception) -> str:
    """Why no connection came about, in words of the system; "" when it is not about connecting.

    aiohttp's own words name its settings (`ssl:default`), also where there is no TLS.
    """
    if not isinstance(error, aiohttp.ClientConnectorError) or isinstance(error, aiohttp.ClientSSLError):
        return ""
    why = error.os_error
    said = os.strerror(why.errno) if why.errno and why.errno > 0 else " ".join(str(why.strerror or why).split())
    return f"{error.host}:{error.port}: {said[:1].lower()}{said[1:]}"[:300]


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    text = " ".join(str(error).split())
    return text[:300].rstrip(".") or type(error).__name__
