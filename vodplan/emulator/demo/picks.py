"""Choices that are the same on every machine and in every version of Python: hashing, never `random`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TypeVar

from vodplan.emulator.records import Source, Stream

_T = TypeVar("_T")

DAY = 86_400


def number(below: int, *key: object) -> int:
    """An integer from 0 to `below` - 1 that depends on the key alone."""
    digest = blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % below


def pick(options: Sequence[_T], *key: object) -> _T:
    """One of the options, depending on the key alone."""
    return options[number(len(options), *key)]


def identifier(*key: object) -> str:
    """32 hex digits that depend on the key alone."""
    return blake2b("\x1f".join(("vodplan demo", *map(str, key))).encode(), digest_size=16).hexdigest()


def moment(year: int, month: int, day: int, hour: int = 8) -> int:
    """Seconds since 1970 of a UTC date."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def source_for(video_id: str, *, duration: float, height: int, file_name: str, served: bool = False) -> Source:
    """A source file whose size follows from its duration and height."""
    bitrate = {480: 2_500, 720: 5_000, 1080: 9_000, 2160: 32_000}[height]
    return Source(
        file_name=file_name,
        size=int(duration * bitrate * 125),
        width=height * 16 // 9 // 2 * 2,
        height=height,
        bitrate=bitrate,
        fps=pick((25, 25, 30, 50), video_id, "fps"),
        md5=identifier(video_id, "md5"),
        served=served,
    )


_LADDER = (("LD", 360, 450), ("SD", 480, 900), ("HD", 720, 1_800), ("2K", 1080, 3_600))


def streams_for(video_id: str, *, duration: float, height: int, formats: Sequence[str]) -> tuple[Stream, ...]:
    """The renditions of a video: each rung of the ladder up to the height of its source, in each format."""
    return tuple(
        Stream(
            job_id=identifier(video_id, "stream", definition, fmt),
            definition=definition,
            format=fmt,
            width=lines * 16 // 9 // 2 * 2,
            height=lines,
            bitrate=bitrate,
            size=int(duration * bitrate * 125),
        )
        for fmt in formats
        for definition, lines, bitrate in _LADDER
        if lines <= height
    )
