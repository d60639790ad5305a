"""Signatures of requests to the object storage: the first version and the fourth.

source: pages "Include signatures in the Authorization header" and "Include a V4 signature in the Authorization header"
of Object Storage Service.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from urllib.parse import quote

SCHEME = "OSS4-HMAC-SHA256"
_V1 = re.compile(r"OSS ([^:\s]+):(\S+)")
_V4 = re.compile(rf"{SCHEME} Credential=([^/,\s]+)/(\d{{8}}/[a-z0-9-]+/oss/aliyun_v4_request),\s*(.+)")
_V4_PART = re.compile(r"(Signature|AdditionalHeaders)=([^,\s]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What an Authorization header says: who signed, in which way, what came out, and when.

    scope: of version 4, `date/region/oss/aliyun_v4_request`; "" for version 1.
    """

    key_id: str
    signature: str
    at: datetime | None
    scope: str = ""
    additional: tuple[str, ...] = ()


def claim_of(headers: Mapping[str, str]) -> Claim | None:
    """What the headers claim; None when they are not signed in a way the storage knows."""
    said = headers.get("authorization", "").strip()
    if (found := _V1.fullmatch(said)) is not None:
        return Claim(key_id=found[1], signature=found[2], at=_http_date(headers))
    if (found := _V4.fullmatch(said)) is None:
        return None
    parts = dict(_V4_PART.findall(found[3]))
    additional = tuple(name for name in parts.get("AdditionalHeaders", "").split(";") if name)
    return Claim(
        key_id=found[1],
        signature=parts.get("Signature", ""),
        at=_iso_date(headers),
        scope=found[2],
        additional=additional,
    )


def signature_of(claim: Claim, *, method: str, resource: str, headers: Mapping[str, str], secret: str) -> str:
    """The signature that a request should have.

    resource: `/bucket/object`, not encoded.
    """
    if not claim.scope:
        return _v1(method, resource, headers, secret)
    return _v4(claim, method, resource, headers, secret)


def _v1(method: str, resource: str, headers: Mapping[str, str], secret: str) -> str:
    own = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers) if name.startswith("x-oss-"))
    lines = [method, *(headers.get(name, "") for name in ("content-md5", "content-type", "date"))]
    text = "\n".join(lines) + "\n" + own + resource
    return b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()


def _v4(claim: Claim, method: str, resource: str, headers: Mapping[str, str], secret: str) -> str:
    signed = {"content-type", "content-md5", *claim.additional}
    names = sorted(name for name in headers if name in signed or name.startswith("x-oss-"))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    payload = headers.get("x-oss-content-sha256", "")
    request = f"{method}\n{quote(resource, safe='/-_.~')}\n\n{lines}\n{';'.join(sorted(claim.additional))}\n{payload}"
    digest = sha256(request.encode()).hexdigest()
    text = f"{SCHEME}\n{headers.get('x-oss-date', '')}\n{claim.scope}\n{digest}"
    key = f"aliyun_v4{secret}".encode()
    for part in claim.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def _http_date(headers: Mapping[str, str]) -> datetime | None:
    try:
        found = parsedate_to_datetime(headers.get("x-oss-date") or headers.get("date", ""))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _iso_date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return datetime.strptime(headers.get("x-oss-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
