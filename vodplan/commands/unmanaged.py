"""`vodplan unmanaged`: what is live and in no manifest."""

from __future__ import annotations

import shlex

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.options import UnmanagedOptions
from vodplan.render.results import UnmanagedShown

PENDING = 2


def run(options: UnmanagedOptions, context: Context) -> int:
    """Compare what there is with what the manifests name. See docs/commands.md."""
    workspace = api.load(options.paths, **context.in_project(options))
    with api.unmanaged(
        workspace, walk_by=options.walk_by, target=options.target, progress=context.progress(options)
    ) as found:
        some = found.total.assets > 0
        context.output.show(UnmanagedShown(found=found, listed=options.list, next=_next(options) if some else ""))
    return PENDING if some and options.detailed_exitcode else 0


def _next(options: UnmanagedOptions) -> str:
    words = ["vodplan", "export", "--unmanaged", "--out", "manifests/unmanaged"]
    words += ["--target", options.target] if options.target else []
    return shlex.join(words + (["--config", options.config] if options.config else []))
