"""Lines that several text views share."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.change import Action
from vodplan.core.diagnostics import SourceRef
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.width import cells, clip, pad, wrap

TIE = "\N{NO-BREAK SPACE}"
"""Between a number and its noun; printed as a blank."""

INDENT = 4
LABEL = 13

SIGNS: dict[Action, tuple[str, Ink]] = {
    Action.CREATE: ("+", Ink.ADD),
    Action.RENAME: ("~", Ink.CHANGE),
    Action.UPDATE: ("~", Ink.CHANGE),
    Action.DELETE_STREAMS: ("-", Ink.REMOVE),
    Action.DELETE_SOURCE: ("-", Ink.REMOVE),
    Action.DELETE: ("-", Ink.REMOVE),
}


def verb(action: Action) -> str:
    """An action in words: `delete streams`."""
    return action.value.replace("_", " ")


def place_of(source: SourceRef) -> str:
    """`FILE:LINE`, safe to print."""
    return terminal(f"{source.file}:{source.line}")


def quoted(text: str) -> str:
    """A stranger's text in quotes, safe to print."""
    return f'"{terminal(text)}"'


def headline(lead: str, ink: Ink, name: str, title: str, place: str, canvas: Canvas) -> Iterator[str]:
    """One change's first line, or the lines it takes where the terminal is narrow.

    lead:  sign and verb; painted with `ink`.
    name, title, place: safe to print; the place stands at the right edge where it fits.
    """
    painted = f"{canvas.paint(lead, ink)}  {canvas.paint(name, Ink.STRONG)}"
    used = cells(lead) + 2 + cells(name)
    indent = " " * INDENT
    whole = used + (2 + cells(title) if title else 0)
    if whole + 2 + cells(place) <= canvas.measure:
        yield _with_place(f"{painted}  {title}" if title else painted, whole, place, canvas)
        return
    if used <= canvas.measure:
        yield painted
    else:
        yield canvas.paint(lead, ink)
        yield " " * INDENT + canvas.paint(name, Ink.STRONG)
    title = clip(title, canvas.measure - INDENT, canvas.ellipsis)
    used = INDENT + cells(title)
    if title and used + 2 + cells(place) > canvas.measure:
        yield indent + title
        title, used = "", INDENT
    yield _with_place(indent + title, used, clip(place, canvas.measure - INDENT, canvas.ellipsis), canvas)


def _with_place(text: str, used: int, place: str, canvas: Canvas) -> str:
    """A line with the place at its right edge; `used` are the cells of its text without color."""
    return text + " " * (canvas.measure - used - cells(place)) + canvas.paint(place, Ink.FAINT)


def labelled(label: str, values: list[str], canvas: Canvas, hang: int = 0) -> Iterator[str]:
    """Lines of values behind a label; each value may carry color and is wrapped.

    hang: cells of the sign that each value begins with, below which it does not go on.
    """
    head = terminal(label)
    if cells(head) >= LABEL:
        yield " " * INDENT + head
        head = ""
    for value in values:
        for line in wrap(value, canvas.measure - INDENT - LABEL, hang):
            yield f"{' ' * INDENT}{pad(head, LABEL)}{line}".rstrip()
            head = ""


def paragraph(text: str, canvas: Canvas, indent: int = 0) -> Iterator[str]:
    """Our own prose, wrapped; safe to print already. A `TIE` keeps what it joins on one line."""
    for line in wrap(text, canvas.measure - indent):
        yield " " * indent + line.replace(TIE, " ")


def next_step(step: str, canvas: Canvas, indent: int = 0) -> Iterator[str]:
    """The line that says what to do next. A command stays on one line, to be copied; a sentence is wrapped."""
    text = f"Next: {terminal(step)}"
    if step[:1].isupper():
        yield from paragraph(text, canvas, indent)
    else:
        yield " " * indent + text
