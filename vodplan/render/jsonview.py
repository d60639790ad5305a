"""Results as JSON: exactly one document for each command."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import assert_never

from vodplan.core.diagnostics import Diagnostic
from vodplan.core.errors import ApiError, ManifestError, StalePlan, VodplanError
from vodplan.core.values import Json
from vodplan.render.ram import ram_policy
from vodplan.render.results import (
    Applied,
    Data,
    DriftShown,
    Examined,
    Exported,
    Failure,
    FilesEdited,
    LeaseShown,
    LibraryExported,
    Listing,
    PlanShown,
    Result,
    Runs,
    RunShown,
    Script,
    Selected,
    Started,
    SurveyShown,
    Toured,
    Undone,
    Unlocked,
    UnmanagedShown,
    Validated,
)


class JsonView:
    """The view behind `--format json`. See `View`."""

    def show(self, result: Result) -> Iterable[str]:
        """See `View.show`. A plan that is only a preview gives nothing: the document is the report that follows."""
        match result:
            case PlanShown(preview=True):
                return
            case PlanShown() | DriftShown() | Applied():
                yield result.document.decode("utf-8")
            case Failure():
                yield _text({"error": error_document(result.error)})
            case Data():
                yield _text(result.document)
            case Exported():
                for line in result.lines():
                    yield line.decode("utf-8")
            case LibraryExported():
                from vodplan.render.jsonexport import export_document

                yield _text(export_document(result))
            case UnmanagedShown():
                from vodplan.render.jsonexport import unmanaged_pieces

                yield from unmanaged_pieces(result)
            case SurveyShown():
                from vodplan.render.jsonsurvey import survey_pieces

                yield from survey_pieces(result)
            case FilesEdited():
                from vodplan.render.jsonedited import edited_document

                yield _text(edited_document(result))
            case Undone():
                from vodplan.render.jsonundo import undo_document

                yield _text(undo_document(result))
            case Runs() | RunShown() | LeaseShown() | Unlocked():
                from vodplan.render.jsonhistory import history_document

                yield _text(history_document(result))
            case _:
                yield _text(_document(result))


def _document(result: Validated | Examined | Selected | Started | Listing | Script | Toured) -> Json:
    match result:
        case Validated():
            return {
                "files": list(result.files),
                "entries": dict(result.entries),
                "diagnostics": [diagnostic_document(one) for one in result.warnings],
            }
        case Examined():
            return {
                "target": result.target,
                "checks": [
                    {"name": one.name, "ok": one.ok, "detail": one.detail, "next": one.next} for one in result.checks
                ],
                "policy": ram_policy(result.missing),
            }
        case Selected():
            return {
                "target": result.target,
                "query": result.query,
                "count": len(result.assets),
                "assets": [{"address": address, **facts} for address, facts in result.assets.items()],
            }
        case Started():
            return {"folder": result.folder, "written": list(result.written), "kept": list(result.kept)}
        case Listing():
            return {result.member: [{"name": name, "about": about} for name, about in result.names.items()]}
        case Script():
            return {result.name: result.text}
        case Toured():
            return {
                "steps": [
                    {"command": command, "promise": promise, "kept": kept} for command, promise, kept in result.steps
                ]
            }
        case _:
            assert_never(result)


def error_document(error: VodplanError) -> dict[str, Json]:
    """An error as a document, the same members for every command (docs/output.md).

    returns: `exit_code`, `type`, `message`, `next`, `diagnostics`; what moved for a stale plan; the operation, status,
             code and request id for a failed call.
    """
    document: dict[str, Json] = {
        "exit_code": error.exit_code,
        "type": type(error).__name__,
        "message": error.message,
        "next": error.next,
        "diagnostics": _diagnostics(error.diagnostics) if isinstance(error, ManifestError) else [],
    }
    if isinstance(error, StalePlan):
        document["moved"] = list(error.moved)
    if isinstance(error, ApiError):
        document |= {
            "operation": error.operation,
            "status": error.status,
            "code": error.code,
            "request_id": error.request_id,
        }
    return document


def diagnostic_document(one: Diagnostic) -> dict[str, Json]:
    """A diagnostic as a document; the place is null for what has none."""
    span = one.span
    return {
        "code": one.code,
        "severity": one.severity.value,
        "summary": one.summary,
        "detail": one.detail,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "length": span.length if span else None,
        "excerpt": one.excerpt,
    }


def _diagnostics(found: Sequence[Diagnostic]) -> list[Json]:
    return [diagnostic_document(one) for one in found]


def _text(document: Json) -> str:
    """JSON for machines that people read too; a lone surrogate stays an escape, so that it can be written as UTF-8."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        text = json.dumps(document, ensure_ascii=True, indent=2)
    return text + "\n"
