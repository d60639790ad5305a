"""Runs vodplan for the action and hands its results to later steps.

Environment: INPUT_COMMAND, INPUT_PATHS, INPUT_TARGET, INPUT_CHANGED_SINCE, INPUT_BASE, INPUT_PLAN_FILE,
INPUT_ALLOW_DELETES, and what the host sets (GITHUB_EVENT_NAME, GITHUB_EVENT_PATH, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY,
RUNNER_TEMP). The exit code of vodplan goes into the output `exit-code`; the script itself ends with 0, so that plan and
comment are kept before the job fails. The Markdown becomes the summary of the job. Standard library only.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COMMANDS = ("plan", "apply", "drift", "validate")
USAGE = 64


class Misused(Exception):
    """An input that cannot be meant; says which."""


def from_fork(environ: Mapping[str, str]) -> bool:
    """Whether this is a pull request from another repository: no secrets, no right to comment, a stranger's files."""
    if environ.get("GITHUB_EVENT_NAME") != "pull_request":
        return False
    request = _event(environ).get("pull_request", {})
    names = [((request.get(side) or {}).get("repo") or {}).get("full_name") for side in ("head", "base")]
    return names[0] is None or names[0] != names[1]


def command_line(environ: Mapping[str, str], folder: Path, *, fork: bool) -> list[str]:
    """The words after `vodplan`.

    folder: where plan, page and comment go.
    raises: Misused.
    """
    command = environ.get("INPUT_COMMAND", "plan")
    if command not in COMMANDS:
        raise Misused(f"command is {command!r}; it can be {', '.join(COMMANDS)}.")
    paths = [line.strip() for line in environ.get("INPUT_PATHS", "").splitlines() if line.strip()]
    if any(path.startswith("-") for path in paths):
        raise Misused("A path in `paths` begins with a dash; write it as ./-name.")
    if fork or command == "validate":
        return ["validate", *paths, "--format", "github", "--output", f"sarif={folder / 'findings.sarif'}"]
    words = [command, "--format", "github", "--output", f"markdown={folder / 'comment.md'}"]
    words += _option("--target", environ.get("INPUT_TARGET", ""))
    match command:
        case "plan":
            words += ["--detailed-exitcode", "--out", str(folder / "plan.json")]
            words += ["--output", f"html={folder / 'plan.html'}"]
            words += _option("--changed-since", environ.get("INPUT_CHANGED_SINCE", ""))
            words += _option("--base", environ.get("INPUT_BASE", ""))
            return [*words, *paths]
        case "drift":
            return [*words, "--detailed-exitcode", *paths]
        case _:
            return [*words, "--auto-approve", *_approved(environ), *_plan_file(environ)]


def results(folder: Path, code: int) -> dict[str, str]:
    """What later steps are told."""
    found = {"exit-code": str(code), "folder": str(folder)}
    plan, comment = folder / "plan.json", folder / "comment.md"
    if comment.exists():
        found["comment-file"] = str(comment)
    if plan.exists():
        document = json.loads(plan.read_bytes())
        found["plan-file"] = str(plan)
        found["changes"] = str(len(document["changes"]))
        found["deletes"] = str(document["summary"]["delete"])
    return found


def main(environ: Mapping[str, str], vodplan: Sequence[str]) -> None:
    """Run, and write the outputs; raises Misused."""
    folder = Path(environ["RUNNER_TEMP"]) / "vodplan"
    folder.mkdir(exist_ok=True)
    for left in ("plan.json", "plan.html", "comment.md", "findings.sarif"):
        (folder / left).unlink(missing_ok=True)
    fork = from_fork(environ)
    if fork:
        print(
            "::notice title=vodplan::This pull request comes from a fork, which gets no credentials: the manifests are "
            "validated, and planned once somebody of the team has taken the branch over."
        )
    sys.stdout.flush()
    code = subprocess.run([*vodplan, *command_line(environ, folder, fork=fork)], check=False).returncode
    found = results(folder, code)
    if "comment-file" in found and environ.get("GITHUB_STEP_SUMMARY"):
        with Path(environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
            summary.write(Path(found["comment-file"]).read_text(encoding="utf-8"))
    with Path(environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in found.items())


def _option(name: str, value: str) -> list[str]:
    if value.startswith("-"):
        raise Misused(f"{name} is {value!r}, which begins with a dash.")
    return [name, value] if value else []


def _approved(environ: Mapping[str, str]) -> list[str]:
    number = environ.get("INPUT_ALLOW_DELETES", "").strip()
    if number in ("", "0"):
        return []
    if not re.fullmatch(r"[0-9]{1,9}", number):
        raise Misused(f"allow-deletes is {number!r}; it is the number of removals that were approved.")
    return ["--allow-deletes", number]


def _plan_file(environ: Mapping[str, str]) -> list[str]:
    path = environ.get("INPUT_PLAN_FILE", "").strip()
    if not path:
        raise Misused("apply needs plan-file: the plan that was reviewed.")
    if not Path(path).is_file():
        raise Misused(f"plan-file is {path}, and there is no such file; download the artifact of the plan job first.")
    return [str(Path(path).absolute())]


def _event(environ: Mapping[str, str]) -> dict[str, Any]:
    event = json.loads(Path(environ["GITHUB_EVENT_PATH"]).read_bytes())
    assert isinstance(event, dict)
    return event


if __name__ == "__main__":
    try:
        main(os.environ, [sys.executable, "-m", "vodplan"])
    except Misused as error:
        print(f"::error title=vodplan::{error}")
        sys.exit(USAGE)
