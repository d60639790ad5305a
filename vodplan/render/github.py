"""Results for the log of a GitHub job: text, and annotations at the lines of the manifests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vodplan.core.diagnostics import Diagnostic, Severity, SourceSpan
from vodplan.core.drift import Drift
from vodplan.core.errors import ManifestError
from vodplan.core.plan import Plan
from vodplan.core.tiers import Tier
from vodplan.render.canvas import Canvas
from vodplan.render.comment import Comment
from vodplan.render.drift_words import counts_text, origin_text
from vodplan.render.escape import github_data, github_log, github_property
from vodplan.render.origins import origin_words, origins_told
from vodplan.render.results import DriftShown, Failure, PlanShown, Result, Script, Validated
from vodplan.render.text import TextView

MOST = 10
"""Annotations of one level that the host shows for a step; the last one is kept for what is left out."""


class GithubView:
    """The view behind `--format github`. See `View`."""

    def __init__(self, comment: Comment) -> None:
        self._comment = comment

    def show(self, result: Result) -> Iterable[str]:
        """See `View.show`. The text comes first; nothing in it starts a workflow command."""
        text = "".join(TextView(Canvas(width=100)).show(result))
        yield text if isinstance(result, Script) else github_log(text)
        match result:
            case Failure(error=ManifestError() as error):
                yield from _findings(error.diagnostics, self._comment)
            case Failure():
                yield _command("error", "vodplan", result.error.message)
            case Validated():
                yield from _findings(result.warnings, self._comment)
            case DriftShown():
                yield from _drift(result.drift, self._comment)
            case PlanShown(preview=False):
                yield from _plan(result.plan, self._comment)


def _plan(plan: Plan, comment: Comment) -> Iterator[str]:
    for guard in plan.guards[: MOST - 1]:
        yield _command("error", f"vodplan: {guard.guard}", guard.message)
    if len(plan.guards) >= MOST:
        yield _command("error", "vodplan", f"{len(plan.guards) - MOST + 1} more guards hold; the log has them all.")
    removals = [one for one in plan.changes if one.action.removes]
    for change in removals[: MOST - 1]:
        said = f"{change.action.replace('_', ' ')} {change.address}"
        said += f" ({origin_words(change.origins)})" if change.origins else ""
        place = SourceSpan(comment.in_checkout(change.source.file), change.source.line, change.source.column)
        yield _command("warning", "vodplan: removal", said, place)
    if len(removals) >= MOST:
        yield _command("warning", "vodplan", f"{len(removals) - MOST + 1} more removals; the log has them all.")
    total = plan.summary
    numbers = f"{total.create} to create, {total.rename} to rename, {total.update} to update, {total.delete} to delete"
    told = "" if plan.base is None else f" {origins_told(plan.changes, plan.base)}."
    yield _command("notice", f"vodplan: {plan.target.name}", f"{numbers}, {total.unchanged} unchanged.{told}")


def _drift(drift: Drift, comment: Comment) -> Iterator[str]:
    for level, tier in (("error", Tier.FAIL), ("warning", Tier.REPORT)):
        these = drift.of(tier)
        for one in these[: MOST - 1]:
            place = SourceSpan(comment.in_checkout(one.source.file), one.source.line, one.source.column)
            said = f"{one.field} of {one.address}: {origin_text(one.origin)}"
            yield _command(level, f"vodplan: drift ({tier})", said, place)
        if len(these) >= MOST:
            yield _command(level, "vodplan", f"{len(these) - MOST + 1} more differences; the log has them all.")
    yield _command("notice", f"vodplan: {drift.target.name}", f"{counts_text(drift)}.")


def _findings(found: Iterable[Diagnostic], comment: Comment) -> Iterator[str]:
    for level, severity in (("error", Severity.ERROR), ("warning", Severity.WARNING)):
        these = [one for one in found if one.severity is severity]
        for one in these[: MOST - 1]:
            yield _command(level, f"{one.code} {one.summary}", one.detail, _placed(one.span, comment))
        if len(these) >= MOST:
            yield _command(level, "vodplan", f"{len(these) - MOST + 1} more findings; the log has them all.")


def _placed(span: SourceSpan | None, comment: Comment) -> SourceSpan | None:
    return span and SourceSpan(comment.in_checkout(span.file), span.line, span.column, span.length)


def _command(level: str, title: str, message: str, span: SourceSpan | None = None) -> str:
    place = f"file={github_property(span.file)},line={span.line},col={span.column}," if span else ""
    return f"::{level} {place}title={github_property(title)}::{github_data(message)}\n"
