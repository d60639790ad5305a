"""`vodplan completion`: a completion script, made from the command line's own definition."""

from __future__ import annotations

from vodplan.commands.context import Context
from vodplan.commands.options import CompletionOptions
from vodplan.render.results import Script


def run(options: CompletionOptions, context: Context) -> int:
    """Print the script for a shell. See docs/commands.md."""
    import shtab

    text = shtab.complete(options.parser, shell=options.shell)
    context.output.show(Script(name=options.shell, text=text if text.endswith("\n") else f"{text}\n"))
    return 0
