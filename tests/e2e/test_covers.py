"""Covers from files, by the installed command: uploaded once, seen by any machine, told apart by content."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.e2e.helpers import Project, actions, project, wait_until
from vodplan import api
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.demo import library as demo_library
from vodplan.emulator.pictures import gradient_png

pytestmark = pytest.mark.e2e

ONE, TWO, THREE = [one.id for one in demo_library().videos if one.media_type == "video"][:3]
RED, BLUE = gradient_png("red", 96, 54), gradient_png("blue", 96, 54)
BOTH = f"videos: [{{id: {ONE}, cover: {{file: covers/a.png}}}}, {{id: {TWO}, cover: {{file: covers/b.png}}}}]\n"
APPLY = ("apply", "--auto-approve")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningEmulator]:
    """The demo library on an emulator of its own, since calls may still wait when their sender is killed."""
    with running(tmp_path / "emulator.db", demo=True) as emulator:
        yield emulator


@pytest.fixture
def library(tmp_path: Path, served: RunningEmulator) -> Project:
    """A project in which two videos have pictures of the project as covers."""
    one = project(tmp_path, served)
    one.write(RED, "covers/a.png")
    one.write(BLUE, "covers/b.png")
    one.manifest(BOTH)
    return one


def uploads(emulator: RunningEmulator) -> int:
    """How many files arrived in the storage."""
    return sum(one.status == 200 for one in emulator.calls("PutObject"))


def shown(emulator: RunningEmulator, video: str) -> bytes:
    """What the cover of a video shows."""
    row = emulator.app.state.db.videos([video])[0]
    state = emulator.app.state
    with urlopen(state.urls.url(str(row.cover), state.settings.now())) as answer:
        content: bytes = answer.read()
    return content


def test_cover_from_a_file_is_uploaded_shown_and_then_nothing_is_to_do(
    library: Project, served: RunningEmulator
) -> None:
    """Plan, apply, and an empty plan: also without the store, which a fresh clone does not have."""
    planned = library.run("plan", "--format", "json", "--out", "p.json")
    assert planned.code == 0, planned.said
    (first, _) = planned.document["changes"]
    digest = hashlib.sha256(RED).hexdigest()
    assert first["after"] == {"cover": {"file": "covers/a.png", "sha256": digest, "size": len(RED)}}
    assert planned.document["cost"]["calls"]["CreateUploadImage"] == 2
    assert not uploads(served)

    applied = library.run("apply", "p.json", "--auto-approve")

    assert (applied.code, uploads(served)) == (0, 2), applied.said
    assert "Converged" in applied.said
    assert (shown(served, ONE), shown(served, TWO)) == (RED, BLUE)
    for path in (library.folder / ".vodplan").glob("state.db*"):
        path.unlink()
    again = library.run("plan", "--detailed-exitcode")
    assert again.code == 0, again.said


def test_picture_under_another_name_and_for_another_video_is_not_uploaded_again(
    library: Project, served: RunningEmulator
) -> None:
    """What counts is the content: moved and shown by a third video, it is the image that is there."""
    assert library.run(*APPLY).code == 0
    (library.folder / "covers/a.png").rename(library.folder / "covers/moved.png")
    library.manifest(
        f"videos: [{{id: {ONE}, cover: {{file: covers/moved.png}}}}, {{id: {THREE}, cover: {{file: covers/moved.png}}}}]\n"
    )

    planned = library.run("plan", "--format", "json")
    applied = library.run(*APPLY)

    assert [change["id"] for change in planned.document["changes"]] == [THREE]
    assert "CreateUploadImage" not in planned.document["cost"]["calls"]
    assert (applied.code, uploads(served), shown(served, THREE)) == (0, 2, RED), applied.said


def test_picture_that_two_new_covers_show_is_uploaded_once(library: Project, served: RunningEmulator) -> None:
    """One upload serves every video that is to show it."""
    library.manifest(
        "".join(["videos:\n", *(f"  - {{id: {one}, cover: {{file: covers/a.png}}}}\n" for one in (ONE, TWO))])
    )

    applied = library.run(*APPLY)

    assert (applied.code, uploads(served)) == (0, 1), applied.said
    assert shown(served, ONE) == shown(served, TWO) == RED


@pytest.mark.parametrize("spoil", ["changed", "gone"])
def test_plan_whose_file_is_another_now_is_stale(library: Project, served: RunningEmulator, spoil: str) -> None:
    """What was reviewed is what is uploaded: other bytes, or none, and nothing is written."""
    assert library.run("plan", "--out", "p.json").code == 0
    path = library.folder / "covers/a.png"
    path.write_bytes(BLUE) if spoil == "changed" else path.unlink()

    applied = library.run("apply", "p.json", "--auto-approve")

    assert applied.code == 5, applied.said
    assert f"video/{ONE} cover: planned on covers/a.png" in applied.said
    assert "vodplan plan" in applied.said
    assert not {"CreateUploadImage", "UpdateVideoInfos"} & set(actions(served))


def test_upload_that_the_storage_refuses_costs_its_own_change_only(library: Project, served: RunningEmulator) -> None:
    """The other video gets its cover, and applying again does what is left."""
    served.set_faults([{"kind": "error", "operation": "PutObject", "nth": [1], "status": 403, "code": "AccessDenied"}])

    applied = library.run(*APPLY, "--format", "json")

    assert applied.code == 6, applied.said
    verdicts = sorted(one["outcome"] for one in applied.document["outcomes"])
    assert verdicts == ["done", "refused"]
    assert "AccessDenied" in applied.out
    assert uploads(served) == 1
    served.set_faults([])
    assert library.run(*APPLY).code == 0
    assert (uploads(served), shown(served, ONE), shown(served, TWO)) == (2, RED, BLUE)


def test_upload_of_which_no_answer_came_is_sent_again(library: Project, served: RunningEmulator) -> None:
    """The same bytes into the same place: sending them again is harmless."""
    served.set_faults([{"kind": "cut_after", "operation": "PutObject", "nth": [1]}])

    applied = library.run(*APPLY)

    assert (applied.code, shown(served, ONE), shown(served, TWO)) == (0, RED, BLUE), applied.said
    assert actions(served).count("CreateUploadImage") == 2


def _kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize(
    ("operation", "calls"), [("PutObject", {"nth": [2]}), ("UpdateVideoInfos", {})], ids=["uploading", "updating"]
)
def test_apply_killed_on_its_way_uploads_again_at_most_what_had_not_arrived(
    library: Project, served: RunningEmulator, operation: str, calls: dict[str, object]
) -> None:
    """What the journal says was uploaded is believed, also while the search index does not know it yet."""
    served.set_faults(
        [
            {"kind": "latency", "ms": 20_000, "operation": operation, **calls},
            {"kind": "stale_index", "ms": 600_000, "operation": "CreateUploadImage"},
        ]
    )
    process = library.start(*APPLY)
    before = 1 if operation == "PutObject" else 2
    wait_until(lambda: uploads(served) == before and _recorded(library) == before, process=process)
    _kill(process)
    served.set_faults([{"kind": "stale_index", "ms": 600_000, "operation": "CreateUploadImage"}])
    (run,) = library.call("history", "--format", "json").document["runs"]

    resumed = library.run("apply", "--resume", run["id"])

    assert (resumed.code, uploads(served)) == (0, 2), resumed.said
    assert (shown(served, ONE), shown(served, TWO)) == (RED, BLUE)


def _recorded(library: Project) -> int:
    """How many images the journal has, as made of files."""
    with api.open_store(cwd=library.folder, environ=library.environ) as store:
        events = [event for run in store.runs() for event in store.run(run.id).events]
    return sum("uploaded" in event.detail for event in events)


def test_drift_of_a_cover_from_a_file_is_told_and_accepted_as_its_address(
    library: Project, served: RunningEmulator
) -> None:
    """No drift while the picture is shown; one that was set elsewhere is written into the manifest as what it is."""
    assert library.run(*APPLY).code == 0
    quiet = library.run("drift", "--detailed-exitcode")
    served.edit_video(ONE, {"CoverURL": "http://img.example.com/other.jpg"})

    loud = library.run("drift", "--detailed-exitcode")
    accepted = library.run("drift", "--accept", f"video/{ONE}")

    assert (quiet.code, loud.code) == (0, 2), quiet.said + loud.said
    assert "file covers/a.png (sha256" in loud.out
    assert accepted.code == 0, accepted.said
    manifest = (library.folder / "manifests/a.yaml").read_text()
    assert "http://img.example.com/other.jpg" in manifest
    assert "covers/b.png" in manifest
    assert "covers/a.png" not in manifest


def test_undo_puts_the_old_address_back(library: Project, served: RunningEmulator) -> None:
    """What the cover was before is what it is again; the uploaded image stays in the library."""
    before = served.app.state.db.videos([ONE])[0].cover
    assert library.run(*APPLY).code == 0
    run = json.loads(library.run("history", "--format", "json").out)["runs"][0]["id"]

    undone = library.run("undo", run, "--out", "u.json")
    applied = library.run("apply", "u.json", "--auto-approve")

    assert (undone.code, applied.code) == (0, 0), undone.said + applied.said
    assert served.app.state.db.videos([ONE])[0].cover == before
    assert len([one for one in _titles(served) if one.startswith("vodplan-cover-")]) == 2


def _titles(emulator: RunningEmulator) -> list[str]:
    return [str(row[0]) for row in emulator.app.state.db.rows("SELECT title FROM images")]


@pytest.mark.parametrize("format", ["text", "json", "markdown", "html", "github", "gitlab"])
def test_plan_of_a_hostile_file_name_is_shown_in_every_format(library: Project, format: str) -> None:
    """A file may be called anything that a disk takes; no view is broken by it."""
    name = 'covers/<img src=x onerror=1>|`*_"&\u202e\u4f60 .png'
    library.write(RED, name)
    library.manifest(f"videos: [{{id: {ONE}, cover: {{file: {json.dumps(name)}}}}}]\n")

    planned = library.run("plan", "--format", format)

    assert planned.code == 0, planned.said
    assert format != "html" or "<img src=x" not in planned.out
    assert format == "json" or "\u202e" not in planned.out


def test_link_that_leads_out_of_the_project_is_refused(library: Project, tmp_path: Path) -> None:
    """A manifest cannot make vodplan upload what is not in the project."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside.png"
    outside.write_bytes(RED)
    (library.folder / "covers/link.png").symlink_to(outside)
    library.manifest(f"videos: [{{id: {ONE}, cover: {{file: covers/link.png}}}}]\n")

    ended = library.run("validate")

    assert (ended.code, "VP138" in ended.said) == (3, True), ended.said
    assert "leads outside of the project" in ended.said
