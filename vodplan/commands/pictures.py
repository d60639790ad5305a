"""Copies of pictures for a page, where they are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vodplan.core.errors import UsageError

if TYPE_CHECKING:
    from vodplan.commands.context import Context
    from vodplan.commands.options import PlanOptions, ShowOptions
    from vodplan.core.pictures import Pictures
    from vodplan.core.plan import Plan


def require_page(options: PlanOptions | ShowOptions) -> None:
    """Refuse to fetch pictures that no output shows, before any work is done; raises UsageError."""
    if options.embed_pictures and "html" not in (options.format, *(name for name, _ in options.output)):
        raise UsageError(
            "--embed-pictures puts pictures into a page, and no output is one.",
            next="vodplan plan --output html=plan.html --embed-pictures",
        )


def pictures_of(plan: Plan, options: PlanOptions | ShowOptions, context: Context) -> Pictures | None:
    """The copies for a plan's page; None where they are not wanted."""
    if not options.embed_pictures:
        return None
    from vodplan.api.pictures import pictures

    return pictures(plan, progress=context.progress(options), **context.at_target(options))
