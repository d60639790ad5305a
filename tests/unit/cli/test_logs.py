"""The log on stderr."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from tests.unit.cli.harness import Stream
from vodplan.cli.logs import logging_to
from vodplan.commands.console import Console


def _logged(*, verbose: int, log_format: str) -> str:
    stream = Stream()
    console = Console(stdin=Stream(), stdout=Stream(), stderr=stream, environ={}, cwd=Path())
    logger = logging.getLogger("vodplan.vod.caller")
    with logging_to(console, verbose=verbose, log_format=log_format):
        logger.debug("GetVideoInfos %s", "200\x1b[2J\nforged")
        with logging_to(console, verbose=verbose, log_format=log_format):
            logger.warning("slow")
    logger.warning("after")
    return stream.getvalue()


def test_log_without_v_has_warnings_only() -> None:
    """Every line once, also inside another run."""
    assert _logged(verbose=0, log_format="text").count("warning slow\n") == 1
    assert "GetVideoInfos" not in _logged(verbose=0, log_format="text")


def test_log_with_v_has_every_call_and_no_escape() -> None:
    """A server's words cannot order the terminal about, nor forge a line of the log."""
    shown = _logged(verbose=1, log_format="text").splitlines()

    assert shown[0].endswith("debug GetVideoInfos 200\\u001b[2J")
    assert shown[1] == "  forged"


def test_log_as_json_has_one_object_a_line() -> None:
    """For programs."""
    events = [json.loads(line) for line in _logged(verbose=1, log_format="json").splitlines()]

    assert [event["message"] for event in events] == ["GetVideoInfos 200\x1b[2J\nforged", "slow"]
    assert events[0]["logger"] == "vodplan.vod.caller"
    assert events[0]["time"].endswith("Z")


def test_log_ends_with_the_run() -> None:
    """A library user finds the loggers as they were."""
    _logged(verbose=1, log_format="text")

    logger = logging.getLogger("vodplan")
    assert (logger.handlers, logger.level, logger.propagate) == ([], logging.NOTSET, True)
