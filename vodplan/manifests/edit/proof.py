"""Proves of an edited file that what was asked for changed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from vodplan.manifests.edit.cuts import Cut
from vodplan.manifests.edit.model import At, Unsafe
from vodplan.manifests.edit.shapes import Said, said
from vodplan.manifests.edit.tree import SECTIONS, Head, Node, Reader, Sort, shape


@dataclass(slots=True)
class Expected:
    """What must be different afterwards.

    entries: list and place of an entry → what it must say.
    added:   list → what its new entries must say.
    """

    entries: dict[tuple[str, int], dict[str, Said]] = field(default_factory=dict)
    added: dict[str, list[dict[str, Said]]] = field(default_factory=dict)


def prove(before: str, after: str, cuts: Sequence[Cut], expected: Expected) -> dict[str, list[At]]:
    """Read both texts again and compare all they say, comments included; list → where its new entries begin.

    raises: Unsafe.
    """
    old, new = Reader(before), Reader(after)
    added: dict[str, list[At]] = {}
    waiting = dict(expected.added)
    try:
        for was, now in zip_longest(old.heads(), new.heads()):
            if now is None:
                raise _differs(was.key)
            _head(was, now, old, new, expected, waiting.pop(now.key.value, ()), added)
    except Unsafe as error:
        raise Unsafe(
            f"With the edits the file would not say what it should, at line {error.line} of the result.",
            advice="Edit the file by hand.",
        ) from error
    if waiting or [text for _, text in new.comments] != _left(old.comments, cuts):
        raise Unsafe("The edits would lose a comment, or make one of something that is none.")
    return added


def _head(
    was: Head | None,
    now: Head,
    old: Reader,
    new: Reader,
    expected: Expected,
    wanted: Sequence[dict[str, Said]],
    added: dict[str, list[At]],
) -> None:
    name = now.key.value
    if was is not None and (shape(was.key) != shape(now.key) or was.value.anchor != now.value.anchor):
        raise _differs(now.key)
    if name not in SECTIONS or (was is not None and not wanted and not _listed(was)):
        if was is None or now.streamed or shape(was.value) != shape(now.value):
            raise _differs(now.key)
        return
    coming = iter(wanted)
    # An entry is never None, so that is where the shorter list has ended.
    for place, (one, other) in enumerate(zip_longest(_items(was, old), _items(now, new))):
        if other is None:
            raise _differs(one)
        if one is None:
            if said(other) != next(coming, None):
                raise _differs(other)
            added.setdefault(name, []).append(At(other.line + 1, other.column + 1))
        elif (name, place) in expected.entries:
            _entry(one, other, expected.entries[name, place])
        elif not _untouched(one, other, old, new) and shape(one) != shape(other):
            raise _differs(other)
    if next(coming, None) is not None:
        raise _differs(now.key)


def _untouched(was: Node, now: Node, old: Reader, new: Reader) -> bool:
    """Whether an entry stands there character by character as it did."""
    return was.column == now.column and old.text[was.start : was.end] == new.text[now.start : now.end]


def _entry(was: Node, now: Node, wanted: dict[str, Said]) -> None:
    before, after = [key.value for key, _ in was.pairs], [key.value for key, _ in now.pairs]
    kept = [name for name in after if name in before]
    if now.anchor != was.anchor or now.flow != was.flow or kept != [name for name in before if name in after]:
        raise _differs(now)
    if said(now) != wanted:
        raise _differs(now)


def _items(head: Head | None, reader: Reader) -> Iterator[Node]:
    if head is None:
        return iter(())
    return reader.items() if head.streamed else iter(head.value.items)


def _listed(head: Head) -> bool:
    return head.streamed or (head.value.sort is Sort.SEQ and bool(head.value.items))


def _left(comments: Sequence[tuple[int, str]], cuts: Sequence[Cut]) -> list[str]:
    """The comments that must be there afterwards: all but those at the end of a line that goes."""
    left = []
    waiting = iter(cuts)
    cut = next(waiting, None)
    for start, text in comments:
        while cut is not None and cut.end <= start:
            cut = next(waiting, None)
        if cut is None or start < cut.start or text in cut.kept:
            left.append(text)
    return left


def _differs(at: Node) -> Unsafe:
    return Unsafe("What stands here is not what was wanted.", line=at.line + 1, column=at.column + 1)
