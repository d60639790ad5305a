"""The state of a library, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from vodplan.core.exporting import UNDATED
from vodplan.core.unmanaged import AGES, Amount
from vodplan.render.amounts import many, size
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.results import SurveyShown
from vodplan.render.survey_words import HEADINGS, amount_of, by_check, subject_of
from vodplan.render.text.layout import next_step, paragraph
from vodplan.render.width import cells, clip, pad

_NAME = 40
_NUMBERS = 25
_MEMBERS = 3
"""Assets that are named of a finding."""


def survey_text(shown: SurveyShown, canvas: Canvas) -> Iterator[str]:
    """The numbers by kind, age and category, then each check with its first findings; JSON has all."""
    found = shown.found
    said = f"{canvas.paint('Library:', Ink.STRONG)} {found.total.assets:,} assets of {terminal(found.target)}, "
    yield from _lines(paragraph(f"{said}{size(found.total.size)}.", canvas))
    yield from _table("by kind", {many(name): one for name, one in found.kinds.items()}, canvas)
    ages = [name for name in (*(name for name, _ in AGES), UNDATED) if name in found.ages]
    yield from _table("by age", {name: found.ages[name] for name in ages}, canvas)
    categories = found.by_category()
    most = dict(islice(categories.items(), shown.most))
    yield from _table("by category", {name or "(no category)": one for name, one in most.items()}, canvas)
    yield from _more(len(categories) - len(most), "categories")
    for check, findings in by_check(found.findings):
        heading = canvas.paint(f"{HEADINGS[check]}: {len(findings):,}", Ink.CHANGE)
        yield f"\n{heading}  {canvas.paint(check.value, Ink.FAINT)}\n"
        for one in findings[: shown.most]:
            amount = terminal(amount_of(one))
            room = max(canvas.measure - 4 - cells(amount), 8)
            subject = clip(terminal(subject_of(one)), room, canvas.ellipsis)
            yield f"  {pad(subject, room)}  {amount}".rstrip() + "\n"
            for member in islice(one.members(), _MEMBERS):
                line = terminal(f"{member.kind}/{member.id}  {member.title}")
                yield f"    {clip(line, canvas.measure - 4, canvas.ellipsis)}\n"
        yield from _more(len(findings) - shown.most, "")
    if not found.findings:
        yield "Nothing was found that needs tidying.\n"
    if found.undated:
        told = f"{found.undated:,} assets are not looked at for modification: the service does not say when it was."
        yield from _lines(paragraph(told, canvas))
    if found.missed:
        told = f"{canvas.paint('Not whole:', Ink.ALARM)} the service counts {found.missed:,} more than it lists."
        yield from _lines(paragraph(told, canvas))
    if shown.next:
        yield from _lines(next_step(shown.next, canvas))


def _more(number: int, what: str) -> Iterator[str]:
    if number > 0:
        yield f"  and {number:,} more {what}".rstrip() + "\n"


def _table(heading: str, rows: Mapping[str, Amount], canvas: Canvas) -> Iterator[str]:
    yield f"{heading}\n"
    room = max(min(_NAME, canvas.measure - _NUMBERS), 8)
    for name, amount in rows.items():
        named = pad(clip(terminal(name), room, canvas.ellipsis), room)
        yield f"  {named}  {amount.assets:>9,}  {size(amount.size):>10}\n"


def _lines(parts: Iterator[str]) -> Iterator[str]:
    yield "".join(f"{line}\n" for line in parts)
