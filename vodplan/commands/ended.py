"""The end of an apply: its report, its exit code, and the command that gets further."""

from __future__ import annotations

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.interrupted import Interrupted
from vodplan.commands.nexts import plan_command, resume_command
from vodplan.commands.options import ApplyOptions
from vodplan.core.errors import ApplyIncomplete, VodplanError
from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport, Verdict
from vodplan.core.resuming import worth_resuming
from vodplan.render.amounts import count
from vodplan.render.results import Applied


def finish(plan: Plan, report: ApplyReport, options: ApplyOptions, context: Context) -> int:
    """Show what became of a plan; returns the exit code."""
    settled = report.complete and report.converged
    context.output.show(
        Applied(
            plan=plan,
            report=report,
            document=api.report_json(report, plan),
            every=options.verbose > 0,
            next="" if settled else _next(report, options),
        )
    )
    if settled:
        return 0
    if context.console.events is not None:
        context.console.events.fail(_error(plan, report, options))
    return Interrupted.exit_code if report.interrupted else ApplyIncomplete.exit_code


def _error(plan: Plan, report: ApplyReport, options: ApplyOptions) -> VodplanError:
    """What ends the run, for a program that reads events and not the report."""
    next = _next(report, options)
    if report.interrupted:
        return Interrupted("Interrupted. What was not begun is held.", next=next)
    counts = report.counts()
    well = counts[Verdict.DONE] + counts[Verdict.ALREADY]
    if well < len(plan.changes):
        said = f"{well} of {count(len(plan.changes), 'change')} done; the report has the others."
    else:
        said = "Every change is done, and the library does not read back as planned, or could not be read back."
    return ApplyIncomplete(said, report, next=next)


def _next(report: ApplyReport, options: ApplyOptions) -> str:
    if worth_resuming(report):
        return resume_command(report.run, options, auto_approve=options.auto_approve)
    return plan_command(options)
