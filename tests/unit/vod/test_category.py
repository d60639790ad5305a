"""The edge half of categories."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from tests.unit.vod.fakes import LOST, Answer, FakeApi, FakeHttp, caller_over, not_found, ok
from vodplan.core.errors import ApiError, BugError, InvalidAnswer, NotFound, UnknownOutcome
from vodplan.core.kind import Call, CallItem
from vodplan.core.live import Category
from vodplan.core.values import FieldValue, Json
from vodplan.vod import category


class Tree:
    """A GetCategories over parent → children."""

    def __init__(self, tree: Mapping[int, list[tuple[int, str]]], *, counts: bool = True) -> None:
        self.tree = tree
        self.counts = counts

    def __call__(self, params: Mapping[str, str]) -> Mapping[str, object]:
        parent, page, size = int(params["CateId"]), int(params["PageNo"]), int(params["PageSize"])
        assert params["Type"] == "default"
        below = self.tree.get(parent, [])
        rows = [
            {"CateId": child, "CateName": name, "ParentId": parent, "Type": "default"}
            | ({"SubTotal": len(self.tree.get(child, []))} if self.counts else {})
            for child, name in below[(page - 1) * size : page * size]
        ]
        return {"SubTotal": len(below), "SubCategories": {"Category": rows}}


TREE = {-1: [(2, "Film"), (1, "News")], 1: [(11, "Sports"), (12, "Football")], 11: [(111, "Cup")]}


@pytest.mark.parametrize(("counts", "calls"), [(True, 3), (False, 5)])
def test_categories_are_read_level_by_level(counts: bool, calls: int) -> None:
    """Parents stand before children; a category without children costs no call, if the service says so."""
    api = FakeApi(GetCategories=Tree(TREE, counts=counts))

    tree = asyncio.run(category.categories(api))

    assert tree == [
        Category(id=1, name="News", parent=None, level=0),
        Category(id=2, name="Film", parent=None, level=0),
        Category(id=11, name="Sports", parent=1, level=1),
        Category(id=12, name="Football", parent=1, level=1),
        Category(id=111, name="Cup", parent=11, level=2),
    ]
    assert api.count("GetCategories") == calls


def test_categories_of_more_than_a_page_are_all_read() -> None:
    """A hundred is the documented bound of a node; more would not be dropped silently."""
    api = FakeApi(GetCategories=Tree({-1: [(number, f"c{number}") for number in range(1, 251)]}))

    assert len(asyncio.run(category.categories(api))) == 250


def test_categories_listed_short_of_their_number_are_an_invalid_answer() -> None:
    """Half a tree would make categories that are there already."""
    api = FakeApi(
        GetCategories=lambda _: {"SubTotal": 3, "SubCategories": {"Category": [{"CateId": 1, "CateName": "a"}]}}
    )

    with pytest.raises(InvalidAnswer, match="lists 1 categories"):
        asyncio.run(category.categories(api))


def test_categories_deleted_while_being_read_are_left_out() -> None:
    """Its parent's list is a moment old."""
    tree = Tree(TREE)

    def vanishing(params: Mapping[str, str]) -> Mapping[str, object]:
        if params["CateId"] == "11":
            raise not_found("GetCategories", "InvalidCateId.NotFound")
        return tree(params)

    assert len(asyncio.run(category.categories(FakeApi(GetCategories=vanishing)))) == 4


def test_members_of_a_category_are_searched_in_every_type() -> None:
    """Audio counts as video; the search is by the category's own id, not its subtree."""
    here = {"video": ["v1"], "audio": ["a1"], "image": ["i1", "i2"]}

    def search(params: Mapping[str, str]) -> Mapping[str, object]:
        assert params["Match"] == "CateId = 7"
        ids = here[params["SearchType"]]
        return {"Total": len(ids), "MediaList": [{"MediaId": name, "MediaType": params["SearchType"]} for name in ids]}

    members = asyncio.run(category.members(FakeApi(SearchMedia=search), 7))

    assert members.addresses == {"video/v1", "video/a1", "image/i1", "image/i2"}
    assert (members.total, members.complete) == (4, True)


def test_members_that_cannot_all_be_listed_are_counted_and_not_complete() -> None:
    """A guard that asks "is it empty" needs the number; one that asks "are all deleted here" needs to know better."""

    def search(params: Mapping[str, str]) -> Mapping[str, object]:
        return {"Total": 9_000, "MediaList": [{"MediaId": f"m{params['PageNo']}", "MediaType": params["SearchType"]}]}

    members = asyncio.run(category.members(FakeApi(SearchMedia=search), 7))

    assert members.total == 27_000
    assert members.addresses
    assert not members.complete


def test_members_of_a_large_category_are_listed_up_to_the_cap() -> None:
    """A guard needs the number and a few of them; a hundred thousand would be a thousand calls."""

    def search(params: Mapping[str, str]) -> Mapping[str, object]:
        page = params["PageNo"]
        rows = [{"MediaId": f"{page}-{number}", "MediaType": params["SearchType"]} for number in range(100)]
        return {"Total": 100_000, "MediaList": rows, "ScrollToken": "t"}

    api = FakeApi(SearchMedia=search)

    members = asyncio.run(category.members(api, 7))

    assert api.count("SearchMedia") == 3 * 50
    assert (members.total, members.complete) == (300_000, False)


def a_call(
    operation: str, asset: str = "", name: str = "Cup", params: Mapping[str, Json] = MappingProxyType({})
) -> Call:
    fields: Mapping[str, FieldValue] = {"name": name}
    return Call(
        operation=operation, kind="category", items=(CallItem(change=0, id=asset, fields=fields, params=params),)
    )


def written(api: Any, call: Call) -> Any:
    return asyncio.run(category.write(api, call))


@pytest.mark.parametrize(
    ("params", "sent"),
    [({}, {}), ({"parent_id": 0}, {}), ({"parent_id": -1}, {}), ({"parent_id": 11}, {"ParentId": "11"})],
)
def test_write_new_category_gives_its_id(params: Mapping[str, Json], sent: Mapping[str, str]) -> None:
    """A top-level category has no ParentId at all."""
    api = FakeApi(GetCategories=Tree({}), AddCategory=lambda _: {"Category": {"CateId": "5", "CateName": "Cup"}})

    answer = written(api, a_call("AddCategory", params=params))

    assert answer.created_id == 5
    assert api.calls[-1] == ("AddCategory", {"CateName": "Cup", "Type": "default", **sent})


def categories_answer(*ids: int) -> Answer:
    rows = [{"CateId": number, "CateName": "Cup"} for number in ids]
    return ok(SubTotal=len(rows), SubCategories={"Category": rows})


def test_write_new_category_whose_answer_got_lost_is_found_again() -> None:
    """The child of that name that was not there before is the one that was made; it is not made twice."""
    http = FakeHttp([categories_answer(3), LOST, categories_answer(3, 8)])

    answer = written(caller_over(http), a_call("AddCategory"))

    assert answer.created_id == 8
    assert http.operations == ["GetCategories", "AddCategory", "GetCategories"]


def test_write_new_category_that_was_not_made_is_made() -> None:
    """An older one of the same name is not taken for it."""
    looks = [categories_answer(3)] * 4
    http = FakeHttp([categories_answer(3), LOST, *looks, ok(Category={"CateId": 9})])

    assert written(caller_over(http), a_call("AddCategory")).created_id == 9


def test_write_new_category_answered_without_its_id_is_looked_up() -> None:
    """It was made; without its id the assets could not be put into it."""
    http = FakeHttp([categories_answer(), ok(), categories_answer(6)])
    assert written(caller_over(http), a_call("AddCategory")).created_id == 6

    with pytest.raises(UnknownOutcome):
        written(caller_over(FakeHttp([categories_answer(), ok(), categories_answer()])), a_call("AddCategory"))


def test_write_rename_and_deletion_name_the_id() -> None:
    """A category is renamed in place and deleted by id."""
    api = FakeApi(UpdateCategory=lambda _: {}, DeleteCategory=lambda _: {})

    written(api, a_call("UpdateCategory", "12"))
    written(api, a_call("DeleteCategory", "12"))

    assert api.calls == [("UpdateCategory", {"CateId": "12", "CateName": "Cup"}), ("DeleteCategory", {"CateId": "12"})]


@pytest.mark.parametrize("operation", ["UpdateCategory", "DeleteCategory"])
def test_write_to_a_category_that_is_gone_is_missing(operation: str) -> None:
    """Gone is an outcome of the item, not a failure of the run."""
    api = FakeApi(**{operation: raising(not_found(operation, "InvalidCateId.NotFound"))})

    assert written(api, a_call(operation, "12")).missing == {"12"}


def test_write_new_category_under_a_parent_that_is_gone_is_raised() -> None:
    """Nothing was made."""
    api = FakeApi(
        GetCategories=raising(not_found("GetCategories", "InvalidCateId.NotFound")),
        AddCategory=raising(not_found("AddCategory", "InvalidCateId.NotFound")),
    )

    with pytest.raises(NotFound):
        written(api, a_call("AddCategory", params={"parent_id": 11}))


@pytest.mark.parametrize(
    "call", [a_call("DeleteVideo", "1"), a_call("DeleteCategory", "x"), a_call("AddCategory", name="")]
)
def test_write_what_makes_no_sense_is_a_bug(call: Call) -> None:
    """A category without name or number is never sent."""
    with pytest.raises(BugError):
        written(FakeApi(GetCategories=Tree({})), call)


def raising(error: ApiError) -> Any:
    def handler(_: Mapping[str, str]) -> Mapping[str, object]:
        raise error

    return handler
