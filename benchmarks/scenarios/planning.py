"""`plan` where the service answers as fast as it can, beside a bare loop of the same calls."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.answers import planned
from benchmarks.bench import (
    LARGEST_WARMED,
    PYTHON,
    VODPLAN,
    Bench,
    Case,
    Row,
    WrongAnswer,
    environ_of,
    forget,
    rows,
    tell,
)
from benchmarks.library import LARGEST_FILE, git, retitle, write_settings
from benchmarks.processes import second_core, take_turns
from benchmarks.service import Service, serving

SETTING = "no limits"
BARE = "bare loop of the same calls"
CLIENT = "the same calls with vodplan's client"
UNCHANGED = "plan by id, 0 % changed"
CACHED = "plan by id, 0 % changed, manifests cached"
WALK = "plan by a walk, 0 % changed"
ONE_FILE = "plan by id, 0 % changed, one file"
SINCE = "plan --changed-since, 100 of one file changed"
EDITED = 100
"""Videos of one manifest that are changed since the commit."""


def measure(bench: Bench) -> list[Row]:
    """Every size: nothing, one in a hundred and everything changed; by id and by a walk; since a commit."""
    found: list[Row] = []
    for videos in bench.sizes:
        folder = bench.library(videos)
        with serving(folder / "library.db", quotas=False) as service:
            cases, calls = _cases(bench, folder, videos, service)
            usages = take_turns(cases, bench.runs_for(videos), warm=videos <= LARGEST_WARMED)
        of = {case.name: BARE for case in cases if case.name != BARE}
        now = [calls.into(row) for row in rows(usages, videos=videos, setting=SETTING, of=of)]
        tell(bench, "plan", now)
        found += now
    return found


def floors(folder: Path, service: Service) -> list[Case]:
    """The two loops that make the calls and nothing else."""
    return [
        Case(
            name=name,
            command=[PYTHON, "-m", "benchmarks.floor", how, str(folder / "records.json")],
            environ=environ_of(folder, service.environ),
            cores=second_core(),
        )
        for name, how in ((BARE, "bare"), (CLIENT, "client"))
    ]


def command(project: Path, flags: Sequence[str] = ()) -> list[str]:
    """`plan` of a project, as JSON."""
    return [*VODPLAN, "plan", "--config", str(project / "vodplan.yaml"), "--format", "json", *flags]


@dataclass(slots=True)
class Counted:
    """The calls of cases, by the emulator's log: those of the last run of each, and the throttled ones of all runs."""

    calls: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    throttled: dict[str, int] = field(default_factory=dict)

    def into(self, row: Row) -> Row:
        """The row with its calls."""
        return replace(row, calls=self.calls[row.case], throttled=self.throttled[row.case])


def counted(cases: Sequence[Case], service: Service) -> tuple[list[Case], Counted]:
    """The cases as they are, with their calls counted. What says that it walks has to walk."""
    found = Counted()

    def counting(case: Case) -> Case:
        def before() -> None:
            if case.before:
                case.before()
            if service.quotas:
                # What the run before called in its last second counts against the quota of this one.
                time.sleep(1.1)
            service.ask()

        def after() -> None:
            calls = service.ask()
            if "by a walk" in case.name and "SearchMedia" not in calls:
                raise WrongAnswer(f"{case.name}: nothing was walked: {calls}")
            found.calls[case.name] = calls
            now = sum(answers.get("Throttling.User", 0) for answers in calls.values())
            found.throttled[case.name] = found.throttled.get(case.name, 0) + now

        return replace(case, before=before, after=after)

    return [counting(case) for case in cases], found


def since(folder: Path, videos: int) -> Path:
    """The project in git with some titles of one manifest changed after the commit."""
    project = folder / "many/0"
    manifest = project / "manifests/videos-007.yaml"
    git(project, ("checkout", "-q", "--", "."))
    retitle(manifest, min(EDITED, videos // 100), " (edited)")
    return project


def _cases(bench: Bench, folder: Path, videos: int, service: Service) -> tuple[list[Case], Counted]:
    by_id = ("--read-by", "ids") if bench.has("--read-by") else ()
    edited = min(EDITED, videos // 100)

    def case(
        name: str, project: Path, flags: Sequence[str], *, update: int, cold: bool = True, edit: bool = False
    ) -> Case:
        def before() -> None:
            write_settings(project, quotas=False)
            if cold:
                forget(project)
            if edit:
                since(folder, videos)
            elif (project / ".git").exists():
                git(project, ("checkout", "-q", "--", "."))

        total = edited if edit else videos
        return Case(
            name=name,
            command=command(project, flags),
            environ=environ_of(project, service.environ),
            cores=second_core(),
            before=before,
            check=planned(update=update, unchanged=total - update),
        )

    many, one = folder / "many", folder / "one"
    cases = floors(folder, service)
    cases += [
        case(UNCHANGED, many / "0", by_id, update=0),
        case(CACHED, many / "0", by_id, update=0, cold=False),
        case("plan by id, 1 % changed", many / "1", by_id, update=videos // 100),
        case("plan by id, 100 % changed", many / "100", by_id, update=videos),
    ]
    if by_id:
        cases.append(case(WALK, many / "0", ("--read-by", "search"), update=0))
    if videos <= LARGEST_FILE:
        cases.append(case(ONE_FILE, one / "0", by_id, update=0))
    if bench.has("--changed-since"):
        cases.append(case(SINCE, many / "0", ("--changed-since", "HEAD"), update=edited, cold=False, edit=True))
    return counted(cases, service)
