"""A diagnostic with the line it is about and a caret below the right cell."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.diagnostics import Diagnostic, Severity, SourceSpan
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import lines, terminal
from vodplan.render.text.layout import paragraph
from vodplan.render.width import cells

_NUMBER = 5
_LEAD_IN = 20
"""Characters shown before the place, when a line is too long to be shown from its start."""


def finding_text(one: Diagnostic, canvas: Canvas) -> Iterator[str]:
    """`FILE:LINE:COLUMN: error[CODE]: summary`, the detail, the line and the caret."""
    ink = Ink.ALARM if one.severity is Severity.ERROR else Ink.CHANGE
    place = f"{terminal(one.span.file)}:{one.span.line}:{one.span.column}: " if one.span else ""
    yield f"{place}{canvas.paint(f'{one.severity}[{terminal(one.code)}]', ink)}: {terminal(one.summary)}\n"
    for line in lines(one.detail):
        if line.startswith(" "):
            yield f"  {line}\n"
        elif line:
            yield "".join(f"{part}\n" for part in paragraph(line, canvas, indent=2))
    if one.span and one.excerpt is not None:
        yield from _excerpt(one.span, one.excerpt, canvas)


def _excerpt(span: SourceSpan, text: str, canvas: Canvas) -> Iterator[str]:
    """The part of the line around the place; a tab and other controls show as escapes, so cells can be counted."""
    room = canvas.measure - _NUMBER - 3
    start = max(span.column - 1, 0)
    first, before = 0, terminal(text[:start])
    if cells(before) > room // 2:
        first = max(start - _LEAD_IN, 0)
        before = (canvas.ellipsis if first else "") + terminal(text[first:start])
    marked = terminal(text[start : start + max(span.length, 1)])
    marked = _fit(marked, max(room - cells(before), 1))
    rest_room = room - cells(before) - cells(marked)
    rest = terminal(text[start + max(span.length, 1) :][: max(rest_room, 0) + 1])
    if cells(rest) > rest_room:
        rest = _fit(rest, max(rest_room - cells(canvas.ellipsis), 0)) + canvas.ellipsis
    carets = "^" * max(cells(marked), 1)
    yield f"{canvas.paint(f'{span.line:>{_NUMBER}} |', Ink.FAINT)} {before}{marked}{rest}\n"
    bar = canvas.paint(f"{'':{_NUMBER}} |", Ink.FAINT)
    yield f"{bar} {' ' * cells(before)}{canvas.paint(carets, Ink.ALARM)}\n"


def _fit(text: str, room: int) -> str:
    """As much of a text as fits, without a sign."""
    taken = text[:room]
    while cells(taken) > room:
        taken = taken[:-1]
    return taken
