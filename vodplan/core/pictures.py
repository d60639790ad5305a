"""The picture of what a change is about: where a plan has it, and a copy of it once it was fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vodplan.core.change import Change
from vodplan.core.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A small copy of a picture.

    media:   its media type, told from its bytes: `image/jpeg`.
    """

    media: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A picture that is wanted.

    address: of the asset or the change that it belongs to, each once.
    id:      of the asset, for which the service may sign its picture's address anew; "" where it is not to be asked.
    url:     where the picture was, without a signature.
    """

    address: str
    kind: str
    id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of fetching pictures one by one.

    found:  how many there are.
    failed: pictures that could not be fetched, or are none.
    large:  pictures that were left out since no small copy of them can be made here.
    """

    found: int
    failed: int
    large: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """What came of fetching the pictures of a plan.

    found:  change address → the copy.
    failed: pictures that could not be fetched, or are none.
    large:  pictures that were left out since nothing could make them smaller.
    beyond: pictures beyond the most that are fetched.
    """

    found: Mapping[str, Picture]
    failed: int = 0
    large: int = 0
    beyond: int = 0


def known_of(change: Change) -> Mapping[str, Json]:
    """Everything that a plan tells of what a change is about, as it is live."""
    return {**change.facts, **(change.before or {})} if change.action.removes else change.facts


def picture_address(known: Mapping[str, Json]) -> str:
    """The address of the picture of an asset, without a signature; empty for what has none.

    known: as `known_of` gives it. A video has a `cover`, an image its `url`, snapshots have `urls`; subtitles are text.
    """
    if known.get("type") == "subtitle":
        return ""
    urls = known.get("urls")
    first = urls[0] if isinstance(urls, list | tuple) and urls else ""
    return next((one for one in (known.get("cover"), known.get("url"), first) if isinstance(one, str) and one), "")
