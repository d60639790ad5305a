"""The log on stderr: the one place that sets up handlers."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
from collections.abc import Iterator

from vodplan.commands.console import Console
from vodplan.render.escape import json_text, lines

ROOT = "vodplan"


@contextlib.contextmanager
def logging_to(console: Console, *, verbose: int, log_format: str) -> Iterator[None]:
    """Log to stderr for as long as the context lasts; inside another such context nothing changes.

    verbose: 0 shows warnings, 1 or more every call to the service, as the format json always does.
    """
    logger = logging.getLogger(ROOT)
    if any(isinstance(handler, _Handler) for handler in logger.handlers):
        yield
        return
    handler = _Handler(console)
    handler.setFormatter(_JsonFormatter() if log_format == "json" else _TextFormatter())
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if verbose or log_format == "json" else logging.WARNING)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


class _Handler(logging.Handler):
    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        self._console.say(f"{self.format(record)}\n")


def _time(record: logging.LogRecord) -> str:
    moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


class _TextFormatter(logging.Formatter):
    """One line for people: time, level, sentence."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n  ".join(lines(f"{_time(record)} {record.levelname.lower()} {record.getMessage()}"))


class _JsonFormatter(logging.Formatter):
    """One JSON object a line (docs/output.md)."""

    def format(self, record: logging.LogRecord) -> str:
        event = getattr(record, "event", None)
        if event is not None:
            return json_text(json.dumps({"event": event["event"], "time": _time(record), **event}))
        line = {
            "event": "log",
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json_text(json.dumps(line))
