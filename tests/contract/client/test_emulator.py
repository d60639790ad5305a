"""The client against the emulator: signatures checked, quotas kept, faults switched on."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from tests.unit.vod.fakes import FixedClock, most_in_a_window
from vodplan.core.errors import CredentialsError, Forbidden, RefusedByService, Throttled, UnknownOutcome
from vodplan.core.kind import Call, CallItem
from vodplan.core.live import LiveAsset, LiveBatch
from vodplan.core.ports import CallAnswer
from vodplan.core.values import FieldValue, Json
from vodplan.emulator import EmulatorSettings, KeyPair, RunningEmulator, running
from vodplan.emulator.settings import AllMissing
from vodplan.vod import category_api, image_api, search, video_api
from vodplan.vod.credentials import CredentialsProvider, static
from vodplan.vod.probes import Need
from vodplan.vod.service import VodService

T = TypeVar("T")
NOBODY = "f" * 32


async def no_wait(_: float) -> None:
    """Waits are counted elsewhere."""


def using(
    emulator: RunningEmulator,
    work: Callable[[VodService], Awaitable[T]],
    *,
    key: CredentialsProvider | None = None,
    clock: FixedClock | None = None,
) -> T:
    async def main() -> T:
        chosen = key or static(emulator.access_key_id, emulator.access_key_secret)
        async with VodService(
            emulator.url, emulator.region, chosen, unpaced=True, sleep=no_wait, random=lambda: 0.0, clock=clock
        ) as service:
            return await work(service)

    return asyncio.run(main())


async def all_of(batches: AsyncIterator[LiveBatch]) -> tuple[dict[str, LiveAsset], set[str]]:
    found: dict[str, LiveAsset] = {}
    missing: set[str] = set()
    async for batch in batches:
        found.update(batch.found)
        missing.update(batch.missing)
    return found, missing


async def some_ids(service: VodService, media_type: str, count: int, match: str = "") -> list[str]:
    page = await search.search_media(
        service.api, media_type=media_type, page_size=count, sort_by="CreationTime:Asc", match=match
    )
    return [found.id for found in page.found]


def an_item(asset: str, fields: Mapping[str, FieldValue] | None = None, change: int = 0, **params: Json) -> CallItem:
    return CallItem(change=change, id=asset, fields=fields or {}, params=params)


def a_call(operation: str, *items: CallItem, kind: str = "video") -> Call:
    return Call(operation=operation, kind=kind, items=items)


def test_read_of_a_thousand_videos_is_fifty_calls(demo_emulator: RunningEmulator) -> None:
    """Twenty a call, each once, whatever the order in which answers arrive."""

    async def work(service: VodService) -> tuple[int, int]:
        ids = [found.id async for page in search.Walk(service.api, "video").pages() for found in page]
        found, missing = await all_of(service.reader.read("video", [*ids[:990], *(f"{n:032d}" for n in range(10))]))
        assert len(found) + len(missing) == 1000
        return len(found), service.calls["GetVideoInfos"]

    assert using(demo_emulator, work) == (990, 50)


def test_batch_of_which_nothing_exists_is_missing_in_either_form(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The pages leave open whether the service lists the ids or answers 404; both mean the same."""
    settings = EmulatorSettings(all_missing=AllMissing.ERROR)
    with running(tmp_path_factory.mktemp("none") / "emulator.db", settings=settings) as emulator:

        async def work(service: VodService) -> None:
            videos = [NOBODY, "ref:cms-000404"]
            assert await all_of(service.reader.read("video", videos)) == ({}, set(videos))
            assert await all_of(service.reader.read("image", [NOBODY])) == ({}, {NOBODY})
            assert await service.reader.parts([NOBODY]) == {}
            for operation, kind in (("DeleteVideo", "video"), ("DeleteMezzanines", "video"), ("DeleteImage", "image")):
                answer = await service.writer.write(a_call(operation, an_item(NOBODY), kind=kind))
                assert answer.missing == {NOBODY}
            for operation, kind in (("UpdateVideoInfos", "video"), ("UpdateImageInfos", "image")):
                answer = await service.writer.write(a_call(operation, an_item(NOBODY, {"title": "t"}), kind=kind))
                assert answer.missing == {NOBODY}

        using(emulator, work)


def test_update_and_read_back_is_equal(demo_emulator: RunningEmulator) -> None:
    """What was written is what is read, for every field, cleared ones included."""

    async def work(service: VodService) -> None:
        one, two = await some_ids(service, "video", 2)
        category = (await service.reader.categories())[0].id
        answer = await service.writer.write(
            a_call(
                "UpdateVideoInfos",
                an_item(
                    one,
                    {"title": "视频 +&=% ~", "tags": ("b", "a"), "category": category, "cover": "http://c/d.png?x=1"},
                ),
                an_item(two, {"description": "", "tags": (), "category": 0, "cover": ""}, 1),
                an_item(NOBODY, {"title": "t"}, 2),
            )
        )
        found, _ = await all_of(service.reader.read("video", [one, two]))

        assert answer.missing == {NOBODY}
        assert not answer.refused
        title, _, tags, cate, cover = found[one].values
        assert (title, tags, cate, cover) == ("视频 +&=% ~", ("b", "a"), category, "http://c/d.png?x=1")
        assert found[two].values[1:] == ("", (), None, "")

    using(demo_emulator, work)


def test_update_of_images_and_read_back_is_equal(demo_emulator: RunningEmulator) -> None:
    """The wrapped list of missing ids, and an image found again by its URL."""

    async def work(service: VodService) -> None:
        (image,) = await some_ids(service, "image", 1)
        answer = await service.writer.write(
            a_call(
                "UpdateImageInfos", an_item(image, {"title": "new"}), an_item(NOBODY, {"title": "x"}, 1), kind="image"
            )
        )
        found, _ = await all_of(service.reader.read("image", [image]))
        url = f"url:{found[image].facts['url']}"
        by_url, missing = await all_of(service.reader.read("image", [url, "url:http://nowhere.example/x.png"]))

        assert answer.missing == {NOBODY}
        assert found[image].values[0] == "new"
        assert by_url[url] == found[image]
        assert missing == {"url:http://nowhere.example/x.png"}

    using(demo_emulator, work)


def test_deletions_are_read_back_as_gone(demo_emulator: RunningEmulator) -> None:
    """Streams, source, snapshots, image and video; each a second time is missing, not an error."""

    async def work(service: VodService) -> None:
        video = (await some_ids(service, "video", 1, match="Status in ('Normal')"))[0]
        (image,) = await some_ids(service, "image", 1)
        parts = (await service.reader.parts([video]))[video]
        jobs = [stream.job for stream in parts.streams]
        assert parts.source_present
        assert len(jobs) > 1

        async def twice(call: Call) -> tuple[CallAnswer, CallAnswer]:
            return await service.writer.write(call), await service.writer.write(call)

        first, second = await twice(a_call("DeleteStream", an_item(video, jobs=jobs[:1])))
        assert not first.missing
        assert second.missing == {video}
        await service.writer.write(a_call("DeleteStream", an_item(video, jobs=jobs)))
        await service.writer.write(a_call("DeleteMezzanines", an_item(video, force=True)))
        after = (await service.reader.parts([video]))[video]
        assert (after.source_present, after.streams) == (False, ())

        for call in (
            a_call("DeleteImage", an_item(image), kind="image"),
            a_call("DeleteVideo", an_item(video)),
        ):
            first, second = await twice(call)
            assert not first.missing
            assert second.missing == {call.items[0].id}
        _, missing = await all_of(service.reader.read("video", [video]))
        assert missing == {video}
        assert await service.reader.parts([video]) == {}

    using(demo_emulator, work)


def test_snapshots_are_counted_and_deleted_by_video_and_type(demo_emulator: RunningEmulator) -> None:
    """After the deletion a second plan has nothing to do."""

    async def work(service: VodService) -> None:
        ids = await some_ids(service, "video", 20, match="Status in ('Normal')")
        keys = [f"video:{video}:NormalSnapshot" for video in ids]
        found, _ = await all_of(service.reader.read("image", keys))
        key, asset = next(iter(found.items()))
        assert asset.facts["snapshots"]

        await service.writer.write(
            a_call("DeleteImage", an_item(asset.id, video=asset.id, type="NormalSnapshot"), kind="image")
        )

        _, missing = await all_of(service.reader.read("image", [key]))
        assert missing == {key}

    using(demo_emulator, work)


def test_categories_are_made_renamed_counted_and_deleted(demo_emulator: RunningEmulator) -> None:
    """The tree as it is after each step."""

    async def work(service: VodService) -> None:
        reader, writer = service.reader, service.writer
        made = await writer.write(a_call("AddCategory", an_item("", {"name": "Top 视频"}), kind="category"))
        top = made.created_id
        assert top
        below = await writer.write(
            a_call("AddCategory", an_item("", {"name": "Below"}, parent_id=top), kind="category")
        )
        await writer.write(a_call("UpdateCategory", an_item(str(below.created_id), {"name": "Lower"}), kind="category"))
        (video,) = await some_ids(service, "video", 1)
        await writer.write(a_call("UpdateVideoInfos", an_item(video, {"category": below.created_id})))

        tree = {category.id: category for category in await reader.categories()}
        assert (tree[top].name, tree[top].parent, tree[top].level) == ("Top 视频", None, 0)
        assert below.created_id is not None
        assert (tree[below.created_id].name, tree[below.created_id].parent) == ("Lower", top)
        members = await reader.members(below.created_id)
        assert members.addresses == {f"video/{video}"}
        assert (members.total, members.complete) == (1, True)

        await writer.write(a_call("DeleteCategory", an_item(str(top)), kind="category"))
        again = await writer.write(a_call("DeleteCategory", an_item(str(top)), kind="category"))
        assert again.missing == {str(top)}
        assert top not in {category.id for category in await reader.categories()}

    using(demo_emulator, work)


def test_every_operation_of_the_seeds_answers(demo_emulator: RunningEmulator) -> None:
    """Each typed function once, on assets that exist."""

    async def work(service: VodService) -> set[str]:
        api = service.api
        videos = await some_ids(service, "video", 2, match="Status in ('Normal')")
        (image,) = await some_ids(service, "image", 1)
        assert (await video_api.get_video_info(api, videos[0])).id == videos[0]
        total, listed = await video_api.get_video_list(api, page_size=5, status=["Normal"], oldest_first=True)
        assert total >= len(listed) == 5
        assert (await video_api.get_mezzanine_info(api, videos[0])).deleted is False
        assert await video_api.get_play_info(api, videos[0])
        assert (await image_api.get_image_info(api, image)).id == image
        await video_api.update_video_info(api, {"VideoId": videos[0], "Title": "New Title", "Tags": "a,b"})
        assert (await video_api.get_video_info(api, videos[0])).text("Title") == "New Title"
        assert await video_api.delete_stream(
            api, videos[0], [(await video_api.get_play_info(api, videos[0]))[0].text("JobId")]
        )
        assert (await video_api.delete_mezzanines(api, videos[:1])).missing == set()
        assert (await video_api.delete_video(api, videos[:1])).missing == set()
        assert (await image_api.list_snapshots(api, videos[1], "CoverSnapshot")).total >= 0
        assert (await category_api.get_categories(api)).children
        url = (await image_api.get_image_info(api, image)).url
        assert await image_api.delete_images_by_url(api, [url])
        assert (await image_api.get_image_infos(api, [image])).missing == {image}
        return set(service.calls)

    operations = using(demo_emulator, work)

    assert operations >= {
        "SearchMedia",
        "GetVideoInfo",
        "GetVideoList",
        "GetMezzanineInfo",
        "DeleteStream",
        "DeleteImage",
    }


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "throttle"},
        {"kind": "error", "status": 503, "code": "ServiceUnavailable"},
        {"kind": "html", "status": 502},
        {"kind": "cut_before"},
        {"kind": "cut_after"},
        {"kind": "truncate"},
    ],
)
def test_faults_that_pass_are_not_noticed(demo_emulator: RunningEmulator, fault: Mapping[str, object]) -> None:
    """Every second call fails in one way; reading, updating and deleting come out the same."""

    async def work(service: VodService) -> None:
        ids = await some_ids(service, "video", 40)
        demo_emulator.set_faults([{**fault, "every": 2}])
        found, missing = await all_of(service.reader.read("video", [*ids, NOBODY]))
        assert (len(found), missing) == (40, {NOBODY})
        await service.writer.write(a_call("UpdateVideoInfos", an_item(ids[0], {"title": "t"})))
        await service.writer.write(a_call("UpdateVideoInfos", an_item(ids[0], {"title": "u"})))
        for video in ids[1:3]:
            answer = await service.writer.write(a_call("DeleteVideo", an_item(video)))
            assert answer.missing <= {video}
        demo_emulator.set_faults([])
        found, missing = await all_of(service.reader.read("video", ids[:3]))
        assert found[ids[0]].values[0] == "u"
        assert missing == set(ids[1:3])

    using(demo_emulator, work)


@pytest.mark.parametrize(("kind", "tries"), [("cut_before", 2), ("cut_after", 1), ("truncate", 1)])
def test_category_whose_answer_is_lost_is_made_once(demo_emulator: RunningEmulator, kind: str, tries: int) -> None:
    """Whether the service did it or not, there is one in the end, and its id is known."""

    async def work(service: VodService) -> tuple[int, int]:
        demo_emulator.set_faults([{"kind": kind, "operation": "AddCategory", "nth": 1}])
        answer = await service.writer.write(a_call("AddCategory", an_item("", {"name": "Once"}), kind="category"))
        named = [category.id for category in await service.reader.categories() if category.name == "Once"]
        assert named == [answer.created_id]
        return len(named), service.calls["AddCategory"]

    assert using(demo_emulator, work) == (1, tries)


def test_write_that_never_gets_an_answer_is_unknown(demo_emulator: RunningEmulator) -> None:
    """It was done, in fact, every time; only a read can tell."""
    demo_emulator.set_faults([{"kind": "cut_after", "operation": "UpdateVideoInfos"}])

    async def work(service: VodService) -> None:
        (video,) = await some_ids(service, "video", 1)
        with pytest.raises(UnknownOutcome):
            await service.writer.write(a_call("UpdateVideoInfos", an_item(video, {"title": "done"})))
        found, _ = await all_of(service.reader.read("video", [video]))
        assert found[video].values[0] == "done"

    using(demo_emulator, work)


def test_write_that_is_always_throttled_is_surely_undone(demo_emulator: RunningEmulator) -> None:
    """Throttled calls are not carried out."""
    demo_emulator.set_faults([{"kind": "throttle", "operation": "UpdateVideoInfos"}])

    with pytest.raises(Throttled):
        using(
            demo_emulator,
            lambda service: service.writer.write(a_call("UpdateVideoInfos", an_item(NOBODY, {"title": "t"}))),
        )


def test_batch_over_the_address_limit_is_refused_as_too_long(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The gateway's HTML page becomes a code that the engine splits on."""
    settings = EmulatorSettings(max_uri_bytes=1_000)
    call = a_call("UpdateVideoInfos", an_item(NOBODY, {"title": "视" * 400}))
    with (
        running(tmp_path_factory.mktemp("short") / "emulator.db", settings=settings) as emulator,
        pytest.raises(RefusedByService) as raised,
    ):
        using(emulator, lambda service: service.writer.write(call))

    assert (raised.value.status, raised.value.code) == (414, "UriTooLong")


def test_refused_keys_end_with_the_reason(demo_emulator: RunningEmulator) -> None:
    """Exit code 8, and which part of the key is wrong."""
    for key, words in (
        (static("nobody", "secret"), "not known"),
        (static(demo_emulator.access_key_id, "wrong-secret"), "does not belong"),
    ):
        with pytest.raises(CredentialsError, match=words):
            using(demo_emulator, lambda service: service.reader.categories(), key=key)


def test_temporary_key_works_until_it_expires(demo_emulator: RunningEmulator) -> None:
    """The token is signed; once out of date it is asked for again, and then refused."""
    demo_emulator.add_key(KeyPair(id="STS.a", secret="s", token="tok", expires=int(time.time()) + 900))
    demo_emulator.add_key(KeyPair(id="STS.b", secret="s", token="old", expires=int(time.time()) - 900))

    assert using(demo_emulator, lambda service: service.reader.categories(), key=static("STS.a", "s", "tok"))
    with pytest.raises(CredentialsError, match="expired"):
        using(demo_emulator, lambda service: service.reader.categories(), key=static("STS.b", "s", "old"))
    with pytest.raises(CredentialsError, match="token"):
        using(demo_emulator, lambda service: service.reader.categories(), key=static("STS.a", "s", "other"))


def test_operation_that_the_policy_denies_names_the_action(demo_emulator: RunningEmulator) -> None:
    """A key for planning may read and not write; the doctor says which."""
    demo_emulator.add_key(KeyPair(id="planner", secret="s", deny=("Update*", "vod:BatchGetMediaInfos")))
    key = static("planner", "s")

    with pytest.raises(Forbidden) as raised:
        using(
            demo_emulator,
            lambda s: s.writer.write(a_call("UpdateVideoInfos", an_item(NOBODY, {"title": "t"}))),
            key=key,
        )
    results = {result.name: result for result in using(demo_emulator, lambda service: service.probe(), key=key)}

    assert "vod:UpdateVideoInfos" in raised.value.message
    assert not results["BatchGetMediaInfos"].ok
    assert "vod:BatchGetMediaInfos" in results["BatchGetMediaInfos"].detail
    denied = [
        "BatchGetMediaInfos",
        "UpdateVideoInfo",
        "UpdateVideoInfos",
        "UpdateImageInfos",
        "UpdateAttachedMediaInfos",
        "UpdateCategory",
    ]
    assert [name for name, result in results.items() if not result.ok] == denied
    assert [results[name].action for name in denied] == [f"vod:{name}" for name in denied]


def _library(emulator: RunningEmulator, path: Path) -> list[str]:
    """Every row of every asset and category, as it is now."""
    emulator.snapshot(path)
    with closing(sqlite3.connect(path)) as database:
        return [line for line in database.iterdump() if not line.startswith('INSERT INTO "meta"')]


def test_probe_changes_nothing_and_judges_key_and_clock(demo_emulator: RunningEmulator, tmp_path: Path) -> None:
    """Writes name nobody and nowhere; every one is tried, and the library is the same to the byte."""
    before = _library(demo_emulator, tmp_path / "before.db")
    demo_emulator.clear_calls()
    results = using(demo_emulator, lambda service: service.probe())
    sent = demo_emulator.calls()

    assert all(result.ok for result in results)
    assert {"credentials", "clock", *(call.action for call in sent)} == {result.name for result in results}
    writes = [call for call in sent if not call.action.startswith(("Get", "Batch", "List", "Search"))]
    assert len(writes) == 13
    assert _library(demo_emulator, tmp_path / "after.db") == before

    refused = using(demo_emulator, lambda service: service.probe(), key=static("nobody", "s"))
    assert (refused[0].name, refused[0].ok) == ("credentials", False)


def test_probe_for_planning_sends_reads_alone(demo_emulator: RunningEmulator) -> None:
    """What is not asked for is not tried."""
    demo_emulator.clear_calls()
    results = using(demo_emulator, lambda service: service.probe(Need.PLAN))

    assert {result.need for result in results} == {Need.PLAN}
    assert all(call.action.startswith(("Get", "Batch", "List", "Search")) for call in demo_emulator.calls())


def test_probe_does_not_write_what_it_could_not_read_as_absent(demo_emulator: RunningEmulator) -> None:
    """Without the right to read categories nobody knows that there is no such category, so none is written."""
    demo_emulator.add_key(KeyPair(id="blind", secret="s", deny=("GetCategories", "GetImageInfos")))
    demo_emulator.clear_calls()
    key = static("blind", "s")

    results = {result.name: result for result in using(demo_emulator, lambda service: service.probe(), key=key)}

    untried = {
        "AddCategory",
        "UpdateCategory",
        "DeleteCategory",
        "UpdateImageInfos",
        "CreateUploadImage",
        "DeleteImage",
    }
    assert {name for name, result in results.items() if result.ok is None} == untried
    assert not untried & {call.action for call in demo_emulator.calls()}


def test_probe_of_an_endpoint_that_is_down_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One finding, at once."""
    with running(tmp_path_factory.mktemp("gone") / "emulator.db") as emulator:
        gone = emulator

    results = using(gone, lambda service: service.probe())

    assert [(result.name, result.ok) for result in results] == [("endpoint", False)]


def test_clock_twenty_minutes_off_is_corrected(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The service's own Date header tells the time; the probe still says that the clock is wrong."""
    settings = EmulatorSettings(clock_skew=1_200.0)
    with running(tmp_path_factory.mktemp("late") / "emulator.db", settings=settings, demo=True) as emulator:
        assert using(emulator, lambda service: service.reader.categories())
        results = {result.name: result for result in using(emulator, lambda service: service.probe())}

    assert not results["clock"].ok
    assert "behind" in results["clock"].detail


def test_rate_is_kept_and_used(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Under the service's own quota nothing is throttled, and no second holds more calls than allowed."""
    settings = EmulatorSettings(quotas=True)
    with running(tmp_path_factory.mktemp("quota") / "emulator.db", settings=settings) as emulator:

        async def main() -> None:
            key = static(emulator.access_key_id, emulator.access_key_secret)
            async with VodService(emulator.url, emulator.region, key, share=0.8) as service:
                await all_of(service.reader.read("video", [f"{n:032d}" for n in range(20 * 120)]))

        asyncio.run(main())
        calls = emulator.calls("GetVideoInfos")

    assert len(calls) == 120
    assert {call.code for call in calls} == {""}
    assert most_in_a_window([call.at for call in calls]) <= 100
