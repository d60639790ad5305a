"""The world around one run of the command line: its streams, its environment, its folder."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from vodplan.commands.events import Events
from vodplan.render.canvas import Canvas

DEFAULT_WIDTH = 100
"""Columns where there is no terminal and COLUMNS is not set: a CI log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Streams, environment and working folder of one run.

    stdin:   where answers are read; somebody can be asked only when it is a terminal.
    stdout:  results and nothing else.
    stderr:  everything else.
    events:  with `--log-format json` what stderr has, and then nothing else goes there.
    """

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    cwd: Path
    events: Events | None = None

    @classmethod
    def of_process(cls) -> Console:
        """The process's own; characters that the encoding lacks are written as escapes instead of failing."""
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")
        return cls(
            stdin=sys.stdin or io.StringIO(),
            stdout=sys.stdout or io.StringIO(),
            stderr=sys.stderr or io.StringIO(),
            environ=dict(os.environ),
            cwd=Path.cwd(),
        )

    @property
    def interactive(self) -> bool:
        """Whether somebody can be asked; never where a program reads stderr."""
        return self.events is None and _is_terminal(self.stdin)

    def with_events(self) -> Console:
        """The same console with JSON on stderr; itself where that is so already."""
        return self if self.events is not None else replace(self, events=Events(self._write))

    def canvas(self, stream: TextIO, *, color: bool | None) -> Canvas:
        """What one of the streams can show.

        color: wished for on the command line; None lets NO_COLOR, TERM and the stream decide.
        """
        terminal = _is_terminal(stream)
        if color is None:
            color = terminal and not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"
        return Canvas(width=self._width(stream), color=color, unicode=_writes_unicode(stream))

    @property
    def heeded(self) -> bool:
        """Whether a job of GitHub reads what is written, and does what it finds there in its own language."""
        return self.environ.get("GITHUB_ACTIONS") == "true"

    def live(self, stream: TextIO) -> bool:
        """Whether a stream is a terminal that can redraw a line."""
        return _is_terminal(stream) and self.environ.get("TERM") != "dumb"

    def say(self, text: str) -> None:
        """Write to stderr, as it is or as an event; a reader that went away is no reason to stop."""
        if self.events is not None:
            self.events.note(text)
        else:
            self._write(text)

    def _write(self, text: str) -> None:
        if self.heeded:
            from vodplan.render.escape import github_log

            text = github_log(text)
        with contextlib.suppress(OSError, ValueError):
            self.stdout.flush()
        with contextlib.suppress(OSError, ValueError):
            self.stderr.write(text)
            self.stderr.flush()

    def ask(self, question: str) -> str | None:
        """Ask on stderr and read one line; None when the input ends instead."""
        self.say(question)
        line = self.stdin.readline()
        if not line:
            self.say("\n")
            return None
        return line.strip()

    def _width(self, stream: TextIO) -> int:
        columns = self.environ.get("COLUMNS", "")
        if columns.isascii() and columns.isdigit() and 0 < int(columns) < 10_000:
            return int(columns)
        if _is_terminal(stream):
            try:
                return os.get_terminal_size(stream.fileno()).columns or DEFAULT_WIDTH
            except OSError:
                return DEFAULT_WIDTH
        return DEFAULT_WIDTH


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _writes_unicode(stream: TextIO) -> bool:
    return (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").startswith("utf")
