"""Whether a command answered what it has to; a time without that is no result."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from benchmarks.processes import WrongAnswer

_TAIL = 65_536
"""Bytes; `summary` is one of the last members of a plan, and the rest of one may be a gigabyte."""


def validated(videos: int) -> Callable[[Path], None]:
    """A check that `validate --format json` found so many videos and nothing wrong."""

    def check(out: Path) -> None:
        told = json.loads(out.read_bytes())
        if told.get("entries", {}).get("video") != videos or told.get("diagnostics"):
            raise WrongAnswer(f"{videos} videos without a finding were expected, this came: {str(told)[:500]}")

    return check


def planned(*, update: int, unchanged: int) -> Callable[[Path], None]:
    """A check that `plan --format json` has so many updates, so many videos as they are, and nothing else."""

    def check(out: Path) -> None:
        with out.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
            tail = file.read().decode("utf-8", errors="replace")
        found = re.search(r'"summary":\s*(\{[^{}]*\})', tail)
        told = {name: count for name, count in json.loads(found[1]).items() if count} if found else None
        expected = {name: count for name, count in (("unchanged", unchanged), ("update", update)) if count}
        if told != expected:
            raise WrongAnswer(f"the plan says {told}, and has to say {expected}: {tail[-500:]}")

    return check


def printed(pattern: str, count: int, *, stream: str = "out") -> Callable[[Path], None]:
    """A check that a text was printed on stdout (`out`) or stderr (`err`) whose first group adds up to so many."""

    def check(out: Path) -> None:
        text = out.with_name(stream).read_text(encoding="utf-8", errors="replace")
        found = [int(one) for one in re.findall(pattern, text)]
        if not found or sum(found) != count:
            raise WrongAnswer(f"{pattern} has to give {count}, and gives {sum(found)}: {text[-800:]}")

    return check
