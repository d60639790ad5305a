"""What the installed command saves before it deletes: whole files, also over kills, full disks and refusals."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.helpers import Ended, Project, finish, interrupt, no_bug, project, wait_until, writes
from tests.store.test_trouble import mounted
from vodplan.emulator import RunningEmulator
from vodplan.emulator.content import content, content_seed
from vodplan.emulator.records import Source
from vodplan.emulator.rows import source_json

pytestmark = pytest.mark.e2e

OLD = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
ARCHIVE = "22f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
MIB = 1024 * 1024
APPLY = ("apply", "--auto-approve", "--allow-deletes")


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Iterator[Project]:
    """A project that deletes a video and the source of another, and saves both; their files are small."""
    one = project(tmp_path, demo_emulator)
    one.write("apiVersion: vodplan/v1\npolicy: {backup: saved/sources}\n", "vodplan.yaml")
    one.manifest(f"videos: [{{id: {OLD}, state: absent}}, {{id: {ARCHIVE}, source: absent}}]\n")
    with_source(demo_emulator, OLD, size=3 * MIB)
    with_source(demo_emulator, ARCHIVE, size=10 * MIB, file_name="../../fog: 4K?.mov")
    yield one
    slow_down(demo_emulator, None)


def with_source(emulator: RunningEmulator, video: str, *, size: int, file_name: str = "campaign.mp4") -> None:
    """Give a video another source file."""
    source = Source(file_name=file_name, size=size, width=1, height=1, bitrate=1, fps=25, md5="mark")
    emulator.app.state.db.update("videos", video, {"source": source_json(source), "size": size})


def bytes_of(video: str, size: int) -> bytes:
    """What is in that file."""
    source = Source(file_name="", size=size, width=1, height=1, bitrate=1, fps=25, md5="mark")
    return b"".join(content(content_seed(video, source), 0, size))


def slow_down(emulator: RunningEmulator, rate: float | None) -> None:
    """Serve source files at so many bytes a second."""
    state = emulator.app.state
    state.settings = dataclasses.replace(state.settings, source_bytes_per_s=rate)


def saved(library: Project) -> dict[str, int]:
    """What stands in the backup's folder, with sizes."""
    root = library.folder / "saved" / "sources"
    return {str(one.relative_to(root)): one.stat().st_size for one in root.rglob("*") if one.is_file()}


def deleted(emulator: RunningEmulator) -> list[tuple[str, tuple[str, ...]]]:
    """The deletions that the service was asked for."""
    return [(call.action, tuple(call.ids)) for call in writes(emulator)]


def verdicts(ended: Ended) -> dict[str, str]:
    """Address → verdict, of a run with --format json."""
    return {one["address"]: one["outcome"] for one in ended.document["outcomes"]}


def test_apply_saves_sources_and_metadata_before_it_deletes(library: Project, demo_emulator: RunningEmulator) -> None:
    """Both files are there to the byte, with a record each; names are harmless, and no address is told anywhere."""
    ended = library.run(*APPLY, "2", "--verbose")

    no_bug(ended)
    assert ended.code == 0, ended.said
    assert sorted(saved(library)) == [
        f"cn-shanghai/{OLD}/campaign.mp4",
        f"cn-shanghai/{OLD}/campaign.mp4.vodplan.json",
        f"cn-shanghai/{ARCHIVE}/_.._fog_ 4K_.mov",
        f"cn-shanghai/{ARCHIVE}/_.._fog_ 4K_.mov.vodplan.json",
    ]
    root = library.folder / "saved" / "sources" / "cn-shanghai"
    assert (root / OLD / "campaign.mp4").read_bytes() == bytes_of(OLD, 3 * MIB)
    assert (root / ARCHIVE / "_.._fog_ 4K_.mov").read_bytes() == bytes_of(ARCHIVE, 10 * MIB)
    record = json.loads((root / OLD / "campaign.mp4.vodplan.json").read_bytes())
    assert record["video"]["title"] == "Old campaign trailer"
    assert record["video"]["category"]["path"] == "Film/Trailers"
    assert record["saved"]["md5"] == hashlib.md5(bytes_of(OLD, 3 * MIB)).hexdigest()
    assert len(record["streams"]) > 0
    assert deleted(demo_emulator) == [("DeleteMezzanines", (ARCHIVE,)), ("DeleteVideo", (OLD,))]
    journal = library.run("history", "--format", "json")
    everything = [path.read_bytes() for path in library.folder.rglob("*") if path.is_file()]
    assert not [one for one in (*everything, ended.said.encode(), journal.said.encode()) if b"auth_key=" in one]


def test_apply_holds_what_it_cannot_save_and_deletes_the_rest(library: Project, demo_emulator: RunningEmulator) -> None:
    """A folder that cannot be written holds that one; the reason is shown, and the exit code is 6."""
    blocked = library.folder / "saved" / "sources" / "cn-shanghai" / OLD
    blocked.parent.mkdir(parents=True)
    blocked.write_text("in the way")

    ended = library.run(*APPLY, "2", "--format", "json")

    assert ended.code == 6, ended.said
    assert verdicts(ended) == {f"video/{OLD}": "held", f"video/{ARCHIVE}": "done"}
    (held,) = [one for one in ended.document["outcomes"] if one["outcome"] == "held"]
    assert held["detail"].startswith("It is not deleted, since its source file could not be saved: the disk below ")
    assert deleted(demo_emulator) == [("DeleteMezzanines", (ARCHIVE,))]


def test_apply_killed_in_mid_download_goes_on_there_when_resumed(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """kill -9 leaves a part file and deletes nothing; --resume fetches the rest only, and ends in the planned state."""
    size = 24 * MIB
    with_source(demo_emulator, ARCHIVE, size=size, file_name="fog.mov")
    library.manifest(f"videos: [{{id: {ARCHIVE}, source: absent}}]\n")
    slow_down(demo_emulator, 16 * MIB)
    part = library.folder / "saved" / "sources" / "cn-shanghai" / ARCHIVE / "fog.mov.vodplan-part"
    process = library.start(*APPLY, "1")
    wait_until(lambda: part.exists() and part.stat().st_size >= 12 * MIB, process=process)
    os.killpg(process.pid, signal.SIGKILL)
    finish(process)
    written = part.stat().st_size
    assert deleted(demo_emulator) == []
    slow_down(demo_emulator, None)
    run = library.run("history", "--format", "json").document["runs"][0]["id"]
    sent = _count(demo_emulator)

    resumed = library.run("apply", "--resume", run, "--auto-approve")

    assert resumed.code == 0, resumed.said
    assert not part.exists()
    assert part.with_name("fog.mov").read_bytes() == bytes_of(ARCHIVE, size)
    assert sum(sent) == size - (written - 8 * MIB)
    assert deleted(demo_emulator) == [("DeleteMezzanines", (ARCHIVE,))]


def _count(emulator: RunningEmulator) -> list[int]:
    """Count the bytes of source files that are served from now on."""
    sources = emulator.app._sources
    whole = sources._stream
    sent: list[int] = []

    async def counted(receive: object, send: object, seed: bytes, first: int, end: int) -> None:
        sent.append(end - first)
        await whole(receive, send, seed, first, end)  # type: ignore[arg-type]

    sources._stream = counted  # type: ignore[method-assign]
    return sent


def test_apply_interrupted_in_mid_download_stops_soon_and_holds(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """Ctrl-C does not wait for a download; what came stays, what was not deleted is held."""
    slow_down(demo_emulator, 100_000)
    part = library.folder / "saved" / "sources" / "cn-shanghai" / OLD / "campaign.mp4.vodplan-part"
    process = library.start(*APPLY, "2")
    wait_until(part.exists, process=process)

    interrupt(process)
    ended = finish(process)

    no_bug(ended)
    assert ended.code in (6, 130), ended.said
    assert "2 held" in ended.out
    assert "The run was asked to stop." in ended.out
    assert deleted(demo_emulator) == []


def test_apply_onto_a_disk_without_room_holds_the_deletion(
    library: Project, demo_emulator: RunningEmulator, tmp_path: Path
) -> None:
    """A small disk is not filled: nothing is fetched, nothing is deleted, and the reason names the room."""
    with mounted(tmp_path / "disk", kilobytes=2048) as disk:
        library.write(f"apiVersion: vodplan/v1\npolicy: {{backup: {disk.path}/sources}}\n", "vodplan.yaml")

        ended = library.run(*APPLY, "2", "--format", "json")

        assert ended.code == 6, ended.said
        assert set(verdicts(ended).values()) == {"held"}
        assert "has no room" in ended.document["outcomes"][0]["detail"]
        assert [one for one in Path(disk.path).rglob("*") if one.is_file()] == []
    assert deleted(demo_emulator) == []


def test_apply_without_a_backup_saves_nothing(library: Project, demo_emulator: RunningEmulator) -> None:
    """Off is the default, and then no source is looked at."""
    library.write("apiVersion: vodplan/v1\npolicy: {backup: off}\n", "vodplan.yaml")

    assert library.run(*APPLY, "2").code == 0

    assert not (library.folder / "saved").exists()
    assert not (library.folder / "off").exists()
    assert len(deleted(demo_emulator)) == 2
