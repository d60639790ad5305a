"""Every result but a plan as a simple page: what it is, what came of it, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vodplan._version import __version__
from vodplan.core.errors import ApiError, ManifestError, StalePlan, VodplanError
from vodplan.core.history import ChangeRecord, RunRecord
from vodplan.core.report import ApplyReport, Verdict
from vodplan.core.tiers import Tier
from vodplan.render.amounts import count
from vodplan.render.canvas import Canvas
from vodplan.render.drift_words import counts_text, origin_text
from vodplan.render.html.blocks import Block
from vodplan.render.html.fields import value_text
from vodplan.render.html.page import page
from vodplan.render.html.plan import Tile
from vodplan.render.ram import policy_text
from vodplan.render.results import (
    Applied,
    DriftShown,
    Examined,
    Failure,
    LeaseShown,
    Listing,
    Result,
    Runs,
    RunShown,
    Script,
    Started,
    Toured,
    Unlocked,
    Validated,
)

_TONES = {
    Verdict.DONE: "new",
    Verdict.ALREADY: "quiet",
    Verdict.REFUSED: "gone",
    Verdict.HELD: "change",
    Verdict.UNKNOWN: "gone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What stands on a page."""

    title: str
    about: str = ""
    tiles: Sequence[Tile] = ()
    blocks: Sequence[Block] = ()
    next: str = ""


def result_page(result: Result) -> str:
    """The page of a result; of one that has no layout of its own, what the text output tells."""
    told = _told(result)
    return page(
        "result.html.jinja",
        title=told.title,
        about=told.about,
        tiles=told.tiles,
        blocks=told.blocks,
        next=told.next,
        version=__version__,
    )


def _told(result: Result) -> _Told:
    match result:
        case Failure():
            return _failure(result.error)
        case DriftShown():
            return _drift(result)
        case Applied():
            return _applied(result)
        case Runs():
            return _runs(result)
        case RunShown():
            return _run(result)
        case Validated():
            return _validated(result)
        case Examined():
            rows = [
                ({True: "ok", False: "failed", None: "unknown"}[one.ok], one.name, one.detail, one.next)
                for one in result.checks
            ]
            block = Block(heading="Checks", head=("Result", "Check", "Found", "Next"), rows=rows)
            policy = policy_text(result.missing)
            grant = (Block(heading="The key lacks what this RAM policy grants", code=policy),) if policy else ()
            return _Told(title=f"Checks of {result.target}", blocks=(block, *grant))
        case Listing():
            block = Block(head=("Name", "What it is"), rows=list(result.names.items()))
            return _Told(title=result.heading, blocks=(block,))
        case _:
            return _Told(title=_title(result), blocks=(Block(code=_as_text(result)),))


def _title(result: Result) -> str:
    """What stands above a result that has no layout of its own."""
    match result:
        case Started():
            return "A repository for manifests"
        case Toured():
            return "The tour"
        case LeaseShown() | Unlocked():
            return f"Lock of {result.target}"
        case Script():
            return f"Completion script for {result.name}"
        case _:
            return "vodplan"


def _failure(error: VodplanError) -> _Told:
    first, *rest = error.message.split("\n")
    blocks = [Block(heading="What went wrong", tone="gone", lines=(first, *rest))]
    if isinstance(error, ManifestError) and error.diagnostics:
        rows = [
            (
                f"{one.span.file}:{one.span.line}:{one.span.column}" if one.span else "",
                one.severity.value,
                one.code,
                one.summary,
                one.detail,
                one.excerpt or "",
            )
            for one in error.diagnostics
        ]
        head = ("Where", "Severity", "Code", "What", "More", "Line")
        blocks.append(Block(heading=count(len(rows), "finding"), head=head, rows=rows))
    if isinstance(error, StalePlan) and error.moved:
        blocks.append(Block(heading="What moved", head=("Value",), rows=[(line,) for line in error.moved]))
    if isinstance(error, ApiError):
        status = str(error.status) if error.status else "no answer"
        call = (error.operation, status, error.code, error.request_id)
        blocks.append(Block(heading="The call", head=("Operation", "HTTP", "Code", "Request"), rows=[call]))
    about = f"{type(error).__name__}, exit code {error.exit_code}"
    return _Told(title="It did not work", about=about, blocks=blocks, next=error.next)


def _drift(shown: DriftShown) -> _Told:
    drift = shown.drift
    tones = {Tier.FAIL: "gone", Tier.REPORT: "change", Tier.IGNORE: "quiet"}
    tiles = [Tile(number=len(drift.of(tier)), name=tier.value, tone=tones[tier]) for tier in Tier]
    blocks = [
        Block(
            heading=f"{tier.value.capitalize()}: {count(len(drift.of(tier)), 'difference')}",
            tone=tones[tier],
            head=("Address", "Title", "Field", "Manifest", "Live", "Where from", "Place"),
            rows=[
                (
                    str(one.address),
                    one.title,
                    one.field,
                    value_text(one.wanted),
                    value_text(one.live),
                    origin_text(one.origin),
                    f"{one.source.file}:{one.source.line}",
                )
                for one in drift.of(tier)
            ],
        )
        for tier in (Tier.FAIL, Tier.REPORT)
        if drift.of(tier)
    ]
    blocks.append(Block(lines=(f"{counts_text(drift)}.",)))
    about = f"{drift.target.region} · {drift.target.endpoint} · {drift.snapshot or drift.created_at}"
    return _Told(title=f"Drift of {drift.target.name}", about=about, tiles=tiles, blocks=blocks, next=shown.next)


def _applied(shown: Applied) -> _Told:
    report, plan = shown.report, shown.plan
    tiles = [
        Tile(number=number, name=verdict.value, tone=_TONES[verdict]) for verdict, number in report.counts().items()
    ]
    rows = [
        (
            one.verdict.value,
            one.action.value.replace("_", " "),
            str(one.address),
            value_text(plan.changes[one.change].facts.get("title")),
            ": ".join(part for part in (one.code, one.detail) if part),
            one.request_id,
        )
        for one in report.outcomes
        if shown.every or one.verdict is not Verdict.DONE
    ]
    head = ("Outcome", "Change", "Address", "Title", "What the service said", "Request")
    heading = "Every change" if shown.every else "What is not simply done"
    blocks = [_end(report), *([Block(heading=heading, head=head, rows=rows)] if rows else []), *_differing(report)]
    about = f"{plan.target.region} · {plan.target.endpoint} · plan {plan.digest[:12]} · run {report.run or 'not kept'}"
    return _Told(title=f"Apply on {plan.target.name}", about=about, tiles=tiles, blocks=blocks, next=shown.next)


def _end(report: ApplyReport) -> Block:
    lines = ["It was interrupted; what was not begun is held."] if report.interrupted else []
    if report.unconverged is None:
        why = report.verify_error or "reading back was not possible."
        return Block(heading="Not read back", tone="change", lines=(*lines, why))
    if report.unconverged:
        differ = count(len(report.unconverged), "field differs", "fields differ")
        return Block(heading="Not converged", tone="gone", lines=(*lines, f"{differ} from the plan."))
    if report.complete:
        return Block(heading="Converged", tone="new", lines=(*lines, "The library reads back as planned."))
    return Block(heading="Not complete", tone="change", lines=(*lines, "What was written reads back as planned."))


def _differing(report: ApplyReport) -> list[Block]:
    rows = [(str(one.address), one.field, one.wanted, one.live) for one in report.unconverged or ()]
    head = ("Address", "Field", "Wanted", "Live")
    return [Block(heading="What differs", head=head, rows=rows)] if rows else []


def _runs(shown: Runs) -> _Told:
    if not shown.runs:
        said = f"No run has a change of {shown.asset}." if shown.asset else "There are no runs."
        return _Told(title="Runs", blocks=(Block(lines=(said,)),))
    rows = [
        (one.started, one.status.value, one.id, one.target.name, _counts(one), str(one.holder)) for one in shown.runs
    ]
    head = ("Started", "Status", "Run", "Target", "Changes", "By")
    lines = ("Older runs are left out; --limit N lists more.",) if shown.more else ()
    blocks = [Block(head=head, rows=rows, lines=lines)]
    blocks += [_changes(record.touched, f"In run {record.id}") for record in shown.runs if record.touched]
    title = f"Runs with {shown.asset}" if shown.asset else "Runs"
    return _Told(title=title, blocks=blocks)


def _run(shown: RunShown) -> _Told:
    record = shown.detail.record
    facts = [
        ("Status", record.status.value),
        ("Target", f"{record.target.name} ({record.target.region}, {record.target.endpoint})"),
        ("By", str(record.holder)),
        ("Started", record.started),
        ("Ended", record.ended or "not yet"),
        ("Changes", _counts(record)),
        ("Plan", record.plan_digest),
    ]
    if record.verify_error:
        facts.append(("Not read back", record.verify_error))
    blocks = [Block(heading="The run", head=("What", "Value"), rows=facts)]
    if record.unconverged:
        rows = [(str(one.address), one.field, one.wanted, one.live) for one in record.unconverged]
        blocks.append(Block(heading="What did not take", head=("Address", "Field", "Wanted", "Live"), rows=rows))
    blocks.append(_changes(shown.detail.changes, "Its changes"))
    return _Told(title=f"Run {record.id}", blocks=blocks, next=shown.next)


def _changes(records: Sequence[ChangeRecord], heading: str) -> Block:
    rows = []
    for one in records:
        said = ": ".join(part for part in (one.outcome.code, one.outcome.detail) if part) if one.outcome else ""
        before, after = one.change.before or {}, one.change.after or {}
        values = "; ".join(f"{name}: {value_text(before.get(name))} → {value_text(after[name])}" for name in after)
        rows.append((one.state.value, one.change.action.value.replace("_", " "), str(one.change.address), values, said))
    return Block(heading=heading, head=("Outcome", "Change", "Address", "Values", "What the service said"), rows=rows)


def _counts(record: RunRecord) -> str:
    named = ", ".join(f"{number} {state}" for state, number in record.counts.items() if number)
    return f"{record.changes}: {named}" if named else str(record.changes)


def _validated(shown: Validated) -> _Told:
    tiles = [Tile(number=number, name=kind, tone="new") for kind, number in shown.entries.items()]
    blocks = [Block(heading="No errors", tone="new", lines=(f"{count(len(shown.files), 'file')} checked.",))]
    if shown.warnings:
        rows = [
            (f"{one.span.file}:{one.span.line}" if one.span else "", one.code, one.summary, one.detail)
            for one in shown.warnings
        ]
        heading = count(len(rows), "warning")
        blocks.append(Block(heading=heading, tone="change", head=("Where", "Code", "What", "More"), rows=rows))
    if shown.files:
        blocks.append(Block(heading="Files", head=("File",), rows=[(one,) for one in shown.files]))
    return _Told(title="Manifests are valid", tiles=tiles, blocks=blocks)


def _as_text(result: Result) -> str:
    from vodplan.render.text import TextView

    return "".join(TextView(Canvas(width=100)).show(result))
