"""What a process and its children hold at most, by size: bytes per managed video are the slope between two sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.answers import planned, validated
from benchmarks.bench import Bench, Case, Row, environ_of, forget, rows
from benchmarks.library import git, write_settings
from benchmarks.processes import run
from benchmarks.scenarios import planning, validating
from benchmarks.service import Service, serving

VALIDATE = "validate, nothing cached, all cores"
VALIDATE_ONE = "validate, nothing cached, one core"
WARM = "validate, cached, all cores"
PLAN = "plan by id, 0 % changed"
PLAN_CHANGED = "plan by id, 100 % changed"
WALK = "plan by a walk, 0 % changed"


def measure(bench: Bench) -> list[Row]:
    """One run of each at each size, sampled, never timed; a tenth of the size beside it where there is only one."""
    sizes = bench.sizes if len(bench.sizes) > 1 else [bench.sizes[0] // 10, *bench.sizes]
    found: list[Row] = []
    for videos in sizes:
        folder = bench.library(videos)
        here: list[Row] = []
        with serving(folder / "library.db", quotas=False) as service:
            for case in _cases(bench, folder, videos, service):
                usage = run(case, sample=True)
                now = [replace(row, wall=(), cpu=()) for row in rows({case.name: [usage]}, videos=videos)]
                bench.say(f"memory: {case.name}, {videos:,}: {usage.peak / 1e6:.0f} MB")
                here += now
        bench.keep("memory", here)
        found += here
    return found


def _cases(bench: Bench, folder: Path, videos: int, service: Service) -> list[Case]:
    from benchmarks.processes import second_core

    many = folder / "many"

    def fresh(project: Path, *, cold: bool = True) -> Callable[[], None]:
        def before() -> None:
            write_settings(project, quotas=False)
            if (project / ".git").exists():
                git(project, ("checkout", "-q", "--", "."))
            if cold:
                forget(project)

        return before

    def validate(name: str, *, one_core: bool = False, cold: bool = True) -> Case:
        return Case(
            name=name,
            command=validating.command(many / "0"),
            environ=environ_of(many / "0", {}),
            cores=second_core() if one_core else None,
            before=fresh(many / "0", cold=cold),
            check=validated(videos),
        )

    def plan(name: str, project: Path, update: int, *flags: str) -> Case:
        return Case(
            name=name,
            command=planning.command(project, flags),
            environ=environ_of(project, service.environ),
            before=fresh(project),
            check=planned(update=update, unchanged=videos - update),
        )

    by_id = ("--read-by", "ids") if bench.has("--read-by") else ()
    walk = [plan(WALK, many / "0", 0, "--read-by", "search")] if by_id else []
    return [
        validate(VALIDATE_ONE, one_core=True),
        validate(VALIDATE),
        validate(WARM, cold=False),
        plan(PLAN, many / "0", 0, *by_id),
        plan(PLAN_CHANGED, many / "100", videos, *by_id),
        *walk,
    ]
