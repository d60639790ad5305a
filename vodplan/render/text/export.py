"""What an export wrote, and what it could not, as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.render.amounts import count, many
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.results import LibraryExported
from vodplan.render.text.layout import labelled, paragraph


def export_text(shown: LibraryExported, canvas: Canvas) -> Iterator[str]:
    """Entries, files, whatever is missing from them and why, and the next command."""
    report = shown.report
    lead = canvas.paint("Exported", Ink.ADD)
    yield from _lines(paragraph(f"{lead} {terminal(report.target)} into {terminal(report.folder)}:", canvas))
    entries = ", ".join(f"{number:,} {terminal(name)}" for name, number in report.entries.items())
    yield from _lines(labelled("entries", [entries], canvas))
    files = f"{report.written:,} written, {report.unchanged:,} unchanged, {report.removed:,} removed"
    yield from _lines(labelled("files", [files], canvas))
    if report.gone:
        said = f"{count(report.gone, 'asset')} deleted while the library was read; not in the manifests."
        yield from _lines(paragraph(said, canvas))
    if report.not_written:
        yield from _not_written(shown, canvas)
    if report.missed:
        said = f"{canvas.paint('Not whole:', Ink.ALARM)} the service counts {report.missed:,} more than it lists."
        yield from _lines(paragraph(said, canvas))
    if shown.next:
        yield f"Next: {terminal(shown.next)}\n"


def _not_written(shown: LibraryExported, canvas: Canvas) -> Iterator[str]:
    report = shown.report
    total = sum(report.not_written.values())
    what = ", ".join(
        f"{number:,} {terminal(many(name) if number != 1 else name)}" if name else f"{number:,} whole"
        for name, number in report.not_written.items()
    )
    lead = canvas.paint("Not in the manifests:", Ink.CHANGE)
    yield from _lines(
        paragraph(f"{lead} {count(total, 'value')} that no manifest can say ({what}); each is a comment there.", canvas)
    )
    for one in report.examples:
        name = f"{one.address} {one.field}" if one.field else one.address
        yield from _lines(paragraph(f"  {terminal(name)}: {terminal(one.detail)} ({terminal(one.code)})", canvas))
    if total > len(report.examples):
        yield f"  and {total - len(report.examples):,} more\n"


def _lines(parts: Iterator[str]) -> Iterator[str]:
    yield "".join(f"{line}\n" for line in parts)
