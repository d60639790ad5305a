"""Request signatures, ACS3-HMAC-SHA256. Pure: the time and the nonce come from the caller."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

VERSION = "2017-03-21"
"""The version of the VOD API that every request names."""

ALGORITHM = "ACS3-HMAC-SHA256"
EMPTY_BODY_SHA256 = hashlib.sha256(b"").hexdigest()

_ENCODED = re.compile(r"[^A-Za-z0-9\-_.~]")
_CODES = {chr(byte): f"%{byte:02X}" for byte in range(256)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signed request: what goes on the wire.

    query:          the encoded query, without the question mark.
    headers:        every header that is signed, and `authorization`; not shown by `repr`.
    string_to_sign: what the signature was made over, to be compared with the one in a service's refusal.
    """

    query: str
    headers: Mapping[str, str] = field(repr=False)
    string_to_sign: str = field(repr=False)


def encode(text: str) -> str:
    """Percent-encode as the signature wants it: every UTF-8 byte but letters, digits and `-_.~`."""
    # Each byte as one character: what is to be encoded is found at once, where urllib goes from byte to byte.
    return _ENCODED.sub(lambda found: _CODES[found[0]], text if text.isascii() else text.encode().decode("latin-1"))


def canonical_query(params: Mapping[str, str]) -> str:
    """Encode and join parameters, sorted by name; a parameter without a value is written `name=`."""
    return "&".join(f"{encode(name)}={encode(params[name])}" for name in sorted(params))


def sign(
    *,
    operation: str,
    params: Mapping[str, str],
    host: str,
    access_key_id: str,
    access_key_secret: str,
    security_token: str | None,
    date: str,
    nonce: str,
    method: str = "POST",
    version: str = VERSION,
) -> Signed:
    """Sign one call of an RPC operation with an empty body.

    params: in the query, all of them; the body stays empty, for the signature does not cover form fields.
    host:   as in the Host header, with the port where it is not the scheme's own.
    date:   UTC, `YYYY-MM-DDThh:mm:ssZ`.
    nonce:  never used before with this key.
    source: page «Request syntax and signature method V3».
    """
    headers = {
        "host": host,
        "x-acs-action": operation,
        "x-acs-content-sha256": EMPTY_BODY_SHA256,
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    if security_token:
        headers["x-acs-security-token"] = security_token
    names = sorted(headers)
    signed_headers = ";".join(names)
    query = canonical_query(params)
    canonical_headers = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    canonical = f"{method}\n/\n{query}\n{canonical_headers}\n{signed_headers}\n{EMPTY_BODY_SHA256}"
    string_to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(access_key_secret.encode(), string_to_sign.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"{ALGORITHM} Credential={access_key_id},SignedHeaders={signed_headers},Signature={signature}"
    )
    return Signed(query=query, headers=headers, string_to_sign=string_to_sign)
