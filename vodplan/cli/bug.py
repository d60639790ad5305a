"""What to say, and what to keep, when vodplan itself is wrong."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from pathlib import Path

from vodplan._version import __version__
from vodplan.core.errors import BugError

_PACKAGE = Path(__file__).parents[1]


def bug(error: Exception, command: str, *, verbose: bool) -> BugError:
    """The error to show for one that nobody expected.

    verbose: also write the traceback to a file of its own, whose name is in the message.
    """
    if isinstance(error, BugError):
        return error
    said = f"This is a bug in vodplan {__version__}: {type(error).__name__} at {_place(error)}."
    if not verbose:
        return BugError(f"{said} With -v the details are written to a file for a report.", next=f"vodplan {command} -v")
    path = _write(error, command)
    if path is None:
        return BugError(f"{said} The details could not be written to a file.", next="vodplan --version")
    return BugError(f"{said} Please report it with the file that the next command shows.", next=f"cat {path}")


def _place(error: Exception) -> str:
    """The innermost line of vodplan's own that was running."""
    place = "an unknown place"
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(_PACKAGE):
            place = f"{file.relative_to(_PACKAGE.parent).as_posix()}:{frame.lineno}"
    return place


def _write(error: Exception, command: str) -> Path | None:
    head = f"vodplan {__version__}, Python {platform.python_version()} on {sys.platform}, command: {command}\n\n"
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="backslashreplace", prefix="vodplan-bug-", suffix=".txt", delete=False
        ) as file:
            file.write(head + "".join(traceback.format_exception(error)))
    except OSError:
        return None
    return Path(file.name)
