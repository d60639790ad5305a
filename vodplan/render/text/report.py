"""What became of each change, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.change import Change
from vodplan.core.report import ApplyReport, Outcome, Unconverged, Verdict
from vodplan.render.amounts import count
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.results import Applied
from vodplan.render.text.layout import headline, paragraph, place_of, quoted, verb
from vodplan.render.width import pad

_INKS = {
    Verdict.DONE: Ink.ADD,
    Verdict.ALREADY: Ink.FAINT,
    Verdict.REFUSED: Ink.ALARM,
    Verdict.HELD: Ink.CHANGE,
    Verdict.UNKNOWN: Ink.ALARM,
}
_VERDICT = max(len(verdict) for verdict in Verdict)


def report_text(shown: Applied, canvas: Canvas) -> Iterator[str]:
    """The changes that are not simply done (all of them where wanted), the five counts, and what reads back."""
    report = shown.report
    listed = False
    for outcome in report.outcomes:
        if shown.every or outcome.verdict is not Verdict.DONE:
            listed = True
            yield "".join(f"{line}\n" for line in _outcome(outcome, shown.plan.changes[outcome.change], canvas))
    if listed:
        yield "\n"
    counts = ", ".join(f"{number} {verdict}" for verdict, number in report.counts().items())
    yield "".join(f"{line}\n" for line in paragraph(f"Apply: {counts}.", canvas))
    if report.interrupted:
        yield f"{canvas.paint('Interrupted:', Ink.ALARM)} what was not begun is held.\n"
    yield "".join(f"{line}\n" for line in reading_back(report, canvas))
    if report.run:
        yield f"Run: {terminal(report.run)}\n"
    if shown.next:
        yield f"Next: {terminal(shown.next)}\n"


def _outcome(outcome: Outcome, change: Change, canvas: Canvas) -> Iterator[str]:
    title = change.facts.get("title")
    yield from headline(
        f"{pad(outcome.verdict, _VERDICT)}  {verb(outcome.action)}",
        _INKS[outcome.verdict],
        terminal(str(outcome.address)),
        quoted(title) if isinstance(title, str) and title else "",
        place_of(change.source),
        canvas,
    )
    yield from said_lines(outcome, canvas)


def said_lines(outcome: Outcome, canvas: Canvas) -> Iterator[str]:
    """What there is to say of an outcome: the service's code, a sentence, the request's id."""
    said = ": ".join(terminal(part) for part in (outcome.code, outcome.detail) if part)
    if outcome.request_id:
        said = f"{said} (request {terminal(outcome.request_id)})".lstrip()
    if said:
        yield from paragraph(said, canvas, indent=4)


def reading_back(report: ApplyReport, canvas: Canvas) -> Iterator[str]:
    """What the library showed after the last write."""
    if report.unconverged is None:
        why = terminal(report.verify_error) or "reading back was not possible."
        yield from paragraph(f"{canvas.paint('Not read back:', Ink.ALARM)} {why}", canvas)
    elif report.unconverged:
        number = count(len(report.unconverged), "field differs", "fields differ")
        yield from paragraph(f"{canvas.paint('Not converged:', Ink.ALARM)} {number} from the plan.", canvas)
        for one in report.unconverged:
            yield from paragraph(_differs(one), canvas, indent=4)
    elif report.complete:
        yield from paragraph(f"{canvas.paint('Converged:', Ink.ADD)} the library reads back as planned.", canvas)
    else:
        yield from paragraph("Everything that was written reads back as planned.", canvas)


def _differs(one: Unconverged) -> str:
    wanted, live = terminal(one.wanted), terminal(one.live)
    return f"{terminal(str(one.address))} {terminal(one.field)}: wanted {wanted}, live {live}"
