"""The end of an apply: its report, its exit code, and the command that gets further."""

from __future__ import annotations

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.interrupted import Interrupted
from vodplan.commands.nexts import plan_command, resume_command
from vodplan.commands.options import ApplyOptions
from vodplan.core.errors import ApplyIncomplete
from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport
from vodplan.core.resuming import worth_resuming
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
    return Interrupted.exit_code if report.interrupted else ApplyIncomplete.exit_code


def _next(report: ApplyReport, options: ApplyOptions) -> str:
    if worth_resuming(report):
        return resume_command(report.run, options, auto_approve=options.auto_approve)
    return plan_command(options)
