"""Which files can be uploaded as pictures: their names, types and sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

MEDIA: Mapping[str, str] = MappingProxyType(
    {
        "png": "image/png",
        "jpg": "image/jpeg",
        "gif": "image/gif",
        "webp": "image/webp",
        "heic": "image/heic",
    }
)
"""Type of picture, as CreateUploadImage calls it → its media type."""

ENDINGS: Mapping[str, str] = MappingProxyType({**{one: one for one in MEDIA}, "jpeg": "jpg"})
"""Ending of a file's name → the type of picture that it says."""

MOST_BYTES = 20 * 1024 * 1024
"""Bytes of a picture; no page of the service states a limit, and a cover is far smaller."""

LONGEST_NAME = 1_024
"""UTF-8 bytes of a file's path."""

_SIGNS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"\xff\xd8\xff"), "jpg"),
    (re.compile(rb"GIF8[79]a"), "gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "webp"),
    (re.compile(rb"....ftyp(?:hei[cmsx]|hev[cx]|mif1|msf1)", re.DOTALL), "heic"),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Unusable(Exception):
    """A file that cannot be a cover. The text goes on from its name: `is a folder`."""


def type_of(content: bytes) -> str:
    """The type of picture that the first bytes tell; "" for what the service does not take."""
    return next((name for sign, name in _SIGNS if sign.match(content)), "")


def name_problem(name: str) -> str:
    """What is wrong with the path of a file below the project's folder, as a clause; "" for nothing."""
    if not name:
        return "is empty"
    control = _CONTROL.search(name)
    if control is not None:
        return f"has the control character U+{ord(control[0]):04X}"
    if len(name.encode()) > LONGEST_NAME:
        return f"has more than {LONGEST_NAME:,} bytes"
    if "\\" in name:
        return "has a backslash; folders are separated by forward slashes"
    if name.startswith(("/", "~")) or re.match(r"[A-Za-z]:", name):
        return "is no path below the project's folder; it begins there, without a slash"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "has a part that is empty, . or ..; write the plain path from the project's folder"
    return "" if _ending(name) in ENDINGS else f"does not end like a picture that the service takes: {_known()}"


def content_problem(name: str, content: bytes) -> str:
    """What is wrong with the content of a file, as a clause; "" for nothing."""
    if not content:
        return "is empty"
    if len(content) > MOST_BYTES:
        return f"has {len(content):,} bytes; a cover may have {MOST_BYTES:,}"
    found = type_of(content)
    if not found:
        return f"is no picture of a type that the service takes: {_known()}"
    said = ENDINGS[_ending(name)]
    return "" if found == said else f"is a {found} by its content, and its name says {said}"


def _ending(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[2].lower() if "." in name.rpartition("/")[2] else ""


def _known() -> str:
    return ", ".join(ENDINGS)
