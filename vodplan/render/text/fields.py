"""How one field's old and new value are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vodplan.core.values import Json
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.text.layout import INDENT, LABEL, labelled, quoted
from vodplan.render.width import cells
from vodplan.render.words import Mark, Piece, difference, item_text, mapping_text, split_words

_CONTEXT = 28
"""Cells of unchanged text that stay on each side of a change."""

_NAMES = frozenset({"category", "path"})
"""Fields whose values are names, which read better without quotes."""


def labelled_field(name: str, old: Json, new: Json, canvas: Canvas) -> Iterator[str]:
    """What becomes of one field, behind its name; see `field_lines`."""
    values = field_lines(name, old, new, canvas)
    # Only values below each other begin with a sign, and go on beside it.
    yield from labelled(name, values, canvas, hang=2 if len(values) > 1 else 0)


def field_lines(name: str, old: Json, new: Json, canvas: Canvas) -> list[str]:
    """What becomes of one field, a line or more, without its label.

    old, new: as `Change.before` and `Change.after` have them.
    """
    if isinstance(old, list | tuple) or isinstance(new, list | tuple):
        return [_tags(_texts(old), _texts(new), canvas)]
    before, after = _value(name, old, "(none)"), _value(name, new, "(cleared)")
    inline = f"{before} {canvas.arrow} {after}"
    if cells(inline) <= canvas.measure - INDENT - LABEL:
        return [f"{canvas.paint(before, Ink.REMOVE)} {canvas.arrow} {canvas.paint(after, Ink.ADD)}"]
    if isinstance(old, str) and isinstance(new, str) and name not in _NAMES and not _is_url(old) and old and new:
        pieces = difference(old, new)
        if pieces is not None:
            return [_woven(pieces, canvas)]
    return [canvas.paint(f"- {before}", Ink.REMOVE), canvas.paint(f"+ {after}", Ink.ADD)]


def value_text(name: str, value: Json) -> str:
    """One value on its own, safe to print; empty when there is nothing to tell."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(terminal(text) for text in _texts(value))
    return _value(name, value, "")


def _value(name: str, value: Json, nothing: str) -> str:
    if value is None or value == "":
        return nothing
    if isinstance(value, Mapping):
        return terminal(mapping_text(value))
    if not isinstance(value, str):
        return terminal(str(value))
    return terminal(value) if name in _NAMES or _is_url(value) else quoted(value)


def _is_url(value: str) -> bool:
    return value.startswith(("http://", "https://")) and not any(character.isspace() for character in value)


def _tags(old: Sequence[str], new: Sequence[str], canvas: Canvas) -> str:
    parts = [canvas.paint(f"+{_tag(tag)}", Ink.ADD) for tag in new if tag not in old]
    parts += [canvas.paint(f"-{_tag(tag)}", Ink.REMOVE) for tag in dict.fromkeys(old) if tag not in new]
    kept = len(set(old) & set(new))
    note = f"({kept} kept)" if new else "(cleared)"
    return " ".join([*parts, canvas.paint(note, Ink.FAINT)])


def _tag(tag: str) -> str:
    return quoted(tag) if tag.strip() != tag or " " in tag or not tag else terminal(tag)


def _texts(value: Json) -> Sequence[str]:
    return [item_text(one) for one in value] if isinstance(value, list | tuple) else []


def _woven(pieces: Sequence[Piece], canvas: Canvas) -> str:
    last = len(pieces) - 1
    return "".join(_piece(piece, canvas, first=place == 0, last=place == last) for place, piece in enumerate(pieces))


def _piece(piece: Piece, canvas: Canvas, *, first: bool, last: bool) -> str:
    if piece.mark is Mark.KEPT:
        return _context(piece.text, canvas, first=first, last=last)
    text = terminal(piece.text)
    # The signs stay where there is color: not everybody tells red from green, nor does every copy keep them.
    if piece.mark is Mark.GONE:
        return canvas.paint(f"[-{text}-]", Ink.REMOVE)
    return canvas.paint(f"{{+{text}+}}", Ink.ADD)


def _context(text: str, canvas: Canvas, *, first: bool, last: bool) -> str:
    """Unchanged text, its far parts left out: what is before the first change, after the last, or between."""
    shown = terminal(text)
    if cells(shown) <= 3 * _CONTEXT:
        return shown
    words = [terminal(word) for word in split_words(text)]
    head = "" if first else _some(words)
    tail = "" if last else "".join(reversed(_some_of(words[::-1])))
    return f"{head}{canvas.ellipsis}{tail}"


def _some(words: Sequence[str]) -> str:
    return "".join(_some_of(words))


def _some_of(words: Sequence[str]) -> list[str]:
    taken: list[str] = []
    room = _CONTEXT
    for word in words:
        room -= cells(word)
        if room < 0:
            break
        taken.append(word)
    return taken
