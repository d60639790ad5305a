"""Manifest files that were changed, as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.edited import FileEdit
from vodplan.render.amounts import count
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.results import FilesEdited
from vodplan.render.text.layout import paragraph

_INKS = {"+": Ink.ADD, "-": Ink.REMOVE, "@": Ink.FAINT}


def edited_text(shown: FilesEdited, canvas: Canvas) -> Iterator[str]:
    """A line for each file that is changed or was left alone, the differences where they are wanted, and the counts."""
    edits = shown.edits
    word = terminal(shown.what if edits.written else f"would be {shown.what}")
    for one in edits.changed:
        yield f"{canvas.paint(word, Ink.CHANGE)}  {terminal(one.file)}\n"
        if shown.diffs:
            yield from _diff(one.diff, canvas)
    for one in (*edits.left, *shown.refused):
        yield from _left(one, canvas)
    fine = len(edits.files) - len(edits.changed) - len(edits.left)
    parts = [f"{len(edits.changed):,} {word}", f"{fine:,} fine as they are"]
    if edits.left:
        parts.append(f"{len(edits.left):,} left alone")
    yield f"{count(len(edits.files), 'file')}: {', '.join(parts)}.\n"
    if shown.proved:
        yield "".join(f"{line}\n" for line in paragraph(terminal(shown.proved), canvas))
    if shown.next:
        yield f"Next: {terminal(shown.next)}\n"


def _diff(diff: str, canvas: Canvas) -> Iterator[str]:
    for line in diff.splitlines():
        text = terminal(line)
        ink = _INKS.get(line[:1])
        yield f"{text if ink is None else canvas.paint(text, ink)}\n"


def _left(one: FileEdit, canvas: Canvas) -> Iterator[str]:
    left = one.left
    assert left is not None, "only files that were left alone are shown as such"
    place = f":{left.line}:{left.column}" if left.line else ""
    lead = f"{canvas.paint('left alone', Ink.ALARM)}  {terminal(one.file)}{place}"
    yield f"{lead}\n"
    for line in paragraph(terminal(f"{left.why} {left.advice}"), canvas, indent=4):
        yield f"{line}\n"
