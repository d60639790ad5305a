"""What a command is handed beside its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from vodplan.commands.console import Console
from vodplan.commands.options import CommonOptions
from vodplan.commands.output import Output
from vodplan.render.progress import BarProgress, StepProgress, event_of, line_of

if TYPE_CHECKING:
    from vodplan.core.ports import Progress

Invoke = Callable[[Sequence[str], Console], int]
"""Runs a command line as a user would, in a world of its own; the exit code."""


class InProject(TypedDict):
    """Where the functions of `vodplan.api` look for the project."""

    config: str | None
    cwd: Path
    environ: Mapping[str, str]


class AtTarget(InProject):
    """The same for those that reach for a target."""

    target: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The streams, the outputs and the progress of one run.

    invoke: runs another command line; only the tour does.
    """

    console: Console
    output: Output
    invoke: Invoke

    def in_project(self, options: CommonOptions) -> InProject:
        """The project that the command line and its folder name."""
        return {"config": options.config, "cwd": self.console.cwd, "environ": self.console.environ}

    def at_target(self, options: CommonOptions) -> AtTarget:
        """The target that the command line names, in its project."""
        return {**self.in_project(options), "target": options.target}

    def progress(self, options: CommonOptions) -> Progress:
        """What long steps report to: a bar on a terminal, sparse lines elsewhere, events with `--log-format json`.

        A bar and a log on one terminal would write over each other, so with `-v` there are lines.
        """
        console = self.console
        events = console.events
        if events is not None:
            return StepProgress(lambda now: events.emit(event_of(now)))
        if console.live(console.stderr) and not options.verbose:
            canvas = console.canvas(console.stderr, color=options.color)
            return BarProgress(console.stderr, unicode=canvas.unicode, width=canvas.width)
        return StepProgress(lambda now: console.say(f"{line_of(now)}\n" if line_of(now) else ""))
