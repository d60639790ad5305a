"""`vodplan import`: manifests patched from a spreadsheet, and the plan that comes of it."""

from __future__ import annotations

import shlex

from vodplan import api
from vodplan.commands import plan
from vodplan.commands.context import Context
from vodplan.commands.options import ImportOptions, PlanOptions
from vodplan.render.results import FilesEdited


def run(options: ImportOptions, context: Context) -> int:
    """Read the sheet, change the manifests when all of it is right, plan. See docs/spreadsheets.md."""
    console = context.console
    done = api.import_sheet(
        options.sheet,
        options.paths,
        into=options.into,
        write=not options.dry_run,
        diff=options.dry_run,
        **context.in_project(options),
    )
    console.say(f"{_counts(done)}\n")
    planned = not (options.dry_run or options.no_plan)
    shown = FilesEdited(
        edits=done.edits, what="edited", diffs=options.dry_run, next="" if planned else _next(done, options)
    )
    if not planned:
        context.output.show(shown)
        return 0
    if done.edits.files:
        context.output.aside(shown)
    known = {name: getattr(options, name) for name in _COMMON}
    return plan.run(PlanOptions(paths=options.paths, **known), context)


_COMMON = (
    *("target", "config", "format", "output", "color"),
    *("verbose", "log_format", "comment_limit", "artifact_url"),
)


def _counts(done: api.SheetImport) -> str:
    if not done.edits.changed:
        return f"{_number(done.rows, 'row', 'rows')}, and nothing in them that the manifests do not say."
    parts = [
        f"{_number(done.fields, 'field', 'fields')} in {_number(done.changed, 'entry', 'entries')}"
        if done.changed
        else "",
        _number(done.added, "new entry", "new entries") if done.added else "",
        _number(done.deleted, "deletion", "deletions") if done.deleted else "",
    ]
    return f"{_number(done.rows, 'row', 'rows')}: {', '.join(part for part in parts if part) or 'other edits'}."


def _number(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _next(done: api.SheetImport, options: ImportOptions) -> str:
    if not done.edits.changed:
        return ""
    common = ["--target", options.target] if options.target else []
    common += ["--config", options.config] if options.config else []
    if not options.dry_run:
        return shlex.join(["vodplan", "plan", *options.paths, *common])
    into = ["--into", options.into] if options.into is not None else []
    return shlex.join(["vodplan", "import", options.sheet, *options.paths, *into, *common])
