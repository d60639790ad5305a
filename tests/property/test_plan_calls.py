"""Laws of calls: bounded in items and bytes, complete, in order; and of URLs without their signatures."""

from __future__ import annotations

import itertools
from urllib.parse import quote

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tests import build
from vodplan.core.change import Action, Change
from vodplan.core.kind import CallItem
from vodplan.core.lanes import side_by_side
from vodplan.core.urls import resource_key, strip_signature
from vodplan.core.values import Json
from vodplan.kinds.batches import MAX_BYTES, MAX_ITEMS, encoded_bytes
from vodplan.kinds.operations import with_rates
from vodplan.registry import KINDS

WIRE_NAMES = {"title": "Title", "description": "Description", "tags": "Tags", "category": "CateId", "cover": "CoverURL"}
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.text("新闻体育", max_size=340),
    st.text('\x00\x1f"\\\n', max_size=128),
)


def _wire(item: CallItem) -> dict[str, object]:
    """An item of UpdateContent as it is sent."""
    fields = {
        WIRE_NAMES[name]: ",".join(map(str, value)) if isinstance(value, tuple) else value
        for name, value in item.fields.items()
    }
    return {"VideoId": item.id, **fields}


@st.composite
def updates(draw: st.DrawFn) -> list[tuple[int, Change]]:
    """Updates of videos, with any texts."""
    changes = []
    for place in range(draw(st.integers(0, 45))):
        after: dict[str, Json] = {}
        if draw(st.booleans()):
            after["title"] = draw(TEXTS)
        if draw(st.booleans()):
            after["description"] = draw(TEXTS)
        if draw(st.booleans()):
            after["tags"] = draw(st.lists(st.text("ab新,", max_size=8), max_size=4))
        if draw(st.booleans()):
            after["cover"] = "https://img.example.com/" + draw(TEXTS)
        if draw(st.booleans()):
            after["category"] = "News"
        changes.append((place, build.change(f"video/{place:032x}", after=after, params={"category_id": 10**12})))
    return changes


@given(updates())
def test_update_calls_hold_every_change_once_in_order_and_within_bounds(changes: list[tuple[int, Change]]) -> None:
    """A call has at most 20 items and 8,000 encoded bytes, but for a single item that is larger by itself."""
    calls = KINDS["video"].calls(changes, {})

    assert [item.change for call in calls for item in call.items] == [place for place, _ in changes]
    for call in calls:
        assert 1 <= len(call.items) <= MAX_ITEMS
        content = orjson.dumps([_wire(item) for item in call.items]).decode()
        assert len(call.items) == 1 or len(quote(content, safe="")) <= MAX_BYTES


@given(updates())
def test_update_calls_are_as_few_as_the_bounds_allow(changes: list[tuple[int, Change]]) -> None:
    """Two neighbouring calls never fit into one: filling up in order leaves no room for the next item."""
    calls = KINDS["video"].calls(changes, {})

    for first, second in itertools.pairwise(calls):
        together = sum(encoded_bytes(item) for item in first.items) + encoded_bytes(second.items[0])
        assert len(first.items) == MAX_ITEMS or together > MAX_BYTES


@given(
    updates(),
    st.floats(0.1, 50, allow_nan=False),
    st.floats(0.1, 50, allow_nan=False),
)
def test_two_operations_side_by_side_hold_every_change_once_and_end_together(
    changes: list[tuple[int, Change]], batch: float, single: float
) -> None:
    """Every item is in exactly one call, in order; and breaking up one more call would not end sooner."""
    whole = KINDS["video"].calls(changes, {})
    operations = with_rates({"UpdateVideoInfos": batch, "UpdateVideoInfo": single})

    found = side_by_side(whole, KINDS["video"].alone, operations)

    assert [item for call in found for item in call.items] == [item for call in whole for item in call.items]
    kept = [call for call in found if call.operation == "UpdateVideoInfos"]
    alone = [call for call in found if call.operation == "UpdateVideoInfo"]
    assert kept == list(whole[: len(kept)])
    assert {len(call.items) for call in alone} <= {1}
    if len(whole) <= batch:
        assert not alone
    elif len(kept) > 1:
        assert len(alone) / single <= len(kept) / batch + 1e-9
        assert (len(alone) + len(kept[-1].items)) / single > (len(kept) - 1) / batch


@given(updates())
def test_estimate_of_an_item_is_never_below_its_encoded_size(changes: list[tuple[int, Change]]) -> None:
    """The estimate covers the item, its id's name and the comma after it, percent-encoded."""
    for call in KINDS["video"].calls(changes, {}):
        for item in call.items:
            assert encoded_bytes(item) >= len(quote(orjson.dumps(_wire(item)).decode() + ",", safe=""))


@given(st.lists(st.sampled_from(["update", "delete", "delete_source"]), max_size=60), st.booleans())
def test_removals_are_never_mixed_with_updates_or_with_another_force(actions: list[str], force: bool) -> None:
    """Each call is of one operation and, for source files, of one `force`."""
    changes = [
        (place, build.change(f"video/{place}", Action(action), after={}, params={"force": force and place % 2 == 0}))
        for place, action in enumerate(actions)
    ]
    operations = {"update": "UpdateVideoInfos", "delete": "DeleteVideo", "delete_source": "DeleteMezzanines"}

    for call in KINDS["video"].calls(changes, {}):
        assert {operations[actions[item.change]] for item in call.items} == {call.operation}
        if call.operation == "DeleteMezzanines":
            assert len({item.params["force"] for item in call.items}) == 1


PIECES = st.sampled_from(
    [
        "",
        "?",
        "#",
        "&",
        "=",
        "a=1",
        "auth_key=1-2-3",
        "Auth_Key=1",
        "auth%5Fkey=9",
        "Expires=1",
        "x-oss-process=image/resize,w_1",
        "x-oss-signature-version=OSS4",
        "x-acs-date=1",
        "http://H.example.com:80/p",
        "新",
    ]
)
URLS = st.one_of(
    st.lists(PIECES, max_size=8).map("".join), st.lists(PIECES, max_size=8).map("&".join).map("http://h/p?".__add__)
)


@given(URLS)
def test_strip_signature_twice_is_strip_signature_once(url: str) -> None:
    """What has no signature any more stays as it is."""
    once = strip_signature(url)

    assert strip_signature(once) == once


@given(
    st.lists(st.sampled_from(["a=1", "b", "v=%E6%96%B0", "x-oss-process=w", "auth_key=1", "Signature=s"]), max_size=6)
)
def test_strip_signature_keeps_all_the_rest_byte_for_byte_in_order(pieces: list[str]) -> None:
    """Only the signature's own parameters go."""
    kept = [one for one in pieces if not one.startswith(("auth_key", "Signature"))]
    expected = "http://h/p" + ("?" + "&".join(kept) if kept or not pieces else "")

    assert strip_signature("http://h/p?" + "&".join(pieces)) == expected


@given(URLS, st.sampled_from(["auth_key=1", "Expires=2&Signature=3"]))
def test_resource_key_is_the_same_with_and_without_a_signature(url: str, signature: str) -> None:
    """A signature does not make another resource of a URL."""
    plain = url.partition("#")[0]
    signed = f"{plain}{'&' if '?' in plain else '?'}{signature}"

    assert resource_key(signed) == resource_key(strip_signature(plain))
