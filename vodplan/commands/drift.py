"""`vodplan drift`: what is live and managed but not as in the manifests, and how it is taken over."""

from __future__ import annotations

from collections.abc import Sequence

from vodplan import api
from vodplan.api import Accepted
from vodplan.commands.context import Context
from vodplan.commands.nexts import drift_command, plan_command
from vodplan.commands.options import DriftOptions
from vodplan.core.drift import Drift, DriftItem
from vodplan.render.results import DriftShown, FilesEdited

DRIFTED = 2
NOT_ACCEPTED = 3


def run(options: DriftOptions, context: Context) -> int:
    """Compare and print, or take over; nothing is written to the library or the store. See docs/drift.md."""
    found = _found(options, context, only=options.only, exclude=options.exclude)
    if options.accept:
        return _accept(found, options, context)
    # No plan brings back what is gone.
    helped = any(one.live != "missing" or one.address.kind == "category" for one in found.items)
    command = plan_command(options) if helped else ""
    context.output.show(DriftShown(drift=found, document=api.drift_json(found), next=command))
    return DRIFTED if options.detailed_exitcode and found.fails else 0


def _found(options: DriftOptions, context: Context, *, only: Sequence[str], exclude: Sequence[str]) -> Drift:
    console = context.console
    return api.drift(
        options.paths,
        only=only,
        exclude=exclude,
        snapshot=None if options.snapshot is None else console.cwd / options.snapshot,
        read_by=options.read_by,
        warn=context.output.warn,
        progress=context.progress(options),
        **context.at_target(options),
    )


def _accept(found: Drift, options: DriftOptions, context: Context) -> int:
    """Take drift over, and compare again what was taken over."""
    accepted = api.accept_drift(found, options.accept, options.paths, **context.in_project(options))
    left = _left_after(accepted, options, context)
    count = len(accepted.items) - len(left)
    proved = f"Compared again: {count:,} of {len(accepted.items):,} fields are as in the manifests."
    refused = bool(accepted.refused or accepted.edits.left or left)
    context.output.show(
        FilesEdited(
            edits=accepted.edits,
            what="edited",
            diffs=True,
            refused=accepted.refused,
            proved=proved if accepted.items else "",
            next=drift_command(options) if refused else "git diff",
        )
    )
    return NOT_ACCEPTED if refused else 0


def _left_after(accepted: Accepted, options: DriftOptions, context: Context) -> list[DriftItem]:
    """What was taken over and differs all the same."""
    wanted = {(str(one.address), one.field) for one in accepted.items}
    if not wanted:
        return []
    # An entry whose last field was an edit of tags that came to nothing asks for nothing, and still has its address.
    again = _found(options, context, only=sorted({address for address, _ in wanted}), exclude=())
    return [one for one in again.items if (str(one.address), one.field) in wanted]
