"""The results that take a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from vodplan.render.amounts import count, many, size
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import lines, terminal
from vodplan.render.ram import policy_text
from vodplan.render.results import Examined, Listing, Selected, Started, Toured, Validated
from vodplan.render.text.layout import headline, next_step, paragraph, quoted
from vodplan.render.width import cells, pad


def small_text(result: Validated | Examined | Selected | Started | Listing | Toured, canvas: Canvas) -> Iterator[str]:
    """The lines of one of the small results."""
    match result:
        case Validated():
            yield from _validated(result)
        case Examined():
            yield from _examined(result, canvas)
        case Selected():
            yield from _selected(result, canvas)
        case Started():
            yield from _started(result)
        case Listing():
            yield from _listing(result, canvas)
        case Toured():
            yield from _toured(result, canvas)
        case _:
            assert_never(result)


def _validated(result: Validated) -> Iterator[str]:
    files = count(len(result.files), "file")
    total = sum(result.entries.values())
    yield f"OK: {count(total, 'entry', 'entries')} in {files}, no errors.\n"
    room = max((len(str(number)) for number in result.entries.values()), default=0)
    for kind, number in result.entries.items():
        noun = count(number, terminal(kind), many(terminal(kind))).partition(" ")[2]
        yield f"  {number:>{room}} {noun}\n"


def _examined(result: Examined, canvas: Canvas) -> Iterator[str]:
    yield f"Target {terminal(result.target)}\n"
    names = {one.name: terminal(one.name) for one in result.checks}
    room = min(max((cells(name) for name in names.values()), default=0), canvas.measure // 2)
    for one in result.checks:
        word, ink = {True: ("ok", Ink.ADD), False: ("FAILED", Ink.ALARM), None: ("unknown", Ink.CHANGE)}[one.ok]
        lead = f"  {canvas.paint(f'{word:<7}', ink)}  {pad(names[one.name], room)}  "
        indent = 2 + 7 + 2 + room + 2
        detail = [part for line in lines(one.detail) for part in paragraph(line, canvas, indent=indent)] or [""]
        yield f"{lead}{detail[0].lstrip()}\n"
        yield "".join(f"{line}\n" for line in detail[1:])
        if one.next and one.ok is not True:
            yield "".join(f"{line}\n" for line in next_step(one.next, canvas, indent))
    if policy := policy_text(result.missing):
        yield "\nThe key lacks what this RAM policy grants:\n\n"
        yield f"{policy}\n"


def _selected(result: Selected, canvas: Canvas) -> Iterator[str]:
    yield from (
        f"{line}\n" for line in paragraph(f"Selected of {terminal(result.target)}: {terminal(result.query)}", canvas)
    )
    total = 0
    for address, facts in result.assets.items():
        octets = facts.get("size")
        total += octets if isinstance(octets, int) else 0
        side = [size(octets)] if isinstance(octets, int) else []
        side += [terminal(str(facts["created"])[:10])] if facts.get("created") else []
        title = facts.get("title")
        shown = quoted(title) if isinstance(title, str) and title else ""
        lines = headline(" ", Ink.FAINT, terminal(address), shown, "  ".join(side), canvas)
        yield "".join(f"{line}\n" for line in lines)
    freed = f", {size(total)}" if total else ""
    yield f"{count(len(result.assets), 'asset')}{freed}.\n"


def _started(result: Started) -> Iterator[str]:
    for path in result.written:
        yield f"wrote  {terminal(path)}\n"
    for path in result.kept:
        yield f"kept   {terminal(path)} (it was there)\n"
    inside = "" if result.folder in ("", ".") else f"cd {terminal(result.folder)} && "
    yield f"Next: {inside}vodplan validate && vodplan plan\n"


def _listing(result: Listing, canvas: Canvas) -> Iterator[str]:
    yield f"{terminal(result.heading)}\n"
    room = min(max((cells(terminal(name)) for name in result.names), default=0), canvas.measure // 2)
    for name, about in result.names.items():
        first, *rest = paragraph(terminal(about), canvas, indent=room + 4)
        yield f"  {pad(terminal(name), room)}  {first.lstrip()}\n"
        yield "".join(f"{line}\n" for line in rest)


def _toured(result: Toured, canvas: Canvas) -> Iterator[str]:
    yield "\n"
    for command, promise, kept in result.steps:
        word = canvas.paint("ok    ", Ink.ADD) if kept else canvas.paint("FAILED", Ink.ALARM)
        yield f"{word}  {terminal(promise)}\n"
        if not kept:
            yield f"        {terminal(command)}\n"
