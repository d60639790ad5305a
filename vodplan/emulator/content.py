"""What is in source files: bytes that follow from a video's id and its content mark, as many as the library says.

Nothing is stored: a file of gigabytes costs nothing until somebody fetches it, and is the same every time.
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import md5, shake_128

from .records import Source

PREFIX = "/media/source/"
"""Where source files stand under the picture host."""

BLOCK = 65_536
"""Bytes that go out at a time; each block begins with its number, so that no two are alike."""


def content_seed(video_id: str, source: Source) -> bytes:
    """What the bytes of a source file follow from."""
    return f"{video_id} {source.md5}".encode()


def content(seed: bytes, first: int, end: int) -> Iterator[bytes]:
    """The bytes of a source file from one place up to another, in pieces."""
    filling = _filling(seed)
    while first < end:
        number, skip = divmod(first, BLOCK)
        piece = (number.to_bytes(8, "big") + filling)[skip : skip + end - first]
        yield piece
        first += len(piece)


@lru_cache(maxsize=4_096)
def content_md5(seed: bytes, size: int) -> str:
    """The MD5 of a whole source file."""
    digest = md5(usedforsecurity=False)
    for piece in content(seed, 0, size):
        digest.update(piece)
    return digest.hexdigest()


@lru_cache(maxsize=64)
def _filling(seed: bytes) -> bytes:
    return shake_128(seed).digest(BLOCK - 8)
