"""What was done to a library can be looked up: all runs, one run, one video."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.helpers import HEAD, Project, no_bug, project

pytestmark = pytest.mark.e2e

MATCH = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
TRAILER = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
EVERYTHING = f"""\
videos:
  - {{id: {MATCH}, title: "Opening \\u202e match"}}
  - {{id: {TRAILER}, state: absent, reason: Replaced}}
"""


@pytest.fixture
def library(tmp_path: Path) -> Project:
    """A project on the embedded emulator, with two runs: an update with a deletion, then an update."""
    made = project(tmp_path)
    made.write(f"{HEAD}targets: {{lab: {{emulator: emulator.db}}}}\n", "vodplan.yaml")
    made.manifest(EVERYTHING)
    assert made.call("apply", "--auto-approve", "--allow-deletes", "1").code == 0
    made.manifest(f"videos:\n  - {{id: {MATCH}, title: Opening match}}\n")
    assert made.call("apply", "--auto-approve").code == 0
    return made


def test_history_lists_the_newest_run_first(library: Project) -> None:
    """The installed command, in both formats; --limit cuts, and --target chooses."""
    text = library.run("history")
    listed = library.run("history", "--format", "json").document["runs"]
    latest = library.call("history", "--limit", "1")
    elsewhere = library.call("history", "--target", "production", "--format", "json")

    no_bug(text)
    assert text.code == 0
    assert [run["changes"] for run in listed] == [1, 2]
    assert [run["status"] for run in listed] == ["complete", "complete"]
    assert text.out.index(listed[0]["id"]) < text.out.index(listed[1]["id"])
    assert latest.out.startswith(f"complete    {listed[0]['id']}  lab")
    assert "Older runs are left out" in latest.out
    assert listed[1]["id"] not in latest.out
    assert elsewhere.document == {"runs": []}


def test_history_of_a_run_has_the_values_before_and_after(library: Project) -> None:
    """Also of what was deleted: its title is in no other place any more."""
    first = library.call("history", "--format", "json").document["runs"][1]["id"]

    text = library.run("history", first)
    document = library.call("history", first, "--format", "json").document

    no_bug(text)
    assert "\\u202e" in text.out
    assert "Converged: the library reads back as planned." in text.out
    update, deletion = document["changes"]
    assert (update["outcome"], update["before"]) == ("done", {"title": "Opening match"})
    assert update["after"] == {"title": "Opening \u202e match"}
    assert (deletion["action"], deletion["reason"], deletion["after"]) == ("delete", "Replaced", None)
    assert deletion["before"]["title"]
    assert deletion["before"]["size"] > 0


def test_history_by_asset_tells_what_happened_to_a_video(library: Project) -> None:
    """Only the runs that changed it, each with what it did."""
    runs = library.call("history", "--asset", f"video/{MATCH}", "--format", "json").document["runs"]
    deleted = library.call("history", "--asset", f"video/{TRAILER}")
    none = library.call("history", "--asset", "video/other")

    assert [one["after"] for run in runs for one in run["touched"]] == [
        {"title": "Opening match"},
        {"title": "Opening \u202e match"},
    ]
    assert f"done     delete  video/{TRAILER}" in deleted.out
    assert deleted.out.count("complete ") == 1
    assert none.out == "No run has a change of video/other.\n"


def test_history_exports_a_run_as_json_lines(library: Project) -> None:
    """The run, its changes and its journal, one document a line, the same with --format json and in a file."""
    first = library.call("history", "--format", "json").document["runs"][1]["id"]

    lines = library.run("history", first, "--export").out
    again = library.run("history", first[:20], "--export", "--format", "json", "--output", "text=run.jsonl")

    records = [json.loads(line) for line in lines.splitlines()]
    assert [one["record"] for one in records[:4]] == ["run", "change", "change", "event"]
    assert records[0]["id"] == first
    assert [one["event"] for one in records if one["record"] == "event"] == [
        "begin",
        "intent",
        "outcome",
        "intent",
        "outcome",
        "end",
    ]
    assert [json.loads(line) for line in again.out.splitlines()] == records
    assert (library.folder / "run.jsonl").read_text(encoding="utf-8") == lines
