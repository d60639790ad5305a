"""Both request signatures, computed from their parts.

source: pages "Request syntax and signature method V3" and "Signature method" of ApsaraVideo VOD.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from urllib.parse import quote

EMPTY_SHA256 = sha256(b"").hexdigest()
V3 = "ACS3-HMAC-SHA256"


def percent(text: str) -> str:
    """Percent-encode all but the unreserved characters of RFC 3986, upper-case hex."""
    return quote(text, safe="-_.~")


def canonical_query(params: Iterable[tuple[str, str]]) -> str:
    """Parameters sorted by name, encoded and joined: the same in both signatures."""
    return "&".join(f"{percent(name)}={percent(value)}" for name, value in sorted(params))


def v1_string_to_sign(method: str, params: Iterable[tuple[str, str]]) -> str:
    """What HMAC-SHA1 signs: method, path and the canonical query without `Signature`."""
    query = canonical_query(pair for pair in params if pair[0] != "Signature")
    return f"{method}&%2F&{percent(query)}"


def v1_signature(secret: str, string_to_sign: str) -> str:
    """The Base64 signature of version 1.0."""
    return b64encode(hmac.digest(f"{secret}&".encode(), string_to_sign.encode(), "sha1")).decode()


def v3_canonical_request(
    *, method: str, path: str, query: str, headers: Mapping[str, str], signed: Iterable[str], body_sha256: str
) -> str:
    """The canonical request; `headers` has lower-case names, `query` is canonical already."""
    names = sorted(signed)
    lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in names)
    return f"{method}\n{path}\n{query}\n{lines}\n{';'.join(names)}\n{body_sha256}"


def v3_string_to_sign(canonical_request: str) -> str:
    """What HMAC-SHA256 signs: the scheme's name and the digest of the canonical request."""
    return f"{V3}\n{sha256(canonical_request.encode()).hexdigest()}"


def v3_signature(secret: str, string_to_sign: str) -> str:
    """The lower-case hex signature of ACS3-HMAC-SHA256."""
    return hmac.digest(secret.encode(), string_to_sign.encode(), "sha256").hex()
