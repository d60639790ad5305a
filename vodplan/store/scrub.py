"""Keeps secrets out of what is recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vodplan.core.urls import strip_signature
from vodplan.core.values import Json

SENSITIVE = "(sensitive)"

_URL = re.compile(r"https?://[^\s\"'<>]+")
# In a query, percent-encoded in one, or as a member of JSON: the service repeats the request in some of its refusals.
_NAMES = "AccessKeyId|AccessKeySecret|SecurityToken|Signature|SignatureNonce|OSSAccessKeyId|x-acs-security-token"
_PARAMETER = re.compile(
    rf"(?<![A-Za-z])({_NAMES})"
    r"(\s*[:=]\s*|%3D|%253D|\"\s*:\s*\")"
    r"(?:(?!%26|%2526)[^\s&,;\"'}])+",
    re.IGNORECASE,
)


def scrub_text(text: str) -> str:
    """A text without signatures in its URLs and without credentials in the requests it quotes."""
    if "://" in text:
        text = _URL.sub(lambda found: strip_signature(found[0]), text)
    return _PARAMETER.sub(rf"\1\2{SENSITIVE}", text)


def scrub(value: Json) -> Json:
    """A JSON value whose texts that are URLs have lost their signatures; every other text stays to the letter."""
    if isinstance(value, str):
        return strip_signature(value) if value.startswith(("http://", "https://")) else value
    if isinstance(value, Mapping):
        return {name: scrub(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(one) for one in value]
    return value
