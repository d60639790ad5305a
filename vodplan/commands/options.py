"""What each command can be told; one frozen record for each, filled from the command line by `vodplan.cli.options`."""

from __future__ import annotations

import argparse
import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonOptions:
    """What every command can be told.

    target, config: as `vodplan.api.plan` and `vodplan.api.load` take them.
    format:   the format on stdout.
    output:   format and path of every further output.
    color:    None when the terminal decides.
    verbose:  how often `-v` was given.
    log_format: `text` or `json`.
    comment_limit: characters of a Markdown comment.
    artifact_url: what a Markdown comment links to; None for nothing.
    """

    target: str | None = None
    config: str | None = None
    format: str = "text"
    output: tuple[tuple[str, str], ...] = ()
    color: bool | None = None
    verbose: int = 0
    log_format: str = "text"
    comment_limit: int = 65_536
    artifact_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions(CommonOptions):
    """`vodplan init`: in which folder."""

    folder: str = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateOptions(CommonOptions):
    """`vodplan validate`: which files and folders; the project's when empty."""

    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FmtOptions(CommonOptions):
    """`vodplan fmt`: which files and folders, whether nothing is written, and whether differences are shown."""

    paths: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions(CommonOptions):
    """`vodplan plan`: what to plan, where to save it, and whether pending changes are an exit code of their own.

    changed_since: a git revision; only what changed since is planned.
    snapshot:      a file that keeps what is read for several plans.
    base:          a git revision, beside which each change is told to be of this branch or older.
    """

    paths: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    changed_since: str | None = None
    snapshot: str | None = None
    out: str | None = None
    detailed_exitcode: bool = False
    embed_pictures: bool = False
    read_by: str = "auto"
    base: str | None = None
    fail_on_foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOptions(CommonOptions):
    """`vodplan show`: which plan file, and whether its page has copies of the pictures."""

    planfile: str
    embed_pictures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions(CommonOptions):
    """`vodplan apply`: a plan file or what to plan, what is approved beforehand, and when to stop.

    changed_since: as in `PlanOptions`.
    resume: the run to go on with, in place of a plan.
    """

    paths: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    changed_since: str | None = None
    auto_approve: bool = False
    allow_deletes: int | None = None
    max_failures: int | None = None
    canary: int | None = None
    max_plan_age: datetime.timedelta | None = None
    resume: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftOptions(CommonOptions):
    """`vodplan drift`: what to compare; snapshot, read_by, detailed_exitcode as in `PlanOptions`.

    accept: addresses whose live values go into the manifests.
    """

    paths: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    snapshot: str | None = None
    detailed_exitcode: bool = False
    read_by: str = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryOptions(CommonOptions):
    """`vodplan history`: which run, or which runs to list and at most how many; None takes the usual number."""

    run: str | None = None
    asset: str | None = None
    limit: int | None = None
    export: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions(CommonOptions):
    """`vodplan export`: what of the library, into which folder, how it is divided and read.

    out:    the folder, None takes the project's first; the file of a sheet, None takes stdout.
    kind, fields: all when empty.
    fresh:  begin anew where an export was cut off.
    unmanaged: only what no manifest outside of the folder names.
    select: only what a selector finds, as it stands in a rule.
    pictures: whether the rows of a workbook have small copies of covers and images.
    """

    out: str | None = None
    kind: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    split: str = "category"
    max_entries: int = 1_000
    name_by: str = "reference"
    walk_by: str = "search"
    select: str | None = None
    with_empty: bool = False
    unmanaged: bool = False
    fresh: bool = False
    pictures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions(CommonOptions):
    """`vodplan import`: which sheet, into which manifests, and how far.

    into:    where new entries go; None takes the usual file.
    dry_run: nothing is written.
    no_plan: the manifests are changed and not planned.
    """

    sheet: str
    paths: tuple[str, ...] = ()
    into: str | None = None
    dry_run: bool = False
    no_plan: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmanagedOptions(CommonOptions):
    """`vodplan unmanaged`: which manifests count, and whether every asset is listed."""

    paths: tuple[str, ...] = ()
    list: bool = False
    walk_by: str = "search"
    detailed_exitcode: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions(CommonOptions):
    """`vodplan report`: which checks, from where on they find something, and where their patches go.

    only:  all checks when empty.
    untouched: days; huge: assets directly in a category.
    list:  lines of each list in text.
    rules: the manifest to write.
    """

    only: tuple[str, ...] = ()
    untouched: int = 365
    huge: int = 10_000
    list: int = 10
    rules: str | None = None
    walk_by: str = "search"
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOptions(CommonOptions):
    """`vodplan undo`: which run, and where to save the plan."""

    run: str
    out: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockOptions(CommonOptions):
    """`vodplan unlock`: whether a lock goes whose holder may be at work, and whether that was approved beforehand."""

    force: bool = False
    auto_approve: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaOptions(CommonOptions):
    """`vodplan schema`: which schema; None lists their names."""

    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectOptions(CommonOptions):
    """`vodplan select`; selector: as it stands behind `select:` in a rule."""

    selector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorOptions(CommonOptions):
    """`vodplan doctor`; need: `plan`, `apply` or `delete`, what the key has to be good for."""

    need: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorOptions(CommonOptions):
    """`vodplan emulator`: its arguments as `vodplan.emulator.add_arguments` declares them."""

    arguments: argparse.Namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions(CommonOptions):
    """`vodplan demo`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionOptions(CommonOptions):
    """`vodplan completion`: for which shell, and the whole command line that it completes."""

    shell: str
    parser: argparse.ArgumentParser
