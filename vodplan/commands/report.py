"""`vodplan report`: the state of the library, with a rule or an entry for what was found."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.options import ReportOptions
from vodplan.commands.output import require_writable
from vodplan.core.errors import ApiError, ManifestError, UsageError
from vodplan.core.survey import Wishes
from vodplan.render.results import SurveyShown

if TYPE_CHECKING:
    from vodplan.core.desired import DesiredState

NO_MANIFESTS = "VP103"


def run(options: ReportOptions, context: Context) -> int:
    """Read the library, tell its state, write the patches. See docs/report.md."""
    console = context.console
    wishes = Wishes(only=api.checks(options.only), untouched=options.untouched, huge=options.huge)
    beside = None
    if options.rules is not None:
        path = console.cwd / options.rules
        if path.exists():
            raise UsageError(f"{path} is there already; name another file.", next="vodplan report --help")
        require_writable(path)
        beside = _beside(options, context)

    def resumed(since: str) -> None:
        if options.format == "text":
            console.say(f"Going on with the report that began at {since}; --fresh begins anew.\n")

    with api.survey(
        wishes=wishes,
        beside=beside,
        walk_by=options.walk_by,
        fresh=options.fresh,
        progress=context.progress(options),
        resumed=resumed,
        **context.at_target(options),
    ) as (found, manifest):
        step, missed = "", found.missed
        if manifest and options.rules is not None:
            from vodplan.planfile.files import write_whole

            write_whole(console.cwd / options.rules, manifest.encode("utf-8"))
            step = _command(options, "plan", options.rules)
        elif manifest:
            step = _command(options, "report", "--rules", "manifests/report.yaml")
        context.output.show(SurveyShown(found=found, next=step, most=options.list))
    if missed:
        failed = ApiError(
            f"The report is not whole: the service counts {missed} assets more than it lists.",
            operation="GetVideoList" if options.walk_by == "list" else "SearchMedia",
            status=200,
            code="NotWhole",
            next=_command(options, "report", "--walk-by", "search" if options.walk_by == "list" else "list"),
        )
        context.output.complain(failed)
        return failed.exit_code
    return 0


def _beside(options: ReportOptions, context: Context) -> DesiredState | None:
    """What the manifests name; None for a project that has none yet."""
    try:
        return api.load((), **context.in_project(options)).desired
    except ManifestError as error:
        if {one.code for one in error.diagnostics} != {NO_MANIFESTS}:
            raise
        return None


def _command(options: ReportOptions, *words: str) -> str:
    more = ["--target", options.target] if options.target else []
    return shlex.join(["vodplan", *words, *more, *(["--config", options.config] if options.config else [])])
