"""The action's run: the right command line, nothing for forks, and results that later steps can use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ci.scripts import script

run = script("ci/github/run.py")


def event(folder: Path, *, head: str | None = "team/media") -> dict[str, str]:
    """A pull request's environment; `head` is the repository that the branch is in, None when it was deleted."""
    repo = None if head is None else {"full_name": head}
    request = {"pull_request": {"head": {"repo": repo}, "base": {"repo": {"full_name": "team/media"}}}}
    (folder / "event.json").write_text(json.dumps(request))
    return {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(folder / "event.json")}


def words(folder: Path, *, fork: bool = False, **inputs: str) -> list[str]:
    """The command line for some inputs."""
    found = run.command_line({f"INPUT_{name.upper()}": value for name, value in inputs.items()}, folder, fork=fork)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(("head", "fork"), [("team/media", False), ("stranger/media", True), (None, True)])
def test_fork_is_told_by_the_repository_of_the_branch(tmp_path: Path, head: str | None, fork: bool) -> None:
    """Also when it was deleted meanwhile."""
    assert run.from_fork(event(tmp_path, head=head)) is fork
    assert run.from_fork({"GITHUB_EVENT_NAME": "push"}) is False


def test_fork_is_only_validated(tmp_path: Path) -> None:
    """Whatever was asked for: there are no credentials, and a stranger wrote the files."""
    for command in run.COMMANDS:
        assert words(tmp_path, fork=True, command=command)[0] == "validate"


def test_plan_is_saved_with_page_and_comment(tmp_path: Path) -> None:
    """One run writes all of them, so that they show one state of the library."""
    found = words(tmp_path, command="plan", target="production", base="abc123", paths="manifests/a\n\n manifests/b \n")

    assert found[0] == "plan"
    assert found[-2:] == ["manifests/a", "manifests/b"]
    assert found[found.index("--out") + 1] == str(tmp_path / "plan.json")
    assert {f"markdown={tmp_path / 'comment.md'}", f"html={tmp_path / 'plan.html'}"} <= set(found)
    assert found[found.index("--target") + 1] == "production"
    assert found[found.index("--base") + 1] == "abc123"
    assert "--changed-since" not in found


def test_apply_takes_the_plan_file_and_the_approved_number(tmp_path: Path) -> None:
    """And nothing that would plan anew."""
    plan = tmp_path / "plan.json"
    plan.write_text("{}")

    found = words(tmp_path, command="apply", plan_file=str(plan), allow_deletes="3")

    assert found[-3:] == ["--allow-deletes", "3", str(plan)]
    assert "--auto-approve" in found
    assert "--allow-deletes" not in words(tmp_path, command="apply", plan_file=str(plan), allow_deletes="0")


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"command": "destroy"}, "command is 'destroy'"),
        ({"command": "plan", "paths": "--config=evil"}, "begins with a dash"),
        ({"command": "plan", "target": "--config=evil"}, "begins with a dash"),
        ({"command": "plan", "base": "--upload-pack=x"}, "begins with a dash"),
        ({"command": "apply"}, "needs plan-file"),
        ({"command": "apply", "plan_file": "missing.json"}, "no such file"),
        ({"command": "apply", "plan_file": __file__, "allow_deletes": "all"}, "allow-deletes is 'all'"),
    ],
)
def test_input_that_cannot_be_meant_is_refused(tmp_path: Path, inputs: dict[str, str], said: str) -> None:
    """Each says which, before anything is called."""
    environ = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}

    with pytest.raises(run.Misused, match=said):
        run.command_line(environ, tmp_path, fork=False)


def test_results_have_the_numbers_of_the_plan(tmp_path: Path) -> None:
    """What the apply job is approved with."""
    plan: dict[str, Any] = {"changes": [{}, {}, {}], "summary": {"delete": 2}}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (tmp_path / "comment.md").write_text("x")

    assert run.results(tmp_path, 2) == {
        "exit-code": "2",
        "folder": str(tmp_path),
        "comment-file": str(tmp_path / "comment.md"),
        "plan-file": str(tmp_path / "plan.json"),
        "changes": "3",
        "deletes": "2",
    }


def test_results_of_an_earlier_step_are_not_taken_for_new_ones(tmp_path: Path) -> None:
    """A plan that failed leaves no plan, even where one stood before."""
    folder = tmp_path / "vodplan"
    folder.mkdir()
    (folder / "plan.json").write_text('{"changes": [], "summary": {"delete": 0}}')
    output = tmp_path / "output"
    environ = {**event(tmp_path), "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output), "INPUT_COMMAND": "plan"}

    run.main(environ, ["false"])

    assert output.read_text().splitlines() == ["exit-code=1", f"folder={folder}"]
