"""Reading a library with the vendor's SDKs, beside `plan`, which reads it too and does all the rest as well."""

from __future__ import annotations

from pathlib import Path

from benchmarks.answers import planned
from benchmarks.bench import PYTHON, Bench, Case, Row, environ_of, forget, rows, tell
from benchmarks.library import git, write_settings
from benchmarks.processes import second_core, take_turns
from benchmarks.scenarios import planning, quotas
from benchmarks.scenarios.planning import command, counted
from benchmarks.service import Service, serving

VIDEOS = 10_000
OLD = "old SDK, one call after another"
NEW = "new SDK, one call after another"
THREADS = "new SDK, 8 threads"
PLAN = "plan by id, 0 % changed"


def measure(bench: Bench) -> list[Row]:
    """The smallest size, without limits and with quotas."""
    videos = min(VIDEOS, bench.sizes[0])
    folder = bench.library(videos)
    found: list[Row] = []
    for limited in (False, True):
        with serving(folder / "library.db", quotas=limited) as service:
            cases, calls = counted(_cases(bench, folder, videos, service), service)
            usages = take_turns(cases, bench.runs, warm=not limited)
        setting = quotas.SETTING if limited else planning.SETTING
        of = {name: PLAN for name in (OLD, NEW, THREADS)}
        found += [calls.into(row) for row in rows(usages, videos=videos, setting=setting, of=of)]
    tell(bench, "vendor", found)
    return found


def _cases(bench: Bench, folder: Path, videos: int, service: Service) -> list[Case]:
    project = folder / "many/0"

    def before() -> None:
        write_settings(project, quotas=service.quotas)
        git(project, ("checkout", "-q", "--", "."))
        forget(project)

    def sdk(name: str, *words: str) -> Case:
        which, *threads = words
        return Case(
            name=name,
            command=[PYTHON, "-W", "ignore", "-m", "benchmarks.vendor", which, str(folder / "records.json"), *threads],
            environ=environ_of(folder, service.environ),
            cores=second_core(),
        )

    plan = Case(
        name=PLAN,
        command=command(project, ("--read-by", "ids") if bench.has("--read-by") else ()),
        environ=environ_of(project, service.environ),
        cores=second_core(),
        before=before,
        check=planned(update=0, unchanged=videos),
    )
    return [plan, sdk(OLD, "old"), sdk(NEW, "new"), sdk(THREADS, "new", "8")]
