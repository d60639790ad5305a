"""The rule that keeps what is protected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

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


def held(
    change: Change | Sequence[Change], *protections: Protection, **known: Any
) -> list[tuple[str, tuple[str, ...]]]:
    """Which protections hold which changes."""
    changes = [change] if isinstance(change, Change) else change
    found = refusals(*changes, policy=Policy(protect=protections), **known)
    return [(one.setting, one.addresses) for one in found if one.guard == "protect"]


@pytest.mark.parametrize(
    ("protection", "facts", "fits"),
    [
        (Protection(all_tags=frozenset("ab")), {"tags": ["b", "c", "a"]}, True),
        (Protection(all_tags=frozenset("ab")), {"tags": ["a"]}, False),
        (Protection(all_tags=frozenset("ab"), any_tags=frozenset("cd")), {"tags": ["a", "b"]}, False),
        (Protection(all_tags=frozenset("ab"), any_tags=frozenset("cd")), {"tags": ["a", "b", "d"]}, True),
        (Protection(created_after=date(2026, 1, 1)), {"created": "2026-01-01T00:00:00Z"}, True),
        (Protection(created_after=date(2026, 1, 1)), {"created": "2025-12-31T23:59:59Z"}, False),
        (Protection(created_after=date(2026, 1, 1)), {"created": "2026-01-01T07:59:59+08:00"}, False),
        (Protection(created_before=date(2026, 1, 1)), {"created": "2025-12-31T23:59:59Z"}, True),
        (Protection(created_before=date(2026, 1, 1)), {"created": "2026-01-01T00:00:00Z"}, False),
        (Protection(created_after=date(2026, 1, 1), created_before=date(2026, 2, 1)), {"created": "2026-01-31"}, True),
        (Protection(created_after=date(2026, 1, 1), created_before=date(2026, 2, 1)), {"created": "2026-02-01"}, False),
        (Protection(younger_than=timedelta(days=30)), {"created": "2026-05-16T08:00:01Z"}, True),
        (Protection(younger_than=timedelta(days=30)), {"created": "2026-05-16T08:00:00Z"}, False),
        (Protection(younger_than=timedelta(days=30)), {"created": "2027-01-01T00:00:00Z"}, True),
        (Protection(younger_than=timedelta(days=30)), {}, True),
        (Protection(created_before=date(2000, 1, 1)), {"created": "yesterday"}, True),
        (Protection(statuses=frozenset({"Blocked"})), {"status": "Blocked"}, True),
        (Protection(statuses=frozenset({"Blocked"})), {"status": "Normal"}, False),
        (Protection(statuses=frozenset({"Blocked"})), {}, True),
        (
            Protection(statuses=frozenset({"Blocked"}), all_tags=frozenset("a")),
            {"status": "Blocked", "tags": []},
            False,
        ),
        (Protection(younger_than=timedelta(days=1), category="Legal"), {"category": "News"}, False),
        (Protection(younger_than=timedelta(days=1), category="Legal"), {"category": "Legal"}, True),
    ],
)
def test_protect_by_tags_age_and_status(protection: Protection, facts: Mapping[str, Json], fits: bool) -> None:
    """Days and ages are exact, in UTC, up to the time of planning; what is not known to be free is kept."""
    assert bool(held(build.change("video/v1", Action.DELETE, facts=facts), protection)) is fits


@pytest.mark.parametrize(
    "protection",
    [
        Protection(younger_than=timedelta(days=9999)),
        Protection(created_before=date(2100, 1, 1)),
        Protection(statuses=frozenset({"Normal"})),
        Protection(any_tags=frozenset({"keep"})),
        Protection(category="Legal", all_tags=frozenset({"keep"})),
    ],
)
def test_protect_by_what_a_category_has_not_holds_no_category(protection: Protection) -> None:
    """It has no age, status or tags; what stands in it is looked at by itself."""
    change = build.change("category/Legal", Action.DELETE, id="1")

    assert held(change, protection, members={1: build.members()}, tree=build.tree()) == []


@pytest.mark.parametrize(
    ("written", "change"),
    [
        ("cms-1", deletion(reference="cms-1")),
        ("video/ref:cms-1", deletion(reference="cms-1")),
        ("video/ref:cms-1", build.change("video/ref:cms-1", Action.DELETE, id="v1")),
        ("video/v1", build.change("video/v1", Action.DELETE_STREAMS, params={"jobs": ["j"]})),
        ("image/url:https://H/x.png?auth_key=9", deletion("image/i1", url="http://h/x.png")),
        ("image/url:http://h/x.png", build.change("image/url:http://h/x.png", Action.DELETE, id="")),
        ("category/Legal", build.change("category/Legal", Action.DELETE, id="1")),
        ("category/1", build.change("category/Legal", Action.DELETE, id="1")),
    ],
)
def test_protect_by_id_holds_by_every_name_of_an_asset(written: str, change: Change) -> None:
    """However the manifest names it: a protection by reference holds an entry by id, and the other way round."""
    members = {1: build.members()}
    tree = build.tree()

    assert held(change, Protection(ids=frozenset({written})), members=members, tree=tree)
    assert not held(
        change, Protection(ids=frozenset({f"x{written}", "image/v1", "video/2"})), members=members, tree=tree
    )


def test_protect_does_not_take_the_id_of_a_category_for_its_path() -> None:
    """A category called 1 is not the one with the id 1."""
    change = build.change("category/Legal", Action.DELETE, id="1")

    assert held(change, Protection(category="1"), members={1: build.members()}, tree=build.tree()) == []


SNAPSHOTS = build.change("image/video:v1:All", Action.DELETE, id="v1", params={"video": "v1", "type": "All"})
BY_URL = build.change("image/url:http://h/s.jpg", Action.DELETE, id="", facts={"url": "http://h/s.jpg", "video": "v1"})


@pytest.mark.parametrize("change", [SNAPSHOTS, BY_URL])
@pytest.mark.parametrize(
    "protection",
    [
        KEEP,
        LEGAL,
        Protection(ids=frozenset({"v1"})),
        Protection(ids=frozenset({"video/v1"})),
        Protection(ids=frozenset({"video/ref:cms-1"})),
        Protection(younger_than=timedelta(days=2)),
        Protection(statuses=frozenset({"Normal"})),
    ],
)
def test_protect_holds_the_snapshots_of_a_protected_video(change: Change, protection: Protection) -> None:
    """They have no tags, category or age of their own: those of their video count."""
    owner = {
        "tags": ["keep"],
        "category": "Legal/Old",
        "created": "2026-06-14T00:00:00Z",
        "status": "Normal",
        "reference": "cms-1",
    }
    other = {"tags": [], "category": "News", "created": "2020-01-01T00:00:00Z", "status": "Blocked"}

    assert held(change, protection, owners={"v1": owner}) == [("policy.protect[0]", (str(change.address),))]
    free = held(change, protection, owners={"v1": other})
    assert bool(free) is bool(protection.ids and protection.ids != {"video/ref:cms-1"})


def test_protect_of_snapshots_whose_video_is_gone_holds_nothing_but_by_name() -> None:
    """There is no video whose protection they could share."""
    assert held(SNAPSHOTS, KEEP, LEGAL, owners={"v1": None}) == []
    assert held(SNAPSHOTS, Protection(ids=frozenset({"image/video:v1:All"})), owners={"v1": None})


def test_protect_of_snapshots_whose_video_nobody_looked_at_is_a_bug_not_free() -> None:
    """A guard that was not fed must not let pass."""
    with pytest.raises(KeyError):
        held(SNAPSHOTS, KEEP)


UNTAGGED = build.change("video/v1", after={"tags": []}, before={"tags": ["keep"]})
MOVED = build.change("video/v1", after={"category": "News"}, before={"category": "Legal"})
PARTS = [
    build.change("video/v1", Action.DELETE_SOURCE, facts={"tags": ["keep"], "category": "Legal"}),
    build.change("video/v1", Action.DELETE_STREAMS, facts={"tags": ["keep"], "category": "Legal"}),
]


@pytest.mark.parametrize("removal", [*PARTS, SNAPSHOTS])
@pytest.mark.parametrize(("update", "protection"), [(UNTAGGED, KEEP), (MOVED, LEGAL)])
def test_protection_taken_away_and_asset_deleted_by_one_plan_is_held(
    removal: Change, update: Change, protection: Protection
) -> None:
    """The values before the plan count, also for the snapshots of the video that loses its protection."""
    owners = {"v1": {"tags": ["keep"], "category": "Legal"}}

    assert held([update, removal], protection, owners=owners) == [("policy.protect[0]", (str(removal.address),))]


@pytest.mark.parametrize(("after", "protection"), [({"tags": ["keep"]}, KEEP), ({"category": "Legal/New"}, LEGAL)])
def test_protection_given_by_the_plan_holds_its_own_removals(after: Mapping[str, Json], protection: Protection) -> None:
    """Updates come first: by the time of the removal the asset would be protected, and a resumed run would stop."""
    removal = build.change("video/ref:cms-1", Action.DELETE_SOURCE, id="v1", facts={"tags": [], "category": "News"})

    assert held(removal, protection) == []
    assert held([build.change("video/v1", after=after), removal], protection)
    assert held([build.change("video/v2", after=after), removal], protection) == []


def test_protected_category_renamed_by_the_same_plan_holds_what_stands_in_it() -> None:
    """A new name takes no protection away from the assets and the categories below, and one may give it."""
    renaming = build.change("category/Archive", Action.RENAME, id="1")
    below = build.change("category/Archive/Old", Action.DELETE, id="2")
    inside = deletion(category="Legal/Old")
    known = {"members": {2: build.members()}, "tree": build.tree({"Legal": {"Old": {}}})}

    assert held([renaming, below, inside], LEGAL, **known) == [
        ("policy.protect[0]", ("category/Archive/Old", "video/v1"))
    ]
    assert held([renaming, inside], Protection(category="Archive"), **known) == [("policy.protect[0]", ("video/v1",))]
    assert held([inside], Protection(category="Archive"), **known) == []


def test_protect_describes_every_condition_as_it_is_meant() -> None:
    """A person must see why."""
    protection = Protection(
        all_tags=frozenset("ba"),
        created_after=date(2026, 1, 1),
        created_before=date(2026, 9, 1),
        younger_than=timedelta(days=365),
        statuses=frozenset({"Normal", "Blocked"}),
    )
    change = deletion(tags=["a", "b"], created="2026-03-01T00:00:00Z", status="Normal")

    (found,) = refusals(change, policy=Policy(protect=(protection, Protection(younger_than=timedelta(hours=36)))))

    assert found.message == (
        "The plan removes 1 protected thing (tags: all of a, b; created on 2026-01-01 or later; created before 2026-09-01; "
        "younger than 365 days; status: Blocked, Normal)."
    )
    (other,) = refusals(deletion(), policy=Policy(protect=(Protection(younger_than=timedelta(hours=36)),)))
    assert "(younger than 36 h)" in other.message
