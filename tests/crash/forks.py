"""Orders for `forking.py`, and what came of them."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crash.points import Point

SCRIPT = Path(__file__).with_name("forking.py")


@dataclass(frozen=True, slots=True)
class Ended:
    """How one process ended.

    killed: whether it was killed; then it said nothing.
    said:   `report` or `error`, and `passed`.
    """

    killed: bool
    said: Mapping[str, Any]

    @property
    def report(self) -> Mapping[str, Any]:
        """The report that it gave; fails with the error that it ended with instead."""
        assert "report" in self.said, self.said.get("error") or self.said.get("bug")
        report: Mapping[str, Any] = self.said["report"]
        return report

    @property
    def error(self) -> Mapping[str, Any]:
        """The error that it ended with; fails with its report if there is one."""
        assert "error" in self.said, self.said.get("report") or self.said.get("bug")
        error: Mapping[str, Any] = self.said["error"]
        return error

    @property
    def passed(self) -> list[Point]:
        """Every boundary that it passed, in order."""
        return [(label, number) for label, number in self.said["passed"]]


class Forks:
    """The warm process that forks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def apply(
        self,
        root: Path,
        environ: Mapping[str, str],
        planfile: Path,
        *,
        allow_deletes: int,
        at: Point | None = None,
        **more: object,
    ) -> Ended:
        """Apply a saved plan in a process of its own, to its end or to the boundary where it is killed."""
        return self._order(
            {
                "do": "apply",
                "root": str(root),
                "environ": dict(environ),
                "planfile": str(planfile),
                "allow_deletes": allow_deletes,
                "at": at,
                **more,
            }
        )

    def resume(self, root: Path, environ: Mapping[str, str], run: str, *, at: Point | None = None) -> Ended:
        """Take a run up again in another process."""
        return self._order({"do": "resume", "root": str(root), "environ": dict(environ), "run": run, "at": at})

    def _order(self, order: Mapping[str, object]) -> Ended:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the process that forks ended with {self._process.wait()}"
        answer = json.loads(line)
        said = answer["ended"] or {}
        assert "bug" not in said, said["bug"]
        assert answer["signal"] in (0, signal.SIGKILL)
        return Ended(killed=answer["signal"] == signal.SIGKILL, said=said)


@contextlib.contextmanager
def forks() -> Iterator[Forks]:
    """Start the warm process; it ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        yield Forks(process)
        process.stdin.close()
        assert process.wait() == 0
