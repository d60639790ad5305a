"""The rules that keep a plan from taking along what nobody asked to lose."""

from __future__ import annotations

import pytest

from tests import build
from tests.unit.core.guarding import deletion, refusals, updates
from vodplan.core.change import Action, Change


def removal(category: int, path: str) -> Change:
    """The deletion of a category."""
    return build.change(f"category/{path}", Action.DELETE, id=str(category))


def test_category_that_is_empty_may_go() -> None:
    """Nothing stands in it and nothing below it."""
    assert refusals(removal(2, "News"), members={2: build.members()}) == ()


def test_category_with_subcategories_is_held_unless_each_goes_too() -> None:
    """The service deletes the whole subtree."""
    empty = {1: build.members(), 3: build.members()}

    (held,) = refusals(removal(1, "Legal"), members=empty)

    assert (held.guard, held.number, held.addresses) == ("category_not_empty", "1", ("category/Legal",))
    assert refusals(removal(3, "Legal/Old"), removal(1, "Legal"), members=empty) == ()


def test_category_with_assets_is_held_unless_each_is_deleted_in_the_plan() -> None:
    """An update that moves the asset away is not enough: live is what counts. Two kinds may share an id."""
    inside = {2: build.members("video/v1", "image/v1")}

    assert refusals(removal(2, "News"), deletion("video/v1"), members=inside)[0].number == "1"
    assert refusals(removal(2, "News"), *updates(1), members=inside)[0].number == "2"
    assert refusals(removal(2, "News"), deletion("video/v1"), deletion("image/v1"), members=inside) == ()


def test_category_whose_assets_were_just_found_gone_may_go() -> None:
    """A search may list a deleted asset for a while; a read by id knows better."""
    inside = {2: build.members("video/v1")}

    assert refusals(removal(2, "News"), members=inside, gone=frozenset({"video/v1"})) == ()


def test_category_with_more_assets_than_the_search_lists_is_held_by_the_count() -> None:
    """Of 6,000 assets the service may list some; the others stay although the plan deletes all that were listed."""
    inside = {2: build.members("video/v1", total=6000, complete=False)}

    (held,) = refusals(removal(2, "News"), deletion("video/v1"), members=inside)

    assert held.number == "5999"


def test_category_of_which_nobody_looked_what_stands_in_it_is_a_bug_not_empty() -> None:
    """A guard that was not fed must not let pass."""
    with pytest.raises(KeyError):
        refusals(removal(2, "News"))
