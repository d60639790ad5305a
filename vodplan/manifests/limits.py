"""What the service takes in one value, as pure checks: the reader of manifests and the schema's models share them."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from vodplan.core.kind import Field
from vodplan.core.picturefile import name_problem
from vodplan.kinds.category import MAX_LEVELS, MAX_NAME_BYTES
from vodplan.manifests.wording import cut, quoted

MAX_URL_BYTES = 4_096
"""Bytes of a web address; the service states no limit, and longer ones fit no request."""

MAX_REASON_BYTES = 1_024
"""Bytes of a `reason`, which every plan repeats."""

MAX_CATEGORY_ID = 2**63 - 1
"""The largest value of the service's `long`."""

ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
REFERENCE_PATTERN = r"^[A-Za-z0-9_-]{6,64}$"
URL_PATTERN = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#]+[^\s]*$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

_ID = re.compile(ID_PATTERN[:-1] + r"\Z")
_REFERENCE = re.compile(REFERENCE_PATTERN[:-1] + r"\Z")
_URL = re.compile(URL_PATTERN[:-1] + r"\Z")
_DATE = re.compile(DATE_PATTERN[:-1] + r"\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_ANY_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_LAST_PLAIN = "\uffff"


class Problem(NamedTuple):
    """Why a value cannot be sent: the code and the sentences."""

    code: str
    detail: str


def text_problem(name: str, text: str, *, max_bytes: int | None, emoji: bool = True) -> Problem | None:
    """What is wrong with a text of at most `max_bytes` UTF-8 bytes."""
    control = None if text.isprintable() else _CONTROL.search(text)
    if control is not None:
        return Problem("VP126", f"{name} has the control character U+{ord(control[0]):04X}. Remove it.")
    if max_bytes is not None and len(text) * 4 > max_bytes:
        size = len(text.encode())
        if size > max_bytes:
            return Problem("VP124", _too_long(name, text, size, max_bytes))
    if not emoji and not text.isascii():
        wide = next((character for character in text if character > _LAST_PLAIN), None)
        if wide is not None:
            return Problem(
                "VP125", f"{name} has {wide} (U+{ord(wide):X}), and the service takes no emoji here. Remove it."
            )
    return None


def tag_problem(tag: str, field: Field) -> Problem | None:
    """What is wrong with one trimmed tag."""
    if not tag:
        return Problem("VP128", "A tag is empty. Remove it; an empty list clears the tags.")
    if "," in tag:
        return Problem(
            "VP128",
            f"The tag {quoted(tag)} has a comma, by which the service separates tags. Write two tags, or no comma.",
        )
    control = None if tag.isprintable() else _ANY_CONTROL.search(tag)
    if control is not None:
        return Problem("VP126", f"The tag has the control character U+{ord(control[0]):04X}. Remove it.")
    return text_problem(f"The tag {quoted(tag)}", tag, max_bytes=field.max_bytes, emoji=field.emoji)


def count_problem(count: int, field: Field) -> Problem | None:
    """What is wrong with so many tags or categories."""
    if field.max_items is None or count <= field.max_items:
        return None
    return Problem("VP127", f"{count} {field.name} are written; the service keeps at most {field.max_items}.")


def id_problem(name: str, text: str) -> Problem | None:
    """What is wrong with an id: of an asset, a transcoding job."""
    if _ID.match(text):
        return None
    return Problem("VP130", f"{_unfit(name, text)} An id has 1 to 64 letters, digits, - and _.")


def reference_problem(text: str) -> Problem | None:
    """What is wrong with a reference (page «ApsaraVideo VOD:UpdateVideoInfo», `ReferenceId`)."""
    if _REFERENCE.match(text):
        return None
    return Problem("VP130", f"{_unfit('reference', text)} A reference has 6 to 64 letters, digits, - and _.")


def url_problem(name: str, text: str) -> Problem | None:
    """What is wrong with a web address."""
    control = None if text.isprintable() else _ANY_CONTROL.search(text)
    if control is not None:
        return Problem("VP126", f"{name} has the control character U+{ord(control[0]):04X}. Remove it.")
    if not _URL.match(text) or not _splits(text):
        return Problem("VP131", f"{name} is {quoted(text)}; an address is http:// or https://, a host and a path.")
    size = len(text.encode())
    if size > MAX_URL_BYTES:
        return Problem("VP124", f"{name} has {size:,} bytes; an address may have {MAX_URL_BYTES:,}.")
    return None


def picture_problem(name: str, path: str) -> Problem | None:
    """What is wrong with the path of a picture's file."""
    problem = name_problem(path)
    return Problem("VP138", f"The {name} {quoted(cut(path))} {problem}.") if problem else None


def path_problem(path: str) -> Problem | None:
    """What is wrong with the path of a category."""
    names = path.split("/")
    if len(names) > MAX_LEVELS:
        return Problem(
            "VP132",
            f"{quoted(path)} has {len(names)} levels; the service has {MAX_LEVELS}. A slash always separates two "
            "names; a category whose name has a slash can be meant by its id: {id: 123}.",
        )
    control = None if path.isprintable() else _ANY_CONTROL.search(path)
    if control is not None:
        return Problem("VP126", f"The path has the control character U+{ord(control[0]):04X}. Remove it.")
    for name in names:
        if not name:
            return Problem("VP132", f"{quoted(path)} has an empty name. Write names with single slashes between.")
        if name != name.strip():
            return Problem("VP132", f"In {quoted(path)}, the name {quoted(name)} begins or ends with a blank.")
        size = len(name.encode())
        if size > MAX_NAME_BYTES:
            return Problem("VP132", _too_long(f"The name {quoted(name)}", name, size, MAX_NAME_BYTES))
    return None


def date_problem(name: str, text: str) -> Problem | None:
    """What is wrong with a day."""
    if _DATE.match(text):
        try:
            datetime.date.fromisoformat(text)
        except ValueError:
            return Problem("VP133", f"{name} is {text}, a day that does not exist.")
        return None
    return Problem("VP133", f"{name} is {quoted(text)}; a day is written YYYY-MM-DD, such as 2026-12-31.")


def _too_long(name: str, text: str, size: int, most: int) -> str:
    measure = f"{len(text):,} characters" if size != len(text) else ""
    counted = f" ({measure}; the service counts UTF-8 bytes)" if measure else ""
    return f"{name} has {size:,} bytes{counted}; at most {most:,} are allowed. Take {size - most:,} away."


def _unfit(name: str, text: str) -> str:
    if not text:
        return f"The {name} is empty."
    for character, called in ((",", "a comma"), (" ", "a blank")):
        if character in text:
            return f"The {name} {quoted(text)} has {called}."
    return f"The {name} {quoted(cut(text))} is not one."


def _splits(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False
