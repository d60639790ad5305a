"""Everything a command can have to show, as data. Views turn these into text, JSON and whatever comes later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Every command shows something; none shows all of this.
    from vodplan.core.diagnostics import Diagnostic
    from vodplan.core.drift import Drift
    from vodplan.core.edited import FileEdit, FileEdits
    from vodplan.core.errors import VodplanError
    from vodplan.core.exported import ExportReport
    from vodplan.core.history import LeaseInfo, RunDetail, RunRecord
    from vodplan.core.pictures import Pictures
    from vodplan.core.plan import Plan
    from vodplan.core.report import ApplyReport
    from vodplan.core.survey import Survey
    from vodplan.core.undo import Undo
    from vodplan.core.unmanaged import Unmanaged
    from vodplan.core.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanShown:
    """A plan.

    document: its canonical bytes, as `plan --out` writes them.
    next:     the command that carries it out; empty when there is nothing to do.
    preview:  it is about to be applied: for people to read first, not the result of the command.
    pictures: copies for a page to show; None when it shows them from where they are.
    """

    plan: Plan
    document: bytes = b""
    next: str = ""
    preview: bool = False
    pictures: Pictures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftShown:
    """What differs. `document`: its canonical bytes; `next`: the command that plans to put it right, or empty."""

    drift: Drift
    document: bytes = b""
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of a plan.

    document: the report's canonical bytes.
    every:    also show the changes that are done.
    next:     the command that gets further when something is left.
    """

    plan: Plan
    report: ApplyReport
    document: bytes
    every: bool = False
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """Manifests without an error.

    entries: kind → how many.
    """

    files: Sequence[str]
    entries: Mapping[str, int]
    warnings: Sequence[Diagnostic] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckShown:
    """One check of `doctor`: its name, whether it passed (None: could not be told), what was found, what to do."""

    name: str
    ok: bool | None
    detail: str
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """All checks of `doctor`, in order.

    missing: RAM actions that the key has not and needs, `vod:OPERATION`, in the order of the checks.
    """

    target: str
    checks: Sequence[CheckShown]
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What `init` wrote, and what it left alone because it was there; paths relative to the folder."""

    folder: str
    written: Sequence[str]
    kept: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Names with a sentence each, under one heading.

    member: the JSON member that holds the names.
    """

    member: str
    heading: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """A document that is the same in every format: a JSON Schema."""

    document: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Text for a program, not for people: a completion script. `name` says which."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Toured:
    """The end of the tour: each step's command, what was promised of it, and whether it held."""

    steps: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Runs, newest first.

    asset: the address that they were looked up by; their records have the changes of it.
    more:  older ones were left out.
    """

    runs: Sequence[RunRecord]
    asset: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunShown:
    """One run with its changes. `next` is the command that goes on with it, empty when none does."""

    detail: RunDetail
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """One run as JSON lines, the same in every format; `lines` reads them anew each time it is called."""

    lines: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryExported:
    """What `export` wrote. `next` checks it against the library."""

    report: ExportReport
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmanagedShown:
    """What is live and in no manifest.

    listed: with a line for each asset.
    next:   the command that writes manifests, empty when nothing is unmanaged.
    """

    found: Unmanaged
    listed: bool = False
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyShown:
    """The state of a library.

    next: the command that writes the patches, or plans those that were written; empty when there is none.
    most: lines of a list in text.
    """

    found: Survey
    next: str = ""
    most: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesEdited:
    """Manifest files that were, or would be, changed.

    diffs:   with the differences.
    what:    what was done to them: "formatted", "edited".
    refused: places that could not be changed, beside the files that were left alone.
    proved:  what was looked at afterwards, a full sentence.
    next:    the command that gets further; empty when nothing is left to do.
    """

    edits: FileEdits
    what: str
    diffs: bool = False
    refused: Sequence[FileEdit] = ()
    proved: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The plan that undoes a run, and what it leaves out. `next` carries the plan out, or saves it."""

    plan: Plan
    undo: Undo
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseShown:
    """The lease of a target as it stands; None when no run holds it. For people who decide about it."""

    target: str
    lease: LeaseInfo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """What became of a target's lock.

    lease:  as it was; None when there was none.
    why:    `expired`, `gone` or `forced`; empty when there was none.
    next:   the command that goes on with its run, empty when none does.
    """

    target: str
    lease: LeaseInfo | None
    why: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What a selector found.

    query:  the selector in words.
    assets: address → facts and field values; in the order to show them.
    """

    target: str
    query: str
    assets: Mapping[str, Mapping[str, Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The error that ended the command."""

    error: VodplanError


Result = (
    PlanShown
    | DriftShown
    | Applied
    | Validated
    | Examined
    | Started
    | Listing
    | Data
    | Script
    | Toured
    | Runs
    | RunShown
    | Exported
    | LibraryExported
    | UnmanagedShown
    | SurveyShown
    | FilesEdited
    | Undone
    | LeaseShown
    | Unlocked
    | Selected
    | Failure
)
