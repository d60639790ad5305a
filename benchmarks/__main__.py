"""`make bench`: measure, keep the results, write docs/performance.md.

Without arguments a library of 10,000 videos, which takes a few minutes. Sections measured before and not now are kept
as they are, unless they are of another machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import page, results
from benchmarks.bench import REPOSITORY, Bench, Row
from benchmarks.processes import WrongAnswer
from benchmarks.scenarios import SCENARIOS

ALL_SIZES = (10_000, 100_000, 1_000_000)


def main() -> int:
    """Measure what the command line asks for; 0, or 1 when a command failed or gave a wrong answer."""
    arguments = _arguments()
    os.chdir(REPOSITORY)
    if arguments.render:
        page.write(results.load())
        return 0
    machine = results.this_machine()
    kept = results.load()
    found = kept if kept and kept.machine == machine else results.Results(machine=machine)
    with tempfile.TemporaryDirectory(prefix="vodplan-bench-", dir=arguments.folder) as folder:

        def keep(section: str, rows: Sequence[Row]) -> None:
            if not arguments.dry:
                found.add(section, rows)
                results.save(found)
                page.write(results.load())

        bench = Bench(root=Path(folder), sizes=arguments.videos, runs=arguments.runs, full=arguments.full, keep=keep)
        for name in arguments.only:
            try:
                SCENARIOS[name](bench)
            except WrongAnswer as error:
                print(f"benchmarks: {name}: {error}", file=sys.stderr)
                return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("--videos", type=int, nargs="+", metavar="N", help="sizes of the library (10000)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="counted runs of each case (3)")
    parser.add_argument(
        "--only", type=_sections, default=list(SCENARIOS), metavar="A,B", help=f"sections: {', '.join(SCENARIOS)}"
    )
    parser.add_argument(
        "--full", action="store_true", help="all sizes to a million, and what takes minutes with quotas: an hour or two"
    )
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where libraries are made (a temporary folder)")
    parser.add_argument("--dry", action="store_true", help="print figures only; keep and write nothing")
    parser.add_argument("--render", action="store_true", help="only write docs/performance.md from what is kept")
    arguments = parser.parse_args()
    arguments.videos = sorted(set(arguments.videos or (ALL_SIZES if arguments.full else ALL_SIZES[:1])))
    if arguments.videos[0] < 1_000 or arguments.runs < 1:
        parser.error("a library has 1,000 videos at least, and a case one run")
    return arguments


def _sections(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no section {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
