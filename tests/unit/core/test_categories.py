"""Category paths against the live tree, with the plan's own renames, creations and removals."""

from __future__ import annotations

import pytest

from tests import build
from vodplan.core.categories import CategoryDecision, CategoryResolver, CategoryTree, decide_categories
from vodplan.core.desired import DesiredCategory
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.live import Category

NESTED = {"News": {"Sports": {"Football": {}}, "Film": {}}, "Film": {"Sports": {}}}
IDS = {"News": 1, "Film": 2, "News/Sports": 3, "News/Film": 4, "Film/Sports": 5, "News/Sports/Football": 6}


def decide(*entries: DesiredCategory, nested: dict[str, object] | None = None) -> CategoryDecision:
    """Decide against `NESTED`, or another tree."""
    return decide_categories(entries, build.tree(NESTED if nested is None else nested))


def doubled(*extra: Category) -> CategoryTree:
    """Two categories `News` (1 and 2) at the top, `Sports` (3) below the first."""
    return CategoryTree(
        [
            Category(id=1, name="News", parent=None, level=0),
            Category(id=2, name="News", parent=None, level=0),
            Category(id=3, name="Sports", parent=1, level=1),
            *extra,
        ]
    )


def codes(decision: CategoryDecision) -> list[str]:
    """The codes of its problems."""
    return [problem.code for problem in decision.problems]


def test_tree_tells_equal_names_under_two_parents_apart() -> None:
    """A path is all the names from the top."""
    tree = build.tree(NESTED)

    assert {path: tree.find(path) for path in tree.paths()} == {path: (one,) for path, one in IDS.items()}
    assert tree.path(5) == "Film/Sports"
    assert tree.children(1) == (3, 4)
    assert tree.children(6) == ()
    assert tree.get(3) == Category(id=3, name="Sports", parent=1, level=1)
    assert (tree.get(99), tree.path(99), 3 in tree, 99 in tree) == (None, None, True, False)


def test_tree_shows_a_category_by_its_path_when_that_is_its_own() -> None:
    """A path that two share, or a name with a slash, says too little; the id says it."""
    tree = doubled(Category(id=4, name="A/B", parent=None, level=0), Category(id=5, name="Below", parent=4, level=1))

    assert tree.shown(None) is None
    assert tree.shown(3) == "News/Sports"
    assert [tree.shown(one) for one in (1, 2, 4, 5, 99)] == [{"id": one} for one in (1, 2, 4, 5, 99)]
    assert tree.find("A/B") == ()


def test_decide_categories_makes_missing_ones_with_their_parents_from_the_top() -> None:
    """Parents are made too, once, and those made by the plan have no id to name yet."""
    decision = decide(
        build.category("Art/Modern/Video"),
        build.category("Art/Old"),
        build.category("News/Sports/Tennis"),
        build.category("News"),
    )

    assert [(one.path, one.parent_id) for one in decision.creations] == [
        ("Art", 0),
        ("Art/Modern", None),
        ("Art/Old", None),
        ("Art/Modern/Video", None),
        ("News/Sports/Tennis", 3),
    ]
    assert decision.made() == {"Art", "Art/Modern", "Art/Old", "Art/Modern/Video", "News/Sports/Tennis"}
    assert decision.unchanged == 1
    assert decision.problems == ()


def test_decide_categories_renames_in_place_from_the_top_down() -> None:
    """The id stays, and a path may go through a category that the same plan renames."""
    decision = decide(
        build.category("Nouvelles/Sport/Foot", renamed_from="Nouvelles/Sport/Football", reason="French"),
        build.category("Nouvelles/Sport", renamed_from="Nouvelles/Sports"),
        build.category("Nouvelles", renamed_from="News"),
    )

    assert [(one.id, one.before, one.path, one.reason) for one in decision.renames] == [
        (1, "News", "Nouvelles", None),
        (3, "News/Sports", "Nouvelles/Sport", None),
        (6, "News/Sports/Football", "Nouvelles/Sport/Foot", "French"),
    ]
    assert (decision.creations, decision.unchanged, decision.problems) == ((), 0, ())
    assert decision.future.path(6) == "Nouvelles/Sport/Foot"


def test_decide_categories_rename_that_is_done_is_unchanged() -> None:
    """A second plan finds the new path and no old one."""
    decision = decide(build.category("News/Sports", renamed_from="News/Games"))

    assert (decision.renames, decision.creations, decision.unchanged) == ((), (), 1)


def test_decide_categories_rename_of_what_never_was_makes_the_new_one() -> None:
    """The entry asks for the new path to exist; where nothing can be renamed, it is made."""
    decision = decide(build.category("News/Chess", renamed_from="News/Draughts"))

    assert [(one.path, one.parent_id) for one in decision.creations] == [("News/Chess", 1)]
    assert decision.renames == ()


def test_decide_categories_rename_onto_an_existing_one_is_refused() -> None:
    """Two categories cannot become one by renaming."""
    decision = decide(build.category("News/Film", renamed_from="News/Sports", line=7))

    assert codes(decision) == ["VP303"]
    span = decision.problems[0].span
    assert span is not None
    assert (span.file, span.line) == (build.FILE, 7)


def test_decide_categories_new_one_under_the_old_name_of_a_renamed_one_is_made() -> None:
    """The old name is free once the renaming is done, for a category with an id of its own."""
    entries = (build.category("News/Games", renamed_from="News/Sports"), build.category("News/Sports/Chess"))

    decision = decide(*entries)

    assert [one.path for one in decision.renames] == ["News/Games"]
    assert [(one.path, one.parent_id) for one in decision.creations] == [
        ("News/Sports", 1),
        ("News/Sports/Chess", None),
    ]


def test_decide_categories_renamed_and_made_anew_is_unchanged_the_second_time() -> None:
    """With both live and the old name wanted for another, the renaming is done."""
    decision = decide(
        build.category("Games", renamed_from="Sports"), build.category("Sports"), nested={"Games": {}, "Sports": {}}
    )

    assert (decision.renames, decision.creations, decision.problems, decision.unchanged) == ((), (), (), 2)


def test_decide_categories_two_that_swap_names_are_refused() -> None:
    """Nothing would tell the state before from the state after."""
    decision = decide(
        build.category("A", renamed_from="B"), build.category("B", renamed_from="A"), nested={"A": {}, "B": {}}
    )

    assert codes(decision) == ["VP303", "VP303"]


def test_decide_categories_chain_of_renames_is_carried_out_as_names_become_free() -> None:
    """B becomes A, then C becomes B."""
    decision = decide(
        build.category("B", renamed_from="C"), build.category("A", renamed_from="B"), nested={"B": {}, "C": {}}
    )

    assert [(one.id, one.path) for one in decision.renames] == [(1, "A"), (2, "B")]


def test_decide_categories_removals_go_from_the_bottom_up_and_missing_ones_are_unchanged() -> None:
    """A category that is gone is as wanted."""
    decision = decide(
        build.category("News", absent=True),
        build.category("News/Sports", absent=True),
        build.category("News/Sports/Football", absent=True),
        build.category("Theatre", absent=True),
    )

    assert [(one.id, one.path) for one in decision.removals] == [
        (6, "News/Sports/Football"),
        (3, "News/Sports"),
        (1, "News"),
    ]
    assert decision.unchanged == 1


@pytest.mark.parametrize("wanted", ["Film", "Film/Noir", "Film/Sports"])
def test_decide_categories_wanted_and_deleted_is_refused(wanted: str) -> None:
    """A deleted category takes its subtree along, so nothing below it can be wanted, live or not."""
    decision = decide(build.category(wanted, line=2), build.category("Film", absent=True, line=9))

    assert codes(decision) == ["VP304"]
    assert f"{build.FILE}:9" in decision.problems[0].detail


def test_decide_categories_names_that_only_begin_alike_do_not_collide() -> None:
    """`Filmography` is not below `Film`."""
    assert codes(decide(build.category("Filmography"), build.category("Film", absent=True))) == []


@pytest.mark.parametrize(
    "entry",
    [
        build.category("News"),
        build.category("News/Film"),
        build.category("News", absent=True),
        build.category("Papers", renamed_from="News"),
    ],
)
def test_decide_categories_path_that_two_live_ones_share_is_ambiguous(entry: DesiredCategory) -> None:
    """The service allows equal names under one parent; which one is meant cannot be guessed."""
    decision = decide_categories([entry], doubled())

    assert codes(decision) == ["VP302"]
    assert "(ids 1, 2)" in decision.problems[0].detail
    assert (decision.renames, decision.removals) == ((), ())


def test_decide_categories_below_an_ambiguous_path_where_only_one_branch_has_it_is_clear() -> None:
    """The whole path decides, not its beginning."""
    decision = decide_categories([build.category("News/Sports")], doubled())

    assert (codes(decision), decision.unchanged) == ([], 1)


def resolve(decision: CategoryDecision, value: str | int | None) -> int | str | Diagnostic | None:
    """Resolve a category as an asset names it, on line 3."""
    return CategoryResolver(decision).resolve(value, build.at(3))


def problem_of(decision: CategoryDecision, value: str | int) -> Diagnostic:
    """The diagnostic of a category that cannot be told."""
    found = resolve(decision, value)
    assert isinstance(found, Diagnostic)
    assert found.span is not None
    assert found.span.line == 3
    return found


def test_resolver_finds_live_made_and_renamed_categories() -> None:
    """A live path or id is an id; one that the plan makes is its path; after a renaming only the new path counts."""
    decision = decide(build.category("News/Games", renamed_from="News/Sports"), build.category("Art"))

    assert resolve(decision, None) is None
    assert resolve(decision, "Film") == 2
    assert resolve(decision, 5) == 5
    assert resolve(decision, "Art") == "Art"
    assert resolve(decision, "News/Games/Football") == 6
    assert problem_of(decision, "News/Sports").code == "VP301"


def test_resolver_unknown_category_is_a_problem_with_the_nearest_name() -> None:
    """Made categories are offered too; what resembles nothing gets no guess."""
    decision = decide(build.category("Theatre"))

    assert 'Did you mean "Theatre"?' in problem_of(decision, "Theater").detail
    assert "Did you mean" not in problem_of(decision, "体育").detail
    assert "no category with the id 99" in problem_of(decision, 99).detail


def test_resolver_category_that_the_plan_removes_is_a_problem() -> None:
    """An asset cannot be put where nothing will be."""
    decision = decide(build.category("Film/Sports", absent=True))

    assert problem_of(decision, "Film/Sports").code == "VP304"
    assert problem_of(decision, 5).code == "VP304"
    assert resolve(decision, "Film") == 2


def test_resolver_path_of_two_categories_is_a_problem_and_each_id_is_not() -> None:
    """The way out of an ambiguous path is the id."""
    decision = decide_categories((), doubled())

    assert problem_of(decision, "News").code == "VP302"
    assert resolve(decision, 2) == 2


def test_resolver_same_unknown_category_of_two_entries_is_reported_at_each() -> None:
    """Answers are remembered, places are not."""
    resolver = CategoryResolver(decide())

    found = [resolver.resolve("Nowhere", build.at(line)) for line in (4, 8)]

    assert [one.span.line for one in found if isinstance(one, Diagnostic) and one.span] == [4, 8]
