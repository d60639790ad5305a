"""Terraform planning as many of its built-in `terraform_data`, one in a hundred changed, per item.

`terraform_data` reaches no service: what is measured is Terraform's own work with its state and its graph.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from benchmarks.answers import printed
from benchmarks.bench import Bench, Case, Row, rows, tell
from benchmarks.processes import quietly, second_core, take_turns
from benchmarks.scenarios.octodns import PLAN, plan_case
from benchmarks.scenarios.planning import counted
from benchmarks.service import serving

TERRAFORM = "Terraform, terraform_data, 1 % changed"
ITEMS = 1_000
"""Resources; the time that one takes grows with their number, so a small number is to Terraform's advantage."""

BINARIES = ("terraform", "tofu")


def measure(bench: Bench) -> list[Row]:
    """A thousand resources and a thousand videos; nothing where there is no binary."""
    binary = next((found for name in BINARIES if (found := shutil.which(name))), None)
    if binary is None:
        bench.say("skipped: neither terraform nor tofu is on PATH")
        return []
    folder = bench.library(ITEMS)
    project = folder / "terraform"
    environ = {"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": str(project / "cli.tfrc"), "TF_IN_AUTOMATION": "1"}
    _prepare(project, binary, environ)
    with serving(folder / "library.db", quotas=False) as service:
        terraform = Case(
            name=TERRAFORM,
            command=[binary, f"-chdir={project}", "plan", "-input=false", "-no-color", "-lock=false"],
            environ=environ,
            cores=second_core(),
            check=printed(r"Plan: 0 to add, (\d+) to change, 0 to destroy", ITEMS // 100),
        )
        cases, calls = counted([plan_case(bench, folder, ITEMS, service), terraform], service)
        usages = take_turns(cases, bench.runs)
    version = json.loads(quietly([binary, "version", "-json"], environ=environ))["terraform_version"]
    measured = [
        replace(calls.into(row), note=f"version {version}") for row in rows(usages, videos=ITEMS, of={TERRAFORM: PLAN})
    ]
    tell(bench, "terraform", measured)
    return measured


def _prepare(project: Path, binary: str, environ: dict[str, str]) -> None:
    project.mkdir(exist_ok=True)
    (project / "cli.tfrc").write_text("")
    _write(project, changed=False)
    quietly([binary, f"-chdir={project}", "init", "-input=false"], environ=environ)
    quietly([binary, f"-chdir={project}", "apply", "-input=false", "-auto-approve", "-no-color"], environ=environ)
    _write(project, changed=True)


def _write(project: Path, *, changed: bool) -> None:
    def item(number: int) -> dict[str, object]:
        suffix = " (changed)" if changed and number % 100 == 0 else ""
        return {
            "input": {
                "title": f"Lesson {number:07d}{suffix}",
                "description": f"Made for a benchmark, number {number}",
                "tags": ["made", "course"],
                "category": "Shelf 01",
            }
        }

    resources = {f"v{number:07d}": item(number) for number in range(ITEMS)}
    document = {"resource": {"terraform_data": resources}}
    (project / "main.tf.json").write_text(json.dumps(document, indent=1))
