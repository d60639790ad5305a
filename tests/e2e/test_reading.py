"""How plans of large libraries are read: past the search index when that is cheaper, everything that differs by id."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.helpers import Project, actions, project
from vodplan.emulator import EmulatorSettings, RunningEmulator, running
from vodplan.emulator.make import make

pytestmark = pytest.mark.e2e

COUNT = 5_200
LIMITS = "apiVersion: vodplan/v1\nlimits: {share: 1}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of 5,200 videos, which no test changes."""
    path = tmp_path_factory.mktemp("library") / "made.db"
    make(path, COUNT)
    return path


@pytest.fixture
def emulator(made: Path, tmp_path: Path) -> Iterator[RunningEmulator]:
    """The service over a copy of it, with an index that is a minute behind."""
    copy = tmp_path / "emulator.db"
    copy.write_bytes(made.read_bytes())
    with running(copy, settings=EmulatorSettings(index_lag_ms=60_000)) as emulator:
        yield emulator


def rows(made: Path) -> list[dict[str, Any]]:
    """The videos as entries of a manifest."""
    connection = sqlite3.connect(made)
    try:
        found = connection.execute("SELECT id, title, tags FROM videos ORDER BY id").fetchall()
    finally:
        connection.close()
    return [{"id": one, "title": title, "tags": tags.split(",")} for one, title, tags in found]


def managing(folder: Path, emulator: RunningEmulator, entries: list[dict[str, Any]]) -> Project:
    """A project whose manifest has these videos."""
    made = project(folder, emulator)
    made.write(LIMITS, "vodplan.yaml")
    wanted(made, entries)
    return made


def wanted(made: Project, entries: list[dict[str, Any]]) -> None:
    """Put these entries into the manifest."""
    made.manifest("videos:\n" + "".join(f"  - {json.dumps(one, ensure_ascii=False)}\n" for one in entries))


def test_plan_of_a_large_library_as_wanted_is_one_walk(made: Path, tmp_path: Path, emulator: RunningEmulator) -> None:
    """One call to count, two for the ends of time, and the pages of two windows; not one read by id."""
    library = managing(tmp_path, emulator, rows(made))

    ended = library.call("plan", "--format", "json")

    assert ended.code == 0, ended.said
    assert ended.document["summary"]["unchanged"] == COUNT
    reading = ended.document["reading"]
    assert (reading["road"], reading["by_search"], reading["by_id"]) == ("search", COUNT, 0)
    assert set(actions(emulator)) == {"SearchMedia"}
    assert len(actions(emulator)) <= 1 + 2 + 52 + 2
    assert {call.params.get("Fields") for call in emulator.calls()} == {None, "ModificationTime,Title,Tags"}


def test_plan_past_the_index_has_the_changes_of_the_plan_by_ids(
    made: Path, tmp_path: Path, emulator: RunningEmulator
) -> None:
    """What differs, what the service does not have and what goes is read by id, in full batches, and is the same."""
    entries = rows(made)
    for place in range(0, COUNT, 100):
        entries[place]["title"] = f"New {place}"
    entries[7] = {"id": entries[7]["id"], "state": "absent"}
    entries[8] = {"id": "f" * 32, "title": "Not there"}
    library = managing(tmp_path, emulator, entries)

    by_search = library.call("plan", "--format", "json")
    calls = Counter(actions(emulator))
    by_ids = library.call("plan", "--format", "json", "--read-by", "ids")

    assert by_search.document["reading"]["by_id"] == 54
    assert calls["GetVideoInfos"] == 3
    assert by_ids.document["reading"]["why"] == "--read-by ids asks for it."
    for document in (by_search.document, by_ids.document):
        del document["reading"], document["digest"], document["created_at"]
    assert len(by_search.document["changes"]) == 53
    assert by_search.document["changes"] == by_ids.document["changes"]
    assert by_search.document["missing"] == by_ids.document["missing"]
    assert by_search.document["summary"] == by_ids.document["summary"]


def test_video_that_was_just_applied_is_planned_on_what_it_is_and_not_on_what_the_index_says(
    made: Path, tmp_path: Path, emulator: RunningEmulator
) -> None:
    """The index shows the title of before; taking the change back in the manifest is planned all the same."""
    entries = rows(made)
    before = entries[40]["title"]
    entries[40]["title"] = "Applied"
    library = managing(tmp_path, emulator, entries)
    applied = library.call("apply", "--auto-approve", "--only", f"video/{entries[40]['id']}")
    assert applied.code == 0, applied.said

    entries[40]["title"] = before
    wanted(library, entries)
    ended = library.call("plan", "--format", "json")

    assert [(one["before"], one["after"]) for one in ended.document["changes"]] == [
        ({"title": "Applied"}, {"title": before})
    ]
    assert ended.document["reading"]["road"] == "search"


def test_small_library_is_searched_when_asked(tmp_path: Path, demo_emulator: RunningEmulator) -> None:
    """`--read-by search` does not count what is cheaper; any other word exits 64."""
    library = project(tmp_path, demo_emulator)
    library.manifest("videos:\n  - {id: 00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, title: Opening match}\n")

    ended = library.call("plan", "--read-by", "search", "--format", "json")

    assert (ended.code, ended.document["reading"]["road"]) == (0, "search")
    assert library.call("plan", "--read-by", "guess").code == 64
