"""File names for the disk, made of names that strangers chose."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
"""UTF-8 bytes; file systems take 143 to 255, and the endings of unfinished and described files need room as well."""

OURS = ".vodplan"
"""What begins the endings of vodplan's own files beside a source; no source is stored under a name that has it."""

_LONGEST_ENDING = 16
_UNWELCOME = frozenset('/\\<>:"|?*')
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_OURS = re.compile(re.escape(OURS), re.IGNORECASE)


def safe_name(name: str, *, otherwise: str) -> str:
    """A name that is one file in one folder on every system, as near to the given one as that allows.

    Separators, signs that a system forbids, and what cannot be seen become `_`; blanks and points around it go; a name
    that Windows reserves gets a `_` before it; a long one is cut before its ending.

    otherwise: the name when nothing is left of it.
    """
    seen = "".join("_" if sign in _UNWELCOME or unicodedata.category(sign) in _UNSEEN else sign for sign in name)
    trimmed = _OURS.sub(OURS.replace(".", "_"), seen).strip(". \t\u00a0\u3000")
    if not trimmed.strip("_"):
        return otherwise
    if _RESERVED.match(trimmed):
        trimmed = f"_{trimmed}"
    return _cut(trimmed)


def numbered(name: str, number: int) -> str:
    """The name for the n-th file that wants it: `a.mp4`, `a-2.mp4`."""
    if number == 1:
        return name
    stem, point, ending = name.rpartition(".")
    return f"{stem}-{number}.{ending}" if stem and point else f"{name}-{number}"


def _cut(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, point, ending = name.rpartition(".")
    tail = f".{ending}" if stem and point and len(ending.encode()) <= _LONGEST_ENDING else ""
    return _first(stem if tail else name, LONGEST - len(tail.encode())).rstrip(". ") + tail


def _first(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore")
