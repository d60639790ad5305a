"""`vodplan export`: manifests that ask for the library as it is, or a sheet of it."""

from __future__ import annotations

import shlex

from vodplan import api
from vodplan.api.sheets import WORKBOOK
from vodplan.commands.context import Context
from vodplan.commands.options import ExportOptions
from vodplan.commands.output import require_writable
from vodplan.core.errors import ApiError, UsageError
from vodplan.core.exported import ExportReport
from vodplan.core.pictures import Fetched
from vodplan.render.formats import SHEETS
from vodplan.render.results import LibraryExported


def run(options: ExportOptions, context: Context) -> int:
    """Read the library, write manifests, say what could not be written. See docs/commands.md."""
    console = context.console

    def resumed(since: str) -> None:
        if options.format in ("text", *SHEETS):
            console.say(f"Going on with the export that began at {since}; --fresh begins anew.\n")

    _require_pictures(options)
    kinds = tuple(dict.fromkeys(options.kind)) or api.ExportWishes().kinds
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
        beside = api.load((), **context.in_project(options)).desired
    wishes = api.ExportWishes(
        kinds=kinds,
        select=select,
        split=options.split,
        name_by=options.name_by,
        fields=options.fields,
        empties=options.with_empty,
        most=options.max_entries,
        beside=beside,
    )
    if options.format in SHEETS:
        _require_sheet(options, context)
        report = api.export_sheet(
            options.out,
            format=options.format,
            sink=context.output.write_bytes,
            wishes=wishes,
            walk_by=options.walk_by,
            fresh=options.fresh,
            pictures=options.pictures,
            progress=context.progress(options),
            resumed=resumed,
            **context.at_target(options),
        )
        if report.pictures is not None:
            console.say(f"{_pictures(report.pictures, sum(report.entries.values()))}\n")
    else:
        report = api.export(
            options.out,
            wishes=wishes,
            walk_by=options.walk_by,
            fresh=options.fresh,
            progress=context.progress(options),
            resumed=resumed,
            **context.at_target(options),
        )
    return _told(report, options, context)


def _told(report: ExportReport, options: ExportOptions, context: Context) -> int:
    """Show what was written; beside a sheet on stdout that is told on stderr."""
    shown = LibraryExported(report=report, next=_next(report, options))
    if options.format in SHEETS and options.out is None:
        context.output.aside(shown)
    else:
        context.output.show(shown)
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


def _pictures(fetched: Fetched, rows: int) -> str:
    parts = [f"{fetched.found:,} of {rows:,} rows have one"]
    if fetched.failed:
        parts.append(f"{fetched.failed:,} could not be fetched")
    if fetched.large:
        parts.append(f"{fetched.large:,} cannot be drawn here, such as SVG")
    return f"Pictures: {'; '.join(parts)}."


def _require_pictures(options: ExportOptions) -> None:
    if options.pictures and options.format != WORKBOOK:
        raise UsageError(
            "--pictures puts pictures into the rows of a workbook, and only --format xlsx writes one.",
            next="vodplan export --format xlsx --pictures --out library.xlsx",
        )


def _require_sheet(options: ExportOptions, context: Context) -> None:
    """Refuse what a sheet has not, before the library is read; raises UsageError."""
    files = ExportOptions()
    for flag, given, usual in (
        ("--split", options.split, files.split),
        ("--max-entries", options.max_entries, files.max_entries),
        ("--name-by", options.name_by, files.name_by),
        ("--with-empty", options.with_empty, files.with_empty),
    ):
        if given != usual:
            raise UsageError(
                f"{flag} is about the files of an export, and --format {options.format} writes one sheet.",
                next="vodplan export --help",
            )
    if options.output:
        raise UsageError("A sheet is written to --out, not to --output.", next="vodplan export --help")
    if options.out is not None:
        require_writable(context.console.cwd / options.out)


def _next(report: ExportReport, options: ExportOptions) -> str:
    if not any(report.entries.values()):
        return ""
    if options.format in SHEETS:
        return "" if options.out is None else shlex.join(["vodplan", "import", options.out, *_common(options)])
    words = ["vodplan", "plan"]
    if options.out is not None and not options.unmanaged:
        words.append(options.out)
    return shlex.join([*words, *_common(options)])


def _command(options: ExportOptions, *, walk_by: str) -> str:
    out = ["--out", options.out] if options.out is not None else []
    sheet = ["--format", options.format] if options.format in SHEETS else []
    sheet += ["--pictures"] if options.pictures else []
    return shlex.join(["vodplan", "export", *sheet, *out, "--walk-by", walk_by, *_common(options)])


def _common(options: ExportOptions) -> list[str]:
    words = ["--target", options.target] if options.target else []
    return words + (["--config", options.config] if options.config else [])
