"""`vodplan export`: manifests that ask for the library as it is."""

from __future__ import annotations

import shlex

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.options import ExportOptions
from vodplan.core.errors import ApiError, UsageError
from vodplan.core.exported import ExportReport
from vodplan.render.results import LibraryExported


def run(options: ExportOptions, context: Context) -> int:
    """Read the library, write manifests, say what could not be written. See docs/commands.md."""
    console = context.console

    def resumed(since: str) -> None:
        if options.format == "text":
            console.say(f"Going on with the export that began at {since}; --fresh begins anew.\n")

    kinds = tuple(dict.fromkeys(options.kind)) or ("video", "image")
    select = None
    if options.select is not None:
        select = api.parse_selector(options.select)
        if options.kind and select.kind not in options.kind:
            raise UsageError(
                f"--select looks for the kind {select.kind}, and --kind leaves that out.", next="vodplan export --help"
            )
        kinds = (select.kind,)
    beside = None
    if options.unmanaged:
        beside = api.load((), config=options.config, cwd=console.cwd, environ=console.environ).desired
    report = api.export(
        options.out,
        wishes=api.ExportWishes(
            kinds=kinds,
            select=select,
            split=options.split,
            name_by=options.name_by,
            fields=options.fields,
            empties=options.with_empty,
            most=options.max_entries,
            beside=beside,
        ),
        walk_by=options.walk_by,
        fresh=options.fresh,
        target=options.target,
        config=options.config,
        cwd=console.cwd,
        environ=console.environ,
        progress=context.progress(options),
        resumed=resumed,
    )
    context.output.show(LibraryExported(report=report, next=_next(report, options)))
    if report.missed:
        failed = ApiError(
            f"The export is not whole: the service counts {report.missed} assets more than it lists.",
            operation="GetVideoList" if options.walk_by == "list" else "SearchMedia",
            status=200,
            code="NotWhole",
            next=_command(options, walk_by="search" if options.walk_by == "list" else "list"),
        )
        context.output.complain(failed)
        return failed.exit_code
    return 0


def _next(report: ExportReport, options: ExportOptions) -> str:
    if not any(report.entries.values()):
        return ""
    words = ["vodplan", "plan"]
    if options.out is not None and not options.unmanaged:
        words.append(options.out)
    return shlex.join([*words, *_common(options)])


def _command(options: ExportOptions, *, walk_by: str) -> str:
    out = ["--out", options.out] if options.out is not None else []
    return shlex.join(["vodplan", "export", *out, "--walk-by", walk_by, *_common(options)])


def _common(options: ExportOptions) -> list[str]:
    words = ["--target", options.target] if options.target else []
    return words + (["--config", options.config] if options.config else [])
