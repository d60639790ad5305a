"""Errors as people read them."""

from __future__ import annotations

from vodplan.core.diagnostics import Diagnostic, SourceSpan
from vodplan.core.errors import Forbidden, ManifestError, Refused, StalePlan, VodplanError
from vodplan.render.canvas import Canvas
from vodplan.render.results import Failure
from vodplan.render.text import TextView


def _text(error: VodplanError, *, color: bool = False) -> str:
    return "".join(TextView(Canvas(width=80, color=color)).show(Failure(error=error)))


def test_failure_ends_with_the_next_command() -> None:
    """What, why, and what to type."""
    assert _text(Refused("A guard holds.\n  max_deletes: 12", next="vodplan plan")) == (
        "Error: A guard holds.\n  max_deletes: 12\nNext: vodplan plan\n"
    )


def test_failure_of_manifests_shows_every_diagnostic_first() -> None:
    """All problems in one run."""
    found = [
        Diagnostic(code=f"VP10{number}", summary="Wrong", detail="Mend it.", span=SourceSpan("a.yaml", number, 1))
        for number in (1, 2)
    ]

    text = _text(ManifestError(found))

    assert text.startswith("a.yaml:1:1: error[VP101]: Wrong\n  Mend it.\na.yaml:2:1: error[VP102]: Wrong\n")
    assert text.endswith("\n\nError: 2 errors in the manifests.\nNext: vodplan validate\n")


def test_failure_of_a_stale_plan_lists_what_moved() -> None:
    """Each value that moved has its line; its text is a stranger's."""
    text = _text(StalePlan("The library changed.", moved=['video/a title: planned on "x", now "y\x1b"']))

    assert '  video/a title: planned on "x", now "y\\u001b"\n' in text


def test_failure_of_a_call_names_operation_code_and_request() -> None:
    """What support asks for first."""
    error = Forbidden("Not allowed.", operation="DeleteVideo", status=403, code="Forbidden.RAM", request_id="R\x1b1")

    assert "  (DeleteVideo, Forbidden.RAM, HTTP 403, request R\\u001b1)\n" in _text(error)


def test_failure_message_with_escape_sequences_shows_them() -> None:
    """Messages quote what strangers wrote."""
    assert "\x1b" not in _text(Refused("Bad \x1b[2J", next="rm \x1b[2J"))
