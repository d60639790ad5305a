"""`vodplan show`: a saved plan, printed again."""

from __future__ import annotations

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.nexts import apply_command
from vodplan.commands.options import ShowOptions
from vodplan.commands.pictures import pictures_of, require_page
from vodplan.render.results import PlanShown


def run(options: ShowOptions, context: Context) -> int:
    """Print a plan file; no network, no credentials, unless pictures are wanted. See docs/commands.md."""
    require_page(options)
    plan = api.read_plan(context.console.cwd / options.planfile)
    command = "" if plan.empty or plan.guards else apply_command(plan, options, paths=[options.planfile])
    pictures = pictures_of(plan, options, context)
    context.output.show(PlanShown(plan=plan, document=api.plan_json(plan), next=command, pictures=pictures))
    return 0
