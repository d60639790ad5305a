"""From a run back to what was before it, by the commands that a person types."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.helpers import HEAD, Project, no_bug, project, refused

pytestmark = pytest.mark.e2e

MATCH = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
TRAILER = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
CHANGED = f"""\
categories:
  - {{path: News/Undoing}}
  - {{path: News/Football, renamed_from: News/Soccer}}
videos:
  - {{id: {MATCH}, title: 开幕比赛, description: "", tags: [one], category: News/Undoing}}
  - {{reference: cms-000123, title: Another final}}
  - {{id: {TRAILER}, state: absent}}
"""
READ = f"""\
videos:
  - {{id: {MATCH}, title: x, description: x, tags: [x], category: null}}
  - {{reference: cms-000123, title: x}}
"""


@pytest.fixture
def library(tmp_path: Path) -> Project:
    """A project on the embedded emulator, not its default target."""
    made = project(tmp_path)
    made.write(
        f"{HEAD}default_target: production\ntargets:\n  lab: {{emulator: emulator.db}}\n  production: {{region: cn-shanghai}}\n",
        "vodplan.yaml",
    )
    return made


def _apply(library: Project, manifest: str, *flags: str) -> str:
    """Apply a manifest; the run's id."""
    library.manifest(manifest)
    ended = library.call("apply", "--target", "lab", "--auto-approve", *flags, "--format", "json")
    assert ended.code == 0, ended.said
    return str(ended.document["run"])


def _live(library: Project) -> list[object]:
    """The values of the videos that are looked at, as a plan against them shows them."""
    library.manifest(READ)
    return [one["before"] for one in library.call("plan", "--target", "lab", "--format", "json").document["changes"]]


def test_undo_puts_a_run_back_by_an_ordinary_plan(library: Project) -> None:
    """undo --out, show, apply, and the library reads as before; undoing again has nothing to do; undoing the undo has."""
    before = _live(library)
    run = _apply(library, CHANGED, "--allow-deletes", "1")
    assert _live(library) != before

    undone = library.run("undo", run, "--out", "back.json")
    document = library.call("undo", run, "--format", "json").document
    shown = library.call("show", "back.json")
    next = undone.out.splitlines()[-1].removeprefix("Next: ")
    applied = library.run(*next.split()[1:], "--auto-approve", "--format", "json")

    no_bug(undone)
    assert undone.code == 0
    assert next == "vodplan apply back.json --target lab"
    assert f"undo {run}:" in shown.out
    assert json.loads((library.folder / "back.json").read_text())["digest"] == document["plan"]["digest"]
    assert [one["address"] for one in document["not_undoable"]] == [f"video/{TRAILER}"]
    assert document["not_undoable"][0]["before"]["title"]
    assert f"- delete  video/{TRAILER}" in undone.out
    assert document["made"] == ["category/News/Undoing"]
    assert document["conflicts"] == document["stuck"] == []
    assert applied.code == 0, applied.said
    assert _live(library) == before
    again = library.call("undo", run, "--format", "json").document
    assert (again["plan"]["changes"], again["next"]) == ([], "")
    assert again["unchanged"] == 6
    back = library.call("undo", applied.document["run"], "--format", "json").document
    assert len(back["plan"]["changes"]) == len(document["plan"]["changes"])


def test_undo_leaves_what_somebody_edited_since(library: Project) -> None:
    """The field is listed with before, by the run and now; it is not in the plan, and survives applying it."""
    run = _apply(library, f"videos: [{{id: {MATCH}, title: First, tags: [one]}}]\n")
    _apply(library, f"videos: [{{id: {MATCH}, title: Second}}]\n")

    undone = library.run("undo", run, "--out", "back.json")
    document = library.call("undo", run, "--format", "json").document

    assert undone.code == 0
    assert "Edited since, and left as they are (1):" in undone.out
    (conflict,) = document["conflicts"]
    assert (conflict["field"], conflict["after"], conflict["now"]) == ("title", "First", "Second")
    (change,) = document["plan"]["changes"]
    assert set(change["after"]) == {"tags"}
    assert library.call("apply", "back.json", "--target", "lab", "--auto-approve").code == 0
    title, _ = _live(library)
    assert isinstance(title, dict)
    assert title["title"] == "Second"


def test_undo_without_a_file_names_the_command_that_saves_it(library: Project) -> None:
    """Nothing is written but where it was asked for."""
    run = _apply(library, f"videos: [{{id: {MATCH}, title: First}}]\n")
    files = set(library.folder.rglob("*.json"))

    ended = library.call("undo", run[:16])

    assert ended.out.splitlines()[-1] == f"Next: vodplan undo {run} --out undo.json"
    assert set(library.folder.rglob("*.json")) == files


def test_undo_held_by_a_guard_is_saved_and_exits_4(library: Project) -> None:
    """As any plan that a guard holds."""
    run = _apply(library, f"videos: [{{id: {MATCH}, title: First}}]\n")
    with (library.folder / "vodplan.yaml").open("a") as file:
        file.write("policy: {max_updates: 0}\n")

    ended = library.call("undo", run, "--out", "back.json")

    assert ended.code == 4
    assert "max_updates" in ended.out
    assert json.loads((library.folder / "back.json").read_text())["guards"]
    assert ended.err.endswith(f"Next: vodplan undo {run}\n")


def test_undo_refuses_what_makes_no_sense(library: Project) -> None:
    """A run that is not there, another target than the run's, a file that cannot be written: each with its next command."""
    run = _apply(library, f"videos: [{{id: {MATCH}, title: First}}]\n")

    refused(library.call, "undo", "nothing", code=64, says=('no run "nothing"',), next="vodplan history")
    refused(library.call, "undo", code=64, says=("RUN",), next="vodplan undo --help")
    refused(
        library.call,
        "undo",
        run,
        "--target",
        "production",
        code=4,
        says=('"lab"', '"production"'),
        next="vodplan history",
    )
    refused(library.call, "undo", run, "--out", "none/u.json", code=64, says=("no folder",), next="mkdir")
