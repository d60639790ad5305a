"""Findings as SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from vodplan.core.diagnostics import Diagnostic
from vodplan.core.errors import ManifestError, VodplanError
from vodplan.core.values import Json
from vodplan.render.comment import Comment
from vodplan.render.escape import terminal, uri_path
from vodplan.render.results import Failure, Result, Validated


class SarifView:
    """The view behind `--format sarif`, for `validate` alone. See `View`."""

    def __init__(self, comment: Comment) -> None:
        self._comment = comment

    def show(self, result: Result) -> Iterable[str]:
        """See `View.show`; raises ValueError for what has no findings."""
        match result:
            case Validated():
                return (_log(result.warnings, None, self._comment),)
            case Failure(error=ManifestError() as error):
                return (_log(error.diagnostics, None, self._comment),)
            case Failure():
                return (_log((), result.error, self._comment),)
            case _:
                raise ValueError(f"no SARIF for {type(result).__name__}")


def _log(found: Sequence[Diagnostic], error: VodplanError | None, comment: Comment) -> str:
    summaries = {one.code: one.summary for one in found}
    rules: list[Json] = [
        {"id": code, "shortDescription": {"text": said}, "help": {"text": f"{said}. docs/errors.md explains {code}."}}
        for code, said in sorted(summaries.items())
    ]
    invocation: dict[str, Json] = {"executionSuccessful": error is None}
    if error is not None:
        invocation |= {
            "exitCode": error.exit_code,
            "toolExecutionNotifications": [{"level": "error", "message": {"text": terminal(error.message)}}],
        }
    run: Json = {
        "tool": {"driver": {"name": "vodplan", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [_result(one, comment) for one in found],
    }
    document: Json = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _result(one: Diagnostic, comment: Comment) -> Json:
    shown: dict[str, Json] = {
        "ruleId": one.code,
        "level": one.severity.value,
        "message": {"text": terminal(one.detail)},
    }
    if one.span:
        span = one.span
        region: Json = {
            "startLine": span.line,
            "startColumn": span.column,
            "endColumn": span.column + span.length,
        }
        file = uri_path(comment.in_checkout(span.file))
        shown["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": file}, "region": region}}]
    return shown
