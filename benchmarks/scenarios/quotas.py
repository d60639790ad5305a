"""`plan` against the documented quotas, 30 ms away: how near to their floor it comes, and that none is broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.answers import planned
from benchmarks.bench import Bench, Case, Row, environ_of, forget, rows, tell
from benchmarks.library import git, write_settings
from benchmarks.processes import take_turns
from benchmarks.scenarios.planning import command, counted
from benchmarks.service import LATENCY_MS, Service, serving
from vodplan.kinds.operations import OPERATIONS

SETTING = f"quotas, {LATENCY_MS} ms"
UNCHANGED = "plan by id, 0 % changed"
WALK = "plan by a walk, 0 % changed"
AUTO = "plan, the road left to vodplan, 0 % changed"
LARGEST_BY_ID = 100_000
"""Videos; a million by id take 500 seconds of quota, which nothing that a client does can shorten."""


def floor(operation: str, items: int) -> float:
    """Seconds that so many assets take at the operation's documented rate and batch."""
    spec = OPERATIONS[operation]
    return -(-items // spec.batch) / spec.rate


def measure(bench: Bench) -> list[Row]:
    """By id, by a walk, and as vodplan chooses; all cores, since both sides mostly wait."""
    found: list[Row] = []
    for videos in bench.sizes:
        if videos > LARGEST_BY_ID and not bench.full:
            bench.say(f"skipped: {videos:,} videos with quotas, which take minutes; --full measures them")
            continue
        folder = bench.library(videos)
        with serving(folder / "library.db", quotas=True) as service:
            cases, calls = counted(_cases(bench, folder, videos, service), service)
            usages = take_turns(cases, _runs(bench, videos), warm=videos <= 10_000)
        now = [
            replace(calls.into(row), floor=floor("SearchMedia" if row.case == WALK else "GetVideoInfos", videos))
            for row in rows(usages, videos=videos, setting=SETTING)
        ]
        tell(bench, "quotas", now)
        found += now
    return found


def _runs(bench: Bench, videos: int) -> int:
    return 1 if videos > LARGEST_BY_ID else bench.runs_for(videos)


def _cases(bench: Bench, folder: Path, videos: int, service: Service) -> list[Case]:
    project = folder / "many/0"

    def before() -> None:
        write_settings(project, quotas=True)
        git(project, ("checkout", "-q", "--", "."))
        forget(project)

    def case(name: str, flags: Sequence[str]) -> Case:
        return Case(
            name=name,
            command=command(project, flags),
            environ=environ_of(project, service.environ),
            before=before,
            check=planned(update=0, unchanged=videos),
        )

    if not bench.has("--read-by"):
        return [case(UNCHANGED, ())]
    by_id = [case(UNCHANGED, ("--read-by", "ids"))] if videos <= LARGEST_BY_ID else []
    return [*by_id, case(WALK, ("--read-by", "search")), case(AUTO, ())]
