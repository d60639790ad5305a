"""The rule that keeps what is protected."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests import build
from tests.unit.core.guarding import deletion, refusals
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.live import Category
from vodplan.core.policy import Policy, Protection
from vodplan.core.values import Json

KEEP = Protection(any_tags=frozenset({"keep", "legal"}))
LEGAL = Protection(category="Legal")


@pytest.mark.parametrize(
    ("protection", "change", "held"),
    [
        (KEEP, deletion(tags=["a", "keep"]), True),
        (KEEP, deletion(tags=["keeper"]), False),
        (KEEP, deletion(), False),
        (LEGAL, deletion(category="Legal"), True),
        (LEGAL, deletion(category="Legal/Old"), True),
        (LEGAL, deletion(category="Legalese"), False),
        (LEGAL, deletion(category=None), False),
        (Protection(category="Legal", any_tags=frozenset({"keep"})), deletion(category="Legal", tags=["a"]), False),
        (Protection(category="Legal", any_tags=frozenset({"keep"})), deletion(category="Legal", tags=["keep"]), True),
        (Protection(ids=frozenset({"v1"})), deletion(), True),
        (Protection(ids=frozenset({"video/v1"})), deletion(), True),
        (Protection(ids=frozenset({"video/v1"})), build.change("video/ref:cms-1", Action.DELETE, id="v1"), True),
        (Protection(ids=frozenset({"v2"})), deletion(), False),
        (LEGAL, build.change("category/Legal", Action.DELETE, id="1"), True),
        (LEGAL, build.change("video/v1", Action.DELETE_SOURCE, facts={"category": "Legal"}), True),
        (LEGAL, build.change("video/v1", Action.UPDATE, facts={"category": "Legal"}), False),
    ],
)
def test_protect_holds_every_removal_of_what_fits_all_its_conditions(
    protection: Protection, change: Change, held: bool
) -> None:
    """Assets, their parts and categories; an update is no removal."""
    found = refusals(change, policy=Policy(protect=(protection,)), members={1: build.members()}, tree=build.tree())

    assert [(one.guard, one.addresses) for one in found] == ([("protect", (str(change.address),))] if held else [])


def test_protect_follows_a_category_that_is_shown_by_its_id() -> None:
    """Two categories that share a path are shown by their ids, and protected by the path that they share."""
    twins = CategoryTree(
        [
            Category(id=1, name="Legal", parent=None, level=0),
            Category(id=2, name="Legal", parent=None, level=0),
            Category(id=3, name="A/B", parent=2, level=1),
            Category(id=4, name="News", parent=None, level=0),
        ]
    )
    changes = [deletion(f"video/v{one}", category={"id": one}) for one in (1, 2, 3, 4, 99)]

    (found,) = refusals(*changes, policy=Policy(protect=(LEGAL,)), tree=twins)

    assert found.addresses == ("video/v1", "video/v2", "video/v3")


def test_protect_names_its_place_in_the_policy_and_every_change_it_holds_once() -> None:
    """A person must find the rule and the assets; two changes of one asset are one address."""
    protections = (KEEP, Protection(category="News", any_tags=frozenset({"b", "a"}), ids=frozenset({"v1", "v2"})))
    facts: Mapping[str, Json] = {"category": "News", "tags": ["a"]}
    changes = [
        build.change("video/v2", Action.DELETE_STREAMS, facts=facts),
        build.change("video/v2", Action.DELETE_SOURCE, facts=facts),
        build.change("video/v1", Action.DELETE, facts=facts),
    ]

    (found,) = refusals(*changes, policy=Policy(protect=protections))

    assert found.setting == "policy.protect[1]"
    assert found.addresses == ("video/v1", "video/v2")
    assert "3 protected things (tags: any of a, b; category: News; ids: v1, v2)" in found.message
