"""The edge half of attached media."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from tests.unit.vod.fakes import FakeApi, collect
from vodplan.core.errors import BugError, InvalidAnswer
from vodplan.core.kind import Call, CallItem
from vodplan.core.live import LiveBatch
from vodplan.core.ports import CallAnswer
from vodplan.core.values import FieldValue
from vodplan.kinds.attached import FIELDS, TREE
from vodplan.vod import attached, attached_api, category

LOGO = {
    "MediaId": "m1",
    "Type": "watermark",
    "Title": "Corner logo",
    "Tags": "logo, brand",
    "Status": "Normal",
    "URL": "http://img.example/logo.png?auth_key=1",
    "CreationTime": "2025-03-01T08:00:00Z",
    "Categories": [{"CateId": 12, "CateName": "b"}, {"CateId": "7", "CateName": "a"}, {"CateId": 12}],
}


def read(api: FakeApi, *keys: str) -> LiveBatch:
    """Everything that reading some keys gives."""
    batches = collect(attached.read(api, keys))
    return LiveBatch(
        tuple(pair for batch in batches for pair in batch.found),
        tuple(key for batch in batches for key in batch.missing),
    )


def write(api: FakeApi, operation: str, *items: CallItem) -> CallAnswer:
    """Carry a call out."""
    return asyncio.run(attached.write(api, Call(operation=operation, kind="attached", items=items)))


def item(media_id: str, **fields: FieldValue) -> CallItem:
    """One item of a call."""
    return CallItem(change=0, id=media_id, fields=fields, params={})


def test_asset_has_values_in_the_order_of_the_kinds_fields() -> None:
    """Categories as ids in order; no signature gets into the facts."""
    ((_, asset),) = read(FakeApi(GetAttachedMediaInfo=lambda _: {"AttachedMediaList": [LOGO]}), "m1").found

    assert [field.name for field in FIELDS] == ["title", "description", "tags", "categories"]
    assert asset.values == ("Corner logo", "", ("logo", "brand"), (7, 12))
    assert asset.facts == {
        "type": "watermark",
        "status": "Normal",
        "created": "2025-03-01T08:00:00Z",
        "url": "http://img.example/logo.png",
    }


def test_read_accounts_for_every_key() -> None:
    """Found, missing, or an error; a bare text may stand for the list of the missing."""
    api = FakeApi(GetAttachedMediaInfo=lambda _: {"AttachedMediaList": [LOGO], "NonExistMediaIds": "m2"})

    assert read(api, "m1", "m2").missing == ("m2",)
    with pytest.raises(InvalidAnswer, match="m3"):
        read(api, "m3")


def test_read_asks_for_twenty_at_a_time() -> None:
    """The service refuses more."""
    asked: list[str] = []

    def nothing(params: Mapping[str, str]) -> Mapping[str, object]:
        asked.append(params["MediaIds"])
        return {"NonExistMediaIds": params["MediaIds"].split(",")}

    found = read(FakeApi(GetAttachedMediaInfo=nothing), *[f"m{one}" for one in range(45)])

    assert len(found.missing) == 45
    assert sorted(len(one.split(",")) for one in asked) == [5, 20, 20]


def test_update_sends_categories_in_one_text() -> None:
    """`CateIds`, plural; an empty text clears them; a field that is left out is not sent."""
    sent: list[str] = []

    def take(params: Mapping[str, str]) -> Mapping[str, object]:
        sent.append(params["UpdateContent"])
        return {"NonExistMediaIds": ["m2"]}

    answer = write(
        FakeApi(UpdateAttachedMediaInfos=take),
        "UpdateAttachedMediaInfos",
        item("m1", title="新", tags=("a", "b"), categories=(7, 12)),
        item("m2", categories=()),
    )

    assert sent == [
        '[{"MediaId":"m1","Title":"新","Tags":"a,b","CateIds":"7,12"},{"MediaId":"m2","CateIds":""}]',
    ]
    assert (answer.missing, dict(answer.refused)) == (frozenset({"m2"}), {})


def test_deletion_names_what_was_not_there() -> None:
    """The others are gone."""
    api = FakeApi(DeleteAttachedMedia=lambda params: {"NonExistMediaIds": params["MediaIds"].split(",")[1:]})

    assert write(api, "DeleteAttachedMedia", item("m1"), item("m2")).missing == {"m2"}


def test_operation_of_another_kind_is_a_bug() -> None:
    """Nothing is sent for it."""
    with pytest.raises(BugError):
        write(FakeApi(), "DeleteImage", item("m1"))


def test_urls_are_signed_for_as_long_as_asked() -> None:
    """Seconds go as text."""
    asked: list[Mapping[str, str]] = []

    def nothing(params: Mapping[str, str]) -> Mapping[str, object]:
        asked.append(params)
        return {}

    asyncio.run(attached_api.get_attached_media_info(FakeApi(GetAttachedMediaInfo=nothing), ["m1"], auth_timeout=600))

    assert asked == [{"MediaIds": "m1", "AuthTimeout": "600"}]


def test_tree_of_attached_media_is_asked_for_by_its_type() -> None:
    """Categories of another type in the answer are none of it, and each knows its tree."""
    types: list[str] = []

    def listing(params: Mapping[str, str]) -> Mapping[str, object]:
        types.append(params["Type"])
        inside = [{"CateId": 5, "CateName": "Subs", "SubTotal": 0, "Type": TREE}] if params["CateId"] == "-1" else []
        return {"SubTotal": len(inside), "SubCategories": {"Category": inside}}

    (found,) = asyncio.run(category.categories(FakeApi(GetCategories=listing), TREE))

    assert set(types) == {TREE}
    assert (found.name, found.tree) == ("Subs", TREE)
