"""Terraform planning as many of its built-in `terraform_data`, one in a hundred changed, per item.

`terraform_data` reaches no service: what is measured is Terraform's own work with its state and its graph.
"""

from __future__ import annotations

import copy
import json
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.answers import printed
from benchmarks.bench import LARGEST_WARMED, Bench, Case, Row, rows, tell
from benchmarks.processes import quietly, second_core, take_turns
from benchmarks.scenarios.octodns import PLAN, plan_case, plans_of_snapshot
from benchmarks.scenarios.planning import counted
from benchmarks.service import serving

TERRAFORM = "Terraform, terraform_data, 1 % changed"
BINARIES = ("terraform", "tofu")


def measure(bench: Bench) -> list[Row]:
    """As many resources as videos in the smallest size; nothing where there is no binary."""
    binary = next((found for name in BINARIES if (found := shutil.which(name))), None)
    if binary is None:
        bench.say("skipped: neither terraform nor tofu is on PATH")
        return []
    videos = bench.sizes[0]
    folder = bench.library(videos)
    project = folder / "terraform"
    environ = {"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": str(project / "cli.tfrc"), "TF_IN_AUTOMATION": "1"}
    _prepare(project, binary, environ, videos)
    with serving(folder / "library.db", quotas=False) as service:
        terraform = Case(
            name=TERRAFORM,
            command=[binary, f"-chdir={project}", "plan", "-input=false", "-no-color", "-lock=false"],
            environ=environ,
            cores=second_core(),
            check=printed(r"Plan: 0 to add, (\d+) to change, 0 to destroy", videos // 100),
        )
        plans = [plan_case(bench, folder, videos, service), *plans_of_snapshot(folder, videos, service)]
        cases, calls = counted([*plans, terraform], service)
        usages = take_turns(cases, bench.runs, warm=videos < LARGEST_WARMED)
    version = json.loads(quietly([binary, "version", "-json"], environ=environ))["terraform_version"]
    measured = [
        replace(calls.into(row), note=f"version {version}") for row in rows(usages, videos=videos, of={TERRAFORM: PLAN})
    ]
    tell(bench, "terraform", measured)
    return measured


def _prepare(project: Path, binary: str, environ: dict[str, str], items: int) -> None:
    """Apply one resource, and give the others a state like its own: applying them takes the square of their number."""
    project.mkdir(exist_ok=True)
    (project / "cli.tfrc").write_text("")
    state = project / "terraform.tfstate"
    state.unlink(missing_ok=True)
    _write(project, _resources(1, changed=False))
    quietly([binary, f"-chdir={project}", "init", "-input=false"], environ=environ)
    quietly([binary, f"-chdir={project}", "apply", "-input=false", "-auto-approve", "-no-color"], environ=environ)
    document = json.loads(state.read_bytes())
    (first,) = document["resources"]
    document["resources"] = [
        _applied(first, name, one["input"]) for name, one in _resources(items, changed=False).items()
    ]
    state.write_text(json.dumps(document))
    _write(project, _resources(items, changed=True))


def _applied(like: Mapping[str, Any], name: str, value: object) -> dict[str, Any]:
    """The state of a resource, made of that of another one."""
    found = {**copy.deepcopy(dict(like)), "name": name}
    attributes = found["instances"][0]["attributes"]
    attributes["id"] = str(uuid.uuid4())
    attributes["input"]["value"] = attributes["output"]["value"] = value
    return found


def _resources(items: int, *, changed: bool) -> dict[str, dict[str, Any]]:
    def item(number: int) -> dict[str, Any]:
        suffix = " (changed)" if changed and number % 100 == 0 else ""
        return {
            "input": {
                "title": f"Lesson {number:07d}{suffix}",
                "description": f"Made for a benchmark, number {number}",
                "tags": ["made", "course"],
                "category": "Shelf 01",
            }
        }

    return {f"v{number:07d}": item(number) for number in range(items)}


def _write(project: Path, resources: Mapping[str, object]) -> None:
    (project / "main.tf.json").write_text(json.dumps({"resource": {"terraform_data": resources}}, indent=1))
