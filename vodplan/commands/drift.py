"""`vodplan drift`: what is live and managed but not as in the manifests."""

from __future__ import annotations

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.nexts import plan_command
from vodplan.commands.options import DriftOptions
from vodplan.render.results import DriftShown

DRIFTED = 2


def run(options: DriftOptions, context: Context) -> int:
    """Compare and print; nothing is kept, and nothing is written to the store. See docs/drift.md."""
    console = context.console
    found = api.drift(
        options.paths,
        config=options.config,
        cwd=console.cwd,
        environ=console.environ,
        target=options.target,
        only=options.only,
        exclude=options.exclude,
        snapshot=None if options.snapshot is None else console.cwd / options.snapshot,
        read_by=options.read_by,
        warn=context.output.warn,
        progress=context.progress(options),
    )
    # No plan brings back what is gone.
    helped = any(one.live != "missing" or one.address.kind == "category" for one in found.items)
    command = plan_command(options) if helped else ""
    context.output.show(DriftShown(drift=found, document=api.drift_json(found), next=command))
    return DRIFTED if options.detailed_exitcode and found.fails else 0
