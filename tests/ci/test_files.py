"""The files that hosts read are what the hosts' schemas ask for, and name nothing that is not there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.scripts import REPOSITORY

STARTER = "vodplan/commands/starter/workflow.yml"


def read(path: str) -> Any:
    """A YAML file of this repository."""
    return yaml.safe_load((REPOSITORY / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-actions", "action.yml"),
        ("vendor.github-workflows", STARTER),
        ("vendor.github-workflows", "ci/github/drift.yml"),
        ("vendor.gitlab-ci", "ci/gitlab/vodplan.yml"),
    ],
)
def test_file_fits_its_hosts_schema(schema: str, path: str, tmp_path: Path) -> None:
    """As the schema store has it. Of GitLab's file the part behind its header, which holds the inputs, is looked at."""
    text = (REPOSITORY / path).read_text(encoding="utf-8")
    file = tmp_path / Path(path).name
    file.write_text(text.partition("\n---\n")[2] or text, encoding="utf-8")

    ran = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)],
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stdout


def test_action_hands_every_input_to_a_script_as_an_environment_variable() -> None:
    """Never as text of a command: a branch or a path could be one."""
    action = read("action.yml")
    used = set(re.findall(r"inputs\.([\w-]+)", (REPOSITORY / "action.yml").read_text(encoding="utf-8")))

    assert used == set(action["inputs"])
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_action_scripts_are_there_and_can_be_run() -> None:
    """Each path below GITHUB_ACTION_PATH."""
    text = (REPOSITORY / "action.yml").read_text(encoding="utf-8") + (REPOSITORY / "ci/gitlab/vodplan.yml").read_text()
    named = set(re.findall(r"(?:GITHUB_ACTION_PATH|/opt/vodplan)/(ci/[\w./-]+\w)", text))

    assert {"ci/install", "ci/github/run.py", "ci/comment.py", "ci/issue.py", "ci/gitlab/plan.sh"} <= named
    for path in named:
        file = REPOSITORY / path
        assert file.is_file(), path
        if file.suffix in ("", ".sh") and "identity" not in path:
            assert file.stat().st_mode & 0o111, path


def test_action_passes_inputs_that_run_reads() -> None:
    """A renamed input would be lost without a word."""
    (step,) = (one for one in read("action.yml")["runs"]["steps"] if one.get("id") == "run")
    script = (REPOSITORY / "ci/github/run.py").read_text(encoding="utf-8")

    read_by_script = set(re.findall(r'environ\.get\("(INPUT_\w+)"', script))
    assert set(step["env"]) == read_by_script


def test_starter_workflow_uses_inputs_that_the_action_has() -> None:
    """What `vodplan init` writes works with this version of the action."""
    inputs = read("action.yml")["inputs"]
    steps = [step for job in read(STARTER)["jobs"].values() for step in job["steps"]]
    ours = [step for step in steps if step.get("uses", "").startswith("vodplan/")]

    assert len(ours) == 2
    for step in ours:
        assert set(step["with"]) <= set(inputs)


def test_starter_workflow_gives_a_pull_request_no_more_than_it_needs() -> None:
    """No `pull_request_target`, no write to contents, and the key that writes only behind the environment."""
    workflow = read(STARTER)
    plan, apply = workflow["jobs"]["plan"], workflow["jobs"]["apply"]

    assert "pull_request_target" not in workflow[True]
    assert workflow["permissions"] == {}
    assert plan["permissions"]["contents"] == apply["permissions"]["contents"] == "read"
    assert "APPLY" not in str(plan)
    assert apply["environment"] == "production"


def test_pre_commit_hooks_run_commands_that_there_are() -> None:
    """Each entry is a command of this version."""
    from vodplan.cli.table import COMMANDS

    for hook in read(".pre-commit-hooks.yaml"):
        program, command, *_ = hook["entry"].split()
        assert program == "vodplan"
        assert command in COMMANDS
        assert {"id", "name", "language", "files"} <= set(hook)


def test_container_copies_files_that_there_are_and_that_are_let_through() -> None:
    """`.dockerignore` shuts everything out but what the image is made of."""
    wanted = set()
    for line in re.findall(
        r"^COPY (?!--from)(.*)$", (REPOSITORY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    ):
        wanted |= set(line.split()[:-1])
    let = {
        line[1:] for line in (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"
    }

    assert wanted == let
    assert all((REPOSITORY / path).exists() for path in wanted)


@pytest.mark.parametrize("path", ["ci/install", "ci/gitlab/plan.sh", "ci/gitlab/identity.sh"])
def test_shell_script_is_valid(path: str) -> None:
    """For the plainest shell there is."""
    assert subprocess.run(["sh", "-n", str(REPOSITORY / path)]).returncode == 0


def test_jenkinsfile_puts_no_parameter_into_a_command_itself() -> None:
    """Groovy fills in double-quoted texts before the shell sees them: a parameter could be a command."""
    text = (REPOSITORY / "ci/jenkins/Jenkinsfile").read_text(encoding="utf-8")

    assert not re.findall(r'sh\s*\(?\s*"', text)
    assert text.count("{") == text.count("}")
