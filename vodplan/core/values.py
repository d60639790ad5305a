"""The values that fields hold, their canonical bytes and their fingerprints."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


class _Unset(enum.Enum):
    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


Unset = _Unset
UNSET: Final = _Unset.UNSET
"""A field that the manifest leaves out: never sent, never compared. Distinct from `None` and `""`, which clear."""


@dataclass(frozen=True, slots=True)
class TagEdit:
    """Tags to add to and to remove from whatever the asset has; the rest of its tags stay.

    add, remove: trimmed, without repeats, in the manifest's order; they have no tag in common.
    """

    add: tuple[str, ...]
    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverFile:
    """A picture that stands in a file of the project.

    file:   its path below the project's folder, with forward slashes.
    sha256: of its bytes, lower-case hex digits; "" until the file is read.
    size:   bytes.
    urls:   where the service has it already, as far as that was asked.
    delete_old: the image that it takes the place of is to be deleted (`old: delete`).
    """

    file: str
    sha256: str = ""
    size: int = 0
    urls: tuple[str, ...] = ()
    delete_old: bool = False


FieldValue = str | int | tuple[str | int, ...] | TagEdit | CoverFile | None | _Unset
"""What one field of a desired or live asset holds.

Texts and URLs are `str`, a picture in a file a `CoverFile` on the desired side; tags a tuple of `str`, or a `TagEdit`
on the desired side; a category is a path (`str`), an id (`int`) or `None` for none on the desired side and an id or
`None` on the live side. Several categories are a tuple of paths and ids on the desired side, and of ids in ascending
order on the live side.
"""


_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_ESCAPED = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_json(value: Json) -> bytes:
    """Write a value as the one JSON text that equal values share.

    value:   nested mappings, sequences, str, int, float, bool or None; mapping keys are str.
    returns: UTF-8 JSON, keys sorted by code point, no blanks, no escapes but those JSON requires. Lone surrogates are
             written as escapes, so the bytes are always valid UTF-8.
    source:  docs/plan-file.md.
    """
    text = _PLAIN.encode(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _ESCAPED.encode(value).encode()


def fingerprint(value: Json) -> str:
    """Hash a value so that equal values hash alike on every machine.

    returns: 64 lower-case hex digits, SHA-256 over `canonical_json(value)`.
    """
    return hashlib.sha256(canonical_json(value)).hexdigest()
