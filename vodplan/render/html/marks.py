"""Makes a stranger's text harmless for a page, in two steps: marked where it comes in, shown where it goes out.

A marked text holds nothing that hides, reorders or breaks: each such character is its code point between two marks,
which the page draws as a small label. It travels to the page's script as it is, so that what counts as hidden is
decided here and nowhere else.
"""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup, escape

from vodplan.render.escape import terminal

OPEN, CLOSE = "\x01", "\x02"
"""Stand around the code point of a hidden character; where a stranger typed them, they are hidden characters too."""

_PLAIN = re.compile(r"[ -~]*\Z")
_MARKED = re.compile(f"{OPEN}([0-9a-f]+){CLOSE}")
_EMOJI = "[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]"
_KEPT = re.compile(
    f"(?<=[#*0-9\u00a9\u00ae\u203c\u2049\u2122-\u3299\U0001f000-\U0001faff])\ufe0f(?!\ufe0f)"
    f"|(?<={_EMOJI})\u200d(?={_EMOJI})|(?<={_EMOJI}\ufe0f)\u200d(?={_EMOJI})"
)
"""What makes one sign of several: the emoji selector behind a sign, the joiner between two."""

_SCRIPT_MARKS = re.compile(
    "(?<=[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
"""Combining marks on top of four others, which paint over the lines around them."""


class _Table(dict[int, str]):
    """A translation table that asks `render.escape` about a character when it first meets it."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = character if terminal(character) == character else _mark(character)
        return self[code]


_TABLE = _Table()


def marked(text: str) -> str:
    """The text with every hidden character marked; without lone surrogates, controls and marks that reorder."""
    if _PLAIN.match(text):
        return text
    pieces, end = [], 0
    for kept in _KEPT.finditer(text):
        pieces += [_piece(text[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*pieces, _piece(text[end:])])


def shown(text: str) -> Markup:
    """A marked text as markup: isolated, so that its direction stays its own, and with labels for what was hidden."""
    if OPEN not in text:
        return Markup("<bdi>{}</bdi>").format(text)
    parts = _MARKED.split(text)
    inside = [escape(part) if place % 2 == 0 else _label(part) for place, part in enumerate(parts)]
    return Markup("<bdi>{}</bdi>").format(Markup("").join(inside))


def seen(text: str) -> Markup:
    """A raw text as markup."""
    return shown(marked(text))


def bare(text: str) -> str:
    """A marked text for where there can be no markup, a `<title>` or an attribute: `[U+202E]` in place of a label."""
    return _MARKED.sub(lambda found: f"[U+{int(found[1], 16):04X}]", text)


def _piece(text: str) -> str:
    return _SCRIPT_MARKS.sub(lambda found: "".join(map(_mark, found[0])), text.translate(_TABLE))


def _mark(character: str) -> str:
    return f"{OPEN}{ord(character):x}{CLOSE}"


def _label(code: str) -> Markup:
    number = int(code, 16)
    name = NAMES.get(number) or unicodedata.name(chr(number), "hidden character").lower()
    short = SHORT.get(number, f"U+{number:04X}")
    return Markup('<span class="hid" title="U+{:04X} {}">{}</span>').format(number, name, short)


NAMES = {0x09: "tab", 0x0A: "line end", 0x0D: "carriage return", 0x1B: "escape"}
SHORT = {0x09: "⇥", 0x0A: "↵"}
"""Signs for the two that people type on purpose."""
