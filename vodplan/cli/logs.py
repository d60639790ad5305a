"""The log on stderr: the one place that sets up handlers."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from vodplan.commands.console import Console
from vodplan.commands.events import Events, stamp
from vodplan.render.escape import lines

ROOT = "vodplan"

EVENTS = "vodplan.events"
"""The logger of what is for programs alone: changes, throttling. People see it in the report and the progress."""

_WARNINGS = logging.getLogger("py.warnings")


@contextlib.contextmanager
def logging_to(console: Console, *, verbose: int, log_format: str) -> Iterator[None]:
    """Log to stderr for as long as the context lasts; inside another such context nothing changes.

    verbose: 0 shows warnings, 1 or more every call to the service, as the format json always does.
    """
    logger = logging.getLogger(ROOT)
    if any(isinstance(handler, _TextHandler | _EventHandler) for handler in logger.handlers):
        yield
        return
    events = console.with_events().events if log_format == "json" else None
    programs = logging.getLogger(EVENTS)
    handler = _TextHandler(console) if events is None else _EventHandler(events)
    before = logger.level, logger.propagate, programs.level, logging.lastResort
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if verbose or events is not None else logging.WARNING)
    logger.propagate = False
    if events is None:
        programs.setLevel(logging.CRITICAL + 1)
    else:
        # What libraries have to say, and Python itself, would stand among the events.
        logging.lastResort = handler
        logging.captureWarnings(True)
        _WARNINGS.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
        programs.setLevel(before[2])
        logging.lastResort = before[3]
        if events is not None:
            logging.captureWarnings(False)
            _WARNINGS.removeHandler(handler)


class _TextHandler(logging.Handler):
    """One line for people: time, level, sentence."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        shown = f"{stamp(record.created)} {record.levelname.lower()} {record.getMessage()}"
        self._console.say("\n  ".join(lines(shown)) + "\n")


class _EventHandler(logging.Handler):
    """One event: what the record carries as `event`, or its sentence."""

    def __init__(self, events: Events) -> None:
        super().__init__()
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        if event is None:
            level = record.levelname.lower()
            event = {"event": "log", "level": level, "logger": record.name, "message": record.getMessage()}
        self._events.emit(event, at=record.created)
