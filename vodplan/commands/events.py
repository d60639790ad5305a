"""What happens in a run as JSON, one object a line on stderr: `--log-format json` (docs/logging.md)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from vodplan.render.escape import json_text

if TYPE_CHECKING:
    from vodplan.core.diagnostics import Diagnostic
    from vodplan.core.errors import VodplanError


class Events:
    """The event stream of one run.

    write: takes one whole line, with its end, and lets it go at once.
    """

    def __init__(self, write: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._clock = clock
        self._began = clock()
        self._error: VodplanError | None = None

    def emit(self, event: Mapping[str, object], *, at: float | None = None) -> None:
        """Write one event.

        event: its members; the name is the member `event`.
        at:    seconds since 1970; now when left out.
        """
        moment = stamp(time.time() if at is None else at)
        self._write(json_text(json.dumps({"event": event["event"], "time": moment, **event})) + "\n")

    def note(self, text: str) -> None:
        """Write a sentence for people, which would stand on stderr otherwise."""
        if text.strip():
            self.emit({"event": "note", "message": text.strip("\n")})

    def diagnostic(self, one: Diagnostic) -> None:
        """Write what is wrong in a file: a `finding`, or a `warning`, which stops nothing."""
        self.emit({"event": "warning" if one.severity.value == "warning" else "finding", **_place(one)})

    def fail(self, error: VodplanError) -> None:
        """Take the error that the run ends with; one that it does not end with after all is an event of its own."""
        from vodplan.core.errors import ManifestError

        if self._error is not None:
            self.emit({"event": "error", **_told(self._error)})
        self._error = error
        if isinstance(error, ManifestError):
            for one in error.diagnostics:
                self.diagnostic(one)

    def end(self, exit_code: int) -> None:
        """Write the last event."""
        self.emit(
            {
                "event": "end",
                "exit_code": exit_code,
                "duration_s": round(max(self._clock() - self._began, 0.0), 3),
                "error": None if self._error is None else _told(self._error),
            }
        )


def stamp(seconds: float) -> str:
    """A moment, in seconds since 1970, as RFC 3339 in UTC with milliseconds."""
    whole, thousandths = divmod(int(seconds * 1000), 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{thousandths:03}Z"


def _told(error: VodplanError) -> dict[str, object]:
    from vodplan.core.errors import ManifestError

    found = error.diagnostics if isinstance(error, ManifestError) else ()
    return {
        "type": type(error).__name__,
        "message": error.message,
        "next": error.next,
        "diagnostics": [_place(one) for one in found],
    }


def _place(one: Diagnostic) -> dict[str, object]:
    span = one.span
    return {
        "code": one.code,
        "message": one.detail,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
    }
