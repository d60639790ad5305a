"""`vodplan validate`: the manifests are right, or every finding of every file."""

from __future__ import annotations

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.options import ValidateOptions
from vodplan.render.results import Validated


def run(options: ValidateOptions, context: Context) -> int:
    """Check manifests; no network, no credentials. See docs/commands.md."""
    workspace = api.load(options.paths, **context.in_project(options))
    context.output.warn(workspace.diagnostics)
    rules = len(workspace.desired.rules)
    entries = {**workspace.managed, "rule": rules} if rules else workspace.managed
    context.output.show(Validated(files=workspace.files, entries=entries, warnings=workspace.diagnostics))
    return 0
