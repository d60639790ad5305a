"""The issue about drift: one, updated in place, closed when nothing differs, and nobody else's touched."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.ci.host import FakeHost, serving
from tests.ci.scripts import REPOSITORY, script
from tests.unit.core.test_drift import find
from tests.unit.render.plans import a_change
from vodplan.render.canvas import Canvas
from vodplan.render.results import DriftShown
from vodplan.render.views import view_for

issue = script("ci/issue.py")
MARK = "<!-- vodplan drift production -->"


def text(*changes: object) -> str:
    """What `vodplan drift --format markdown` writes of these changes."""
    shown = DriftShown(drift=find(*changes), next="vodplan plan")  # type: ignore[arg-type]
    return "".join(view_for("markdown", Canvas()).show(shown))


DRIFTED = text(a_change())


@pytest.fixture(name="host")
def _host() -> Iterator[FakeHost]:
    with serving() as host:
        yield host


@pytest.fixture(name="environ", params=["github", "gitlab"])
def _environ(request: pytest.FixtureRequest, host: FakeHost, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "drift.md").write_text(DRIFTED)
    return {
        "HOST": request.param,
        "COMMENT_FILE": str(tmp_path / "drift.md"),
        "GITHUB_TOKEN": "t",
        "GITHUB_API_URL": host.url,
        "GITHUB_REPOSITORY": "team/media",
        "VODPLAN_GITLAB_TOKEN": "t",
        "CI_API_V4_URL": host.url,
        "CI_PROJECT_ID": "5",
    }


def keep(environ: dict[str, str], body: str | None = None) -> str:
    """Run the script as a job does."""
    if body is not None:
        Path(environ["COMMENT_FILE"]).write_text(body)
    done = issue.main([environ["HOST"]], environ)
    assert isinstance(done, str)
    return done


def test_issue_is_opened_once_and_updated_in_place(host: FakeHost, environ: dict[str, str]) -> None:
    """Thirty days of drift are one issue; a day without news writes nothing."""
    for _ in range(120):
        host.add("chatter", by_program=False)

    assert keep(environ) == "opened"
    assert keep(environ) == "already up to date"
    assert keep(environ, text(a_change(after={"title": "else"}, before={"title": "x"}))) == "updated"
    assert len(host.comments) == 121
    last = host.comments[121]
    assert last["title"] == "vodplan: drift of production"
    assert "else" in last["body"]


def test_issue_is_closed_when_nothing_differs_and_opened_anew(host: FakeHost, environ: dict[str, str]) -> None:
    """The open ones are what is wrong now."""
    assert keep(environ, text()) == "not needed: nothing drifted"
    assert host.comments == {}
    assert keep(environ, DRIFTED) == "opened"
    assert keep(environ, text()) == "closed"
    assert host.comments[1]["state"] == "closed"
    assert keep(environ, DRIFTED) == "opened"
    assert len(host.comments) == 2


def test_issue_of_a_person_or_another_target_is_never_written_over(host: FakeHost, environ: dict[str, str]) -> None:
    """Anybody can copy the first line."""
    host.add(f"{MARK}\nmine", by_program=False)
    host.add("<!-- vodplan drift staging -->\nold", by_program=True)
    host.add("<!-- vodplan production -->\na plan", by_program=True)

    assert keep(environ) == "opened"
    assert [body.partition("\n")[2] for body in host.bodies()[:3]] == ["mine", "old", "a plan"]


def test_issue_is_left_alone_when_drift_failed(host: FakeHost, environ: dict[str, str]) -> None:
    """What is not known is not clean."""
    host.add(DRIFTED, by_program=True)

    with pytest.raises(issue.NoComment, match="Did it fail"):
        keep(environ, "<!-- vodplan production -->\n### vodplan failed, exit code 8\n")
    assert host.bodies() == [DRIFTED]


def test_issue_without_the_right_says_what_to_give(host: FakeHost, environ: dict[str, str]) -> None:
    """The sentence names the permission; no host is one as well."""
    host.refuses = frozenset({"POST"})

    with pytest.raises(issue.NoComment, match="issues: write"):
        keep(environ)
    with pytest.raises(issue.NoComment, match="Name the host"):
        issue.main([], environ)
    with pytest.raises(issue.NoComment, match=r"GITHUB_TOKEN is not set|VODPLAN_GITLAB_TOKEN is not set"):
        issue.main([environ["HOST"]], {"COMMENT_FILE": environ["COMMENT_FILE"]})
    with pytest.raises(issue.NoComment, match="No such file"):
        issue.main([environ["HOST"]], {**environ, "COMMENT_FILE": "/no/such/file"})


def test_issue_script_runs_by_its_path(host: FakeHost, tmp_path: Path) -> None:
    """As the action calls it: it finds what it shares with ci/comment.py."""
    (tmp_path / "drift.md").write_text(DRIFTED)
    environ = {"COMMENT_FILE": str(tmp_path / "drift.md"), "GITHUB_TOKEN": "t", "GITHUB_API_URL": host.url}

    ran = subprocess.run(
        [sys.executable, str(REPOSITORY / "ci/issue.py"), "github"],
        env={**environ, "GITHUB_REPOSITORY": "team/media"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "The issue was opened.\n", "")


def test_daily_workflow_is_the_one_of_the_page_and_uses_inputs_of_the_action() -> None:
    """docs/drift.md shows the very file."""
    file = (REPOSITORY / "ci/github/drift.yml").read_text(encoding="utf-8")
    page = (REPOSITORY / "docs/drift.md").read_text(encoding="utf-8")
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
    (job,) = yaml.safe_load(file)["jobs"].values()

    assert f"```yaml\n{file}```" in page
    assert set(job["steps"][1]["with"]) <= set(action["inputs"])
    assert job["permissions"]["issues"] == "write"
    assert re.search(r"ci/issue\.py\" github", (REPOSITORY / "action.yml").read_text(encoding="utf-8"))
