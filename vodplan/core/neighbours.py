"""Which tags are probably meant to be one: they differ in case, in width, or in one letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SHORTEST = 5
"""Characters from which on one letter more, less or other is taken for a slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """A tag, and those that are near it and used less; each with its uses, most used first."""

    keep: str
    uses: int
    strays: tuple[tuple[str, int], ...]


def folded(text: str) -> str:
    """A text without case, width and repeated blanks: what is equal then looks equal."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def neighbours(tags: Mapping[str, int]) -> tuple[Neighbours, ...]:
    """Groups of tags that are near each other, by the tag to keep.

    The most used spelling is kept; each stray is in one group, that of the most used tag which it is near.

    tags: tag → how often it is used.
    """
    ranked = sorted(tags, key=lambda tag: (-tags[tag], tag))
    near: dict[str, str] = {}
    strays: dict[str, list[tuple[str, int]]] = {}
    for tag in ranked:
        shape = folded(tag)
        keep = next((near[key] for key in _keys(shape) if key in near and _near(shape, folded(near[key]))), None)
        if keep is None:
            for key in _keys(shape):
                near.setdefault(key, tag)
        else:
            strays.setdefault(keep, []).append((tag, tags[tag]))
    return tuple(Neighbours(keep=keep, uses=tags[keep], strays=tuple(strays[keep])) for keep in sorted(strays))


def _keys(shape: str) -> Iterator[str]:
    """The shape, and it without one of its letters: two shapes one edit apart have one of these in common."""
    yield shape
    if len(shape) >= SHORTEST:
        for place in range(len(shape)):
            yield shape[:place] + shape[place + 1 :]


def _near(one: str, other: str) -> bool:
    """Whether two shapes are equal, or one edit apart that is not of a digit: `week1` and `week2` are two things.

    one, other: they have one of their `_keys` in common, so their lengths differ by one at most.
    """
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    place = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    rest = short[place:] if len(short) < len(long) else short[place + 1 :]
    changed = long[place] + (short[place] if len(short) == len(long) else "")
    return rest == long[place + 1 :] and not any(letter.isdigit() for letter in changed)
