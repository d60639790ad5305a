"""`vodplan apply`: carry a plan out, after somebody said so."""

from __future__ import annotations

import asyncio
from pathlib import Path

from vodplan import api
from vodplan.commands import resume
from vodplan.commands.approval import approval
from vodplan.commands.context import Context
from vodplan.commands.ended import finish
from vodplan.commands.interrupted import Interrupted
from vodplan.commands.nexts import apply_command, plan_command
from vodplan.commands.options import ApplyOptions
from vodplan.core.errors import UsageError
from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport
from vodplan.render.results import PlanShown

_SNIFF = 4096


def run(options: ApplyOptions, context: Context) -> int:
    """Plan or read a plan, show it, get it approved, carry it out, report. See docs/commands.md."""
    if options.resume is not None:
        return resume.run(options.resume, options, context)
    console = context.console
    plan, workspace = _plan_of(options, context)
    preview = PlanShown(plan=plan, preview=True)
    context.output.show(preview)
    if plan.empty:
        return finish(plan, nothing_done(plan), options, context)
    if options.format != "text" and console.interactive and not options.auto_approve:
        context.output.aside(preview)
    allowed = approval(
        plan,
        console,
        auto=options.auto_approve,
        allow_deletes=options.allow_deletes,
        command=apply_command(
            plan,
            options,
            paths=options.paths,
            only=options.only,
            exclude=options.exclude,
            changed_since=options.changed_since,
            auto_approve=True,
        ),
        again=plan_command(options),
    )
    try:
        report = api.apply(
            plan,
            workspace,
            allow_deletes=allowed,
            max_failures=options.max_failures,
            canary=options.canary,
            max_age=options.max_plan_age,
            progress=context.progress(options),
            **context.at_target(options),
        )
    except (KeyboardInterrupt, asyncio.CancelledError) as stopped:
        raise Interrupted(
            "Interrupted. Calls that were under way may have been done.",
            next=resume.command_for(plan, options, context),
        ) from stopped
    return finish(plan, report, options, context)


def nothing_done(plan: Plan) -> ApplyReport:
    """The report of a plan without changes: nothing was called, and the plan itself says that all is as wanted."""
    return ApplyReport(run="", plan_digest=plan.digest, outcomes=(), unconverged=())


def _plan_of(options: ApplyOptions, context: Context) -> tuple[Plan, api.Workspace | None]:
    console = context.console
    planfile = _planfile(options, console.cwd)
    if planfile is not None:
        return api.read_plan(planfile), None
    workspace, plan = api.plan_from(
        options.paths,
        only=options.only,
        exclude=options.exclude,
        changed_since=options.changed_since,
        warn=context.output.warn,
        progress=context.progress(options),
        **context.at_target(options),
    )
    return plan, workspace


def _planfile(options: ApplyOptions, cwd: Path) -> Path | None:
    """The plan file among the arguments, if that is what they are."""
    plans = [path for path in options.paths if is_planfile(cwd / path)]
    if not plans:
        return None
    if len(options.paths) > 1:
        raise UsageError(
            "A plan file is applied on its own: name one plan file, or manifests.", next="vodplan apply PLANFILE"
        )
    if options.only or options.exclude or options.changed_since is not None:
        flags = "--only and --exclude shape" if options.changed_since is None else "--changed-since shapes"
        raise UsageError(
            f"{flags} a plan, and this one is made: apply does all of it or nothing. Plan again with "
            f"{'them' if options.changed_since is None else 'it'}.",
            next=plan_command(options) + " --out plan.json",
        )
    return cwd / plans[0]


def is_planfile(path: Path) -> bool:
    """Whether an argument of apply is a plan file: by its name, or by a content that begins like JSON."""
    if path.suffix == ".json":
        return True
    if path.suffix in (".yaml", ".yml") or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(_SNIFF).lstrip().startswith(b"{")
    except OSError:
        return False
