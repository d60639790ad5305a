"""Carries out the steps of action.yml on this machine, as far as that goes without the host.

Scripts run as they stand there, in a shell, with the environment that their step gives them. Of actions by others there are
stand-ins: the interpreter is this one, an artifact is a folder. Expressions are those that action.yml uses: names, `==`, `!=`
and `&&`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.ci.scripts import REPOSITORY


@dataclass
class Runner:
    """One runner with one checkout.

    event:   name and payload of what started the workflow.
    environ: what the job's `env:` gives every step.
    """

    folder: Path
    checkout: Path
    event: tuple[str, Mapping[str, Any]]
    api: str
    environ: Mapping[str, str] = field(default_factory=dict)
    log: str = ""

    @property
    def artifacts(self) -> Path:
        """Where uploads end."""
        return self.folder / "artifacts"

    @property
    def summary(self) -> str:
        """What the page of the run shows."""
        return (self.folder / "summary").read_text(encoding="utf-8")

    def use(self, **inputs: str) -> tuple[int, dict[str, str]]:
        """Run the action; the exit code of its first failing step, and its outputs."""
        action = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
        given = {name: str(one.get("default", "")) for name, one in action["inputs"].items()}
        known = {"github.event_name": self.event[0], "github.token": "token"}
        known |= {f"inputs.{name}": value for name, value in {**given, **self._named(inputs)}.items()}
        known = {name: _filled(value, known) for name, value in known.items()}
        self._prepare()
        for step in action["runs"]["steps"]:
            if not _true(step.get("if", ""), known):
                continue
            outputs, code = self._step(step, known)
            known |= {f"steps.{step.get('id', '')}.outputs.{name}": value for name, value in outputs.items()}
            if code:
                return code, self._outputs(action, known)
        return 0, self._outputs(action, known)

    def _named(self, inputs: Mapping[str, str]) -> dict[str, str]:
        return {name.replace("_", "-"): value for name, value in inputs.items()}

    def _outputs(self, action: Any, known: Mapping[str, str]) -> dict[str, str]:
        return {name: _filled(one["value"], known) for name, one in action["outputs"].items()}

    def _prepare(self) -> None:
        python = self.folder / "temp/vodplan-venv/bin/python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text(f'#!/bin/sh\nPYTHONPATH="{REPOSITORY}" exec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        (self.folder / "event.json").write_text(json.dumps(self.event[1]))
        (self.folder / "summary").touch()

    def _step(self, step: Mapping[str, Any], known: Mapping[str, str]) -> tuple[dict[str, str], int]:
        used = step.get("uses", "")
        if used.startswith("actions/upload-artifact@"):
            given = {name: _filled(str(value), known) for name, value in step["with"].items()}
            shutil.copytree(given["path"], self.artifacts / given["name"], dirs_exist_ok=True)
            return {"artifact-url": f"https://git.example.com/artifacts/{given['name']}"}, 0
        if used or step["name"] == "Install vodplan":
            return {}, 0
        output = self.folder / "output"
        output.write_text("")
        ran = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.checkout / _filled(step.get("working-directory", "."), known),
            env={
                **self._environment(),
                **{name: _filled(str(one), known) for name, one in step.get("env", {}).items()},
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        self.log += ran.stdout + ran.stderr
        return dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines()), ran.returncode

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(REPOSITORY),
            "GITHUB_API_URL": self.api,
            "GITHUB_ENV": str(self.folder / "env"),
            "GITHUB_EVENT_NAME": self.event[0],
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_REPOSITORY": "team/media",
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "RUNNER_TEMP": str(self.folder / "temp"),
            **self.environ,
        }


def _filled(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", lambda found: known.get(found[1], ""), text)


def _true(condition: str, known: Mapping[str, str]) -> bool:
    for part in filter(None, condition.split("&&")):
        left, sign, right = re.fullmatch(r"\s*([\w.-]+)\s*(==|!=)\s*'([^']*)'\s*", part).groups()  # type: ignore[union-attr]
        if (known.get(left, "") == right) != (sign == "=="):
            return False
    return True
