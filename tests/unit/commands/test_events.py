"""Events in the process: hostile text, several errors, libraries that talk, bugs."""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.harness import Stream, run
from vodplan.cli.logs import logging_to
from vodplan.commands.console import Console
from vodplan.commands.events import Events, stamp
from vodplan.core.errors import ConfigError, Refused

HOSTILE = '\x1b[2J\n\r\u2028\u202e\x7f::error::\ud800{"event": "end"}'


def _console(stream: Stream) -> Console:
    return Console(
        stdin=Stream("yes\n", terminal=True), stdout=Stream(), stderr=stream, environ={}, cwd=Path()
    ).with_events()


def _read(stream: Stream) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_hostile_text_stays_in_its_line_and_comes_back_the_same() -> None:
    """No control, no line end, nothing but ASCII, and nothing lost."""
    told: list[str] = []

    Events(told.append).note(f"a{HOSTILE}b")

    (line,) = told
    assert line.endswith("}\n")
    assert all(" " <= character <= "~" for character in line[:-1])
    assert json.loads(line)["message"] == f"a{HOSTILE}b"


def test_moment_is_utc_with_milliseconds() -> None:
    """RFC 3339."""
    assert stamp(1767323045.6789) == "2026-01-02T03:04:05.678Z"


def test_last_error_is_the_one_of_the_end() -> None:
    """One before it is an event of its own; without any there is none."""
    stream = Stream()
    events = _console(stream).events
    assert events is not None

    events.fail(Refused("First.", next="vodplan plan"))
    events.fail(ConfigError("Second."))
    events.end(3)
    quiet: list[str] = []
    Events(quiet.append).end(0)

    first, end = _read(stream)
    assert (first["event"], first["type"], first["message"], first["next"]) == (
        "error",
        "Refused",
        "First.",
        "vodplan plan",
    )
    assert (end["exit_code"], end["error"]["type"]) == (3, "ConfigError")
    assert json.loads(quiet[0])["error"] is None


def test_sentences_become_notes_and_nobody_is_asked() -> None:
    """Whoever says something on stderr says it as an event."""
    stream = Stream()
    console = _console(stream)

    console.say("A sentence.\n")
    console.say("\n")

    assert [(one["event"], one["message"]) for one in _read(stream)] == [("note", "A sentence.")]
    assert not console.interactive


def test_libraries_that_talk_become_log_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python would print on stderr stands among the events as one of them, and only while the run lasts."""
    stream = Stream()
    before = logging.lastResort
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])

    with warnings.catch_warnings(), logging_to(_console(stream), verbose=0, log_format="json"):
        warnings.simplefilter("always")
        logging.getLogger("somebody.else").error("broken")
        warnings.warn("old", UserWarning, stacklevel=1)

    events = _read(stream)
    assert [(one["event"], one["logger"]) for one in events] == [("log", "somebody.else"), ("log", "py.warnings")]
    assert logging.lastResort is before


def test_log_for_people_has_no_events() -> None:
    """With -v every call is a line; changes are in the report."""
    stream = Stream()
    console = Console(stdin=Stream(), stdout=Stream(), stderr=stream, environ={}, cwd=Path())

    with logging_to(console, verbose=2, log_format="text"):
        logging.getLogger("vodplan.events").debug("change", extra={"event": {"event": "change"}})

    assert stream.getvalue() == ""
    assert logging.getLogger("vodplan.events").level == logging.NOTSET


def test_bug_is_an_end_with_70(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No traceback on stderr."""

    def broken(*_: object) -> int:
        raise ZeroDivisionError(HOSTILE)

    monkeypatch.setattr("vodplan.commands.schema.run", broken)

    ran = run("schema", "--log-format", "json", cwd=tmp_path)

    (end,) = [json.loads(line) for line in ran.err.splitlines()]
    assert (ran.code, end["exit_code"], end["error"]["type"]) == (70, 70, "BugError")


def test_interrupted_command_is_an_end_with_130(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl-C."""

    def stopped(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("vodplan.commands.schema.run", stopped)

    ran = run("schema", "--log-format", "json", cwd=tmp_path)

    (end,) = [json.loads(line) for line in ran.err.splitlines()]
    assert (ran.code, end["exit_code"], end["error"]["type"]) == (130, 130, "Interrupted")


def test_without_the_flag_stderr_is_for_people(tmp_path: Path) -> None:
    """The same error as a sentence."""
    ran = run("schema", "nonsense", cwd=tmp_path)

    assert ran.code == 64
    assert ran.err.startswith("Error: ")
