"""Results as a file: rows by section, with the machine and the day they were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson

from benchmarks.bench import Row

FILE = Path(__file__).with_name("results.json")


@dataclass(slots=True, kw_only=True)
class Results:
    """Everything measured on one machine.

    sections: name → rows, in the order they were measured.
    dates:    name → the day of its newest rows, UTC.
    """

    machine: Mapping[str, str]
    sections: dict[str, list[Row]] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)

    def add(self, section: str, rows: Sequence[Row]) -> None:
        """Put rows in; older ones of the same section and size go, for no figure is compared with another run's."""
        sizes = {row.videos for row in rows}
        kept = [row for row in self.sections.get(section, []) if row.videos not in sizes]
        self.sections[section] = sorted([*kept, *rows], key=lambda row: row.videos)
        self.dates[section] = datetime.now(UTC).date().isoformat()


def this_machine() -> dict[str, str]:
    """What the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "processor": _processor(),
        "memory": f"{round(memory / 2**30)} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def load(path: Path = FILE) -> Results | None:
    """The results that are kept; None when there are none."""
    if not path.exists():
        return None
    told = orjson.loads(path.read_bytes())
    return Results(
        machine=told["machine"],
        sections={name: [Row(**row) for row in rows] for name, rows in told["sections"].items()},
        dates=told["dates"],
    )


def save(results: Results, path: Path = FILE) -> None:
    """Keep results; seconds to a tenth of a millisecond."""
    sections = {name: [_rounded(row) for row in rows] for name, rows in results.sections.items()}
    document = {"machine": results.machine, "dates": results.dates, "sections": sections}
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _rounded(row: Row) -> dict[str, object]:
    out = asdict(row)
    for name in ("wall", "cpu"):
        out[name] = [round(one, 4) for one in getattr(row, name)]
    return out


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
