"""What is live and in no manifest, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vodplan.core.exporting import UNDATED
from vodplan.core.unmanaged import AGES, Amount
from vodplan.render.amounts import many, size
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.results import UnmanagedShown
from vodplan.render.text.layout import headline, paragraph, quoted
from vodplan.render.width import clip, pad

_ROWS = 20
"""Categories that are shown, the largest; JSON has all."""

_NAME = 40
_NUMBERS = 25
"""Cells of a row that are not its name."""


def unmanaged_text(shown: UnmanagedShown, canvas: Canvas) -> Iterator[str]:
    """The numbers by kind, category and age; with a line for each asset where that was asked for."""
    found = shown.found
    live = sum(one.assets for one in found.live.values())
    if not found.total.assets:
        yield from _lines(paragraph(f"Every asset of {terminal(found.target)} is in a manifest: {live:,}.", canvas))
    else:
        lead = canvas.paint("Unmanaged:", Ink.CHANGE)
        said = f"{lead} {found.total.assets:,} of {live:,} assets of {terminal(found.target)} are in no manifest, "
        yield from _lines(paragraph(f"{said}{size(found.total.size)}.", canvas))
        yield from _table("by kind", {many(name): amount for name, amount in found.kinds.items()}, canvas)
        yield from _table("by age", {name: found.ages[name] for name in _ages(found.ages)}, canvas)
        largest = sorted(found.categories, key=lambda name: (-found.categories[name].assets, name))
        named = {name or "(no category)": found.categories[name] for name in largest[:_ROWS]}
        yield from _table("by category", named, canvas)
        if len(largest) > _ROWS:
            yield f"  and {len(largest) - _ROWS:,} more categories\n"
    if shown.listed:
        for one in found.assets():
            address = terminal(f"{one.kind}/{one.id}")
            title = f"{quoted(one.title)}  {terminal(one.category)}" if one.category else quoted(one.title)
            yield from _lines(headline("-", Ink.FAINT, address, title, terminal(one.created[:10]), canvas))
    if found.missed:
        said = f"{canvas.paint('Not whole:', Ink.ALARM)} the service counts {found.missed:,} more than it lists."
        yield from _lines(paragraph(said, canvas))
    if shown.next:
        yield f"Next: {terminal(shown.next)}\n"


def _ages(ages: Mapping[str, Amount]) -> list[str]:
    return [name for name in (*(name for name, _ in AGES), UNDATED) if name in ages]


def _table(heading: str, rows: Mapping[str, Amount], canvas: Canvas) -> Iterator[str]:
    yield f"{heading}\n"
    room = max(min(_NAME, canvas.measure - _NUMBERS), 8)
    for name, amount in rows.items():
        shown = pad(clip(terminal(name), room, canvas.ellipsis), room)
        yield f"  {shown}  {amount.assets:>9,}  {size(amount.size):>10}\n"


def _lines(parts: Iterator[str]) -> Iterator[str]:
    yield "".join(f"{line}\n" for line in parts)
