"""`apply` of 20,000 updates against the documented quotas, 30 ms away, beside the least time that the rates allow.

Runs take turns between two states: the titles with a suffix, and without. Each run applies all of them, and the next
one applies them back, so that every run has the same work and starts from what the last one left.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from benchmarks.bench import VODPLAN, Bench, Case, Row, WrongAnswer, environ_of, forget, rows, tell
from benchmarks.library import git, write_settings
from benchmarks.processes import quietly, take_turns
from benchmarks.scenarios.planning import counted
from benchmarks.scenarios.quotas import SETTING
from benchmarks.service import Service, serving
from vodplan.kinds.operations import OPERATIONS

UPDATES = 20_000
QUICK = 2_000
CASE = "apply a saved plan of updates"


def floor(updates: int) -> float:
    """Seconds: everything read again before the first write, then both write operations at their rates together."""
    reads, batches, singles = (OPERATIONS[name] for name in ("GetVideoInfos", "UpdateVideoInfos", "UpdateVideoInfo"))
    writes = batches.rate * batches.batch + singles.rate * singles.batch
    return updates / (reads.rate * reads.batch) + updates / writes


def measure(bench: Bench) -> list[Row]:
    """20,000 updates with `--full`, and a tenth of them without."""
    updates = UPDATES if bench.full else QUICK
    folder = bench.library(updates)
    with serving(folder / "library.db", quotas=True) as service:
        cases, calls = counted([_case(folder, updates, service)], service)
        usages = take_turns(cases, bench.runs, warm=False)
    found = [replace(calls.into(row), floor=floor(updates)) for row in rows(usages, videos=updates, setting=SETTING)]
    tell(bench, "apply", found)
    return found


def _case(folder: Path, updates: int, service: Service) -> Case:
    plan = folder / "plan.json"
    command = [*VODPLAN, "apply", str(plan), "--auto-approve", "--format", "json", "--config"]
    states = [folder / "many/100", folder / "many/0"]
    project = folder / "many/0"

    def before() -> None:
        wanted = states[0]
        states.reverse()
        write_settings(wanted, quotas=True)
        if (wanted / ".git").exists():
            git(wanted, ("checkout", "-q", "--", "."))
        forget(wanted)
        # The store of runs is that of one project, whichever manifests were planned.
        environ = environ_of(wanted, service.environ)
        config = str(wanted / "vodplan.yaml")
        quietly([*VODPLAN, "plan", "--config", config, "--out", str(plan)], environ=environ)

    def check(out: Path) -> None:
        told = json.loads(out.read_bytes())
        counts = {name: count for name, count in told["counts"].items() if count}
        if counts != {"done": updates} or not told["converged"]:
            raise WrongAnswer(f"{updates} updates were to be done and to read back, this came: {counts}")

    return Case(
        name=CASE,
        command=[*command, str(project / "vodplan.yaml")],
        environ=environ_of(project, service.environ),
        before=before,
        check=check,
    )
