"""What two addresses of one resource have in common."""

from __future__ import annotations

from urllib.parse import unquote

_SIGNATURE_NAMES = frozenset(
    {
        "auth_key",
        "expires",
        "ossaccesskeyid",
        "signature",
        "security-token",
        "x-oss-credential",
        "x-oss-date",
        "x-oss-expires",
        "x-oss-additional-headers",
        "x-oss-security-token",
    }
)
_SIGNATURE_PREFIXES = ("x-acs-", "x-oss-signature")
_DEFAULT_PORTS = (":80", ":443")


def strip_signature(url: str) -> str:
    """Take the time-limited signature parameters out of a URL's query, and leave every other byte as it is.

    Parameters go by name, in any letter case: `auth_key` (CDN), `Expires`, `OSSAccessKeyId`, `Signature`,
    `security-token` and the signing `x-oss-…` (object storage), `x-acs-…` (API gateway). `x-oss-process` stays: it
    says which picture is meant.
    """
    if "?" not in url:
        return url
    before_fragment, hash_sign, fragment = url.partition("#")
    address, question_mark, query = before_fragment.partition("?")
    if not question_mark:
        return url
    if "&" not in query:
        return address + hash_sign + fragment if _signs(query) else url
    pieces = query.split("&")
    kept = [piece for piece in pieces if not _signs(piece)]
    if len(kept) == len(pieces):
        return url
    return address + ("?" + "&".join(kept) if kept else "") + hash_sign + fragment


def resource_key(url: str) -> str:
    """A text that two URLs share when they name one resource.

    Left out: the signature, the scheme, a default port and the fragment. The host is in lower case; path and the rest
    of the query count to the byte.
    """
    stripped = strip_signature(url).partition("#")[0]
    _, separator, rest = stripped.partition("://")
    rest = rest if separator else stripped.removeprefix("//")
    end = min((place for place in (rest.find("/"), rest.find("?")) if place >= 0), default=len(rest))
    host, path = rest[:end].lower(), rest[end:]
    for port in _DEFAULT_PORTS:
        host = host.removesuffix(port)
    return host + path


def _signs(piece: str) -> bool:
    name = piece.partition("=")[0]
    name = unquote(name).lower() if "%" in name else name.lower()
    return name in _SIGNATURE_NAMES or name.startswith(_SIGNATURE_PREFIXES)
