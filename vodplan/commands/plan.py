"""`vodplan plan`: what would change."""

from __future__ import annotations

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.nexts import apply_command, plan_command
from vodplan.commands.options import PlanOptions
from vodplan.commands.output import require_writable
from vodplan.commands.pictures import pictures_of, require_page
from vodplan.core.errors import Refused, UsageError
from vodplan.core.plan import Plan
from vodplan.render.results import PlanShown

CHANGES_PENDING = 2


def run(options: PlanOptions, context: Context) -> int:
    """Plan, save, print. A plan that a guard holds is printed and saved too. See docs/commands.md."""
    console = context.console
    require_page(options)
    if options.out is not None:
        require_writable(console.cwd / options.out)
        context.output.require_apart(console.cwd / options.out)
    if options.fail_on_foreign and options.base is None:
        raise UsageError(
            "--fail-on-foreign holds what does not come from this branch, beside a revision: name it with --base.",
            next="vodplan plan --base origin/main --fail-on-foreign",
        )
    if options.base is not None:
        api.require_revision(options.base, **context.in_project(options))
    workspace, plan = api.plan_from(
        options.paths,
        only=options.only,
        exclude=options.exclude,
        changed_since=options.changed_since,
        snapshot=None if options.snapshot is None else console.cwd / options.snapshot,
        read_by=options.read_by,
        warn=context.output.warn,
        progress=context.progress(options),
        **context.at_target(options),
    )
    if options.base is not None:
        plan = api.beside(workspace, plan, options.base, fail_on_foreign=options.fail_on_foreign)
    if options.out is not None:
        api.write_plan(plan, console.cwd / options.out)
    pictures = pictures_of(plan, options, context)
    context.output.show(
        PlanShown(plan=plan, document=api.plan_json(plan), next=_next(plan, options), pictures=pictures)
    )
    if plan.guards:
        refused = Refused(
            "A guard holds this plan: apply will refuse it. Change the manifests, or the setting that is named with "
            "the guard, and plan again.",
            next=plan_command(options),
        )
        context.output.complain(refused)
        return refused.exit_code
    return CHANGES_PENDING if options.detailed_exitcode and not plan.empty else 0


def _next(plan: Plan, options: PlanOptions) -> str:
    if plan.empty or plan.guards:
        return ""
    if options.out is not None:
        return apply_command(plan, options, paths=[options.out])
    return apply_command(
        plan,
        options,
        paths=options.paths,
        only=options.only,
        exclude=options.exclude,
        changed_since=options.changed_since,
    )
