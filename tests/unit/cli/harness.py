"""Runs command lines in the test's own process, with streams that can pretend to be terminals."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vodplan.cli.main import main
from vodplan.commands.console import Console


class Stream(io.StringIO):
    """A text stream that may claim to be a terminal."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(text)
        self._terminal = terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]  # io.StringIO says None, and a process's streams never do
        """As a process has it."""
        return "utf-8"

    def isatty(self) -> bool:
        """As told."""
        return self._terminal


class BrokenStream(Stream):
    """A pipe whose reader is gone."""

    def write(self, text: str) -> int:
        """Fail as `| head` makes it."""
        raise BrokenPipeError(32, "Broken pipe")


class FullStream(Stream):
    """A disk without room."""

    def write(self, text: str) -> int:
        """Fail as /dev/full does."""
        raise OSError(28, "No space left on device")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command line ended."""

    code: int
    out: str
    err: str


def run(
    *argv: str,
    cwd: Path | None = None,
    stdin: str | None = None,
    stdout: Stream | None = None,
    terminal: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Ran:
    """Run a command line.

    stdin:    what is typed on a terminal; None when nobody is there.
    stdout:   a stream of its own kind.
    terminal: whether stdout and stderr are terminals.
    """
    out = stdout or Stream(terminal=terminal)
    err = Stream(terminal=terminal)
    console = Console(
        stdin=Stream(stdin or "", terminal=stdin is not None),
        stdout=out,
        stderr=err,
        environ=environ or {},
        cwd=cwd or Path.cwd(),
    )
    code = main(list(argv), console)
    return Ran(code, out.getvalue(), err.getvalue())


def words(command: Sequence[str] | str) -> list[str]:
    """A command as its words."""
    return command.split() if isinstance(command, str) else list(command)
