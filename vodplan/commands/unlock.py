"""`vodplan unlock`: take away a lock that nobody needs any more."""

from __future__ import annotations

import shlex

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.nexts import resume_command
from vodplan.commands.options import UnlockOptions
from vodplan.core.errors import Locked, Refused, UsageError
from vodplan.core.history import LeaseInfo, RunStatus
from vodplan.render.amounts import time_needed
from vodplan.render.results import LeaseShown, Unlocked


def run(options: UnlockOptions, context: Context) -> int:
    """Remove the target's lock when its holder is gone, or by force, showing who held it. See docs/commands.md."""
    target, lease = api.lease(**context.at_target(options))
    by_force = lease is not None and not (lease.expired or lease.gone)
    if lease is not None and by_force:
        _require_force(lease, target.name, options, context)
    removed = api.unlock(force=by_force, **context.at_target(options))
    context.output.show(
        Unlocked(
            target=target.name,
            lease=removed,
            why=_why(removed),
            next="" if removed is None else _next(removed, options, context),
        )
    )
    return 0


def _require_force(lease: LeaseInfo, target: str, options: UnlockOptions, context: Context) -> None:
    """Have somebody decide about a lock whose holder may be at work."""
    forced = shlex.join(
        [
            *["vodplan", "unlock", "--force"],
            *(["--target", options.target] if options.target else []),
            *(["--config", options.config] if options.config else []),
        ]
    )
    if not options.force:
        raise Locked(
            f'The target "{target}" is held by {lease}. Nothing says that its process is gone. If it is, its lock ends '
            f"by itself in {time_needed(max(lease.expires_in, 0))}; if that is too long, type: {forced}",
            next=f"vodplan history {lease.run}",
        )
    if options.auto_approve:
        return
    console = context.console
    if not console.interactive:
        raise Refused(
            "There is no terminal to ask on, and removing this lock was not approved on the command line. The lock is "
            "as it was.",
            next=f"{forced} --auto-approve",
        )
    context.output.aside(LeaseShown(target=target, lease=lease))
    answer = console.ask(
        "\nIts holder may be at work, and two applies on one library do harm. Type the owner to go on: "
    )
    if answer != lease.holder.owner:
        raise Refused("Not approved: the answer was not the owner. The lock is as it was.", next=forced)
    _, now = api.lease(**context.at_target(options))
    if now is not None and now.run != lease.run:
        raise Locked(
            f'While you were asked, the lock changed hands: the target "{target}" is held by {now}. It is as it was.',
            next=f"vodplan history {now.run}",
        )


def _why(removed: LeaseInfo | None) -> str:
    if removed is None:
        return ""
    return "expired" if removed.expired else "gone" if removed.gone else "forced"


def _next(removed: LeaseInfo, options: UnlockOptions, context: Context) -> str:
    """Going on with the run that held it, when it began and did not end."""
    try:
        with api.open_store(**context.in_project(options)) as store:
            record = store.run(removed.run).record
    except UsageError:
        # It was killed before its journal began: nothing was sent.
        return ""
    return resume_command(record.id, options) if record.status is RunStatus.UNFINISHED else ""
