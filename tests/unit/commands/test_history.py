"""History reads the store, and refuses what makes no sense."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.harness import run


def test_history_of_a_new_project_is_empty(tmp_path: Path) -> None:
    """No run is no error, in both formats."""
    text = run("history", cwd=tmp_path)
    document = run("history", "--format", "json", cwd=tmp_path)

    assert (text.code, text.out) == (0, "There are no runs.\n")
    assert json.loads(document.out) == {"runs": []}


@pytest.mark.parametrize(
    ("flags", "said", "next"),
    [
        (["--export"], "--export is of one run", "vodplan history"),
        (["r1", "--asset", "video/a"], "--asset and --limit choose among runs", "vodplan history r1"),
        (["r1", "--limit", "3"], "--asset and --limit choose among runs", "vodplan history r1"),
        (["--limit", "0"], '"0" is not a number of 1 or more', "vodplan history --help"),
        (["r1"], 'The store has no run "r1".', "vodplan history"),
        (["r1", "--export"], 'The store has no run "r1".', "vodplan history"),
        (["--asset", "a1"], "not an address: 'a1'", "vodplan history"),
    ],
)
def test_history_what_cannot_be_shown_is_a_usage_error(tmp_path: Path, flags: list[str], said: str, next: str) -> None:
    """Each says why, and ends with a command that works."""
    ran = run("history", *flags, cwd=tmp_path)

    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err
    assert ran.err.endswith(f"Next: {next}\n")


def test_history_of_a_store_that_cannot_be_read_exits_1(tmp_path: Path) -> None:
    """A file that is no database is named, not replaced."""
    (tmp_path / "mine.db").write_text("this is no database, and long enough to be taken for none" * 9)

    ran = run("history", cwd=tmp_path, environ={"VODPLAN_STORE": "sqlite:///mine.db"})

    assert ran.code == 1
    assert "mine.db" in ran.err
    assert "Traceback" not in ran.err
