"""The edge half of images."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.vod.fakes import FakeApi, collect, not_found, refused
from vodplan.core.errors import ApiError, BugError, InvalidAnswer, NotFound, RefusedByService
from vodplan.core.kind import Call, CallItem
from vodplan.core.live import LiveBatch
from vodplan.core.values import Json
from vodplan.kinds.image import FIELDS, SNAPSHOT_TYPES
from vodplan.vod import image

POSTER = {
    "ImageId": "i1",
    "Title": "Poster",
    "Description": "Front",
    "Tags": "poster,2025",
    "CateId": 7,
    "Status": "Normal",
    "URL": "http://img.example/p.png?auth_key=1",
    "CreationTime": "2025-03-01T08:00:00Z",
    "Mezzanine": {"FileSize": "20480", "FileURL": "http://oss/p.png?Signature=x"},
}


def read_one(api: FakeApi, *keys: str) -> LiveBatch:
    batches = collect(image.read(api, keys))
    return LiveBatch(
        tuple(pair for batch in batches for pair in batch.found),
        tuple(key for batch in batches for key in batch.missing),
    )


def raising(error: ApiError) -> Any:
    def handler(_: Mapping[str, str]) -> Mapping[str, object]:
        raise error

    return handler


def test_asset_has_values_in_the_order_of_the_kinds_fields() -> None:
    """Read by place, as for videos; no signature gets into values or facts."""
    ((_, asset),) = read_one(FakeApi(GetImageInfos=lambda _: {"ImageInfo": [POSTER]}), "i1").found

    assert [field.name for field in FIELDS] == ["title", "description", "tags", "category"]
    assert asset.values == ("Poster", "Front", ("poster", "2025"), 7)
    assert asset.facts["size"] == 20480
    assert asset.facts["url"] == "http://img.example/p.png"


def test_read_by_id_accounts_for_every_key() -> None:
    """Found, missing, or an error."""
    api = FakeApi(GetImageInfos=lambda _: {"ImageInfo": [POSTER], "NonExistImageIds": {"ImageId": ["i2"]}})

    assert read_one(api, "i1", "i2").missing == ("i2",)
    with pytest.raises(InvalidAnswer, match="i3"):
        read_one(api, "i3")


def test_read_by_id_when_nothing_exists_at_all_is_missing() -> None:
    """GetImageInfo and DeleteImage say NoSuchResource; the batch may, too."""
    api = FakeApi(GetImageInfos=raising(not_found("GetImageInfos", "NoSuchResource")))

    assert read_one(api, "i1").missing == ("i1",)


def searching(
    *,
    images: list[Mapping[str, object]] | None = None,
    videos: list[Mapping[str, object]] | None = None,
    unseen: str = "",
) -> Any:
    """A SearchMedia over a few images and videos; of the type `unseen` it counts one more than it lists."""
    blocks = {"image": ("Image", images or []), "video": ("Video", videos or []), "audio": ("Audio", [])}

    def handler(params: Mapping[str, str]) -> Mapping[str, object]:
        media_type = params["SearchType"]
        name, rows = blocks[media_type]
        media = [
            {"MediaId": row["id"], "MediaType": media_type, "CreationTime": "2025-01-01T00:00:00Z", name: row}
            for row in rows
        ]
        total = len(media) + (media_type == unseen)
        return {"Total": total, "MediaList": media if params["PageNo"] == "1" else []}

    return handler


def test_read_by_url_finds_the_image_behind_it() -> None:
    """No operation finds an image by URL, so the images are walked; the values are then read by id."""
    api = FakeApi(
        SearchMedia=searching(
            images=[
                {"id": "i1", "URL": "https://IMG.example/p.png?auth_key=9"},
                {"id": "i2", "URL": "http://img.example/q.png"},
            ]
        ),
        GetImageInfos=lambda _: {"ImageInfo": [POSTER]},
    )

    batch = read_one(api, "url:http://img.example/p.png")

    assert [(key, asset.id) for key, asset in batch.found] == [("url:http://img.example/p.png", "i1")]
    assert api.calls[-1] == ("GetImageInfos", {"ImageIds": "i1"})
    assert api.count("SearchMedia") == 1


def test_images_at_addresses_are_those_that_have_them_by_id() -> None:
    """One walk of the images and no other; an image that has another address by now, or is gone, is none."""
    rows: list[Mapping[str, object]] = [
        {"id": f"i{number}", "URL": f"http://img.example/{number}.png"} for number in range(1, 4)
    ]
    infos = [{**POSTER, "URL": "http://img.example/1.png?auth_key=7"}, {**POSTER, "ImageId": "i2"}]
    api = FakeApi(
        SearchMedia=searching(images=rows),
        GetImageInfos=lambda _: {"ImageInfo": infos, "NonExistImageIds": {"ImageId": ["i3"]}},
    )

    found = asyncio.run(image.located(api, [f"https://img.example/{number}.png?auth_key=9" for number in range(1, 5)]))

    assert {url: one.id for url, one in found.items()} == {"https://img.example/1.png?auth_key=9": "i1"}
    assert {params["SearchType"] for name, params in api.calls if name == "SearchMedia"} == {"image"}
    assert api.count("GetImageInfos") == 1


def test_read_by_url_of_many_walks_once() -> None:
    """A walk is the costly part, and serves every URL."""
    api = FakeApi(SearchMedia=searching(images=[], videos=[]))

    batch = read_one(api, *(f"url:http://img.example/{number}.png" for number in range(30)))

    assert len(batch.missing) == 30
    assert api.count("SearchMedia") == 3


@pytest.mark.parametrize("field", ["Snapshots", "SpriteSnapshots"])
def test_read_by_url_finds_a_snapshot_among_the_videos(field: str) -> None:
    """Snapshots have no id of their own; that it exists is known, and whose it is, since it is protected as its video."""
    api = FakeApi(SearchMedia=searching(videos=[{"id": "v1", field: ["http://img.example/s/1.jpg?auth_key=2"]}]))

    ((_, asset),) = read_one(api, "url:http://img.example/s/1.jpg").found

    assert (asset.id, asset.values, asset.certain) == ("", ("", "", (), None), True)
    assert asset.facts == {"url": "http://img.example/s/1.jpg", "video": "v1"}


@pytest.mark.parametrize(
    ("listed", "certain"),
    [
        (
            lambda _: {"MediaSnapshot": {"Total": 1, "Snapshots": {"Snapshot": [{"Url": "http://img.example/c.jpg"}]}}},
            True,
        ),
        (lambda _: {"MediaSnapshot": {"Total": 0, "Snapshots": {"Snapshot": []}}}, False),
        (raising(not_found("ListSnapshots", "NoSuchResource")), False),
        (raising(refused("ListSnapshots", "Forbidden.IllegalStatus")), False),
    ],
)
def test_read_by_url_that_only_serves_as_a_cover_is_certain_only_as_a_snapshot(listed: Any, certain: bool) -> None:
    """A video keeps the URL of a cover that was deleted, so serving as a cover proves nothing."""
    api = FakeApi(
        SearchMedia=searching(videos=[{"id": "v1", "CoverURL": "http://img.example/c.jpg"}]), ListSnapshots=listed
    )

    ((_, asset),) = read_one(api, "url:http://img.example/c.jpg").found

    assert asset.certain is certain
    assert asset.facts == {"url": "http://img.example/c.jpg", "video": "v1"}


def test_read_by_url_that_is_nowhere_after_whole_walks_is_missing() -> None:
    """Everything was looked at."""
    api = FakeApi(SearchMedia=searching(images=[{"id": "i2", "URL": "http://img.example/q.png"}]))

    assert read_one(api, "url:http://img.example/p.png").missing == ("url:http://img.example/p.png",)


@pytest.mark.parametrize("unseen", ["image", "video", "audio"])
def test_read_by_url_that_is_nowhere_after_a_walk_with_gaps_is_uncertain(unseen: str) -> None:
    """What could not all be looked at must not be called absent."""
    images: list[Mapping[str, object]] = [{"id": "i2", "URL": "http://img.example/q.png"}]
    api = FakeApi(SearchMedia=searching(images=images, unseen=unseen))

    ((_, asset),) = read_one(api, "url:http://img.example/p.png").found

    assert not asset.certain
    assert asset.facts == {"url": "http://img.example/p.png"}


def test_read_by_url_of_an_image_deleted_since_the_search_is_missing() -> None:
    """The search index lags; the look-up by id decides."""
    api = FakeApi(
        SearchMedia=searching(images=[{"id": "i1", "URL": "http://img.example/p.png"}]),
        GetImageInfos=lambda _: {"NonExistImageIds": ["i1"]},
    )

    assert read_one(api, "url:http://img.example/p.png").missing == ("url:http://img.example/p.png",)


def snapshots(**totals: int) -> Any:
    def handler(params: Mapping[str, str]) -> Mapping[str, object]:
        total = totals.get(params["SnapshotType"])
        if total is None:
            raise not_found("ListSnapshots", "NoSuchResource")
        return {"MediaSnapshot": {"Total": total, "Snapshots": {"Snapshot": []}}}

    return handler


def test_read_snapshots_of_a_type_counts_them() -> None:
    """The id is the video's, as that is what a deletion is addressed to."""
    batch = read_one(FakeApi(ListSnapshots=snapshots(SpriteSnapshot=3)), "video:v1:SpriteSnapshot")

    ((_, asset),) = batch.found
    assert (asset.id, asset.facts) == ("v1", {"snapshots": 3})


def test_read_cover_snapshots_tells_their_addresses() -> None:
    """One of them may be in use as a cover; of the many others only the number is asked for."""
    urls = ["http://img.example/2.jpg?auth_key=1-2", "http://img.example/1.jpg"]
    listed = {"MediaSnapshot": {"Total": 2, "Snapshots": {"Snapshot": [{"Url": url} for url in urls]}}}
    api = FakeApi(ListSnapshots=lambda _: listed)

    found = read_one(api, "video:v1:CoverSnapshot", "video:v1:NormalSnapshot").found

    assert {key: asset.facts for key, asset in found} == {
        "video:v1:CoverSnapshot": {
            "snapshots": 2,
            "urls": ["http://img.example/1.jpg", "http://img.example/2.jpg"],
        },
        "video:v1:NormalSnapshot": {"snapshots": 2},
    }
    assert {params["SnapshotType"]: params["PageSize"] for _, params in api.calls} == {
        "CoverSnapshot": "100",
        "NormalSnapshot": "1",
    }


def test_read_all_snapshots_counts_the_four_types() -> None:
    """`All` is what DeleteImage calls them together."""
    api = FakeApi(ListSnapshots=snapshots(CoverSnapshot=1, NormalSnapshot=4))

    ((_, asset),) = read_one(api, "video:v1:All").found

    assert asset.facts == {"snapshots": 5}
    assert {params["SnapshotType"] for _, params in api.calls} == set(SNAPSHOT_TYPES) - {"All"}


@pytest.mark.parametrize(
    "listed",
    [
        snapshots(),
        snapshots(CoverSnapshot=0),
        raising(not_found("ListSnapshots", "InvalidVideo.NotFound")),
        lambda _: {},
    ],
)
def test_read_snapshots_of_which_there_are_none_is_missing(listed: Any) -> None:
    """No video, no snapshot data, or a count of none."""
    assert read_one(FakeApi(ListSnapshots=listed), "video:v1:CoverSnapshot").missing == ("video:v1:CoverSnapshot",)


def test_read_snapshots_that_the_service_will_not_list_is_uncertain() -> None:
    """While a video is being transcoded its snapshots cannot be asked for."""
    api = FakeApi(ListSnapshots=raising(refused("ListSnapshots", "Forbidden.IllegalStatus")))

    ((_, asset),) = read_one(api, "video:v1:All").found

    assert (asset.id, asset.certain) == ("v1", False)


def test_read_snapshots_refused_otherwise_is_raised() -> None:
    """Only the documented codes mean something about the snapshots."""
    with pytest.raises(RefusedByService):
        read_one(FakeApi(ListSnapshots=raising(refused("ListSnapshots", "InvalidParameter"))), "video:v1:All")


def deleted(api: FakeApi, *items: CallItem) -> Any:
    return asyncio.run(image.write(api, Call(operation="DeleteImage", kind="image", items=items)))


def an_item(asset: str, change: int = 0, **params: Json) -> CallItem:
    return CallItem(change=change, id=asset, fields={}, params=params)


@pytest.mark.parametrize(
    ("items", "sent"),
    [
        ([an_item("i1")], {"DeleteImageType": "ImageId", "ImageIds": "i1"}),
        ([an_item("i1"), an_item("i2", 1)], {"DeleteImageType": "ImageId", "ImageIds": "i1,i2"}),
        ([an_item("i1", url="http://h/a,b.png")], {"DeleteImageType": "ImageId", "ImageIds": "i1"}),
        (
            [an_item("", url="http://h/a,b.png?x=1")],
            {"DeleteImageType": "ImageURL", "ImageURLs": "http%3A%2F%2Fh%2Fa%2Cb.png%3Fx%3D1"},
        ),
        (
            [an_item("http://h/a.png", url="http://h/a.png")],
            {"DeleteImageType": "ImageURL", "ImageURLs": "http%3A%2F%2Fh%2Fa.png"},
        ),
        (
            [an_item("v1", video="v1", type="SpriteSnapshot")],
            {"DeleteImageType": "VideoId", "VideoId": "v1", "ImageType": "SpriteSnapshot"},
        ),
    ],
)
def test_write_deletion_is_addressed_by_what_is_known(items: list[CallItem], sent: Mapping[str, str]) -> None:
    """By id where there is one, else by URL, or by video and type; a URL is encoded before it is joined."""
    api = FakeApi(DeleteImage=lambda _: {})

    answer = deleted(api, *items)

    assert api.calls == [("DeleteImage", sent)]
    assert answer.missing == frozenset()


def test_write_deletion_of_what_is_gone_is_missing() -> None:
    """For one image; of several the service does not say which."""
    api = FakeApi(DeleteImage=raising(not_found("DeleteImage", "NoSuchResource")))

    assert deleted(api, an_item("i1")).missing == {"i1"}
    with pytest.raises(NotFound):
        deleted(api, an_item("i1"), an_item("i2", 1))


def test_write_deletion_without_an_address_is_a_bug() -> None:
    """An empty list of ids must never reach the service."""
    with pytest.raises(BugError):
        deleted(FakeApi(), an_item(""))


def test_write_update_reads_the_wrapped_list() -> None:
    """UpdateImageInfos wraps its list of missing ids, GetImageInfos does not."""
    api = FakeApi(UpdateImageInfos=lambda _: {"NonExistImageIds": {"ImageId": ["i2"]}})
    items = tuple(CallItem(change=n, id=f"i{n}", fields={"title": "t"}, params={}) for n in (1, 2))

    answer = asyncio.run(image.write(api, Call(operation="UpdateImageInfos", kind="image", items=items)))

    assert answer.missing == {"i2"}
    assert api.calls[0][1]["UpdateContent"] == '[{"ImageId":"i1","Title":"t"},{"ImageId":"i2","Title":"t"}]'


def test_write_update_of_what_is_not_found_is_missing_for_one_alone() -> None:
    """Of several the service does not say which, so the engine must split them."""
    api = FakeApi(UpdateImageInfos=raising(not_found("UpdateImageInfos", "NoSuchResource")))
    one, two = (CallItem(change=n, id=f"i{n}", fields={"title": "t"}, params={}) for n in (1, 2))

    answer = asyncio.run(image.write(api, Call(operation="UpdateImageInfos", kind="image", items=(one,))))

    assert answer.missing == {"i1"}
    with pytest.raises(NotFound):
        asyncio.run(image.write(api, Call(operation="UpdateImageInfos", kind="image", items=(one, two))))


def test_write_operation_of_another_kind_is_a_bug() -> None:
    """A call goes to the kind that it names."""
    with pytest.raises(BugError):
        asyncio.run(image.write(FakeApi(), Call(operation="DeleteVideo", kind="image", items=(an_item("i1"),))))
