"""Which addresses of pictures a page may open, and until when they hold."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, urlsplit

from vodplan.render.escape import terminal

MOST_ORIGINS = 20
"""Beyond so many servers a page's policy names schemes instead, which is shorter and hardly looser."""

MOST_CHARACTERS = 2048
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_USUAL = re.compile(r"https?://(?:[a-z0-9]+[.-])*[a-z0-9]+(?::[0-9]{1,5})?/[A-Za-z0-9/._~%-]*")
_SAFE = "%/:=&?~#+!$,;@()*-._"
_BAD = re.compile(r"[\s\"'<>\\^`{|}]")


def linkable(url: str) -> str:
    """The address as a page may open it, ASCII only; empty unless it is plain http or https with an ordinary host."""
    if _USUAL.fullmatch(url) and len(url) <= MOST_CHARACTERS:
        return url
    if url[:4].lower() != "http" or len(url) > MOST_CHARACTERS or _BAD.search(url) or terminal(url) != url:
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.fullmatch(host):
        return ""
    origin = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    rest = parts.path + (f"?{parts.query}" if parts.query else "")
    return origin + quote(rest, safe=_SAFE)


def origins(urls: Iterable[str]) -> tuple[str, ...]:
    """What the policy must allow for these addresses, all of which `linkable` gave."""
    found = {"/".join(url.split("/", 3)[:3]).partition("?")[0] for url in urls}
    if len(found) > MOST_ORIGINS:
        return tuple(sorted({f"{one.partition(':')[0]}:" for one in found}))
    return tuple(sorted(found))


def holds_until(url: str) -> datetime.datetime | None:
    """When the signature of an address ends, UTC; None for one without a signature, or of an unknown kind.

    Read are `auth_key` (CDN, type A: its first part), `Expires` (object storage, seconds since 1970) and
    `x-oss-expires` with `x-oss-date`.
    """
    try:
        query = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query)}
    except ValueError:
        return None
    seconds = query.get("auth_key", "").partition("-")[0] or query.get("expires", "")
    try:
        if seconds.isascii() and seconds.isdigit():
            return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
        if "x-oss-date" in query and query.get("x-oss-expires", "").isdigit():
            signed = datetime.datetime.strptime(query["x-oss-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
            return signed + datetime.timedelta(seconds=int(query["x-oss-expires"]))
    except (ValueError, OverflowError, OSError):
        return None
    return None
