"""What every scenario is given: sizes, runs, libraries, and how a row of results is made."""

from __future__ import annotations

import math
import shutil
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import Case, Usage, WrongAnswer, quietly

PYTHON = sys.executable
LARGEST_WARMED = 100_000
"""Videos up to which a round goes before those that are counted; a larger one takes many minutes, and warms nothing."""
VODPLAN = (PYTHON, "-m", "vodplan")
REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of results.

    setting: how the service was played, or empty.
    wall, cpu: seconds of every counted run, in order; a row's ratios are medians of those of one turn.
    peak:    bytes, the most of any run; 0 when not told.
    of:      the case of the same setting and size that this one is compared with; empty for a floor.
    floor:   seconds below which the documented rates do not let anybody go; 0 where there is none.
    calls:   operation → answer → how often, of the last run.
    throttled: calls that the service refused as too many, of all runs together.
    """

    case: str
    videos: int
    setting: str = ""
    wall: Sequence[float] = ()
    cpu: Sequence[float] = ()
    peak: int = 0
    of: str = ""
    floor: float = 0.0
    calls: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    throttled: int = 0
    note: str = ""


@dataclass(slots=True, kw_only=True)
class Bench:
    """One run of the measurements.

    sizes: videos, ascending.
    runs:  counted runs of each case.
    full:  also what takes long.
    keep:  is given the rows of a section and size as soon as they are there.
    """

    root: Path
    sizes: Sequence[int]
    runs: int
    full: bool
    keep: Callable[[str, Sequence[Row]], None] = lambda section, rows: None
    _help: str = ""

    def library(self, videos: int) -> Path:
        """The folder of a library of so many videos; made when first asked for."""
        folder = self.root / str(videos)
        if not folder.exists():
            folder.mkdir()
            self.say(f"making a library of {videos:,} videos")
            quietly([PYTHON, "-m", "benchmarks.library", str(folder), str(videos)], cwd=REPOSITORY)
        return folder

    def runs_for(self, videos: int) -> int:
        """Fewer for a million, which take minutes each and do not scatter."""
        return self.runs if videos <= 100_000 else math.ceil(self.runs / 3)

    def has(self, flag: str) -> bool:
        """Whether `plan` takes a flag; says so when it does not."""
        self._help = self._help or quietly([*VODPLAN, "plan", "--help"], cwd=REPOSITORY, environ={"COLUMNS": "500"})
        line = next((one for one in self._help.splitlines() if one.strip().startswith(flag)), "not in this version")
        if "not in this version" in line:
            self.say(f"skipped: plan has no {flag}")
            return False
        return True

    def say(self, what: str) -> None:
        """Tell how far it is, on stderr."""
        print(f"# {what}", file=sys.stderr, flush=True)


def forget(project: Path) -> None:
    """Take away everything vodplan keeps for a project, its caches above all."""
    for name in (".vodplan", ".cache"):
        shutil.rmtree(project / name, ignore_errors=True)


def environ_of(project: Path, service: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command for a project, with caches of its own."""
    return {**service, "XDG_CACHE_HOME": str(project / ".cache"), "PYTHONPATH": str(REPOSITORY)}


def rows(
    usages: Mapping[str, Sequence[Usage]], *, videos: int, setting: str = "", of: Mapping[str, str] | None = None
) -> list[Row]:
    """A row for each case. of: case → the case it is compared with."""
    return [
        Row(
            case=name,
            videos=videos,
            setting=setting,
            wall=[one.wall for one in found],
            cpu=[one.cpu for one in found],
            peak=max(one.peak for one in found),
            of=(of or {}).get(name, ""),
        )
        for name, found in usages.items()
    ]


def tell(bench: Bench, section: str, found: Sequence[Row]) -> None:
    """Say the medians of rows as they come, and keep them."""
    bench.keep(section, found)
    for row in found:
        bench.say(
            f"{section}: {row.case}, {row.videos:,} {row.setting}: wall {statistics.median(row.wall):.3f} s, "
            f"cpu {statistics.median(row.cpu):.3f} s, {row.peak / 1e6:.0f} MB"
        )


__all__ = [
    "LARGEST_WARMED",
    "PYTHON",
    "REPOSITORY",
    "VODPLAN",
    "Bench",
    "Case",
    "Row",
    "WrongAnswer",
    "environ_of",
    "forget",
    "rows",
    "tell",
]
