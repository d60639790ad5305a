"""A source file is on the disk, whole and checked, before it may be deleted; whatever goes wrong is told and hurts nothing."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import hashlib
import logging
import os
from pathlib import Path

import httpx
import pytest

from tests.unit.vod.fakes import not_found, run_virtually
from tests.unit.vod.files import ADDRESS, MIB, VIDEO, Saver, Served, Service, content, removal, why
from vodplan.core.errors import CredentialsError
from vodplan.core.ports import Refusal
from vodplan.vod import disk
from vodplan.vod.download import TRIES
from vodplan.vod.transfer import REDIRECTS

DATA = content(200_001)
LARGE = content(10 * MIB)


@pytest.fixture
def served() -> Served:
    """A file server with a small file."""
    return Served(DATA)


@pytest.fixture
def saver(tmp_path: Path, served: Served) -> Saver:
    """A backup into an empty folder."""
    return Saver(tmp_path, served)


# What is saved


def test_save_writes_the_file_and_what_the_service_told_of_it(saver: Saver) -> None:
    """File and record stand beside each other; the record has all metadata, and what the file is on the disk."""
    assert saver.save() is None

    assert saver.files["a.mp4"] == DATA
    assert set(saver.files) == {"a.mp4", "a.mp4.vodplan.json"}
    assert sum(saver.came) == len(DATA)
    record = saver.record
    video, source, stream = record["video"], record["source"], record["streams"][0]
    assert record["format"] == "vodplan-backup/1"
    assert (video["title"], video["description"], video["tags"]) == (
        "Old campaign trailer",
        "Zwei\nZeilen",
        ["trailer", "expired"],
    )
    assert video["category"] == {"id": 1000201, "name": "Trailers", "path": "Film/Trailers"}
    assert video["cover"] == "http://img.example.com/c.jpg"
    assert (source["name"], source["size"], source["width"], source["duration"]) == ("a.mp4", len(DATA), 1280, 61.25)
    assert (stream["job"], stream["definition"], stream["size"]) == ("j1", "HD", 5)
    assert record["saved"]["md5"] == hashlib.md5(DATA).hexdigest()
    assert record["saved"]["at"] == "2026-05-01T12:00:00Z"


def test_save_tells_no_address_to_anybody(saver: Saver, served: Served, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the record, nor the notes on the way, nor any log has what opens the file."""
    caplog.set_level(logging.DEBUG)
    served.cuts = [70_000]

    assert saver.save() is None

    assert "geheim" not in caplog.text
    assert not [name for name, found in saver.files.items() if b"geheim" in found]
    assert str(served.requests[0].url) == ADDRESS


@pytest.mark.parametrize("operation", ["GetVideoInfos", "GetMezzanineInfo"])
def test_save_of_a_video_that_is_gone_has_nothing_to_do(saver: Saver, operation: str) -> None:
    """Its deletion will tell; nothing is left on the disk."""

    def gone(_: object) -> dict[str, object]:
        raise not_found(operation, "InvalidVideo.NotFound")

    saver.api.operations[operation] = gone

    assert saver.save() is None
    assert saver.files == {}


def test_save_of_a_video_that_is_listed_as_gone_has_nothing_to_do(saver: Saver) -> None:
    """The other answer to the same question."""
    saver.api.operations["GetVideoInfos"] = lambda _: {"VideoList": [], "NonExistVideoIds": [VIDEO]}

    assert saver.save() is None
    assert saver.files == {}


def test_save_of_a_video_out_of_bounds_is_refused(saver: Saver) -> None:
    """A video of another application is not taken for one that is gone."""
    saver.api.operations["GetVideoInfos"] = lambda _: {"VideoList": [], "ForbiddenVideoIds": [VIDEO]}

    assert "the key has no right to" in why(saver.save())


@pytest.mark.parametrize("status", ["Deleted", "UploadFail"])
def test_save_of_a_video_without_a_source_keeps_its_metadata(tmp_path: Path, status: str) -> None:
    """There is no file to lose, and the record is written all the same."""
    saver = Saver(tmp_path, Served(DATA), Service(DATA, mezzanine={"Status": status, "FileURL": None}))

    assert saver.save() is None

    assert list(saver.files) == ["no-source.vodplan.json"]
    assert saver.served.requests == []


def test_save_without_an_address_is_refused(tmp_path: Path) -> None:
    """A file that is still being uploaded cannot be saved, so its video is not deleted."""
    saver = Saver(tmp_path, Served(DATA), Service(DATA, mezzanine={"Status": "Uploading", "FileURL": None}))

    assert why(saver.save()) == "the service gives no address for it (its status is Uploading)."


def test_save_that_the_service_refuses_is_refused_with_its_code(saver: Saver) -> None:
    """The service's code and request are passed on; missing credentials likewise, as a sentence."""

    def broken(error: Exception) -> None:
        def fail(_: object) -> dict[str, object]:
            raise error

        saver.api.operations["GetPlayInfo"] = fail

    broken(not_found("GetPlayInfo", "InvalidThing.NotFound"))
    refusal = saver.save()
    assert refusal is not None
    assert (refusal.code, refusal.request_id) == ("InvalidThing.NotFound", "R-404")

    broken(CredentialsError("No credentials were found."))
    assert why(saver.save()) == "No credentials were found."


@pytest.mark.parametrize("name", ["../../../evil.mp4", "/etc/cron.d/evil", "a\0b.mp4", "..", "x" * 3000, "CON", ""])
def test_save_of_a_hostile_name_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    """Whatever a file was called when it was uploaded, it lands in the folder of its video."""
    saver = Saver(tmp_path, Served(DATA), Service(DATA, mezzanine={"FileName": name}))

    assert saver.save() is None

    written = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert len(written) == 2
    assert {one.parent for one in written} == {saver.folder}
    assert DATA in saver.files.values()


# Broken connections


def test_save_over_a_broken_connection_goes_on_where_it_broke(saver: Saver, served: Served) -> None:
    """Bytes that came are not asked for again, and each try has an address that is good now."""
    served.cuts = [70_000, 50_000]

    assert saver.save() is None

    assert saver.files["a.mp4"] == DATA
    assert served.asked == ["", "bytes=70000-", "bytes=120000-"]
    # One look at the source to know it, then one for each try.
    assert saver.api.count("GetMezzanineInfo") == 4
    assert saver.sleeps == [0.5, 0.5]


def test_save_from_a_server_without_parts_begins_again(saver: Saver, served: Served) -> None:
    """A server that gives the whole file once more gives a right file."""
    served.cuts, served.ranges = [70_000], False

    assert saver.save() is None
    assert saver.files["a.mp4"] == DATA


def test_save_of_a_file_that_changed_on_the_server_begins_again(saver: Saver, served: Served) -> None:
    """Two versions are never put together."""
    served.cuts = [70_000]
    old = served.answer

    async def changing(request: httpx.Request) -> httpx.Response:
        served.etag = '"one"' if not served.requests else '"two"'
        return await old(request)

    served.answer = changing  # type: ignore[method-assign]

    assert saver.save() is None

    assert served.asked == ["", "bytes=70000-", ""]
    assert saver.files["a.mp4"] == DATA


def test_save_that_brings_nothing_is_given_up(saver: Saver, served: Served) -> None:
    """After six tries without a byte the reason is told, and nothing is left."""
    served.answers = [httpx.ConnectError(f"no way to {ADDRESS}") for _ in range(TRIES)]

    assert why(saver.save()) == f"no connection to the file server came about, {TRIES} times running."

    assert len(served.requests) == TRIES
    assert saver.sleeps == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert saver.files == {}


def test_save_over_a_line_that_keeps_breaking_is_given_up(saver: Saver, served: Served) -> None:
    """What a library says of a broken line may have the address in it, and is not repeated."""
    served.cuts = [0] * TRIES

    assert why(saver.save()) == f"the connection to the file server broke (ReadError), {TRIES} times running."


def test_save_that_ends_early_keeps_what_came(saver: Saver, served: Served) -> None:
    """A part file stays to go on with."""
    served.cuts = [70_000]
    served.answers = []
    gone: list[httpx.Response | Exception] = [httpx.Response(404)]
    old = served.answer

    async def then_gone(request: httpx.Request) -> httpx.Response:
        if served.requests:
            served.answers = gone
        return await old(request)

    served.answer = then_gone  # type: ignore[method-assign]

    assert why(saver.save()) == "the file server answers HTTP 404."
    assert saver.files["a.mp4.vodplan-part"] == DATA[:70_000]
    assert "a.mp4" not in saver.files


def test_save_from_a_server_that_stalls_is_given_up(tmp_path: Path) -> None:
    """A server that holds the line and sends nothing does not hold a run for ever."""
    served = Served(DATA)

    async def stall(start: int) -> None:
        await asyncio.sleep(1e9)

    served.gate = stall
    saver = Saver(tmp_path, served)

    refusal = run_virtually(lambda _: saver.backup().save(removal(), came=saver.came.append))

    assert why(refusal) == f"the file server took too long, {TRIES} times running."


@pytest.mark.parametrize("status", [429, 500, 503])
def test_save_from_a_busy_server_tries_again(saver: Saver, served: Served, status: int) -> None:
    """What may pass is waited out."""
    served.answers = [httpx.Response(status)]

    assert saver.save() is None
    assert saver.sleeps == [0.5]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(403), "the file server answers HTTP 403"),
        (httpx.Response(206, headers={"content-range": "bytes 0-1/2"}), "the file server answers HTTP 206"),
        (
            httpx.Response(200, headers={"content-encoding": "br"}),
            "the file server packs the file, so that it cannot be checked",
        ),
        (httpx.Response(302), "its address leads on to one that cannot be opened"),
        (httpx.Response(302, headers={"location": "ftp://b/c"}), "its address is neither http nor https"),
        (httpx.Response(302, headers={"location": "http://a:b"}), "its address leads on to one that cannot be opened"),
    ],
)
def test_save_that_cannot_work_is_not_tried_again(
    saver: Saver, served: Served, answer: httpx.Response, reason: str
) -> None:
    """One answer decides."""
    served.answers = [answer]

    assert why(saver.save()) == f"{reason}."
    assert len(served.requests) == 1
    assert saver.files == {}


def test_save_denied_to_an_archived_file_says_so(tmp_path: Path) -> None:
    """Who reads the reason knows what to do."""
    served = Served(DATA, answers=[httpx.Response(403)])
    saver = Saver(tmp_path, served, Service(DATA, info={"StorageClass": "ColdArchive"}))

    assert why(saver.save()).endswith("HTTP 403 (storage class ColdArchive: it may have to be restored first).")


# Addresses


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://a/b", "a.mp4", "http://", "http://a:b", "\0"])
def test_save_from_what_is_no_web_address_is_refused(tmp_path: Path, address: str) -> None:
    """Only http and https are opened."""
    saver = Saver(tmp_path, Served(DATA), Service(DATA, mezzanine={"FileURL": address}))

    assert why(saver.save()).startswith("its address is ")
    assert saver.served.requests == []


def test_save_follows_a_few_redirections(saver: Saver, served: Served) -> None:
    """Relative ones too, and the range goes with them."""
    served.cuts = [70_000]
    served.answers = [httpx.Response(302, headers={"location": "/elsewhere/a.mp4"})]

    assert saver.save() is None

    assert [request.url.path for request in served.requests] == ["/sv/a.mp4", "/elsewhere/a.mp4", "/sv/a.mp4"]


def test_save_does_not_follow_redirections_for_ever(saver: Saver, served: Served) -> None:
    """A circle ends."""
    served.answers = [httpx.Response(302, headers={"location": "/sv/a.mp4"}) for _ in range(100)]

    assert why(saver.save()) == f"its address leads on to another one more than {REDIRECTS} times."
    assert len(served.requests) == REDIRECTS + 1


def test_save_does_not_follow_from_https_to_http(tmp_path: Path) -> None:
    """What began protected does not go on open."""
    served = Served(DATA, answers=[httpx.Response(302, headers={"location": ADDRESS})])
    saver = Saver(tmp_path, served, Service(DATA, mezzanine={"FileURL": ADDRESS.replace("http:", "https:")}))

    assert why(saver.save()) == "its address leads from https on to plain http."


# What came is not what was wanted


def test_save_of_a_file_with_another_md5_is_refused_and_removed(tmp_path: Path) -> None:
    """A file that is not the one the service knows is no backup."""
    saver = Saver(tmp_path, Served(DATA), Service(DATA, mezzanine={"FileMD5": "0" * 32}))

    assert why(saver.save()) == "what came does not have the MD5 that the service gives."
    assert saver.files == {}


@pytest.mark.parametrize(("told", "more"), [(True, 5), (True, -5), (False, 5)])
def test_save_of_a_file_of_another_size_is_refused_and_removed(tmp_path: Path, told: bool, more: int) -> None:
    """Longer or shorter, announced or not."""
    service = Service(DATA, mezzanine={"Size": len(DATA) - more})
    saver = Saver(tmp_path, Served(DATA, told=told), service)

    reason = why(saver.save())

    if told:
        assert reason == f"the service says that it has {len(DATA) - more:,} bytes, the file server {len(DATA):,}."
    else:
        assert reason == f"more came than the {len(DATA) - more:,} bytes that it should have."
    assert saver.files == {}


def test_save_of_a_file_that_stays_too_short_is_refused(tmp_path: Path) -> None:
    """A server that tells no length and ends early is asked for the rest, and given up when there is none."""
    saver = Saver(tmp_path, Served(DATA, told=False), Service(DATA, mezzanine={"Size": len(DATA) + 5}))

    assert "times running" in why(saver.save())
    assert "a.mp4" not in saver.files


def test_save_without_any_size_is_refused(tmp_path: Path) -> None:
    """With nothing to check it against, nobody knows whether it is whole; with the server's word it is."""
    service = Service(DATA, mezzanine={"Size": None}, md5=False)

    blind = Saver(tmp_path / "blind", Served(DATA, told=False), service)
    seeing = Saver(tmp_path / "seeing", Served(DATA), service)

    assert why(blind.save()) == "neither the service nor the file server says how large it is."
    assert seeing.save() is None
    assert seeing.files["a.mp4"] == DATA


@pytest.mark.parametrize("md5", ["", "not-an-md5", "ABCDEF-12"])
def test_save_without_a_usable_md5_checks_the_size_alone(tmp_path: Path, md5: str) -> None:
    """An MD5 is optional, and what is none is taken for none."""
    saver = Saver(tmp_path, Served(DATA), Service(DATA, mezzanine={"FileMD5": md5}))

    assert saver.save() is None
    assert saver.record["saved"]["md5"] == hashlib.md5(DATA).hexdigest()


# After a crash


def _crash(saver: Saver, written: int) -> None:
    """Leave what a process leaves that is killed after so many bytes."""
    reached = asyncio.Event()

    async def killed() -> None:
        async def gate(start: int) -> None:
            if start >= written:
                reached.set()
                await asyncio.Event().wait()

        saver.served.gate = gate
        task = asyncio.ensure_future(saver.backup().save(removal(), came=saver.came.append))
        await reached.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()

    asyncio.run(killed())
    saver.served.gate = None
    saver.served.requests.clear()


def test_save_after_a_crash_goes_on_but_for_what_may_be_unwritten(tmp_path: Path) -> None:
    """The last 8 MiB of a part file may be holes after a power cut, so they are fetched again."""
    saver = Saver(tmp_path, Served(LARGE))
    _crash(saver, 9 * MIB)
    assert (len(saver.files["a.mp4.vodplan-part"]), "a.mp4" in saver.files) == (9 * MIB, False)

    assert saver.save() is None

    assert saver.served.asked == [f"bytes={MIB}-"]
    assert saver.files["a.mp4"] == LARGE
    assert set(saver.files) == {"a.mp4", "a.mp4.vodplan.json"}


@pytest.mark.parametrize("fact", ["FileMD5", "CreationTime"])
def test_save_after_a_crash_of_another_source_begins_anew(tmp_path: Path, fact: str) -> None:
    """A part file of what stood there before is not gone on with."""
    before = Service(LARGE, mezzanine={fact: "0" * 32})
    _crash(Saver(tmp_path, Served(LARGE), before), 9 * MIB)
    saver = Saver(tmp_path, Served(LARGE))

    assert saver.save() is None

    assert saver.served.asked == [""]
    assert saver.files["a.mp4"] == LARGE


def test_save_after_a_crash_that_spoiled_the_part_begins_anew(tmp_path: Path) -> None:
    """The MD5 tells that what was there is wrong; then the whole file is fetched, once."""
    saver = Saver(tmp_path, Served(LARGE))
    _crash(saver, 9 * MIB)
    with (saver.folder / "a.mp4.vodplan-part").open("r+b") as part:
        part.write(b"spoiled")

    assert saver.save() is None

    assert saver.served.asked == [f"bytes={MIB}-", ""]
    assert saver.files["a.mp4"] == LARGE


@pytest.mark.parametrize("note", [b"", b"{", b"[]"])
def test_save_after_a_crash_with_a_broken_note_begins_anew(tmp_path: Path, note: bytes) -> None:
    """A part file that nobody can tell about is not gone on with."""
    saver = Saver(tmp_path, Served(LARGE))
    _crash(saver, 9 * MIB)
    (saver.folder / "a.mp4.vodplan-part.json").write_bytes(note)

    assert saver.save() is None
    assert saver.served.asked == [""]


def test_save_while_another_process_saves_is_refused(saver: Saver) -> None:
    """Two writers would spoil one part file."""
    saver.folder.mkdir(parents=True)
    other = disk.PartFile(saver.folder / "a.mp4", of={})
    try:
        assert why(saver.save()) == "another process is fetching it."
    finally:
        other.close()

    assert saver.save() is None


def test_save_does_not_write_through_a_link(saver: Saver, tmp_path: Path) -> None:
    """A part file that leads elsewhere is not opened."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    saver.folder.mkdir(parents=True)
    (saver.folder / "a.mp4.vodplan-part").symlink_to(victim)

    assert why(saver.save()).startswith("the disk below ")
    assert victim.read_bytes() == b"mine"


# What is there already


def test_save_of_a_file_that_is_complete_fetches_nothing(saver: Saver, served: Served) -> None:
    """What was saved once is known by size and time, and counts as come."""
    saver.save()
    first = saver.record
    saver.came.clear()

    assert saver.save() is None

    assert len(served.requests) == 1
    assert sum(saver.came) == len(DATA)
    assert saver.record == first


def test_save_of_a_file_that_was_touched_looks_into_it(saver: Saver, served: Served) -> None:
    """Its MD5 tells whether it still is what it was; if not, it stays, and the file is saved beside it."""
    saver.save()
    file = saver.folder / "a.mp4"
    os.utime(file, ns=(1, 1))
    assert saver.save() is None
    assert len(served.requests) == 1

    file.write_bytes(b"X" + DATA[1:])
    assert saver.save() is None

    assert len(served.requests) == 2
    assert (saver.files["a.mp4"][:1], saver.files["a-2.mp4"]) == (b"X", DATA)


@pytest.mark.parametrize("there", [b"something of mine", content(200_001)[::-1]])
def test_save_leaves_a_strangers_file_of_the_same_name(tmp_path: Path, there: bytes) -> None:
    """Without an MD5, a file that vodplan did not write is never taken for the source, nor written over."""
    saver = Saver(tmp_path, Served(DATA), Service(DATA, md5=False))
    saver.folder.mkdir(parents=True)
    (saver.folder / "a.mp4").write_bytes(there)

    assert saver.save() is None

    assert (saver.files["a.mp4"], saver.files["a-2.mp4"]) == (there, DATA)


# The disk


def test_save_without_room_is_refused_before_a_byte_is_written(tmp_path: Path) -> None:
    """What is kept free for others counts as taken."""
    saver = Saver(tmp_path, Served(DATA), free=len(DATA) + 999, spare=1000)

    reason = why(saver.save())

    assert f"has no room: {len(DATA):,} bytes are to come, and {len(DATA) - 1:,} are left" in reason
    assert saver.files == {}
    assert Saver(tmp_path, Served(DATA), free=len(DATA) + 1000, spare=1000).save() is None


def test_save_of_two_counts_the_room_that_the_other_has_claimed(tmp_path: Path) -> None:
    """Two files that fit one by one and not together are not begun together."""
    served = Served(LARGE)
    saver = Saver(tmp_path, served, free=len(LARGE) * 3 // 2)

    async def both() -> list[Refusal | None]:
        other_ended = asyncio.Event()

        async def gate(start: int) -> None:
            if start >= 2 * MIB:
                await other_ended.wait()

        async def one(video: str) -> Refusal | None:
            refusal = await backup.save(removal(video), came=saver.came.append)
            other_ended.set()
            return refusal

        served.gate = gate
        backup = saver.backup()
        return list(await asyncio.gather(one(VIDEO), one("a" * 32)))

    ended = asyncio.run(both())

    (refusal,) = [one for one in ended if one is not None]
    assert "has no room" in why(refusal)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_save_on_a_disk_that_fails_is_refused(saver: Saver, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A full disk gets back what was taken; otherwise the part stays."""
    whole = disk.PartFile.append

    def fails(part: disk.PartFile, piece: bytes) -> None:
        whole(part, piece[:70_000])
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(disk.PartFile, "append", fails)

    assert why(saver.save()) == f"the disk below {saver.root / 'backup'} says: {os.strerror(code)}."
    assert ("a.mp4.vodplan-part" in saver.files) == (code != errno.ENOSPC)
    assert "a.mp4" not in saver.files


def test_save_into_a_folder_that_is_a_file_is_refused(saver: Saver) -> None:
    """A path that cannot be a folder is told."""
    (saver.root / "backup").write_text("in the way")

    assert why(saver.save()) == f"the disk below {saver.root / 'backup'} says: Not a directory."


# Side by side


def test_save_of_many_fetches_two_at_once(tmp_path: Path) -> None:
    """More would only crowd the line."""
    served = Served(DATA)
    together = asyncio.Event()
    under_way = most = 0
    old = served.answer

    async def counted(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == 2:
            together.set()
        async with asyncio.timeout(30):
            await together.wait()
        under_way -= 1
        return await old(request)

    served.answer = counted  # type: ignore[method-assign]
    saver = Saver(tmp_path, served)

    async def all_of() -> list[object]:
        backup = saver.backup()
        return list(
            await asyncio.gather(*(backup.save(removal(f"{n:032x}"), came=saver.came.append) for n in range(7)))
        )

    assert asyncio.run(all_of()) == [None] * 7
    assert most == 2
    assert len(list(saver.folder.parent.iterdir())) == 7


def test_save_takes_nothing_of_the_change_but_its_id_and_category(saver: Saver) -> None:
    """A deletion of the source alone is saved alike."""
    change = dataclasses.replace(removal(), facts={})

    assert saver.save(change) is None
    assert saver.record["video"]["id"] == VIDEO
    assert saver.record["video"]["category"]["path"] is None
