"""What a command is handed beside its options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vodplan.commands.console import Console
from vodplan.commands.options import CommonOptions
from vodplan.commands.output import Output
from vodplan.render.progress import BarProgress, StepProgress, event_of, line_of

if TYPE_CHECKING:
    from vodplan.core.ports import Progress

Invoke = Callable[[Sequence[str], Console], int]
"""Runs a command line as a user would, in a world of its own; the exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The streams, the outputs and the progress of one run.

    invoke: runs another command line; only the tour does.
    """

    console: Console
    output: Output
    invoke: Invoke

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
