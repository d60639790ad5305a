"""The next command to type, spelled out."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Sequence

from vodplan.commands.options import ApplyOptions, CommonOptions, DriftOptions, PlanOptions
from vodplan.core.plan import Plan


def apply_command(
    plan: Plan,
    options: CommonOptions,
    *,
    paths: Sequence[str] = (),
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    changed_since: str | None = None,
    auto_approve: bool = False,
) -> str:
    """The command that applies a plan, with the number of its removals.

    paths: the plan file, or what was planned.
    """
    words = ["vodplan", "apply", *paths, *_filters(only, exclude, changed_since), *_common(options)]
    words += _limits(options)
    if plan.summary.delete:
        words += ["--allow-deletes", str(plan.summary.delete)]
    if auto_approve:
        words.append("--auto-approve")
    return shlex.join(words)


def resume_command(run: str, options: CommonOptions, *, auto_approve: bool = False) -> str:
    """The command that goes on with a run."""
    words = ["vodplan", "apply", "--resume", run, *_common(options)]
    return shlex.join([*words, "--auto-approve"] if auto_approve else words)


def undo_command(run: str, options: CommonOptions, *, out: str = "") -> str:
    """The command that plans the undoing of a run."""
    return shlex.join(["vodplan", "undo", run, *(["--out", out] if out else []), *_common(options)])


def plan_command(options: PlanOptions | ApplyOptions | DriftOptions) -> str:
    """The command that plans the same again; without a plan file, which is no thing to plan from."""
    paths = [path for path in options.paths if not path.endswith(".json")]
    since = None if isinstance(options, DriftOptions) else options.changed_since
    words = ["vodplan", "plan", *paths, *_filters(options.only, options.exclude, since)]
    if isinstance(options, PlanOptions) and options.snapshot is not None:
        words += ["--snapshot", options.snapshot]
    return shlex.join([*words, *_common(options)])


def drift_command(options: DriftOptions) -> str:
    """The command that looks for drift again."""
    words = ["vodplan", "drift", *options.paths, *_filters(options.only, options.exclude, None)]
    return shlex.join([*words, *_common(options)])


def _limits(options: CommonOptions) -> list[str]:
    if not isinstance(options, ApplyOptions):
        return []
    given = {
        "--max-failures": options.max_failures,
        "--canary": options.canary,
        "--max-plan-age": None if options.max_plan_age is None else _duration(options.max_plan_age),
    }
    return [word for flag, value in given.items() if value is not None for word in (flag, str(value))]


def _duration(span: datetime.timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _filters(only: Sequence[str], exclude: Sequence[str], changed_since: str | None) -> list[str]:
    return [
        *(word for one in only for word in ("--only", one)),
        *(word for one in exclude for word in ("--exclude", one)),
        *(() if changed_since is None else ("--changed-since", changed_since)),
    ]


def _common(options: CommonOptions) -> list[str]:
    words = ["--target", options.target] if options.target else []
    return words + (["--config", options.config] if options.config else [])
