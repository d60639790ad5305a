"""Commands as things to measure: run in turn, checked after every run, and stopped at the first wrong answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

LAUNCH = Path(__file__).with_name("launch.py")


class WrongAnswer(Exception):
    """A command failed, or answered something else than it has to; its time means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one run cost: seconds on the clock, seconds of CPU with those of its children, bytes at most in memory."""

    wall: float
    cpu: float
    peak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing to measure.

    cores:   the cores it may use; None for all of them.
    before:  is called before each run, uncounted: caches are emptied there.
    check:   gets what was printed on stdout, as a file, and raises WrongAnswer.
    after:   is called after each run: calls are counted there.
    """

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    cores: frozenset[int] | None = None
    before: Callable[[], None] | None = None
    check: Callable[[Path], None] | None = None
    after: Callable[[], None] | None = None
    accepted: frozenset[int] = frozenset({0})


def first_core() -> frozenset[int]:
    """The core for the emulator: the first of those there are."""
    return frozenset(_cores()[:1])


def second_core() -> frozenset[int]:
    """The core for what is measured: the second, or the only one."""
    return frozenset(_cores()[1:2] or _cores()[:1])


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def take_turns(cases: Sequence[Case], runs: int, *, warm: bool = True) -> dict[str, list[Usage]]:
    """Run all cases once, then all of them again, so that a drift of the machine hits all alike.

    warm:   one round first that is checked and not counted.
    raises: WrongAnswer.
    """
    found: dict[str, list[Usage]] = {case.name: [] for case in cases}
    for turn in range(-1 if warm else 0, runs):
        for case in cases:
            usage = run(case)
            if turn >= 0:
                found[case.name].append(usage)
    return found


def run(case: Case, *, sample: bool = False) -> Usage:
    """Run one case once. raises: WrongAnswer."""
    if case.before:
        case.before()
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        job = {
            "command": list(case.command),
            "cores": sorted(case.cores or ()),
            "out": str(out),
            "err": str(err),
            "sample": sample,
        }
        done = subprocess.run(
            [sys.executable, "-S", str(LAUNCH), json.dumps(job)],
            env={**os.environ, **case.environ},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        told = json.loads(done.stdout)
        if told["code"] not in case.accepted:
            said = err.read_text(errors="replace")[-2_000:] or out.read_text(errors="replace")[-2_000:]
            raise WrongAnswer(f"{case.name}: exit code {told['code']} of {' '.join(case.command)[:500]}\n{said}")
        if case.check:
            try:
                case.check(out)
            except WrongAnswer as error:
                raise WrongAnswer(f"{case.name}: {error}\n{err.read_text(errors='replace')[-2_000:]}") from error
    if case.after:
        case.after()
    return Usage(wall=told["wall"], cpu=told["cpu"], peak=told["peak"])


def quietly(command: Sequence[str], *, cwd: Path | None = None, environ: Mapping[str, str] | None = None) -> str:
    """Run a command that is not measured; what it printed. raises: WrongAnswer when it fails."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(environ or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr[-2_000:] or done.stdout[-2_000:]
        raise WrongAnswer(f"exit code {done.returncode} of {' '.join(command)[:500]}\n{said}")
    return done.stdout
