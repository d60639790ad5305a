"""Assets that stand in several categories, of a tree of their own: attached media."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pytest

from tests import build
from tests.fakes import Library, apply_of, plan_of
from tests.runs import run_of, undo_of
from vodplan.core.address import Address
from vodplan.core.categories import CategoryResolver, CategoryTree, decide_categories, named_in
from vodplan.core.change import Action, Change
from vodplan.core.decide import decide_delete, decide_update
from vodplan.core.desired import DesiredAsset
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.diff import CategoryProblem
from vodplan.core.exporting import folders
from vodplan.core.guards import Surroundings, evaluate, moment
from vodplan.core.history import NotTaken, wanted_fingerprint
from vodplan.core.live import Category, LiveAsset
from vodplan.core.pictures import picture_address
from vodplan.core.policy import Policy, Protection
from vodplan.core.selecting import categories_below
from vodplan.core.standing import Fresh, Standing, remaining, stand
from vodplan.core.values import FieldValue, Json
from vodplan.core.withhold import withhold
from vodplan.kinds.attached import ATTACHED, TREE
from vodplan.kinds.category import CATEGORY

NEWS, STICKERS, SEASONS, SUBS, TWIN, OTHER_TWIN = 1, 11, 12, 13, 14, 15
MATERIAL = (
    Category(id=STICKERS, name="Stickers", parent=None, level=0, tree=TREE),
    Category(id=SEASONS, name="Seasons", parent=STICKERS, level=1, tree=TREE),
    Category(id=SUBS, name="News", parent=None, level=0, tree=TREE),
    Category(id=TWIN, name="Twin", parent=None, level=0, tree=TREE),
    Category(id=OTHER_TWIN, name="Twin", parent=None, level=0, tree=TREE),
)
ALL = (Category(id=NEWS, name="News", parent=None, level=0), *MATERIAL)
CATEGORIES = CategoryTree(ALL)


def resolver(*entries: str) -> CategoryResolver:
    """What paths of attached media come to, beside entries of `categories:`."""
    return CategoryResolver(decide_categories([build.category(path) for path in entries], CATEGORIES), TREE)


def update(wanted: FieldValue, live: Sequence[int]) -> Change | None:
    """The change that gives an attached medium its categories."""
    return decide_update(
        build.attached("m1", categories=wanted),
        build.live_attached("m1", categories=live),
        ATTACHED,
        tree=CATEGORIES,
        resolve=resolver().resolve,
    )


def fresh(*categories: int, tree: CategoryTree = CATEGORIES, title: str = "") -> Fresh:
    """The live state: one attached medium in these categories."""
    live = build.live_attached("m1", categories=categories, title=title)
    return Fresh(assets={Address("attached", "m1"): live}, parts={}, tree=tree, members={})


def planned(before: Sequence[int], after: Sequence[int]) -> Change:
    """A planned change of categories, as a saved plan gives it back."""
    change = update(tuple(after), before)
    assert change is not None
    return change


def test_path_is_of_one_tree_and_an_id_of_all() -> None:
    """Equal paths of two trees are not ambiguous, and each is shown as a path."""
    assert CATEGORIES.find("News") == (NEWS,)
    assert CATEGORIES.find("News", TREE) == (SUBS,)
    assert CATEGORIES.paths() == ("News",)
    assert CATEGORIES.paths(TREE) == ("News", "Stickers", "Stickers/Seasons", "Twin")
    assert [CATEGORIES.shown(one) for one in (NEWS, SUBS, TWIN)] == ["News", "News", {"id": TWIN}]
    assert CATEGORIES.sibling(MATERIAL[0], "News") == MATERIAL[2]
    assert CATEGORIES.sibling(ALL[0], "Stickers") is None


def test_pages_of_a_tree_are_its_own() -> None:
    """One for the top, one for each category with any below it."""
    assert (CATEGORIES.pages(), CATEGORIES.pages(TREE), CategoryTree(()).pages(TREE)) == (1, 2, 1)


@pytest.mark.parametrize(
    ("value", "found"), [("News", SUBS), ("Stickers/Seasons", SEASONS), (SUBS, SUBS), (TWIN, TWIN), (None, None)]
)
def test_resolver_of_a_tree_knows_its_own_categories(value: str | int | None, found: int | None) -> None:
    """By path and by id."""
    assert resolver().resolve(value, build.at()) == found


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (NEWS, "The library's material tree has no category with the id 1."),
        ("Stickers/Season", 'Did you mean "Stickers/Seasons"? Correct the path, or make the category in the console.'),
        ("Nothing like it", "vodplan makes none there. Correct the path"),
        ("Made", "has no category"),
        ("Twin", "2 live categories have the path"),
    ],
)
def test_resolver_of_a_tree_knows_no_other_and_none_that_is_made(value: str | int, says: str) -> None:
    """Entries of `categories:` are of the default tree."""
    found = resolver("Made").resolve(value, build.at(3))

    assert isinstance(found, Diagnostic)
    assert says in found.detail


@pytest.mark.parametrize(
    ("wanted", "live", "differs"),
    [
        (("Stickers", SUBS), (STICKERS, SUBS), False),
        ((SUBS, "Stickers"), (STICKERS, SUBS), False),
        (("Stickers", STICKERS), (STICKERS,), False),
        ((), (), False),
        (("Stickers",), (STICKERS, SUBS), True),
        ((), (STICKERS,), True),
        (("Stickers",), (), True),
    ],
)
def test_categories_are_a_set_of_ids(wanted: FieldValue, live: Sequence[int], differs: bool) -> None:
    """Order, repeats and whether one is named by path or id make no difference."""
    assert (update(wanted, live) is not None) is differs


def test_update_shows_paths_and_keeps_ids() -> None:
    """What is sent, compared and undone goes by ids; a category without a path of its own is shown by its id."""
    change = update(("Stickers/Seasons", TWIN), (STICKERS,))

    assert change is not None
    assert (change.before, change.after) == (
        {"categories": ["Stickers"]},
        {"categories": ["Stickers/Seasons", {"id": TWIN}]},
    )
    assert change.params == {"categories_before": [STICKERS], "categories_ids": [SEASONS, TWIN]}


def test_update_into_an_unknown_category_is_a_problem() -> None:
    """One of several is enough."""
    with pytest.raises(CategoryProblem, match="Nowhere"):
        update(("Stickers", "Nowhere"), ())


def test_deletion_shows_every_category_and_moves_with_them() -> None:
    """A move since is a value that moved."""
    live = build.live_attached("m1", title="Logo", categories=(STICKERS, SUBS))
    change = decide_delete(build.attached("m1", absent=True), live, ATTACHED, tree=CATEGORIES)

    assert change.before is not None
    assert change.before["categories"] == ["Stickers", "News"]
    assert stand(change, fresh(STICKERS, SUBS, title="Logo"), ATTACHED, {}).moved == ()
    (moved,) = stand(change, fresh(STICKERS, title="Logo"), ATTACHED, {}).moved
    assert 'planned on ["Stickers", "News"], now ["Stickers"]' in moved


@pytest.mark.parametrize(
    ("live", "standing", "moved"),
    [
        ((STICKERS,), Standing.PENDING, []),
        ((SEASONS, SUBS), Standing.ALREADY, []),
        ((SUBS,), Standing.PENDING, ['attached/m1 categories: planned on ["Stickers"], now ["News"]']),
    ],
)
def test_planned_categories_stand_by_their_ids(live: Sequence[int], standing: Standing, moved: list[str]) -> None:
    """Still to do, already so, or overtaken."""
    found = stand(planned((STICKERS,), (SEASONS, SUBS)), fresh(*live), ATTACHED, {})

    assert (found.standing, list(found.moved)) == (standing, moved)


def test_wanted_category_that_is_gone_makes_the_plan_stale() -> None:
    """It was there when planning."""
    left = CategoryTree(one for one in ALL if one.id != SUBS)

    found = stand(planned((STICKERS,), (SUBS,)), fresh(STICKERS, tree=left), ATTACHED, {})
    plain = stand(planned((STICKERS,), ()), fresh(STICKERS, tree=left), ATTACHED, {})

    assert found.moved == ("attached/m1 categories: planned on category 13, now that is gone",)
    assert plain.moved == ()


def test_what_did_not_take_is_named_by_path() -> None:
    """The live value is shown as the plan shows values."""
    change = planned((), (STICKERS,))

    assert remaining(change, fresh(STICKERS), ATTACHED) == ()
    (left,) = remaining(change, fresh(SUBS), ATTACHED)
    assert (left.field, left.wanted, left.live) == ("categories", '["Stickers"]', '["News"]')


def test_plan_file_without_ids_never_matches() -> None:
    """A plan that lost them is refused as stale, not taken for done."""
    change = dataclasses.replace(planned((), (STICKERS,)), params={})

    assert remaining(change, fresh(STICKERS), ATTACHED) != ()


def test_categories_that_would_not_take_are_withheld_with_their_ids() -> None:
    """What is left of the change says nothing about them."""
    change = dataclasses.replace(
        planned((), (STICKERS,)),
        before={"categories": [], "title": "a"},
        after={"categories": ["Stickers"], "title": "b"},
    )
    not_taken = NotTaken(wanted=str(wanted_fingerprint(change, "categories")), live="[]")

    (kept,), (held,) = withhold([change], {"attached/m1": {"categories": not_taken}})

    assert (kept.after, kept.params) == ({"title": "b"}, {})
    assert (held.field, held.wanted) == ("categories", ["Stickers"])


def a_library(*categories: int) -> Library:
    return Library(build.live_attached("m1", title="Logo", categories=categories), categories=ALL)


def test_undo_puts_all_categories_back() -> None:
    """Two become one, and two again."""
    library = a_library(STICKERS, SUBS)
    plan = plan_of(build.desired(build.attached("m1", categories=("Stickers/Seasons",))), library)
    detail = run_of(plan, library)
    between = library.media["attached", "m1"].asset.values[3]

    back, undo = undo_of(detail, library)
    assert apply_of(back, library).converged

    assert (between, library.media["attached", "m1"].asset.values[3]) == ((SEASONS,), (STICKERS, SUBS))
    assert undo.stuck == ()


def test_undo_into_a_category_that_is_gone_is_stuck() -> None:
    """Half of them is not what was there before."""
    library = a_library(STICKERS, SUBS)
    detail = run_of(plan_of(build.desired(build.attached("m1", categories=())), library), library)
    del library.tree[SUBS]

    back, undo = undo_of(detail, library)

    assert back.changes == ()
    assert [(one.field, one.reason) for one in undo.stuck] == [
        ("categories", "One of the categories does not exist now.")
    ]


def test_undo_of_a_run_without_ids_is_stuck() -> None:
    """A path may mean another category by now."""
    library = a_library(STICKERS)
    detail = run_of(plan_of(build.desired(build.attached("m1", categories=())), library), library)
    (record,) = detail.changes
    params: dict[str, Json] = {"categories_ids": [], "categories_before": None}
    bare = dataclasses.replace(record, change=dataclasses.replace(record.change, params=params))

    _, undo = undo_of(dataclasses.replace(detail, changes=(bare,)), library)

    assert [one.field for one in undo.stuck] == ["categories"]


@pytest.mark.parametrize(
    ("protection", "held"),
    [
        ("Stickers", True),
        ("Stickers/Seasons", True),
        ("Twin", True),
        ("News", False),
        ("Stick", False),
    ],
)
def test_protected_category_holds_what_stands_in_it_or_below(protection: str, held: bool) -> None:
    """One of several is enough; a category without a path of its own is known by its id."""
    live = build.live_attached("m1", categories=(SEASONS, TWIN))
    change = decide_delete(build.attached("m1", absent=True), live, ATTACHED, tree=CATEGORIES)
    around = Surroundings(now=moment("2026-06-15T12:00:00Z"), managed={"attached": 1}, tree=CATEGORIES, members={})

    found = evaluate([change], Policy(protect=(Protection(category=protection),)), around)

    assert [one.guard for one in found] == (["protect"] if held else [])


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({}, ()),
        ({"category": None, "categories": []}, ()),
        ({"category": "A"}, ("A",)),
        ({"category": {"id": 3}}, ({"id": 3},)),
        ({"categories": ["A", {"id": 3}]}, ("A", {"id": 3})),
        ({"categories": "A"}, ()),
    ],
)
def test_named_in_gives_one_or_several_categories(facts: Mapping[str, Json], named: tuple[Json, ...]) -> None:
    """Whichever the kind has."""
    assert named_in(facts) == named


def test_kind_tells_the_categories_of_an_asset() -> None:
    """None for a kind without such a field."""
    live = build.live_attached("m1", categories=(STICKERS, SUBS))

    assert ATTACHED.categories(live.values) == (STICKERS, SUBS)
    assert ATTACHED.categories(("", "", (), None)) == ()
    assert CATEGORY.categories(()) == ()


def test_categories_below_a_path_are_of_one_tree() -> None:
    """A selector of attached media finds nothing by a path of videos."""
    assert categories_below("Stickers", CATEGORIES, TREE) == {STICKERS, SEASONS}
    assert categories_below("Stickers", CATEGORIES) == frozenset()


def test_folders_of_two_trees_do_not_disturb_each_other() -> None:
    """Equal names of two trees are both free for a file; within one tree they are told apart."""
    found = folders(ALL)

    assert (found[NEWS], found[SUBS], found[SEASONS]) == ("News", "News", "Stickers/Seasons")
    assert found[TWIN] == f"Twin~{TWIN}"


def test_subtitles_are_no_picture() -> None:
    """Other attached media may be one."""
    assert picture_address({"type": "subtitle", "url": "http://img.example.com/a.vtt"}) == ""
    assert picture_address({"type": "watermark", "url": "http://img.example.com/a.png"}) != ""


def test_change_of_a_title_costs_no_tree() -> None:
    """Planning, applying and reading back read the asset and nothing else."""
    library = a_library(STICKERS)
    entry: DesiredAsset = build.attached("m1", title="New")

    plan = plan_of(build.desired(entry), library)
    assert apply_of(plan, library).converged

    assert "GetCategories" not in library.calls("read")
    assert plan.cost.calls == {"GetAttachedMediaInfo": 2, "UpdateAttachedMediaInfos": 1}
    assert plan.changes[0].action is Action.UPDATE


def test_move_costs_the_tree_of_its_own() -> None:
    """Read when planning, before the first write and after the last one."""
    library = a_library(STICKERS)
    live: LiveAsset = library.media["attached", "m1"].asset

    plan = plan_of(build.desired(build.attached("m1", categories=("News",))), library)

    assert live.values[3] == (STICKERS,)
    assert plan.cost.calls == {"GetAttachedMediaInfo": 2, "GetCategories": 4, "UpdateAttachedMediaInfos": 1}
