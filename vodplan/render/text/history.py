"""Runs as people read them: a list, or one with everything that became of its changes."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.history import ChangeRecord, ChangeState, RunRecord, RunStatus
from vodplan.core.report import ApplyReport
from vodplan.core.resuming import report_of
from vodplan.render.amounts import count
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.results import Runs, RunShown
from vodplan.render.text.layout import headline, paragraph, place_of, quoted, verb
from vodplan.render.text.plan import detail_lines
from vodplan.render.text.report import reading_back, said_lines
from vodplan.render.width import pad

_STATUS_INKS = {
    RunStatus.RUNNING: Ink.CHANGE,
    RunStatus.UNFINISHED: Ink.ALARM,
    RunStatus.COMPLETE: Ink.ADD,
    RunStatus.INCOMPLETE: Ink.ALARM,
}
_STATE_INKS = {
    ChangeState.PLANNED: Ink.FAINT,
    ChangeState.INTENT: Ink.ALARM,
    ChangeState.DONE: Ink.ADD,
    ChangeState.ALREADY: Ink.FAINT,
    ChangeState.REFUSED: Ink.ALARM,
    ChangeState.HELD: Ink.CHANGE,
    ChangeState.UNKNOWN: Ink.ALARM,
}
_STATUS = max(len(status) for status in RunStatus)
_STATE = max(len(state) for state in ChangeState)


def runs_text(shown: Runs, canvas: Canvas) -> Iterator[str]:
    """Two lines a run, newest first; with an asset, what each run did to it."""
    if not shown.runs:
        said = f"No run has a change of {terminal(shown.asset)}." if shown.asset else "There are no runs."
        yield from _text(paragraph(said, canvas))
        return
    for record in shown.runs:
        yield "".join(f"{line}\n" for line in _run_lines(record, canvas))
    if shown.more:
        yield from _text(paragraph("Older runs are left out; --limit N lists more.", canvas))


def run_text(shown: RunShown, canvas: Canvas) -> Iterator[str]:
    """Who ran what and when, each change with its outcome and its values, the counts, and what to do next."""
    record = shown.detail.record
    target = record.target
    ink = _STATUS_INKS[record.status]
    where = ", ".join(terminal(part) for part in (target.region, target.endpoint) if part)
    yield from _text(paragraph(f"Run {terminal(record.id)} {canvas.paint(record.status, ink)}", canvas))
    yield from _text(paragraph(f"Target {terminal(target.name)} ({where})", canvas))
    yield from _text(paragraph(f"By {terminal(str(record.holder))}", canvas))
    yield from _text(paragraph(_when(record), canvas))
    yield "\n"
    for one in shown.detail.changes:
        yield from _text(_change_lines(one, canvas))
    if shown.detail.changes:
        yield "\n"
    yield from _text(paragraph(f"{_counts(record)}.", canvas))
    report = report_of(shown.detail)
    if report is not None:
        yield from _text(_end(report, canvas))
    elif record.status is RunStatus.UNFINISHED:
        yield from _text(
            paragraph(f"{canvas.paint('Unfinished:', Ink.ALARM)} its process ended before it did.", canvas)
        )
    if shown.next:
        yield f"Next: {terminal(shown.next)}\n"


def _run_lines(record: RunRecord, canvas: Canvas) -> Iterator[str]:
    yield from headline(
        pad(record.status, _STATUS),
        _STATUS_INKS[record.status],
        terminal(record.id),
        terminal(record.target.name),
        _moment(record.started),
        canvas,
    )
    parts = [f"{_counts(record)}; by {terminal(str(record.holder))}"]
    if record.unconverged:
        parts.append(f"{count(len(record.unconverged), 'field')} did not take")
    if record.interrupted:
        parts.append("interrupted")
    if record.resumed:
        parts.append(f"resumed {count(record.resumed, 'time')}")
    yield from paragraph("; ".join(parts), canvas, indent=4)
    for one in record.touched:
        yield from _change_lines(one, canvas, indent="  ")


def _change_lines(one: ChangeRecord, canvas: Canvas, *, indent: str = "") -> Iterator[str]:
    change = one.change
    title = (change.before or {}).get("title") or change.facts.get("title")
    yield from headline(
        f"{indent}{pad(one.state, _STATE)}  {verb(change.action)}",
        _STATE_INKS[one.state],
        terminal(str(change.address)),
        quoted(title) if isinstance(title, str) and title else "",
        place_of(change.source),
        canvas,
    )
    yield from detail_lines(change, canvas)
    if one.outcome is not None and (one.outcome.code or one.outcome.detail):
        yield from said_lines(one.outcome, canvas)
    elif one.state is ChangeState.INTENT:
        yield from paragraph("A call was about to be sent; only a read can tell whether it was done.", canvas, indent=4)


def _counts(record: RunRecord) -> str:
    """`4 changes: 3 done, 1 held`: the states that occur."""
    named = ", ".join(f"{number} {state}" for state, number in record.counts.items() if number)
    return f"{count(record.changes, 'change')}: {named}" if named else count(record.changes, "change")


def _when(record: RunRecord) -> str:
    parts = [f"Started {_moment(record.started)}"]
    if record.ended is not None:
        parts.append(f"ended {_moment(record.ended)}")
    if record.resumed:
        parts.append(f"resumed {count(record.resumed, 'time')}")
    if record.allow_deletes:
        parts.append(f"{count(record.allow_deletes, 'removal')} allowed")
    return ", ".join(parts)


def _moment(stamp: str) -> str:
    """`2026-11-21 09:30:12 UTC`."""
    return f"{terminal(stamp[:10])} {terminal(stamp[11:19])} UTC"


def _end(report: ApplyReport, canvas: Canvas) -> Iterator[str]:
    if report.interrupted:
        yield from paragraph(f"{canvas.paint('Interrupted:', Ink.ALARM)} what was not begun is held.", canvas)
    yield from reading_back(report, canvas)


def _text(lines: Iterator[str]) -> Iterator[str]:
    text = "\n".join(lines)
    if text:
        yield f"{text}\n"
