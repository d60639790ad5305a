"""`vodplan history`: what was done to the library, by whom, and with what result."""

from __future__ import annotations

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.nexts import resume_command
from vodplan.commands.options import HistoryOptions
from vodplan.core.errors import UsageError
from vodplan.core.history import RunDetail, RunStatus
from vodplan.core.resuming import report_of, worth_resuming
from vodplan.render.results import Exported, Runs, RunShown

USUAL = 20
"""Runs that are listed unless another number is wanted."""


def run(options: HistoryOptions, context: Context) -> int:
    """List runs, or show or export one. See docs/commands.md."""
    _check(options)
    output = context.output
    with api.open_store(**context.in_project(options)) as store:
        if options.run is None:
            limit = options.limit or USUAL
            found = store.runs(target=options.target, address=options.asset, limit=limit + 1)
            output.show(Runs(runs=found[:limit], asset=options.asset or "", more=len(found) > limit))
        elif options.export:
            wanted = options.run
            output.show(Exported(lines=lambda: store.export(wanted)))
        else:
            detail = store.run(options.run)
            output.show(RunShown(detail=detail, next=_next(detail, options)))
    return 0


def _check(options: HistoryOptions) -> None:
    if options.run is None and options.export:
        raise UsageError("--export is of one run: name it.", next="vodplan history")
    if options.run is not None and (options.asset is not None or options.limit is not None):
        raise UsageError(
            "--asset and --limit choose among runs, and one is named. Leave out either.",
            next=f"vodplan history {options.run}",
        )


def _next(detail: RunDetail, options: HistoryOptions) -> str:
    record, report = detail.record, report_of(detail)
    if record.status is RunStatus.UNFINISHED or (report is not None and worth_resuming(report)):
        return resume_command(record.id, options)
    return ""
