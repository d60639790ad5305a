"""The edge half of videos."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.vod.fakes import FakeApi, collect, not_found, refused
from vodplan.core.errors import ApiError, BugError, Forbidden, InvalidAnswer, NotFound, RefusedByService, UnknownOutcome
from vodplan.core.kind import Call, CallItem
from vodplan.core.live import LiveAsset, Stream
from vodplan.core.values import FieldValue, Json
from vodplan.kinds.video import FIELDS
from vodplan.vod import video

FULL = {
    "VideoId": "v1",
    "ReferenceId": "cms-000001",
    "Title": "Opening",
    "Description": "Week one",
    "Tags": "intro, week1,intro",
    "CateId": "1000301",
    "CateName": "Lectures",
    "CoverURL": "http://img/a.jpg?w=1&auth_key=17",
    "Status": "Normal",
    "Duration": "61.25",
    "Size": 7340032,
    "CreationTime": "2025-03-01T08:00:00Z",
    "StorageClass": "Standard",
}


def an_item(
    asset: str = "v1",
    fields: Mapping[str, FieldValue] | None = None,
    params: Mapping[str, Json] | None = None,
    change: int = 0,
) -> CallItem:
    return CallItem(change=change, id=asset, fields=fields or {}, params=params or {})


def a_call(operation: str, *items: CallItem) -> Call:
    return Call(operation=operation, kind="video", items=items or (an_item(),))


def raising(error: ApiError) -> Any:
    def handler(_: Mapping[str, str]) -> Mapping[str, object]:
        raise error

    return handler


def test_asset_has_values_in_the_order_of_the_kinds_fields() -> None:
    """`LiveAsset.values` is read by place, so the order is part of the contract between the two halves."""
    ((_, asset),) = collect(video.read(FakeApi(GetVideoInfos=lambda _: {"VideoList": [FULL]}), ["v1"]))[0].found

    assert [field.name for field in FIELDS] == ["title", "description", "tags", "category", "cover"]
    assert asset.values == ("Opening", "Week one", ("intro", "week1"), 1000301, "http://img/a.jpg?w=1")
    assert asset.facts == {
        "size": 7340032,
        "duration": 61.25,
        "status": "Normal",
        "created": "2025-03-01T08:00:00Z",
        "reference": "cms-000001",
        "cate_name": "Lectures",
        "storage_class": "Standard",
    }


def test_asset_without_anything_set_has_empty_values_and_no_facts() -> None:
    """Fields that were never set are absent from the answer, and mean empty."""
    batches = collect(video.read(FakeApi(GetVideoInfos=lambda _: {"VideoList": [{"VideoId": "v1"}]}), ["v1"]))

    assert batches[0].found == (("v1", LiveAsset("video", "v1", ("", "", (), None, ""), {})),)


def test_read_asks_in_twenties_and_accounts_for_every_key() -> None:
    """45 ids are three calls; each id is found or missing, once."""

    def some(params: Mapping[str, str]) -> Mapping[str, object]:
        ids = params["VideoIds"].split(",")
        here = [name for name in ids if name.endswith(("0", "5"))]
        return {
            "VideoList": [{"VideoId": name} for name in reversed(here)] + [{"VideoId": "stranger"}],
            "NonExistVideoIds": [name for name in ids if name not in here],
        }

    api = FakeApi(GetVideoInfos=some)
    keys = [f"v{number}" for number in range(45)]

    batches = collect(video.read(api, keys))

    assert api.count("GetVideoInfos") == 3
    found = [key for batch in batches for key, _ in batch.found]
    missing = [key for batch in batches for key in batch.missing]
    assert sorted(found + missing) == sorted(keys)
    assert all(key.endswith(("0", "5")) for key in found)


def test_read_by_reference_is_matched_by_reference() -> None:
    """The key keeps its prefix, the asset has the service's own id."""
    api = FakeApi(GetVideoInfos=lambda _: {"VideoList": [FULL], "NonExistReferenceIds": ["cms-000002"]})

    (batch,) = collect(video.read(api, ["ref:cms-000001", "ref:cms-000002"]))

    assert api.calls == [("GetVideoInfos", {"ReferenceIds": "cms-000001,cms-000002"})]
    assert [(key, asset.id) for key, asset in batch.found] == [("ref:cms-000001", "v1")]
    assert batch.missing == ("ref:cms-000002",)


def test_read_never_mixes_ids_and_references_in_one_call() -> None:
    """The operation takes the one or the other."""
    api = FakeApi(GetVideoInfos=lambda params: {"VideoList": [FULL], "NonExistReferenceIds": "x-000001"})

    collect(video.read(api, ["v1", "ref:x-000001"]))

    assert sorted(len(params) for _, params in api.calls) == [1, 1]


@pytest.mark.parametrize("keys", [["v1", "v2"], ["ref:cms-000001"]])
def test_read_when_nothing_exists_at_all_is_missing(keys: list[str]) -> None:
    """The operation's error table has InvalidVideo.NotFound beside the list of missing ids."""
    api = FakeApi(GetVideoInfos=raising(not_found("GetVideoInfos", "InvalidVideo.NotFound")))

    (batch,) = collect(video.read(api, keys))

    assert (batch.found, batch.missing) == ((), tuple(keys))


@pytest.mark.parametrize("body", [{"VideoList": []}, {"VideoList": [FULL], "NonExistVideoIds": ["v3"]}, {}])
def test_read_answer_that_does_not_mention_an_id_is_invalid(body: Mapping[str, object]) -> None:
    """Silence is never taken for absence: the next step could be a deletion."""
    with pytest.raises(InvalidAnswer, match="v2"):
        collect(video.read(FakeApi(GetVideoInfos=lambda _: body), ["v2"]))


def test_read_forbidden_id_is_forbidden() -> None:
    """Media of another application are there, but not ours."""
    api = FakeApi(GetVideoInfos=lambda _: {"VideoList": [], "ForbiddenVideoIds": ["v2"]})

    with pytest.raises(Forbidden, match="v2"):
        collect(video.read(api, ["v2"]))


def test_read_other_not_found_is_raised() -> None:
    """Only the documented code means that videos do not exist."""
    api = FakeApi(GetVideoInfos=raising(not_found("GetVideoInfos", "Other.NotFound")))

    with pytest.raises(NotFound):
        collect(video.read(api, ["v2"]))


PLAY = [
    {"JobId": "j2", "Definition": "HD", "Format": "mp4", "Size": "9"},
    {"JobId": "j1", "Definition": "LD", "Format": "m3u8"},
]
STREAMS = (
    Stream(job="j1", definition="LD", format="m3u8"),
    Stream(job="j2", definition="HD", format="mp4", size=9),
)


def test_parts_come_from_the_batch_where_it_has_them() -> None:
    """One call for twenty videos; an id that does not exist is left out."""
    info = {"MediaId": "v1", "MezzanineInfo": {"Status": "Normal", "Size": 5}, "PlayInfoList": PLAY}
    api = FakeApi(BatchGetMediaInfos=lambda _: {"MediaInfos": [info], "NonExistMediaIds": ["v2"]})

    parts = asyncio.run(video.parts(api, ["v1", "v2"]))

    assert list(parts) == ["v1"]
    assert (parts["v1"].source_present, parts["v1"].source_size, parts["v1"].streams) == (True, 5, STREAMS)
    assert len(api.calls) == 1


def test_parts_that_the_batch_leaves_out_are_asked_for_alone() -> None:
    """The batch's answer does not promise the status of the source, nor the streams."""
    api = FakeApi(
        BatchGetMediaInfos=lambda _: {"MediaInfos": [{"MediaId": "v1"}]},
        GetMezzanineInfo=lambda _: {"Mezzanine": {"Status": "Deleted"}},
        GetPlayInfo=lambda _: {"PlayInfoList": {"PlayInfo": PLAY}},
    )

    parts = asyncio.run(video.parts(api, ["v1"]))

    assert (parts["v1"].source_present, parts["v1"].streams) == (False, STREAMS)
    assert dict(api.calls)["GetPlayInfo"]["ResultType"] == "Multiple"


def test_parts_of_a_video_without_source_record_and_streams_are_none() -> None:
    """A source that is not on record is gone; a video that cannot be played has no streams to delete."""
    api = FakeApi(
        BatchGetMediaInfos=lambda _: {"MediaInfos": [{"MediaId": "v1"}]},
        GetMezzanineInfo=raising(not_found("GetMezzanineInfo", "InvalidFile.NotFound")),
        GetPlayInfo=raising(
            RefusedByService("no", operation="GetPlayInfo", status=403, code="Forbidden.IllegalStatus")
        ),
    )

    parts = asyncio.run(video.parts(api, ["v1"]))

    assert (parts["v1"].source_present, parts["v1"].streams) == (False, ())


def test_parts_source_of_unknown_status_is_unknown() -> None:
    """None is neither present nor gone."""
    api = FakeApi(
        BatchGetMediaInfos=lambda _: {"MediaInfos": [{"MediaId": "v1", "PlayInfoList": []}]},
        GetMezzanineInfo=lambda _: {"Mezzanine": {"Size": 3}},
    )

    assert asyncio.run(video.parts(api, ["v1"]))["v1"].source_present is None


@pytest.mark.parametrize(
    ("body", "kind"), [({}, InvalidAnswer), ({"MediaInfos": [], "ForbiddenMediaIds": "v1"}, Forbidden)]
)
def test_parts_of_an_id_without_an_answer_are_an_error(body: Mapping[str, object], kind: type[ApiError]) -> None:
    """Left out means that it does not exist, so silence must not leave it out."""
    with pytest.raises(kind):
        asyncio.run(video.parts(FakeApi(BatchGetMediaInfos=lambda _: body), ["v1"]))


def written(api: FakeApi, call: Call) -> Any:
    return asyncio.run(video.write(api, call))


def test_write_updates_sends_only_the_fields_given_as_compact_json() -> None:
    """A field left out is never sent; empty texts, no tags and category 0 clear."""
    api = FakeApi(UpdateVideoInfos=lambda _: {})
    call = a_call(
        "UpdateVideoInfos",
        an_item("v1", {"title": "视频", "tags": ("a", "b"), "category": 7, "cover": "http://x/y"}),
        an_item("v2", {"description": "", "tags": (), "category": 0}, change=1),
    )

    written(api, call)

    assert api.calls[0][1]["UpdateContent"] == (
        '[{"VideoId":"v1","Title":"视频","Tags":"a,b","CateId":7,"CoverURL":"http://x/y"},'
        '{"VideoId":"v2","Description":"","Tags":"","CateId":0}]'
    )


def test_write_single_update_sends_parameters() -> None:
    """UpdateVideoInfo has a rate of its own beside the batches."""
    api = FakeApi(UpdateVideoInfo=lambda _: {})

    written(api, a_call("UpdateVideoInfo", an_item("v1", {"title": "", "category": 0})))

    assert api.calls == [("UpdateVideoInfo", {"VideoId": "v1", "Title": "", "CateId": "0"})]


@pytest.mark.parametrize(
    ("operation", "listed", "code"),
    [
        ("UpdateVideoInfos", "ForbiddenVideoIds", "Forbidden"),
        ("DeleteVideo", "ForbiddenVideoIds", "Forbidden"),
        ("DeleteMezzanines", "UnRemoveableVideoIds", "UnRemoveable"),
    ],
)
def test_write_partly_done_tells_missing_and_refused_apart(operation: str, listed: str, code: str) -> None:
    """What is in no list is done."""
    api = FakeApi(**{operation: lambda _: {"NonExistVideoIds": ["v1"], listed: "v2"}})
    items = [an_item(f"v{number}", {"title": "t"}, change=number) for number in (1, 2, 3)]

    answer = written(api, a_call(operation, *items))

    assert answer.missing == {"v1"}
    assert {asset: refusal.code for asset, refusal in answer.refused.items()} == {"v2": code}
    assert answer.request_id == "R-9"


@pytest.mark.parametrize(("params", "sent"), [({}, {}), ({"force": False}, {}), ({"force": True}, {"Force": "true"})])
def test_write_sources_sends_force_only_when_asked(params: Mapping[str, Json], sent: Mapping[str, str]) -> None:
    """Force deletes what is also the playable original."""
    api = FakeApi(DeleteMezzanines=lambda _: {})

    written(api, a_call("DeleteMezzanines", an_item("v1", params=params), an_item("v2", params=params, change=1)))

    assert api.calls == [("DeleteMezzanines", {"VideoIds": "v1,v2", **sent})]


@pytest.mark.parametrize("operation", ["DeleteVideo", "DeleteMezzanines", "DeleteStream"])
def test_write_deletion_of_what_is_gone_is_missing(operation: str) -> None:
    """A deletion that was done before, perhaps by a try whose answer got lost, is not an error."""
    api = FakeApi(**{operation: raising(not_found(operation, "InvalidVideo.NotFound"))})
    items = [an_item("v1", params={"jobs": ["j"]}), an_item("v2", params={"jobs": ["j"]}, change=1)]
    call = a_call(operation, *(items[:1] if operation == "DeleteStream" else items))

    assert written(api, call).missing == {item.id for item in call.items}


def test_write_update_of_a_batch_that_is_not_found_is_raised() -> None:
    """Which of them is gone is not said, so the engine must split it; for one alone it is said."""
    api = FakeApi(UpdateVideoInfos=raising(not_found("UpdateVideoInfos", "InvalidVideo.NotFound")))
    one, two = an_item("v1", {"title": "t"}), an_item("v2", {"title": "t"}, change=1)

    assert written(api, a_call("UpdateVideoInfos", one)).missing == {"v1"}
    with pytest.raises(NotFound):
        written(api, a_call("UpdateVideoInfos", one, two))


class Streams:
    """A DeleteStream that refuses a call naming a stream that is gone."""

    def __init__(self, *there: str) -> None:
        self.there = set(there)

    def __call__(self, params: Mapping[str, str]) -> Mapping[str, object]:
        jobs = set(params["JobIds"].split(","))
        if not jobs <= self.there:
            raise not_found("DeleteStream", "InvalidStream.NotFound")
        self.there -= jobs
        return {}


def test_write_streams_of_which_some_are_gone_deletes_the_rest() -> None:
    """The service names no stream in its refusal, so they are tried one by one."""
    service = Streams("a", "c", "d")
    api = FakeApi(DeleteStream=service)

    answer = written(api, a_call("DeleteStream", an_item("v1", params={"jobs": ["a", "b", "c"]})))

    assert service.there == {"d"}
    assert answer.missing == frozenset()
    assert api.count("DeleteStream") == 4


def test_write_streams_that_are_all_gone_is_missing() -> None:
    """Nothing was left to do."""
    answer = written(
        FakeApi(DeleteStream=Streams()), a_call("DeleteStream", an_item("v1", params={"jobs": ["a", "b"]}))
    )

    assert answer.missing == {"v1"}


def test_write_more_streams_than_a_call_takes_are_several_calls() -> None:
    """Twenty at a time."""
    names = [f"j{number}" for number in range(45)]
    api = FakeApi(DeleteStream=Streams(*names))

    written(api, a_call("DeleteStream", an_item("v1", params={"jobs": names})))

    assert api.count("DeleteStream") == 3


def test_write_streams_refused_half_way_has_an_unknown_outcome() -> None:
    """Something was done, so "nothing of it was done" would be wrong."""
    names = [f"j{number}" for number in range(45)]
    calls = 0

    def second_fails(_: Mapping[str, str]) -> Mapping[str, object]:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise refused("DeleteStream", "InvalidParameter")
        return {}

    with pytest.raises(UnknownOutcome):
        written(FakeApi(DeleteStream=second_fails), a_call("DeleteStream", an_item("v1", params={"jobs": names})))

    with pytest.raises(RefusedByService):
        written(
            FakeApi(DeleteStream=raising(refused("DeleteStream", "InvalidParameter"))),
            a_call("DeleteStream", an_item("v1", params={"jobs": names})),
        )


@pytest.mark.parametrize(
    "call", [a_call("DeleteImage"), a_call("DeleteStream"), a_call("UpdateVideoInfos", an_item("v1", {"cover": None}))]
)
def test_write_what_makes_no_sense_is_a_bug(call: Call) -> None:
    """Guessing at a write is worse than stopping."""
    with pytest.raises(BugError):
        written(FakeApi(), call)
