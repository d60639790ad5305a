"""Puts one file into the object storage, with the temporary key that the service hands out for it.

The storage is no part of the API: it has its own signature, and errors in XML. What is sent may be sent again, since it
puts the same bytes in the same place.

source: page «Upload URLs and credentials» of ApsaraVideo VOD; page «Include a V4 signature in the Authorization header»
of Object Storage Service.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import urllib.request
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

import httpx
import orjson

from vodplan._version import __version__
from vodplan.vod.endpoints import on_this_machine
from vodplan.vod.pacing import Sleep

TRIES = 4
WAITS = (0.5, 1.0, 2.0)
"""Seconds before each further try."""

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_FOR_NOW = frozenset({408, 429, 500, 502, 503, 504})
_REGION = re.compile(r"oss-([a-z0-9-]+?)(?:-internal)?\.")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_CODE = re.compile(rb"<Code>([A-Za-z.]{1,60})</Code>")
_SCOPE = "aliyun_v4_request"


class NotStored(Exception):
    """The file is not in the storage; the text says why, and tells neither address nor key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Where one file goes, and the temporary key that opens that place."""

    url: str
    resource: str
    region: str
    key_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)


def grant_of(address: str, auth: str, *, region: str) -> Grant:
    """Read UploadAddress and UploadAuth.

    region: of the service, for an answer that names none.
    raises: ValueError for anything that is no place to send a file to: plain http is one on this machine only.
    """
    place, key = _opened(address), _opened(auth)
    endpoint, bucket, name = (_text(place, one) for one in ("Endpoint", "Bucket", "FileName"))
    parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
    host = parts.hostname or ""
    scheme = "http" if parts.scheme == "http" and on_this_machine(host) else "https"
    if parts.scheme not in ("http", "https") or not host or parts.username or not _BUCKET.fullmatch(bucket):
        raise ValueError("the upload address is none")
    object_path = quote(name, safe="/-_.~")
    port = f":{parts.port}" if parts.port else ""
    if _is_number(host) or host == "localhost":
        shown = f"[{host}]" if ":" in host else host
        url = f"{scheme}://{shown}{port}/{bucket}/{object_path}"
    else:
        url = f"{scheme}://{bucket}.{host}{port}/{object_path}"
    told = key.get("Region") or (found[1] if (found := _REGION.match(host)) else region)
    return Grant(
        url=url,
        resource=f"/{bucket}/{object_path}",
        region=str(told),
        key_id=_text(key, "AccessKeyId"),
        secret=_text(key, "AccessKeySecret"),
        token=_text(key, "SecurityToken"),
    )


class ObjectStorage:
    """Whoever takes uploads; keeps connections open until it is closed.

    now:       the time by the service's clock, which signatures carry.
    transport: in place of the network, for tests.
    """

    def __init__(
        self, *, now: Callable[[], datetime], sleep: Sleep, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def put(self, grant: Grant, content: bytes, media: str) -> None:
        """Send a file, again while the storage or the way to it is in trouble.

        raises: NotStored.
        """
        for wait in (*WAITS, None):
            told, for_now = await self._try(grant, content, media)
            if not told:
                return
            if wait is None or not for_now:
                raise NotStored(told)
            await self._sleep(wait)

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()

    async def _try(self, grant: Grant, content: bytes, media: str) -> tuple[str, bool]:
        """Send it once: what went wrong, "" for nothing, and whether that may pass."""
        if self._client is None:
            proxied = not urllib.request.proxy_bypass(urlsplit(grant.url).hostname or "")
            self._client = httpx.AsyncClient(
                timeout=_TIMEOUT, follow_redirects=False, transport=self._transport, trust_env=proxied
            )
        headers = signed_headers(grant, content, media, self._now())
        try:
            answer = await self._client.put(grant.url, content=content, headers=headers)
        except (httpx.TransportError, httpx.StreamError, httpx.DecodingError, OSError) as error:
            # A library's own words may have the address in them.
            return f"the connection to the object storage broke ({type(error).__name__})", True
        if answer.status_code == 200:
            return "", False
        code = found[1].decode() if (found := _CODE.search(answer.content[:4_096])) else f"HTTP {answer.status_code}"
        return f"the object storage refuses it ({code})", answer.status_code in _FOR_NOW


def signed_headers(grant: Grant, content: bytes, media: str, now: datetime) -> Mapping[str, str]:
    """The headers of an upload, signed with the storage's fourth version; the bytes are held to by Content-MD5."""
    when = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-md5": b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
        "content-type": media,
        "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
        "x-oss-date": when,
        "x-oss-security-token": grant.token,
    }
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"PUT\n{grant.resource}\n\n{lines}\n\nUNSIGNED-PAYLOAD"
    scope = (when[:8], grant.region, "oss", _SCOPE)
    key = f"aliyun_v4{grant.secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"OSS4-HMAC-SHA256\n{when}\n{'/'.join(scope)}\n{digest}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = f"{grant.key_id}/{'/'.join(scope)}"
    return {
        **headers,
        "authorization": f"OSS4-HMAC-SHA256 Credential={credential},Signature={signature}",
        "user-agent": f"vodplan/{__version__}",
    }


def _opened(text: str) -> Mapping[str, object]:
    try:
        found = orjson.loads(b64decode(text, validate=True))
    except (NotBase64, orjson.JSONDecodeError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object in Base64")
    return found


def _text(record: Mapping[str, object], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value or any(ord(one) < 33 or ord(one) > 126 for one in value):
        raise ValueError(f"its {name} cannot be used")
    return value


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
