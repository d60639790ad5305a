"""`python -m benchmarks`: every measurement, printed as tables."""

from __future__ import annotations

import argparse

from benchmarks import planning


def main() -> None:
    """Run the measurements asked for; all when none is named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--videos", type=int, default=10_000, help="videos in the library (10000)")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each measurement, after one warm-up (3)")
    arguments = parser.parse_args()
    planning.run(videos=arguments.videos, runs=arguments.runs)


if __name__ == "__main__":
    main()
