"""Whether a plan may be carried out, and how each change stands against the library of now."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests import build
from tests.fakes import Library, plan_of
from vodplan.core.address import Address
from vodplan.core.approve import ApprovedPlan, approve, check_allowances
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.desired import DesiredAsset, DesiredCategory, StreamRemoval
from vodplan.core.errors import Refused, StalePlan
from vodplan.core.live import Category, LiveAsset, Members, Parts
from vodplan.core.plan import Plan
from vodplan.core.policy import Bound, Policy, Protection
from vodplan.core.standing import Fresh, Standing, remaining, trees_of
from vodplan.core.values import Json, TagEdit
from vodplan.registry import KINDS

NESTED: dict[str, object] = {"News": {}, "Film": {}}
VIDEO = build.live_video("v1", title="Old", description="text", tags=("a", "b"), category=1, cover="http://h/a.jpg")


def fresh(
    *assets: LiveAsset,
    categories: tuple[Category, ...] | None = None,
    parts: Mapping[str, Parts] | None = None,
    members: Mapping[int, Members] | None = None,
    under: str = "",
) -> Fresh:
    """The library of now; `under`: the address of the only asset, when it is not `kind/id`."""
    return Fresh(
        assets={Address.parse(under) if under else Address(one.kind, one.id): one for one in assets},
        parts=parts or {},
        tree=CategoryTree(build.categories(NESTED) if categories is None else categories),
        members=members or {},
    )


def planned(*entries: DesiredAsset | DesiredCategory, live: tuple[LiveAsset, ...] = (VIDEO,)) -> Plan:
    """A plan made against a library of `live` and `NESTED`."""
    parts = {"v1": build.parts(*[build.stream(job) for job in ("j1", "j2", "j3")])}
    return plan_of(build.desired(*entries), Library(*live, categories=build.categories(NESTED), parts=parts))


def approved(plan: Plan, now: Fresh, *, policy: Policy | None = None) -> ApprovedPlan:
    """Approve with the right number of removals."""
    removals = sum(change.action.removes for change in plan.changes)
    return approve(plan, now, kinds=KINDS, policy=policy or Policy(), allow_deletes=removals)


def standings(plan: Plan, now: Fresh) -> list[Standing]:
    """How each change stands."""
    return list(approved(plan, now).standings)


def moved(plan: Plan, now: Fresh) -> tuple[str, ...]:
    """What makes the plan stale."""
    with pytest.raises(StalePlan) as caught:
        approved(plan, now)
    assert caught.value.next == "vodplan plan"
    return caught.value.moved


# Allowances


@pytest.mark.parametrize(("removals", "allowed"), [(0, None), (0, 0), (1, 1), (3, 3)])
def test_check_allowances_exact_number_is_let_through(removals: int, allowed: int | None) -> None:
    """Nothing to allow when nothing is removed."""
    plan = build.plan(*[build.change(f"video/v{one}", Action.DELETE) for one in range(removals)])

    check_allowances(plan, allowed)

    assert plan.summary.delete == removals


@pytest.mark.parametrize(
    ("removals", "allowed", "said", "remedy"),
    [
        (1, None, "removes 1 thing for good", "vodplan apply --allow-deletes 1"),
        (3, None, "removes 3 things for good", "vodplan apply --allow-deletes 3"),
        (3, 2, "--allow-deletes allows 2", "vodplan apply --allow-deletes 3"),
        (3, 4, "--allow-deletes allows 4", "vodplan apply --allow-deletes 3"),
        (0, 1, "removes 0 things", "vodplan apply"),
    ],
)
def test_check_allowances_any_other_number_is_refused(
    removals: int, allowed: int | None, said: str, remedy: str
) -> None:
    """More is refused like less: the number shows that the reviewer saw this very plan."""
    plan = build.plan(*[build.change(f"video/v{one}", Action.DELETE_SOURCE) for one in range(removals)])

    with pytest.raises(Refused) as caught:
        check_allowances(plan, allowed)

    assert said in caught.value.message
    assert caught.value.next == remedy


def test_check_allowances_guard_is_not_lifted_by_the_number() -> None:
    """The policy stands above the flag."""
    policy = Policy(max_deletes=Bound(count=0))
    plan = plan_of(build.desired(build.video("v1", absent=True)), Library(VIDEO), policy=policy)

    with pytest.raises(Refused) as caught:
        check_allowances(plan, 1)

    assert "max_deletes (policy.max_deletes): The plan removes 1 thing;" in caught.value.message


def test_approve_checks_the_policy_of_now_with_the_values_of_now() -> None:
    """An asset that was tagged `keep` after planning is safe, and so is one that a new policy protects."""
    plan = planned(build.video("v1", absent=True))
    policy = Policy(protect=(Protection(category="News"),))

    with pytest.raises(Refused, match="protect"):
        approved(plan, fresh(VIDEO), policy=policy)


def test_approved_plan_cannot_be_made_by_anybody_else() -> None:
    """The type checker and this check keep unreviewed plans out."""
    plan = build.plan()

    with pytest.raises(TypeError, match="made by"):
        ApprovedPlan(plan=plan, changes=(), standings=(), category_ids={}, approval=object())


# Updates


def test_update_on_the_values_that_it_was_planned_on_is_pending() -> None:
    """Other fields may move: they are not the plan's affair; neither is the order of tags."""
    plan = planned(build.video("v1", title="New", tags=("a",)))
    now = build.live_video("v1", title="Old", description="other", tags=("b", "a"), category=2, cover="http://h/z.jpg")

    assert standings(plan, fresh(now)) == [Standing.PENDING]


def test_update_of_a_library_that_is_so_already_is_already() -> None:
    """Somebody else made the same change."""
    plan = planned(build.video("v1", title="New", tags=("c",), category="Film", description=""))
    now = build.live_video("v1", title="New", tags=("c",), category=2, description="\n")

    assert standings(plan, fresh(now)) == [Standing.ALREADY]


def test_update_that_was_carried_out_in_part_is_pending() -> None:
    """Some fields as planned, others as wanted: nothing moved to a third value."""
    plan = planned(build.video("v1", title="New", description=""))

    assert standings(plan, fresh(build.live_video("v1", title="New", description="text"))) == [Standing.PENDING]


def test_update_on_values_that_moved_is_stale_and_names_each_of_them() -> None:
    """Only the fields of the plan count, and each is listed with what it was planned on and what it is."""
    entry = build.video("v1", title="New", tags=TagEdit(("c",), ()), category=None, cover="")
    now = build.live_video("v1", title='"Third"', tags=("a",), category=2, cover="http://h/a.jpg")

    assert moved(planned(entry), fresh(now)) == (
        'video/v1 title: planned on "Old", now ""Third""',
        'video/v1 tags: planned on ["a", "b"], now ["a"]',
        'video/v1 category: planned on "News", now "Film"',
    )


def test_update_of_an_asset_that_went_into_no_category_says_none() -> None:
    """None is a value to be read too."""
    now = build.live_video("v1", title="Old", category=None)

    assert moved(planned(build.video("v1", category="Film")), fresh(now)) == (
        'video/v1 category: planned on "News", now none',
    )


def test_update_of_an_asset_whose_category_was_renamed_is_not_stale() -> None:
    """A category is compared by its id."""
    plan = planned(build.video("v1", category="Film"))
    now = build.categories({"Papers": {}, "Cinema": {}})

    assert standings(plan, fresh(VIDEO, categories=now)) == [Standing.PENDING]


@pytest.mark.parametrize("title", ["Old", "New"])
def test_update_into_a_category_that_is_gone_is_stale(title: str) -> None:
    """The service has nowhere to put the asset."""
    plan = planned(build.video("v1", title="New", category="Film"))
    now = build.live_video("v1", title=title, category=1)

    assert moved(plan, fresh(now, categories=build.categories({"News": {}}))) == (
        "video/v1 category: planned on category 2, now that is gone",
    )


def test_update_of_an_asset_that_is_gone_is_stale() -> None:
    """It can neither be done nor is it so."""
    assert moved(planned(build.video("v1", title="New")), fresh()) == (
        "video/v1: planned on an asset that exists, now it is gone",
    )


def test_update_into_a_category_of_the_plan_that_exists_by_now_stands_by_its_path() -> None:
    """Without an id in the plan, the path is all there is to compare."""
    plan = planned(build.category("Art"), build.video("v1", category="Art"))
    nested: dict[str, object] = {**NESTED, "Art": {}}
    now = build.live_video("v1", category=3)

    approval = approved(plan, fresh(now, categories=build.categories(nested)))

    assert approval.standings == (Standing.ALREADY, Standing.ALREADY)
    assert approval.category_ids == {"Art": 3}


# Removals


def test_delete_of_what_is_gone_is_already() -> None:
    """No second deletion is sent."""
    assert standings(planned(build.video("v1", absent=True)), fresh()) == [Standing.ALREADY]


def test_delete_of_what_was_edited_meanwhile_is_stale() -> None:
    """Somebody cares about it: the deletion is to be reviewed again. Facts such as the status may move."""
    plan = planned(build.video("v1", absent=True))
    now = build.live_video("v1", title="Old", description="text", tags=("b", "a"), category=2, cover="http://h/b.jpg")

    assert moved(plan, fresh(now)) == (
        'video/v1 category: planned on "News", now "Film"',
        'video/v1 cover: planned on "http://h/a.jpg", now "http://h/b.jpg"',
    )


def test_delete_on_unchanged_values_is_pending() -> None:
    """The facts that guards look at are those of now."""
    plan = planned(build.video("v1", absent=True))
    renamed = build.categories({"Papers": {}, "Film": {}})

    approval = approved(plan, fresh(VIDEO, categories=renamed))

    assert approval.standings == (Standing.PENDING,)
    assert approval.changes[0].facts["category"] == "Papers"


def test_delete_that_is_not_certain_compares_nothing() -> None:
    """There are no values to hold it against."""
    library = Library()
    library.doubtful_urls.add("http://h/x.png")
    plan = plan_of(build.desired(build.image("url:http://h/x.png", absent=True)), library)
    now = build.live_image("i9", title="found after all", certain=True)

    assert standings(plan, fresh(now, under="image/url:http://h/x.png")) == [Standing.PENDING]


def test_delete_by_a_plan_without_values_compares_nothing() -> None:
    """A snapshot has no fields; a plan file may leave them out."""
    plan = build.plan(build.change("video/v1", Action.DELETE, before={"size": 5}))

    assert standings(plan, fresh(VIDEO)) == [Standing.PENDING]


PARTS_ENTRY = build.video("v1", source_absent=True, streams=StreamRemoval(jobs=("j1", "j2")))


def test_streams_that_are_gone_in_part_are_narrowed_to_those_that_are_left() -> None:
    """The rest of the planned streams is deleted, no other."""
    now = fresh(VIDEO, parts={"v1": build.parts(build.stream("j2"), build.stream("j3"))})

    approval = approved(planned(PARTS_ENTRY), now)

    assert approval.standings == (Standing.PENDING, Standing.PENDING)
    assert approval.changes[0].params == {"jobs": ["j2"]}


def test_parts_that_are_gone_are_already() -> None:
    """No streams, no source, or no parts known of a video that exists."""
    plan = planned(PARTS_ENTRY)

    assert standings(plan, fresh(VIDEO, parts={"v1": build.parts(source=False)})) == [Standing.ALREADY] * 2
    assert standings(plan, fresh(VIDEO)) == [Standing.ALREADY] * 2
    assert standings(plan, fresh()) == [Standing.ALREADY] * 2


def test_streams_of_a_plan_that_names_none_are_already() -> None:
    """Nothing named is nothing to do."""
    plan = build.plan(build.change("video/v1", Action.DELETE_STREAMS, params={"jobs": None}))

    assert standings(plan, fresh(VIDEO, parts={"v1": build.parts(build.stream("j1"))})) == [Standing.ALREADY]


# Categories


def test_category_to_be_made_that_exists_is_already_and_its_id_is_known() -> None:
    """Whoever needs it gets the id of the one that is there."""
    plan = planned(build.category("News/Chess"))
    nested: dict[str, object] = {"News": {"Chess": {}}, "Film": {}}

    approval = approved(plan, fresh(categories=build.categories(nested)))

    assert (approval.standings, approval.category_ids) == ((Standing.ALREADY,), {"News/Chess": 3})


def test_category_to_be_made_below_one_that_is_gone_is_stale() -> None:
    """The id of its parent names nothing any more."""
    assert moved(planned(build.category("News/Chess")), fresh(categories=())) == (
        "category/News/Chess: planned below category 1, now that is gone",
    )


def test_category_under_the_old_name_of_a_renamed_one_is_still_to_be_made() -> None:
    """The live one of that name is the one that is about to be renamed."""
    plan = planned(build.category("Papers", renamed_from="News"), build.category("News"), build.category("News/Chess"))

    approval = approved(plan, fresh())

    assert [one.name for one in approval.changes] == [
        "rename category/Papers",
        "create category/News",
        "create category/News/Chess",
    ]
    assert approval.standings == (Standing.PENDING,) * 3
    assert approval.category_ids == {}


def test_category_renamed_meanwhile_to_the_wanted_name_is_already() -> None:
    """And what is to be made under its old name is to do."""
    plan = planned(build.category("Papers", renamed_from="News"), build.category("News"))

    found = standings(plan, fresh(categories=build.categories({"Papers": {}, "Film": {}})))

    assert found == [Standing.ALREADY, Standing.PENDING]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"Radio": {}, "Film": {}}, 'category/Papers path: planned on "News", now "Radio"'),
        ({"News": {}, "Papers": {}}, "category/Papers: planned on a free name, now another category has it"),
        ({}, "category/Papers: planned on a category that exists, now it is gone"),
    ],
)
def test_category_to_be_renamed_that_moved_is_stale(now: dict[str, object], said: str) -> None:
    """Renamed by others, gone, or its new name taken."""
    assert moved(planned(build.category("Papers", renamed_from="News")), fresh(categories=build.categories(now))) == (
        said,
    )


def test_category_to_be_deleted_that_is_gone_is_already_and_renamed_is_stale() -> None:
    """A category of another name may serve another purpose by now."""
    plan = planned(build.category("Film", absent=True))
    renamed = build.categories({"News": {}, "Cinema": {}})

    assert standings(plan, fresh(categories=build.categories({"News": {}}))) == [Standing.ALREADY]
    assert moved(plan, fresh(categories=renamed, members={2: build.members()})) == (
        'category/Film path: planned on "Film", now "Cinema"',
    )


def test_category_that_filled_up_meanwhile_is_refused() -> None:
    """The guard counts what stands in it now."""
    plan = planned(build.category("Film", absent=True))

    with pytest.raises(Refused, match="category_not_empty"):
        approved(plan, fresh(members={2: build.members("video/v7")}))


def test_category_whose_deleted_asset_the_search_still_lists_may_go() -> None:
    """After an interrupted run the search may lag behind; the read by id has found the asset gone."""
    inside = build.live_video("v1", category=2)
    plan = planned(build.video("v1", absent=True), build.category("Film", absent=True), live=(inside,))

    found = standings(plan, fresh(members={2: build.members("video/v1")}))

    assert found == [Standing.ALREADY, Standing.PENDING]


@pytest.mark.parametrize(
    ("change", "trees"),
    [
        (build.change("category/A", Action.CREATE), ("default",)),
        (build.change("video/v1", Action.DELETE), ("default",)),
        (build.change("attached/a1", Action.DELETE), ("material",)),
        (build.change("video/v1", before={"category": None}), ("default",)),
        (build.change("attached/a1", before={"categories": []}), ("material",)),
        (build.change("video/v1", before={"title": ""}), ()),
        (build.change("attached/a1", before={"title": ""}), ()),
    ],
)
def test_trees_of_changes_are_those_of_categories_removals_and_moves(change: Change, trees: tuple[str, ...]) -> None:
    """A new title costs no call for a tree, and an attached medium none for the tree of videos."""
    assert trees_of([change], KINDS) == trees


# Reading back


def left(change: Change, now: Fresh) -> list[tuple[str, str, str]]:
    """Field, wanted and live of what did not take."""
    return [(one.field, one.wanted, one.live) for one in remaining(change, now, KINDS[change.kind])]


def test_remaining_fields_of_an_update_are_named() -> None:
    """A newline that the service added is as wanted."""
    (change,) = planned(build.video("v1", title="New", description="more", tags=("c",), category="Film")).changes

    assert left(change, fresh(build.live_video("v1", title="New", description="more\n", tags=("c",), category=2))) == []
    assert left(change, fresh(VIDEO)) == [
        ("title", '"New"', '"Old"'),
        ("description", '"more"', '"text"'),
        ("tags", '["c"]', '["a", "b"]'),
        ("category", '"Film"', '"News"'),
    ]
    assert left(change, fresh()) == [("state", '"present"', '"missing"')]


def test_remaining_of_removals_is_what_is_still_there() -> None:
    """The asset, the source, the streams by job id; a removal that cannot be looked up leaves nothing to say."""
    streams, source = planned(PARTS_ENTRY).changes
    (asset,) = planned(build.video("v1", absent=True)).changes
    now = fresh(VIDEO, parts={"v1": build.parts(build.stream("j2"))})

    assert left(asset, now) == [("state", '"deleted"', '"present"')]
    assert left(source, now) == [("source", '"deleted"', '"present"')]
    assert left(streams, now) == [("streams", '"deleted"', '["j2"]')]
    assert [left(one, fresh()) for one in (asset, source, streams)] == [[], [], []]


def test_remaining_of_a_removal_that_is_not_certain_is_nothing() -> None:
    """Nobody can look, so nobody can say that it did not take."""
    library = Library()
    library.doubtful_urls.add("http://h/x.png")
    (change,) = plan_of(build.desired(build.image("url:http://h/x.png", absent=True)), library).changes
    still = LiveAsset("image", "", ("", "", (), None), {"url": "http://h/x.png"}, certain=False)

    assert left(change, fresh(still, under="image/url:http://h/x.png")) == []


def test_remaining_of_categories_is_the_path_that_is_not_there() -> None:
    """Made, renamed or deleted."""
    entries = (
        build.category("Art"),
        build.category("Papers", renamed_from="News"),
        build.category("Film", absent=True),
    )
    by_action = {one.action: one for one in planned(*entries).changes}

    assert left(by_action[Action.RENAME], fresh()) == [("path", '"Papers"', '"News"')]
    assert left(by_action[Action.CREATE], fresh()) == [("path", '"Art"', "none")]
    assert left(by_action[Action.DELETE], fresh()) == [("state", '"deleted"', '"present"')]
    after = fresh(
        categories=(
            Category(id=1, name="Papers", parent=None, level=0),
            Category(id=9, name="Art", parent=None, level=0),
        )
    )
    assert [left(one, after) for one in by_action.values()] == [[], [], []]


def test_category_without_a_path_of_its_own_is_told_as_manifests_write_it() -> None:
    """By its id, in braces."""
    twins = (Category(id=1, name="News", parent=None, level=0), Category(id=2, name="News", parent=None, level=0))
    before: Mapping[str, Json] = {"category": {"id": 1}}
    change = build.change(
        "video/v1", before=before, after={"category": None}, params={"category_before": 1, "category_id": 0}
    )

    assert moved(build.plan(change), fresh(build.live_video("v1", category=2), categories=twins)) == (
        "video/v1 category: planned on {id: 1}, now {id: 2}",
    )
