"""From a library without manifests to an empty plan: exported, killed and gone on with, refused, counted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.helpers import Project, actions, no_bug, project, refused, wait_until
from vodplan.emulator import RunningEmulator, running

pytestmark = pytest.mark.e2e

VIDEOS = 1_020
"""Videos and audio of the demo library; it has 200 images and 30 pieces of attached media beside them."""

DYING = """
import os, signal, sys
from pathlib import Path
from vodplan import api

written, dies = 0, int(sys.argv[1])
replace = os.replace

def replaced(*names):
    global written
    if written == dies:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(*names)
    written += 1

os.replace = replaced
api.export()
"""
"""An export that is killed just before it gives a file its name, once so many have theirs."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningEmulator]:
    """The demo library on an emulator of its own."""
    with running(tmp_path / "emulator.db", demo=True) as emulator:
        yield emulator


@pytest.fixture
def library(tmp_path: Path, served: RunningEmulator) -> Project:
    """A folder with nothing in it but settings, and a library behind it."""
    (tmp_path / "work").mkdir()
    one = project(tmp_path / "work", served)
    one.write("apiVersion: vodplan/v1\ntargets: {lab: {region: cn-shanghai}}\nlimits: {share: 1}\n", "vodplan.yaml")
    return one


def files(library: Project) -> dict[str, bytes]:
    """Every manifest, by its path."""
    folder = library.folder / "manifests"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}


def test_export_of_a_thousand_assets_plans_to_nothing(library: Project, served: RunningEmulator) -> None:
    """The installed command: export, validate, plan, count; only reads are sent."""
    exported = library.run("export", "--format", "json")
    assert exported.code == 0, exported.said
    assert exported.document["entries"] == {"categories": 33, "videos": VIDEOS, "images": 200, "attached": 30}
    assert exported.document["not_written"]["count"] == 0
    reads = {"GetVideoInfos", "GetImageInfos", "GetAttachedMediaInfo"}
    assert set(actions(served)) == {"SearchMedia", "GetCategories", *reads}

    assert library.run("validate").code == 0
    planned = library.run("plan", "--detailed-exitcode", "--format", "json")
    assert planned.code == 0, planned.said
    assert planned.document["summary"]["unchanged"] == VIDEOS + 200 + 30 + 33
    unmanaged = library.run("unmanaged", "--detailed-exitcode", "--format", "json")
    assert (unmanaged.code, unmanaged.document["assets"]) == (0, [])


def test_export_again_changes_only_what_changed(library: Project, served: RunningEmulator) -> None:
    """The same library gives the same bytes; one title, one file; one category, files that move."""
    assert library.call("export").code == 0
    before = files(library)
    changed = next(path for path in before if path == "videos/News/World.yaml")
    video = before[changed].decode().split("- id: ")[1].split("\n")[0]
    served.edit_video(video, {"Title": "Edited in the console"})

    again = library.call("export", "--format", "json")

    after = files(library)
    assert again.document["files"] == {"written": 1, "unchanged": len(before) - 1, "removed": 0}
    assert [path for path in after if after[path] != before[path]] == [changed]
    split = library.call("export", "--split", "none", "--format", "json")
    assert split.document["files"]["removed"] == len(before) - 1
    assert not (library.folder / "manifests/videos").exists()


def test_export_killed_while_reading_goes_on_from_there(library: Project, served: RunningEmulator) -> None:
    """After kill -9 the same command reads what is missing and nothing twice, and says so."""
    served.set_faults([{"kind": "latency", "ms": 20_000, "operation": "GetVideoInfos", "nth": list(range(31, 200))}])
    process = library.start("export")
    wait_until(lambda: actions(served).count("GetVideoInfos") >= 30, process=process)
    wait_until(lambda: _kept(library) >= 200, process=process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    kept = _kept(library)
    assert not (library.folder / "manifests").exists()
    served.set_faults([])
    served.clear_calls()

    again = library.run("export")

    assert again.code == 0, again.said
    assert "Going on with the export that began at" in again.err
    assert "1,020 videos" in again.out
    assert actions(served).count("GetVideoInfos") <= -(-(VIDEOS - kept) // 20) + 1
    assert library.call("plan", "--detailed-exitcode").code == 0


def _kept(library: Project) -> int:
    """How many videos a killed export would find read."""
    import sqlite3

    for path in (library.folder / ".vodplan/export").glob("*.db"):
        copy = library.folder / "copy.db"
        for old in library.folder.glob("copy.db*"):
            old.unlink()
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                copy.with_name(copy.name + suffix).write_bytes(source.read_bytes())
        try:
            with closing(sqlite3.connect(copy)) as database:
                return int(
                    database.execute("SELECT count(*) FROM assets WHERE state = 1 AND kind = 'video'").fetchone()[0]
                )
        except sqlite3.Error:  # copied in the middle of a write
            return 0
    return 0


@pytest.mark.parametrize("dies", [0, 1, 9])
def test_export_killed_while_writing_is_completed_by_the_next(
    library: Project, served: RunningEmulator, dies: int
) -> None:
    """No file is half there, none that it wrote is refused as somebody else's, and nothing is read again."""
    ended = subprocess.run(
        [sys.executable, "-c", DYING, str(dies)], cwd=library.folder, env=library.environment(), check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert len(files(library)) == dies
    served.clear_calls()

    again = library.run("export", "--format", "json")

    assert again.code == 0, again.said
    assert again.document["resumed_since"] is not None
    assert again.document["files"]["unchanged"] == dies
    assert {"GetVideoInfos", "GetImageInfos"}.isdisjoint(actions(served))
    assert not list((library.folder / "manifests").rglob(".*"))
    assert library.call("plan", "--detailed-exitcode").code == 0


def test_export_beside_other_manifests_is_refused(library: Project, served: RunningEmulator) -> None:
    """What people wrote or edited is never overwritten, and nothing is read for it."""
    library.manifest("videos: [{id: a1, title: Mine}]\n", "manifests/mine.yaml")
    refused(library.call, "export", code=4, says=("mine.yaml",), next="vodplan export --out exported")
    assert actions(served) == []

    (library.folder / "manifests/mine.yaml").unlink()
    assert library.call("export", "--kind", "image").code == 0
    edited = library.folder / "manifests/images/_uncategorized.yaml"
    edited.write_text(edited.read_text() + "# mine\n")
    refused(library.call, "export", code=4, says=("images/_uncategorized.yaml",))


def test_unmanaged_counts_and_lists_what_is_in_no_manifest(library: Project) -> None:
    """With numbers by kind, category and age; an exit code of its own where that is asked for."""
    assert library.call("export", "--kind", "video").code == 0

    told = library.run("unmanaged", "--list", "--detailed-exitcode")
    document = library.call("unmanaged", "--format", "json").document

    assert told.code == 2
    no_bug(told)
    assert "Unmanaged: 230 of 1,250 assets" in told.out
    assert told.out.count("\n-  image/") == 200
    assert document["unmanaged"]["assets"] == len(document["assets"]) == 230
    assert {one["address"].split("/")[0] for one in document["assets"]} == {"image", "attached"}
    assert sum(one["assets"] for one in document["by_category"].values()) == 230
    assert document["next"] == "vodplan export --unmanaged --out manifests/unmanaged"


def test_export_of_what_is_unmanaged_completes_the_manifests(library: Project) -> None:
    """Beside manifests of one kind, the other is added; doing it again changes nothing."""
    assert library.call("export", "--kind", "video", "--out", "manifests/videos").code == 0

    added = library.call("export", "--unmanaged", "--out", "manifests/unmanaged", "--format", "json")
    again = library.call("export", "--unmanaged", "--out", "manifests/unmanaged", "--format", "json")

    assert added.document["entries"] == {"categories": 0, "videos": 0, "images": 200, "attached": 30}
    assert (again.document["entries"], again.document["files"]["written"]) == (added.document["entries"], 0)
    assert library.call("plan", "--detailed-exitcode").code == 0
    assert json.loads(library.call("unmanaged", "--format", "json").out)["assets"] == []


def test_export_by_list_reads_the_same(library: Project, served: RunningEmulator) -> None:
    """GetVideoList is the other road to the same bytes."""
    assert library.call("export").code == 0
    before = files(library)
    served.clear_calls()

    again = library.call("export", "--walk-by", "list", "--format", "json")

    assert again.document["files"] == {"written": 0, "unchanged": len(before), "removed": 0}
    assert "GetVideoList" in actions(served)


SELECTORS = (
    "kind: video, tags: {any: [trailer]}",
    "kind: video, category: Film/Trailers, size: {max: 60MB}",
    "kind: video, category: null",
    "kind: video, without: [description]",
    "kind: video, category: Nowhere",
    "kind: image, created: {after: 2026-01-01}",
    "kind: attached, category: Subtitles, title: {contains: episode}",
)


def _exported(library: Project) -> list[str]:
    """The addresses in the manifests of an export, by the plan."""
    entries = library.call("validate", "--format", "json").document["entries"]
    plan = library.call("plan", "--detailed-exitcode", "--format", "json")
    assert plan.code == 0, plan.said
    kinds = {"video": "videos", "image": "images", "attached": "attached"}
    ids = []
    for name, content in files(library).items():
        kind = next((one for one, plural in kinds.items() if name.split("/")[0].split(".")[0] == plural), None)
        lines = content.decode().splitlines() if kind else []
        ids += [
            f"{kind}/{line.removeprefix('  - id: ').strip(chr(34))}" for line in lines if line.startswith("  - id: ")
        ]
    assert len(ids) == sum(entries.get(kind, 0) for kind in kinds)
    return sorted(ids)


@pytest.mark.parametrize("selector", SELECTORS)
@pytest.mark.parametrize("walk_by", ["search", "list"])
def test_export_of_a_selector_writes_what_select_shows(library: Project, selector: str, walk_by: str) -> None:
    """Whatever the service can be asked of it, and by either road."""
    shown = library.call("select", selector, "--format", "json").document["assets"]

    ended = library.call("export", "--select", selector, "--walk-by", walk_by, "--name-by", "id")

    assert ended.code == 0, ended.said
    assert _exported(library) == sorted(one["address"] for one in shown)
    assert bool(shown) == ("Nowhere" not in selector)


@pytest.mark.parametrize("shape", [(), ("--format", "csv", "--out", "sheet.csv")])
def test_export_of_a_selector_costs_what_it_finds(
    library: Project, served: RunningEmulator, shape: tuple[str, ...]
) -> None:
    """A page for each type of media and batches of twenty, not the library."""
    selector = "kind: video, category: Film/Trailers, size: {max: 60MB}"
    count = len(library.call("select", selector, "--format", "json").document["assets"])
    assert 0 < count <= 40
    served.clear_calls()

    assert library.call("export", "--select", selector, *shape).code == 0

    calls = actions(served)
    assert (calls.count("SearchMedia"), calls.count("GetVideoInfos")) == (2, -(-count // 20))
    assert {"GetImageInfos", "GetAttachedMediaInfo", "GetVideoList"}.isdisjoint(calls)


@pytest.mark.parametrize("other", ["", "kind: video, tags: {any: [trailer]}"])
def test_export_of_a_selector_killed_goes_on_and_another_selector_begins_anew(
    library: Project, served: RunningEmulator, other: str
) -> None:
    """What was read of one question is no answer to another."""
    selector = "kind: video, size: {min: 1}"
    served.set_faults([{"kind": "latency", "ms": 60_000, "operation": "GetVideoInfos", "nth": list(range(21, 200))}])
    process = library.start("export", "--select", selector)
    wait_until(lambda: _kept(library) >= 200, process=process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    kept = _kept(library)
    served.set_faults([])
    served.clear_calls()

    again = library.run("export", "--select", other or selector, "--name-by", "id")

    calls = actions(served).count("GetVideoInfos")
    assert again.code == 0, again.said
    assert ("Going on with the export that began at" in again.err) == (not other)
    shown = library.call("select", other or selector, "--format", "json").document["assets"]
    assert calls <= -(-(len(shown) - (0 if other else kept)) // 20) + 1
    assert _exported(library) == sorted(one["address"] for one in shown)
