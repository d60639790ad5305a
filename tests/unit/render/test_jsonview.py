"""JSON for each result: one document, valid whatever is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.render.plans import a_change, a_plan, a_report
from vodplan.core.diagnostics import Diagnostic, SourceSpan
from vodplan.core.errors import Forbidden, ManifestError, Refused, StalePlan
from vodplan.render.jsonview import JsonView
from vodplan.render.results import (
    Applied,
    CheckShown,
    Data,
    Examined,
    Failure,
    Listing,
    PlanShown,
    Result,
    Script,
    Started,
    Toured,
    Validated,
)

FOUND = Diagnostic(
    code="VP104",
    summary="Unknown field",
    detail="Mend it.",
    span=SourceSpan("a.yaml", 3, 4, 5),
    excerpt="  titel: \ud800",
)


def _document(result: Result) -> Any:
    return json.loads("".join(JsonView().show(result)))


def test_json_plan_and_report_are_their_canonical_bytes() -> None:
    """What is printed is what is saved."""
    plan = a_plan(a_change())

    assert "".join(JsonView().show(PlanShown(plan=plan, document=b'{"a":1}\n'))) == '{"a":1}\n'
    assert "".join(JsonView().show(Applied(plan=plan, report=a_report(plan), document=b'{"b":2}\n'))) == '{"b":2}\n'


def test_json_preview_of_a_plan_is_nothing() -> None:
    """Apply has one document: its report."""
    plan = a_plan(a_change())

    assert list(JsonView().show(PlanShown(plan=plan, document=b"{}", preview=True))) == []


def test_json_error_of_manifests_has_every_diagnostic() -> None:
    """The same members for every error, diagnostics with their place, lone surrogates included."""
    assert _document(Failure(error=ManifestError([FOUND]))) == {
        "error": {
            "exit_code": 3,
            "type": "ManifestError",
            "message": "1 error in the manifests.",
            "next": "vodplan validate",
            "diagnostics": [
                {
                    "code": "VP104",
                    "severity": "error",
                    "summary": "Unknown field",
                    "detail": "Mend it.",
                    "file": "a.yaml",
                    "line": 3,
                    "column": 4,
                    "length": 5,
                    "excerpt": "  titel: \ud800",
                }
            ],
        }
    }


def test_json_error_of_a_stale_plan_and_of_a_call_have_their_members() -> None:
    """What moved; operation, status, code and request."""
    stale = _document(Failure(error=StalePlan("Moved.", moved=["video/a title"])))["error"]
    call = _document(Failure(error=Forbidden("No.", operation="DeleteVideo", status=403, code="F", request_id="R")))[
        "error"
    ]

    assert stale["moved"] == ["video/a title"]
    assert (call["operation"], call["status"], call["code"], call["request_id"]) == ("DeleteVideo", 403, "F", "R")
    assert call["type"] == "Forbidden"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (
            Validated(files=["a.yaml"], entries={"video": 2}, warnings=[]),
            {"files": ["a.yaml"], "entries": {"video": 2}, "diagnostics": []},
        ),
        (
            Examined(target="lab", checks=[CheckShown(name="clock", ok=None, detail="d", next="n")]),
            {"target": "lab", "checks": [{"name": "clock", "ok": None, "detail": "d", "next": "n"}], "policy": None},
        ),
        (Started(folder=".", written=["a"], kept=["b"]), {"folder": ".", "written": ["a"], "kept": ["b"]}),
        (Listing(member="schemas", heading="h", names={"plan": "p"}), {"schemas": [{"name": "plan", "about": "p"}]}),
        (Data(document={"type": "object"}), {"type": "object"}),
        (Script(name="bash", text="complete"), {"bash": "complete"}),
        (
            Toured(steps=[("vodplan plan", "planned", True)]),
            {"steps": [{"command": "vodplan plan", "promise": "planned", "kept": True}]},
        ),
    ],
)
def test_json_small_results_have_their_members(result: Result, expected: object) -> None:
    """One document each, as docs/output.md has it."""
    assert _document(result) == expected


def test_json_text_with_a_lone_surrogate_can_be_written_as_utf8() -> None:
    """A file name can hold what UTF-8 cannot."""
    text = "".join(JsonView().show(Failure(error=Refused("bad \udc80 片"))))

    assert text.encode("utf-8")
