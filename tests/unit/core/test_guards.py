"""The rules that refuse a plan."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests import build
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.guards import evaluate
from vodplan.core.live import Category, Members
from vodplan.core.plan import GuardRefusal
from vodplan.core.policy import Bound, Policy, Protection
from vodplan.core.values import Json

TREE = build.tree({"Legal": {"Old": {}}, "News": {}})


def refusals(
    *changes: Change,
    policy: Policy | None = None,
    managed: Mapping[str, int] | None = None,
    tree: CategoryTree = TREE,
    members: Mapping[int, Members] | None = None,
    gone: frozenset[str] = frozenset(),
) -> tuple[GuardRefusal, ...]:
    """The guards that hold."""
    return evaluate(
        changes, policy=policy or Policy(), managed=managed or {}, tree=tree, members=members or {}, gone=gone
    )


def deletions(count: int, action: Action = Action.DELETE) -> list[Change]:
    """So many removals of videos."""
    return [build.change(f"video/v{number}", action) for number in range(count)]


def updates(count: int, kind: str = "video") -> list[Change]:
    """So many updates."""
    return [build.change(f"{kind}/a{number}", Action.UPDATE) for number in range(count)]


def deletion(address: str = "video/v1", **facts: Json) -> Change:
    """A deletion of an asset with these facts."""
    return build.change(address, Action.DELETE, facts=facts)


@pytest.mark.parametrize(
    ("bound", "managed", "count", "held"),
    [
        (Bound(count=2), 100, 2, False),
        (Bound(count=2), 100, 3, True),
        (Bound(count=0), 100, 1, True),
        (Bound(percent=5), 40, 2, False),
        (Bound(percent=5), 40, 3, True),
        (Bound(percent=0.5), 1000, 5, False),
        (Bound(percent=0.5), 1000, 6, True),
        (Bound(percent=100), 3, 3, False),
        (Bound(percent=5), 0, 1, True),
        (None, 1, 1, False),
    ],
)
def test_max_deletes_holds_above_its_count_or_share(bound: Bound | None, managed: int, count: int, held: bool) -> None:
    """Exactly the bound is allowed; a share is of all managed assets, of any number of them."""
    found = refusals(*deletions(count), policy=Policy(max_deletes=bound), managed={"video": managed, "category": 50})

    assert [one.guard for one in found] == (["max_deletes"] if held else [])


def test_max_deletes_counts_everything_that_removes_and_says_what_it_counted() -> None:
    """A source file and a stream are gone for good as a video is."""
    changes = [*deletions(1), *deletions(1, Action.DELETE_SOURCE), *deletions(1, Action.DELETE_STREAMS)]

    (found,) = refusals(*changes, policy=Policy(max_deletes=Bound(percent=5)), managed={"video": 30, "image": 10})

    assert (found.number, found.threshold, found.setting) == ("3", "5% of 40 = 2", "policy.max_deletes")


@pytest.mark.parametrize(
    ("bound", "managed", "count", "held"),
    [
        (Bound(percent=30), 10, 3, False),
        (Bound(percent=30), 10, 4, True),
        (Bound(percent=30), 9, 9, False),
        (Bound(count=4), 10, 5, True),
        (Bound(count=4), 9, 5, True),
        (Bound(count=4), 9, 4, False),
    ],
)
def test_max_updates_share_counts_from_ten_managed_assets_up(
    bound: Bound, managed: int, count: int, held: bool
) -> None:
    """A third of three means nothing; a count means the same in a library of any size."""
    found = refusals(*updates(count), policy=Policy(max_updates=bound), managed={"video": managed})

    assert [one.guard for one in found] == (["max_updates"] if held else [])


def test_max_updates_is_counted_kind_by_kind() -> None:
    """Many videos do not make room for images, and a kind that nothing manages has no share."""
    policy = Policy(max_updates=Bound(percent=30))

    found = refusals(*updates(2), *updates(4, "image"), policy=policy, managed={"video": 100, "image": 10})

    assert [(one.number, one.threshold) for one in found] == [("4", "30% of 10 = 3")]
    assert "kind image" in found[0].message


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


def test_bound_reads_as_people_write_it() -> None:
    """`5%`, `0.5%`, `10`."""
    assert [str(one) for one in (Bound(percent=5), Bound(percent=0.5), Bound(count=10))] == ["5%", "0.5%", "10"]
