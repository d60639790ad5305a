"""`vodplan fmt`: the canonical layout of manifests."""

from __future__ import annotations

import shlex

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.options import FmtOptions
from vodplan.core.edited import FileEdits
from vodplan.render.results import FilesEdited

NOT_CANONICAL = 3


def run(options: FmtOptions, context: Context) -> int:
    """Write manifests anew, or say which would be; no network, no credentials. See docs/editing.md."""
    edits = api.format_manifests(
        options.paths, write=not options.check, diff=options.diff, **context.in_project(options)
    )
    context.output.show(FilesEdited(edits=edits, what="formatted", diffs=options.diff, next=_next(edits, options)))
    return NOT_CANONICAL if edits.left or (options.check and edits.changed) else 0


def _next(edits: FileEdits, options: FmtOptions) -> str:
    config = ["--config", options.config] if options.config else []
    if options.check and edits.changed:
        return shlex.join(["vodplan", "fmt", *options.paths, *config])
    return shlex.join(["vodplan", "validate", *options.paths, *config]) if edits.left else ""
