"""The plan that undoes a run, and what it leaves out, as a person reviews it."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.undo import Conflict, Stuck
from vodplan.core.values import Json
from vodplan.render.amounts import count
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.results import PlanShown, Undone
from vodplan.render.text.fields import value_text
from vodplan.render.text.layout import INDENT, LABEL, labelled, paragraph
from vodplan.render.text.plan import change_lines, plan_pieces
from vodplan.render.width import clip


def undo_pieces(shown: Undone, canvas: Canvas) -> Iterator[str]:
    """The plan, then what was edited since, what cannot be put back, what is gone, and what stays."""
    undo = shown.undo
    yield from _text(paragraph(f"Undo of run {terminal(undo.run)}", canvas))
    yield from plan_pieces(PlanShown(plan=shown.plan), canvas)
    if undo.conflicts:
        yield from _heading("Edited since, and left as they are", len(undo.conflicts), canvas, Ink.ALARM)
        for conflict in undo.conflicts:
            yield from _text(_conflict(conflict, canvas))
    if undo.stuck:
        yield from _heading("Cannot be put back", len(undo.stuck), canvas, Ink.ALARM)
        for stuck in undo.stuck:
            yield from _text(_stuck(stuck, canvas))
    if undo.lost:
        yield from _heading("Gone for good, nothing undoes a removal", len(undo.lost), canvas, Ink.ALARM)
        for change in undo.lost:
            yield from _text(change_lines(change, canvas))
    if undo.made:
        yield from _heading("Made by the run, and left in place", len(undo.made), canvas, Ink.CHANGE)
        for path in undo.made:
            yield from _text(paragraph(f"category/{terminal(path)}", canvas, indent=2))
    if undo.unchanged:
        are = "is" if undo.unchanged == 1 else "are"
        yield from _text(paragraph(f"\n{count(undo.unchanged, 'value')} {are} as before the run already.", canvas))
    if shown.next:
        yield f"Next: {terminal(shown.next)}\n"


def _heading(text: str, number: int, canvas: Canvas, ink: Ink) -> Iterator[str]:
    yield f"\n{canvas.paint(text, ink)} ({number}):\n"


def _conflict(one: Conflict, canvas: Canvas) -> Iterator[str]:
    yield from paragraph(f"! {canvas.paint(terminal(str(one.address)), Ink.STRONG)}  {terminal(one.field)}", canvas)
    for label, value in (("before", one.before), ("by the run", one.after), ("now", one.now)):
        yield from labelled(label, [_value(one.field, value, canvas)], canvas)


def _stuck(one: Stuck, canvas: Canvas) -> Iterator[str]:
    field = f"  {terminal(one.field)}" if one.field else ""
    yield from paragraph(f"! {canvas.paint(terminal(str(one.address)), Ink.STRONG)}{field}", canvas)
    if one.field:
        yield from labelled("before", [_value(one.field, one.before, canvas)], canvas)
    elif isinstance(one.before, dict):
        for name, value in one.before.items():
            yield from labelled(name, [_value(name, value, canvas)], canvas)
    yield from labelled("why", [terminal(one.reason)], canvas)


def _value(name: str, value: Json, canvas: Canvas) -> str:
    return clip(value_text(name, value) or "(none)", canvas.measure - INDENT - LABEL, canvas.ellipsis)


def _text(lines: Iterator[str]) -> Iterator[str]:
    text = "\n".join(lines)
    if text:
        yield f"{text}\n"
