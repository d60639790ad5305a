"""`vodplan apply --resume RUN`: go on with a run that did not get to its end."""

from __future__ import annotations

import asyncio

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.ended import finish
from vodplan.commands.interrupted import Interrupted
from vodplan.commands.nexts import plan_command, resume_command
from vodplan.commands.options import ApplyOptions
from vodplan.core.errors import StoreError, UsageError
from vodplan.core.history import ChangeState, RunDetail, RunStatus
from vodplan.core.plan import Plan
from vodplan.core.resuming import report_of
from vodplan.render.amounts import count

_NEWEST = 5
"""Runs looked at to find the one that was just interrupted."""


def run(wanted: str, options: ApplyOptions, context: Context) -> int:
    """Go on with a run; it was approved when it began, so nobody is asked again. See docs/commands.md."""
    _check(wanted, options)
    with api.open_store(**context.in_project(options)) as store:
        detail = store.run(wanted)
    record = detail.record
    if record.status is RunStatus.COMPLETE:
        report = report_of(detail)
        assert report is not None
        _say(f"Run {record.id} is complete: nothing of it is left to do.\n", options, context)
        return finish(detail.plan, report, options, context)
    _say(_begins(detail), options, context)
    try:
        plan, report = api.resume(
            record.id,
            max_failures=options.max_failures,
            progress=context.progress(options),
            **context.at_target(options),
        )
    except (KeyboardInterrupt, asyncio.CancelledError) as stopped:
        raise Interrupted(
            "Interrupted. Calls that were under way may have been done.",
            next=resume_command(record.id, options, auto_approve=options.auto_approve),
        ) from stopped
    return finish(plan, report, options, context)


def command_for(plan: Plan, options: ApplyOptions, context: Context) -> str:
    """The command that gets further after an apply was cut off: going on with its run, if it had begun one."""
    try:
        with api.open_store(**context.in_project(options)) as store:
            for record in store.runs(target=plan.target.name, limit=_NEWEST):
                if record.plan_digest == plan.digest and record.status is RunStatus.UNFINISHED:
                    return resume_command(record.id, options, auto_approve=options.auto_approve)
    except StoreError:
        # The interruption is what the message is about; the store's own trouble shows with the next command.
        return plan_command(options)
    return plan_command(options)


def _check(wanted: str, options: ApplyOptions) -> None:
    given = [
        name
        for name, value in (
            ("a plan file or manifests", options.paths),
            ("--only", options.only),
            ("--exclude", options.exclude),
            ("--changed-since", options.changed_since is not None),
            ("--allow-deletes", options.allow_deletes is not None),
            ("--canary", options.canary is not None),
            ("--max-plan-age", options.max_plan_age is not None),
        )
        if value
    ]
    if given:
        raise UsageError(
            f"--resume goes on with the plan of a run, as it was approved; {given[0]} cannot stand beside it.",
            next=resume_command(wanted, options, auto_approve=options.auto_approve),
        )


def _say(line: str, options: ApplyOptions, context: Context) -> None:
    """Tell people; a program finds the same in the report."""
    if options.format == "text":
        context.console.say(line)


def _begins(detail: RunDetail) -> str:
    record = detail.record
    well = record.counts[ChangeState.DONE] + record.counts[ChangeState.ALREADY]
    return f"Going on with run {record.id}: {well} of {count(record.changes, 'change')} done.\n"
