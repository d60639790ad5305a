"""Findings as SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from vodplan.core.diagnostics import Diagnostic
from vodplan.core.errors import ManifestError, VodplanError
from vodplan.core.values import Json
from vodplan.render.escape import terminal
from vodplan.render.results import Failure, Result, Validated


class SarifView:
    """The view behind `--format sarif`, for `validate` alone. See `View`."""

    def show(self, result: Result) -> Iterable[str]:
        """See `View.show`; raises ValueError for what has no findings."""
        match result:
            case Validated():
                return (_log(result.warnings, None),)
            case Failure(error=ManifestError() as error):
                return (_log(error.diagnostics, None),)
            case Failure():
                return (_log((), result.error),)
            case _:
                raise ValueError(f"no SARIF for {type(result).__name__}")


def _log(found: Sequence[Diagnostic], error: VodplanError | None) -> str:
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
        "results": [_result(one) for one in found],
    }
    document: Json = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _result(one: Diagnostic) -> Json:
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
        file = quote(span.file, safe="/", errors="replace")
        shown["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": file}, "region": region}}]
    return shown
