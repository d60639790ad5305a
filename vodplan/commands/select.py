"""`vodplan select`: what a selector finds."""

from __future__ import annotations

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.options import SelectOptions
from vodplan.render.results import Selected


def run(options: SelectOptions, context: Context) -> int:
    """Show what a rule with this selector would find. See docs/commands.md."""
    found = api.select_assets(options.selector, **context.at_target(options))
    context.output.show(Selected(target=found.target, query=found.query, assets=found.assets))
    return 0
