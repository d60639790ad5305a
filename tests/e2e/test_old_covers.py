"""Old covers, by the installed command: the image goes with the plan that was reviewed, after the cover, and not else."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.e2e.helpers import Project, actions, project, wait_until
from vodplan import api
from vodplan.core.history import EventKind
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.demo import library as demo_library
from vodplan.emulator.pictures import gradient_png

pytestmark = pytest.mark.e2e

ONE, TWO = [one.id for one in demo_library().videos if one.media_type == "video"][:2]
RED, BLUE = gradient_png("red", 96, 54), gradient_png("blue", 96, 54)
APPLY = ("apply", "--auto-approve")
NEW = f"videos: [{{id: {ONE}, cover: {{file: covers/b.png, old: delete}}}}]\n"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningEmulator]:
    """The demo library on an emulator of its own."""
    with running(tmp_path / "emulator.db", demo=True) as emulator:
        yield emulator


@pytest.fixture
def library(tmp_path: Path, served: RunningEmulator) -> Project:
    """A project in which one video shows an image of the library, and is to show another picture."""
    one = project(tmp_path, served)
    one.write(RED, "covers/a.png")
    one.write(BLUE, "covers/b.png")
    one.manifest(f"videos: [{{id: {ONE}, cover: {{file: covers/a.png}}}}]\n")
    assert one.run(*APPLY).code == 0
    one.manifest(NEW)
    return one


def images(emulator: RunningEmulator) -> dict[str, str]:
    """Id → title of the images that were uploaded from files."""
    rows = emulator.app.state.db.rows("SELECT id, title FROM images")
    return {str(row[0]): str(row[1]) for row in rows if str(row[1]).startswith("vodplan-cover-")}


def address(emulator: RunningEmulator, video: str = ONE) -> str:
    """The signed address of what a video shows."""
    state = emulator.app.state
    url: str = state.urls.url(str(state.db.videos([video])[0].cover), state.settings.now())
    return url


def shown(emulator: RunningEmulator) -> bytes:
    """What the cover of the video shows."""
    with urlopen(address(emulator)) as answer:
        content: bytes = answer.read()
    return content


def run_id(library: Project) -> str:
    """The last run."""
    found: str = library.run("history", "--format", "json").document["runs"][0]["id"]
    return found


def test_old_cover_goes_by_exactly_the_number_that_was_reviewed(library: Project, served: RunningEmulator) -> None:
    """Shown beside the update, refused without the number, gone with it, and then nothing is to do."""
    (before,) = images(served)
    old = address(served)

    planned = library.run("plan", "--out", "p.json")
    document = library.run("show", "p.json", "--format", "json").document
    refused = library.run("apply", "p.json", "--auto-approve")
    applied = library.run("apply", "p.json", "--auto-approve", "--allow-deletes", "1")

    assert planned.code == 0, planned.said
    assert f"image/{before}" in planned.out
    assert f"Replaced as cover of video/{ONE}" in planned.out
    changed, gone = document["changes"]
    assert (changed["action"], gone["action"], gone["id"], gone["source"]["line"]) == ("update", "delete", before, 2)
    assert gone["params"]["waits_for"] == [f"video/{ONE}"]
    assert (document["summary"]["update"], document["summary"]["delete"]) == (1, 1)
    assert (refused.code, "--allow-deletes 1" in refused.said) == (4, True), refused.said
    assert (applied.code, "Converged" in applied.said) == (0, True), applied.said
    assert shown(served) == BLUE
    assert before not in images(served)
    assert len(images(served)) == 1
    with pytest.raises(HTTPError, match="404"):
        urlopen(old)
    again = library.run("plan", "--detailed-exitcode")
    assert again.code == 0, again.said


def test_old_cover_that_a_video_shows_which_no_manifest_names_stays(library: Project, served: RunningEmulator) -> None:
    """The update is planned and done; why the image stays is said in every format."""
    (before,) = images(served)
    served.edit_video(TWO, {"CoverURL": address(served).partition("?")[0]})

    said = {one: library.run("plan", "--format", one) for one in ("text", "json", "markdown", "html", "github")}
    applied = library.run(*APPLY)

    for one, planned in said.items():
        assert planned.code == 0, planned.said
        assert f"video/{TWO} has image/{before} as cover" in " ".join(planned.out.split()), one
    assert said["json"].document["summary"]["delete"] == 0
    assert (applied.code, shown(served)) == (0, BLUE), applied.said
    assert before in images(served)


def test_cover_that_is_no_image_of_the_library_is_left(library: Project, served: RunningEmulator) -> None:
    """A snapshot, or a picture elsewhere, is none of vodplan's."""
    served.edit_video(ONE, {"CoverURL": "http://img.example.com/elsewhere.jpg"})

    planned = library.run("plan", "--format", "json")

    (change,) = planned.document["changes"]
    assert change["reason"] == "The old cover stays: it is not among the library's images"


def test_policy_holds_the_plan_for_what_it_deletes(library: Project) -> None:
    """The deletion counts in `max_deletes` as any other."""
    library.write(
        "apiVersion: vodplan/v1\npolicy:\n  max_deletes: 0\n",
        "vodplan.yaml",
    )

    planned = library.run("plan")

    assert (planned.code, "max_deletes: The plan removes 1 thing" in planned.out) == (4, True), planned.said


def test_protected_image_stays_and_so_does_one_that_is_excluded(library: Project, served: RunningEmulator) -> None:
    """Neither holds the plan of the video."""
    (before,) = images(served)
    library.manifest(f"{NEW}images: [{{id: {demo_library().images[0].id}, tags: {{add: [poster]}}}}]\n")
    excluded = library.run("plan", "--exclude", "image/*")
    only = library.run("plan", "--only", f"video/{ONE}", "--format", "json")
    library.write(
        "apiVersion: vodplan/v1\npolicy:\n  protect: [{tags: {any: [vodplan-cover]}}]\n",
        "vodplan.yaml",
    )
    protected = library.run("plan")

    assert excluded.code == 0, excluded.said
    assert f"The old cover stays: image/{before} is excluded" in " ".join(excluded.out.split())
    assert only.document["summary"]["delete"] == 1
    assert protected.code == 0, protected.said
    assert f"image/{before} is protected (policy.protect[0])" in " ".join(protected.out.split())


def test_update_that_the_service_refuses_keeps_the_image(library: Project, served: RunningEmulator) -> None:
    """The deletion is held, and applying again does both."""
    served.set_faults(
        [
            {"kind": "error", "operation": one, "status": 400, "code": "InvalidParameter"}
            for one in ("UpdateVideoInfos", "UpdateVideoInfo")
        ]
    )

    failed = library.run(*APPLY, "--allow-deletes", "1", "--format", "json")

    assert failed.code == 6, failed.said
    assert [one["outcome"] for one in failed.document["outcomes"]] == ["refused", "held"]
    assert "DeleteImage" not in actions(served)
    served.set_faults([])
    assert library.run(*APPLY, "--allow-deletes", "1").code == 0
    assert (shown(served), len(images(served))) == (BLUE, 1)


def test_apply_killed_before_the_deletion_deletes_once_it_is_taken_up_again(
    library: Project, served: RunningEmulator
) -> None:
    """The run knows what is left, also while no new plan could: the video shows the new cover by then."""
    served.set_faults([{"kind": "latency", "ms": 20_000, "operation": "DeleteImage"}])
    process = library.start(*APPLY, "--allow-deletes", "1")
    wait_until(lambda: begun(library), process=process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert (shown(served), len(images(served))) == (BLUE, 2)
    served.set_faults([])
    run = run_id(library)

    resumed = library.run("apply", "--resume", run)

    assert resumed.code == 0, resumed.said
    assert len(images(served)) == 1
    assert library.run("plan", "--detailed-exitcode").code == 0


def test_deletion_that_the_service_refused_is_planned_again(library: Project, served: RunningEmulator) -> None:
    """The video shows the new cover by then: the store remembers what the old one was."""
    (before,) = images(served)
    served.set_faults([{"kind": "error", "operation": "DeleteImage", "status": 400, "code": "InvalidParameter"}])
    failed = library.run(*APPLY, "--allow-deletes", "1")
    served.set_faults([])

    planned = library.run("plan", "--format", "json")
    applied = library.run(*APPLY, "--allow-deletes", "1")

    assert failed.code == 6, failed.said
    assert (shown(served), before in images(served)) == (BLUE, False)
    (change,) = planned.document["changes"]
    assert (change["id"], change["reason"]) == (before, f"Replaced as cover of video/{ONE}, by an earlier run")
    assert applied.code == 0, applied.said
    assert library.run("plan", "--detailed-exitcode").code == 0


def begun(library: Project) -> bool:
    """Whether the journal says that an image is about to be deleted."""
    with api.open_store(cwd=library.folder, environ=library.environ) as store:
        events = store.run(store.runs()[0].id).events
    return any(one.kind is EventKind.INTENT and "DeleteImage" in str(one.detail) for one in events)


def test_undo_says_that_the_old_address_has_no_image_any_more(library: Project, served: RunningEmulator) -> None:
    """Neither the image nor the cover comes back; both are told, and nothing is planned."""
    (before,) = images(served)
    assert library.run(*APPLY, "--allow-deletes", "1").code == 0

    undone = library.run("undo", run_id(library))

    said = " ".join(undone.said.split())
    assert f"The run deleted the image at that address, image/{before}" in said
    assert "No changes" in said
    assert shown(served) == BLUE


def test_drift_is_about_the_cover_and_not_about_what_follows_from_it(library: Project) -> None:
    """An image that no entry names is not managed."""
    drifted = library.run("drift", "--format", "json")

    assert [one["address"] for one in drifted.document["items"]] == [f"video/{ONE}"]
