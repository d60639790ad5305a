"""How many terminal cells text takes. What comes in has been through `render.escape` first."""

from __future__ import annotations


def cells(text: str) -> int:
    """The cells that a text takes on a terminal: two for a wide character, none for a combining mark.

    text: without colors and controls.
    """
    if text.isascii():
        return len(text)
    from wcwidth import width

    return width(text)


def clip(text: str, room: int, ellipsis: str = "…") -> str:
    """Shorten a text to so many cells, with a sign at its end that something is missing."""
    if cells(text) <= room:
        return text
    room = max(room - cells(ellipsis), 0)
    if text.isascii():
        return text[:room].rstrip() + ellipsis
    from wcwidth import clip as clip_cells

    return clip_cells(text, 0, room).rstrip() + ellipsis


def pad(text: str, room: int) -> str:
    """Fill a text up with blanks to so many cells."""
    return text + " " * (room - cells(text))


def wrap(text: str, room: int, hang: int = 0) -> list[str]:
    """Break a text into lines of at most so many cells, between words where it can.

    text: may carry color sequences; each line closes what it opened.
    hang: blanks before each line but the first.
    """
    if len(text) <= room and text.isascii():
        return [text]
    # Nearly every value of a plan fits, with an arrow in it; looking for places to break takes ten times as long.
    if len(text) <= room and "\x1b" not in text and cells(text) <= room:
        return [text]
    from wcwidth import wrap as wrap_cells

    return wrap_cells(text, max(room, 10), subsequent_indent=" " * hang, break_on_hyphens=False) or [""]
