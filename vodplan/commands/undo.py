"""`vodplan undo`: a plan that puts back what a run changed."""

from __future__ import annotations

from dataclasses import replace

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.nexts import apply_command, undo_command
from vodplan.commands.options import UndoOptions
from vodplan.commands.output import require_writable
from vodplan.core.errors import Refused
from vodplan.core.plan import Plan
from vodplan.render.results import Undone

FILE = "undo.json"
"""The name that is proposed for the plan file."""


def run(options: UndoOptions, context: Context) -> int:
    """Plan the undoing of a run, save it, print it with what it leaves out. See docs/commands.md."""
    console = context.console
    if options.out is not None:
        require_writable(console.cwd / options.out)
        context.output.require_apart(console.cwd / options.out)
    plan, undo = api.undo(options.run, progress=context.progress(options), **context.at_target(options))
    if options.out is not None:
        api.write_plan(plan, console.cwd / options.out)
    context.output.show(Undone(plan=plan, undo=undo, next=_next(plan, undo.run, options)))
    if plan.guards:
        refused = Refused(
            "A guard holds this plan: apply will refuse it. Change the setting that is named with the guard, and plan "
            "again.",
            next=undo_command(undo.run, options),
        )
        context.output.complain(refused)
        return refused.exit_code
    return 0


def _next(plan: Plan, run: str, options: UndoOptions) -> str:
    if plan.empty or plan.guards:
        return ""
    if options.out is None:
        return undo_command(run, options, out=FILE)
    # The run's target need not be the default one.
    return apply_command(plan, replace(options, target=plan.target.name), paths=[options.out])
