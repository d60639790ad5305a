"""Runs as JSON: the members that docs/output.md names."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from tests.unit.render.plans import a_change
from tests.unit.render.runs import RUN, a_record, a_run
from vodplan.core.history import ChangeState, RunStatus
from vodplan.render.jsonview import JsonView
from vodplan.render.results import Exported, Result, Runs, RunShown

COUNTS = dict.fromkeys(("planned", "intent", "done", "already", "refused", "held", "unknown"), 0)


def _document(result: Result) -> Any:
    return json.loads("".join(JsonView().show(result)))


def test_runs_document_has_the_runs_with_their_counts() -> None:
    """`runs`, each with id, status, target, holder and all seven counts."""
    (run,) = _document(Runs(runs=[a_run(ChangeState.DONE, ChangeState.DONE).record]))["runs"]

    assert (run["id"], run["status"], run["converged"]) == (RUN, "complete", True)
    assert run["counts"] == {**COUNTS, "done": 2}
    assert run["holder"] == {
        "owner": "ada",
        "host": "runner-7",
        "pid": 4242,
        "ci_link": "https://ci.example.com/jobs/9",
    }
    assert run["target"]["name"] == "production"
    assert "touched" not in run


def test_runs_document_of_an_asset_has_its_changes() -> None:
    """`touched` has what each run did to the asset that was asked for."""
    record = dataclasses.replace(a_run(ChangeState.DONE).record, touched=(a_record(0, a_change()),))

    (run,) = _document(Runs(runs=[record], asset="video/00f1"))["runs"]

    assert [(one["action"], one["outcome"], one["before"]) for one in run["touched"]] == [
        ("update", "done", {"title": "Opening match"})
    ]


def test_run_document_has_the_run_and_its_changes_in_order() -> None:
    """Before, after, outcome and code of each change; null where the run has no end."""
    detail = a_run(ChangeState.REFUSED, ChangeState.INTENT, status=RunStatus.UNFINISHED, code="Busy", detail="Later.")

    document = _document(RunShown(detail=detail))

    assert document["run"]["id"] == RUN
    assert (document["run"]["ended"], document["run"]["converged"], document["run"]["unconverged"]) == (None,) * 3
    assert [(one["place"], one["outcome"], one["code"], one["detail"]) for one in document["changes"]] == [
        (0, "refused", "Busy", "Later."),
        (1, "intent", "", ""),
    ]
    assert document["changes"][0]["after"] == {"title": "The opening match"}
    assert document["changes"][0]["source"] == {"file": "manifests/news.yaml", "line": 12}


def test_export_is_not_wrapped_into_a_document() -> None:
    """JSON lines stay lines when JSON is asked for."""
    assert "".join(JsonView().show(Exported(lines=lambda: [b'{"a":"\xe7\x89\x87"}\n']))) == '{"a":"片"}\n'
