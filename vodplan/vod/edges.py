"""The edge half of every kind of asset, one line each: how it is read and written, and what SearchMedia calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from vodplan.core.kind import Call
from vodplan.core.live import LiveBatch
from vodplan.core.ports import CallAnswer
from vodplan.vod import attached, image, video
from vodplan.vod.caller import Api


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the service's side of a kind consists of.

    read, write: see `LiveReader.read` and `LiveWriter.write`.
    pictures:    the addresses of the pictures of some assets, signed anew, each with its asset's id.
    media:       the types that SearchMedia has its assets under.
    spans:       the amounts that they can be searched by: `size`, `duration`.
    category:    the field by which SearchMedia tells where they stand.
    """

    read: Callable[[Api, Sequence[str]], AsyncIterator[LiveBatch]]
    write: Callable[[Api, Call], Awaitable[CallAnswer]]
    pictures: Callable[[Api, Sequence[str]], Awaitable[list[tuple[str, str]]]]
    media: tuple[str, ...]
    spans: tuple[str, ...] = ()
    category: str = "CateId"


EDGES: Mapping[str, Edge] = MappingProxyType(
    {
        "video": Edge(
            read=video.read,
            write=video.write,
            pictures=video.pictures,
            media=("video", "audio"),
            spans=("size", "duration"),
        ),
        "image": Edge(read=image.read, write=image.write, pictures=image.pictures, media=("image",)),
        "attached": Edge(
            read=attached.read,
            write=attached.write,
            pictures=attached.pictures,
            media=("attached",),
            category="Categories",
        ),
    }
)
"""Kind → its edge."""
