"""Starts the programs of `child`, and ends what is left of them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

CHILD = Path(__file__).with_name("child.py")


class Child:
    """A program that runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self._orders: IO[str] = process.stdin
        self._answers: IO[str] = process.stdout

    def answer(self) -> str:
        """Its next line."""
        line = self._answers.readline()
        assert line, f"the process ended with {self.process.wait()}"
        return line.strip()

    def order(self, text: str = "go") -> None:
        """Tell it to go on."""
        self._orders.write(text + "\n")
        self._orders.flush()

    def kill(self) -> None:
        """kill -9; returns when it is gone and its parent knows."""
        self.process.kill()
        self.process.wait()

    def rest(self) -> list[str]:
        """All lines it still says, up to its end."""
        lines = self._answers.read().splitlines()
        self.process.wait()
        return lines


@contextlib.contextmanager
def children(url: str, root: Path, *programs: str) -> Iterator[list[Child]]:
    """Processes that run these programs, each given as `PROGRAM` or `PROGRAM ARGUMENT`."""
    started: list[Child] = []
    with contextlib.ExitStack() as stack:
        for program in programs:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, CHILD, url, root, *program.split()],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            started.append(Child(process))
        yield started
