"""What differs between two texts, in words."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from vodplan.core.coverfile import cover_of
from vodplan.core.values import Json
from vodplan.render.amounts import size

MOST_WORDS = 400
"""Beyond so many words between the first and the last difference, comparing costs more than it tells."""

LEAST_ALIKE = 0.35
"""Below this share of common characters, the two texts side by side read better than one woven text."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\s+|.", re.DOTALL)
_WIDE = re.compile("([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff])")


class Mark(enum.StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text with one mark."""

    mark: Mark
    text: str


def split_words(text: str) -> list[str]:
    """Words, blanks and signs in order, which join to the text; where a script has no blanks each character is one."""
    return [part for word in _WORD.findall(text) for part in _WIDE.split(word) if part]


def item_text(one: Json) -> str:
    """One of several values as a text: a tag, a category by its path, or `id 123` for one without a path."""
    return " ".join(f"{key} {value}" for key, value in one.items()) if isinstance(one, Mapping) else str(one)


def mapping_text(value: Mapping[str, Json]) -> str:
    """A value of several members as a text: the file of a picture with its digest and size, or `id 123`."""
    cover = cover_of(value)
    if cover is not None:
        return f"file {cover.file} (sha256 {cover.sha256[:12]}, {size(cover.size)})"
    return ", ".join(f"{key} {one}" for key, one in value.items())


def difference(old: str, new: str) -> tuple[Piece, ...] | None:
    """The two texts woven into one.

    returns: pieces whose kept and gone parts join to `old` and whose kept and new parts join to `new`; None when the
             texts have too little in common for that to be read.
    """
    before, after = split_words(old), split_words(new)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(middle_before) + len(middle_after) > MOST_WORDS:
        return None
    matcher = SequenceMatcher(None, middle_before, middle_after, autojunk=False)
    kept = _ink(before[:head]) + _ink(before[len(before) - tail :])
    kept += sum(_ink(middle_before[block.a : block.a + block.size]) for block in matcher.get_matching_blocks())
    if 2 * kept < LEAST_ALIKE * (_ink(before) + _ink(after)):
        return None
    pieces = [Piece(Mark.KEPT, "".join(before[:head]))]
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Mark.KEPT, "".join(middle_before[a:b])))
        else:
            pieces.append(Piece(Mark.GONE, "".join(middle_before[a:b])))
            pieces.append(Piece(Mark.NEW, "".join(middle_after[c:d])))
    pieces.append(Piece(Mark.KEPT, "".join(before[len(before) - tail :])))
    return tuple(_joined([piece for piece in pieces if piece.text]))


def _ink(words: Sequence[str]) -> int:
    """How much of a text there is to see: blanks in common do not make two texts alike."""
    return sum(len(word) for word in words if not word.isspace())


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Draw changes together that only a blank keeps apart, which people read as one."""
    gone, new = "", ""
    for place, piece in enumerate(pieces):
        if piece.mark is Mark.GONE:
            gone += piece.text
        elif piece.mark is Mark.NEW:
            new += piece.text
        elif gone and new and piece.text.isspace() and place + 1 < len(pieces):
            gone, new = gone + piece.text, new + piece.text
        else:
            yield from _pair(gone, new)
            gone, new = "", ""
            yield piece
    yield from _pair(gone, new)


def _pair(gone: str, new: str) -> Iterator[Piece]:
    if gone:
        yield Piece(Mark.GONE, gone)
    if new:
        yield Piece(Mark.NEW, new)
