"""The formats that code hosts read: Markdown, workflow commands, GitLab's reports and SARIF."""

from __future__ import annotations

import json
import re

import pytest

from tests.unit.render.plans import a_change, a_plan
from vodplan.core.change import Action
from vodplan.core.diagnostics import Diagnostic, SourceSpan
from vodplan.core.errors import ConfigError, ManifestError
from vodplan.render.canvas import Canvas
from vodplan.render.comment import Comment
from vodplan.render.escape import csv_text, markdown
from vodplan.render.results import Failure, PlanShown
from vodplan.render.views import view_for

HOSTILE = [
    "::error::x",
    "a\n::error::x",
    "##[error]x",
    "%0A::error::x",
    "```\n@org/team #12",
    "<b>&lt;",
    "`" * 99 + "@org/team",
    "\ud800\x1b]8;;",
]


def _shown(name: str, result: PlanShown | Failure, comment: Comment | None = None) -> str:
    return "".join(view_for(name, Canvas(width=100), comment).show(result))


@pytest.mark.parametrize("title", HOSTILE)
def test_markdown_hostile_title_stays_in_one_code_span(title: str) -> None:
    """The fence is longer than any run inside, and there is no line end."""
    span = markdown(title)

    tick = re.match("`+", span)
    assert tick
    assert span.endswith(tick[0])
    assert span.count(tick[0]) == 2
    assert len(tick[0]) <= 80
    assert "\n" not in span


@pytest.mark.parametrize("title", HOSTILE)
def test_github_hostile_title_starts_no_command(title: str) -> None:
    """Only the commands of our own are there."""
    plan = a_plan(a_change(before={"title": title}, after={"title": "x"}))

    text = _shown("github", PlanShown(plan=plan))

    assert [line for line in text.split("\n") if line.lstrip().startswith("::")] == [text.split("\n")[-2]]
    assert "##[" not in text


def test_markdown_many_changes_fit_the_limit_and_deletes_come_first() -> None:
    """What does not fit is counted, with a link; removals are there while updates are not."""
    changes = [a_change(before={"title": "x" * 90}, after={"title": "y" * 90}) for _ in range(500)]
    changes.append(a_change(Action.DELETE, before={"title": "Gone"}))

    text = _shown("markdown", PlanShown(plan=a_plan(*changes)), Comment(limit=4000, artifact="https://ci.example/1"))

    assert text.startswith("<!-- vodplan production -->\n")
    assert len(text) <= 4000
    assert "`Gone`" in text
    assert re.search(r"and \d+ more \(\[all of them\]\(https://ci\.example/1\)\)", text)


def test_gitlab_plan_is_its_counts() -> None:
    """The three numbers that the merge request shows."""
    plan = a_plan(a_change(), a_change(Action.DELETE, before={"title": "Gone"}))

    assert json.loads(_shown("gitlab", PlanShown(plan=plan))) == {"create": 0, "update": 1, "delete": 1}


def test_findings_are_a_quality_report_and_sarif() -> None:
    """Both have the code, the file and the line."""
    one = Diagnostic(code="VP104", summary="Unknown field", detail='"\ud800" is not', span=SourceSpan("a b.yaml", 3, 5))
    failure = Failure(error=ManifestError([one]))

    issue = json.loads(_shown("gitlab", failure))[0]
    run = json.loads(_shown("sarif", failure))["runs"][0]

    assert (issue["check_name"], issue["location"]) == ("VP104", {"path": "a b.yaml", "lines": {"begin": 3}})
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "a%20b.yaml"}
    assert run["tool"]["driver"]["rules"][0]["id"] == "VP104"
    assert "::error file=a b.yaml,line=3,col=5,title=VP104 Unknown field::" in _shown("github", failure)


def test_failure_without_findings_is_no_empty_report() -> None:
    """A run that failed never looks like one without findings or changes."""
    failure = Failure(error=ConfigError("There is no project file."))

    assert "error" in json.loads(_shown("gitlab", failure))
    assert json.loads(_shown("sarif", failure))["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert "There is no project file." in _shown("markdown", failure)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_csv_text_formula_is_text(cell: str) -> None:
    """What a spreadsheet would run begins with an apostrophe."""
    assert csv_text(cell) == f"'{cell}"
    assert csv_text("a=1") == "a=1"
