"""The formats that code hosts read: Markdown, workflow commands, GitLab's reports and SARIF."""

from __future__ import annotations

import json
import re
import time

import pytest

from tests.unit.render.plans import a_change, a_guard, a_plan
from vodplan.core.change import Action
from vodplan.core.diagnostics import Diagnostic, SourceSpan
from vodplan.core.errors import ConfigError, ManifestError
from vodplan.render.canvas import Canvas
from vodplan.render.comment import Comment
from vodplan.render.escape import csv_text, github_log, markdown
from vodplan.render.results import Failure, Listing, PlanShown
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


def _shown(name: str, result: PlanShown | Failure | Listing, comment: Comment | None = None) -> str:
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


def test_markdown_of_every_change_has_its_room_in_every_limit() -> None:
    """Whatever the limit, the text is at most so long as the host counts, and every section says what it leaves out."""
    changes = [a_change(before={"title": "😀" * 40}, after={"title": "比" * 40}, reason="x") for _ in range(300)]
    changes += [a_change(Action.DELETE, before={"title": f"Gone {number}"}) for number in range(300)]
    plan = a_plan(*changes, guards=[a_guard(*(f"video/{number}" for number in range(300)))])

    for limit in (2_000, 5_000, 32_768, 65_536, 1_000_000):
        text = _shown("markdown", PlanShown(plan=plan), Comment(limit=limit, target="production"))

        assert len(text.encode("utf-16-le")) // 2 <= limit
        told = sum(int(one.replace(",", "")) for one in re.findall(r"^and ([0-9,]+) more", text, re.MULTILINE))
        assert text.count("\n- ") + told == 601
        assert text.count("**300** to delete") == 1


def test_markdown_of_20_000_changes_is_within_the_limit_and_soon_there() -> None:
    """What does not fit is counted, not laid out."""
    changes = [a_change(address=f"video/v{number}") for number in range(20_000)]
    plan = a_plan(*changes)

    began = time.process_time()
    text = _shown("markdown", PlanShown(plan=plan))

    assert time.process_time() - began < 2.0
    assert 60_000 < len(text) <= 65_536
    assert text.count("\n- update") + int(re.findall(r"and ([0-9,]+) more", text)[0].replace(",", "")) == 20_000


def test_markdown_marker_tells_targets_apart_and_ends_nowhere() -> None:
    """By its first line a program finds the comment of a target again."""
    targets = ["production", "prod-eu", "prod%2Deu", "-->", "a b", "", "目标"]
    first = {_shown("markdown", PlanShown(plan=a_plan(target=name))).partition("\n")[0] for name in targets}

    assert len(first) == len(targets)
    assert all(re.fullmatch(r"<!-- vodplan [A-Za-z0-9%._~-]+ -->", line) for line in first)
    assert not [line for line in first if "--" in line[4:-3]]


def test_markdown_line_that_would_be_an_order_of_gitlab_is_none() -> None:
    """GitLab takes orders from the beginnings of lines, and from longer fences as well."""
    listing = Listing(member="m", heading="/merge", names={"`" * 5: "x"})

    text = _shown("markdown", listing)

    assert "\n /merge\n" in text
    assert [line for line in text.split("\n") if line.startswith("/")] == []


@pytest.mark.parametrize("number", [9, 10, 11, 400])
def test_github_annotations_of_a_level_are_as_many_as_the_host_shows(number: int) -> None:
    """The last of them counts the rest."""
    findings = [
        Diagnostic(code="VP104", summary="s", detail=f"finding {place}", span=SourceSpan("a.yaml", 1, 1))
        for place in range(number)
    ]

    errors = [
        line for line in _shown("github", Failure(error=ManifestError(findings))).split("\n") if "::error" in line
    ]

    assert len(errors) == min(number, 10)
    assert (f"{number - 9} more findings; the log has them all." in errors[-1]) == (number > 9)


def test_github_property_and_message_have_the_escapes_of_the_host() -> None:
    """`%` first, then line ends; in properties `:` and `,` too; what has no ink is shown."""
    one = Diagnostic(code="VP1", summary="a: b, 100%", detail="50%\nnext\r%0A", span=SourceSpan("a,b:c%.yaml", 3, 5))

    text = _shown("github", Failure(error=ManifestError([one])))

    assert "::error file=a%2Cb%3Ac%25.yaml,line=3,col=5,title=VP1 a%3A b%2C 100%25::50%25%0Anext\\r%250A\n" in text


def test_github_log_leaves_no_old_command_however_it_is_written() -> None:
    """A comparison by the rules of a language overlooks a selector."""
    assert github_log("x ##[error]\n#\ufe0f#[group]\n  ::debug::y\na::b") == (
        "x ##\\u005berror]\n#\ufe0f#\\u005bgroup]\n  \\u003a:debug::y\na::b"
    )


def test_gitlab_two_alike_findings_are_two() -> None:
    """The host keeps one of several with the same fingerprint; a third run has the same ones again."""
    one = Diagnostic(code="VP104", summary="s", detail="d", span=SourceSpan("a.yaml", 3, 5))
    failure = Failure(error=ManifestError([one, one]))

    issues = json.loads(_shown("gitlab", failure))

    assert len({issue["fingerprint"] for issue in issues}) == 2
    assert issues == json.loads(_shown("gitlab", failure))


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
