"""`validate` from nothing and from its cache, beside orjson that reads the same records."""

from __future__ import annotations

from pathlib import Path

from benchmarks.answers import validated
from benchmarks.bench import LARGEST_WARMED, PYTHON, VODPLAN, Bench, Case, Row, environ_of, forget, rows, tell
from benchmarks.library import LARGEST_FILE
from benchmarks.processes import second_core, take_turns

FLOOR = "orjson reads the records"
COLD = "validate, nothing cached, one core"
COLD_ALL = "validate, nothing cached, all cores"
COLD_ONE_FILE = "validate, nothing cached, one core, one file"
WARM = "validate, cached, one core"


def measure(bench: Bench) -> list[Row]:
    """Every size, from a hundred files, and from one where a file may be so large."""
    found: list[Row] = []
    for videos in bench.sizes:
        cases = _cases(bench.library(videos), videos)
        usages = take_turns(cases, bench.runs_for(videos), warm=videos <= LARGEST_WARMED)
        now = rows(usages, videos=videos, of={case.name: FLOOR for case in cases if case.name != FLOOR})
        tell(bench, "validate", now)
        found += now
    return found


def command(project: Path) -> list[str]:
    """`validate` of a project, as JSON."""
    return [*VODPLAN, "validate", "--config", str(project / "vodplan.yaml"), "--format", "json"]


def _cases(folder: Path, videos: int) -> list[Case]:
    def case(name: str, project: Path, *, cold: bool, one_core: bool = True) -> Case:
        return Case(
            name=name,
            command=command(project),
            environ=environ_of(project, {}),
            cores=second_core() if one_core else None,
            before=(lambda: forget(project)) if cold else None,
            check=validated(videos),
        )

    many, one = folder / "many/0", folder / "one/0"
    return [
        Case(
            name=FLOOR,
            command=[PYTHON, "-m", "benchmarks.floor", "records", str(folder / "records.json")],
            environ=environ_of(many, {}),
            cores=second_core(),
        ),
        case(COLD_ALL, many, cold=True, one_core=False),
        case(COLD, many, cold=True),
        # After a cold run, so that there is a cache.
        case(WARM, many, cold=False),
        *([case(COLD_ONE_FILE, one, cold=True)] if videos <= LARGEST_FILE else []),
    ]
