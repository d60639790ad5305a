"""Whose each change is, beside a base revision."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from tests import build
from tests.fakes import Library, plan_of
from vodplan.core.change import Change
from vodplan.core.desired import DesiredAsset, DesiredCategory, StreamRemoval
from vodplan.core.drift import History, LastWrite
from vodplan.core.origins import ChangeOrigin, counted, foreign, origin_of, refuse_foreign, with_origins
from vodplan.core.plan import Plan
from vodplan.core.rule import Rule
from vodplan.core.selector import Selector
from vodplan.core.values import CoverFile, Json
from vodplan.registry import KINDS

LIVE = build.live_video("v1", title="Live", tags=("a",), facts={"reference": "cms-1"})


def planned(
    head: list[DesiredAsset | DesiredCategory | Rule],
    base: list[DesiredAsset | DesiredCategory | Rule],
    *,
    left: dict[str, Json] | None = None,
    known: bool = True,
) -> Plan:
    """The plan of the head, told beside the base; left: field → what the last run left in `video/v1`."""
    library = Library(
        LIVE, build.live_image("i1"), categories=build.categories({"Old": {}}), references={"v1": "cms-1"}
    )
    plan = plan_of(build.desired(*head), library)
    writes = {
        "video/v1": {name: LastWrite(run="r1", at="2026-01-01", value=value) for name, value in (left or {}).items()}
    }
    return with_origins(
        plan,
        head=build.desired(*head),
        base=build.desired(*base),
        revision="main (0a1b)",
        history=History(known=known, writes=writes),
        kinds=KINDS,
    )


def origins(plan: Plan) -> dict[str, str]:
    """The origins of its only change."""
    (change,) = plan.changes
    return dict(change.origins)


def test_field_that_the_base_wants_otherwise_is_of_this_branch() -> None:
    """Whatever runs left."""
    plan = planned([build.video("v1", title="New")], [build.video("v1", title="Old")], left={"title": "Other"})

    assert origins(plan) == {"title": "branch"}


def test_field_that_the_base_leaves_out_is_of_this_branch() -> None:
    """So is one of an entry that the base does not have."""
    assert origins(planned([build.video("v1", title="New")], [build.video("v1", tags=("a",))])) == {"title": "branch"}
    assert origins(planned([build.video("v1", title="New")], [])) == {"title": "branch"}


def test_field_that_was_wanted_before_and_is_as_the_last_run_left_it_is_pending() -> None:
    """The base was merged and never applied."""
    entry = build.video("v1", title="New")

    assert origins(planned([entry], [entry], left={"title": "Live"})) == {"title": "pending"}


def test_field_that_is_not_as_the_last_run_left_it_was_edited() -> None:
    """Somebody changed it outside of vodplan."""
    entry = build.video("v1", title="New")

    assert origins(planned([entry], [entry], left={"title": "New"})) == {"title": "console"}


@pytest.mark.parametrize("known", [True, False])
def test_field_that_no_run_wrote_is_one_of_the_two(known: bool) -> None:
    """What is not known is not claimed."""
    entry = build.video("v1", title="New")

    assert origins(planned([entry], [entry], known=known)) == {"title": "earlier"}


def test_fields_of_one_change_have_origins_of_their_own() -> None:
    """A tag of this branch beside a title that was pending; and the change is foreign."""
    plan = planned(
        [build.video("v1", title="New", tags=("b",))], [build.video("v1", title="New")], left={"title": "Live"}
    )

    assert origins(plan) == {"title": "pending", "tags": "branch"}
    assert origin_of(plan.changes[0]) == ""
    assert foreign(plan) == ("video/v1",)
    assert counted(plan.changes) == {ChangeOrigin.BRANCH: 1, ChangeOrigin.PENDING: 1}


def test_entry_that_names_its_asset_otherwise_is_the_same_entry() -> None:
    """By reference here, by id there."""
    plan = planned([build.video("ref:cms-1", title="New")], [build.video("v1", title="New")])

    assert origins(plan) == {"title": "earlier"}


def test_cleared_field_is_asked_for() -> None:
    """`null` is a value."""
    live = build.live_video("v1", category=1)
    entry = build.video("v1", category=None)
    plan = plan_of(build.desired(entry), Library(live, categories=build.categories({"Old": {}})))

    def told(base: DesiredAsset) -> Plan:
        return with_origins(
            plan, head=build.desired(entry), base=build.desired(base), revision="b", history=History(), kinds=KINDS
        )

    assert origins(told(entry)) == {"category": "earlier"}
    assert origins(told(build.video("v1"))) == {"category": "branch"}


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (build.video("v1", absent=True), "state"),
        (build.video("v1", source_absent=True), "source"),
        (build.video("v1", streams=StreamRemoval(keep_formats=("m3u8",))), "streams"),
        (build.image("i1", absent=True), "state"),
    ],
)
def test_removal_has_an_origin_too(entry: DesiredAsset, name: str) -> None:
    """Of this branch when it is new, older when the base wants it as well."""
    plain = build.video("v1", title="Live") if entry.kind == "video" else build.image("i1", title="")

    assert origins(planned([entry], [plain])) == {name: "branch"}
    assert origins(planned([entry], [entry])) == {name: "earlier"}


@pytest.mark.parametrize(
    "entry",
    [
        build.category("New"),
        build.category("Renamed", renamed_from="Old"),
        build.category("Old", absent=True),
    ],
)
def test_category_has_an_origin_too(entry: DesiredCategory) -> None:
    """Made, renamed or removed."""
    assert set(origins(planned([entry], [])).values()) == {"branch"}
    assert set(origins(planned([entry], [entry])).values()) == {"earlier"}


def test_change_by_a_rule_is_older_when_the_base_has_the_rule() -> None:
    """The same selector and the same values under the same name."""
    rule = build.rule("r", Selector(kind="video", title="live"))
    other = build.rule("r", Selector(kind="video", title="l"))

    assert origins(planned([rule], [rule])) == {"title": "earlier"}
    assert origins(planned([rule], [other])) == {"title": "branch"}
    assert origins(planned([rule], [])) == {"title": "branch"}


LATER = datetime.date(2999, 1, 1)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (build.video("v1", absent=True), build.video("v1", absent=True, after=LATER)),
        (build.video("v1", source_absent=True), build.video("v1", source_absent=True, after=LATER)),
        (
            build.video("v1", streams=StreamRemoval(keep_formats=("m3u8",))),
            build.video("v1", streams=StreamRemoval(keep_formats=("m3u8",)), after=LATER),
        ),
        (build.category("Old", absent=True), build.category("Old", absent=True, after=LATER)),
    ],
)
def test_removal_that_the_base_wants_on_a_later_day_is_of_this_branch(
    now: DesiredAsset | DesiredCategory, then: DesiredAsset | DesiredCategory
) -> None:
    """At the base nothing would be removed today; once its day has come it would, whatever day that was."""
    past = dataclasses.replace(then, after=datetime.date(2000, 1, 1))

    assert set(origins(planned([now], [then])).values()) == {"branch"}
    assert set(origins(planned([now], [past])).values()) == {"earlier"}


def test_category_that_is_made_for_one_below_it_is_as_old_as_that() -> None:
    """No entry names it, at the base neither."""
    below = build.category("New/Below")

    made = {
        str(change.address): dict(change.origins)
        for change in planned([below], [build.category("New", absent=True), below]).changes
    }
    fresh = {str(change.address): dict(change.origins) for change in planned([below], [build.category("Old")]).changes}

    assert fresh == {"category/New": {"state": "branch"}, "category/New/Below": {"state": "branch"}}
    assert made["category/New/Below"] == {"state": "earlier"}
    assert {one.origins["state"] for one in planned([below], [below]).changes} == {"earlier"}


def test_image_by_url_is_the_entry_by_id() -> None:
    """As the live image tells its URL."""
    live = build.live_image("i1", facts={"url": "https://cdn.example.com/i1.png"})
    head = build.desired(build.image("i1", absent=True))
    base = build.desired(build.image("url:https://cdn.example.com/i1.png?auth_key=1", absent=True))

    plan = with_origins(
        plan_of(head, Library(live)), head=head, base=base, revision="b", history=History(), kinds=KINDS
    )

    assert origins(plan) == {"state": "earlier"}


@pytest.mark.parametrize("older", [True, False], ids=["pending", "branch"])
def test_deletion_of_an_old_cover_comes_from_where_the_new_cover_does(older: bool) -> None:
    """No entry names the image; it goes because of the cover, and with the first of several on this branch."""
    cover = CoverFile(file="covers/a.png", sha256="a" * 64, size=9, delete_old=True)
    old = "http://h/old.jpg"
    library = Library(
        build.live_video("v1", cover=old),
        build.live_video("v2", cover=old),
        build.live_image("i1"),
        urls={"i1": old},
    )
    one, two = build.video("v1", cover=cover), build.video("v2", cover=cover)
    head, base = build.desired(one, two), build.desired(one, *([two] if older else []))
    last = {"cover": LastWrite(run="r1", at="2026-01-01", value=old)}

    plan = with_origins(
        plan_of(head, library),
        head=head,
        base=base,
        revision="main (0a1b)",
        history=History(known=True, writes={"video/v1": last, "video/v2": last}),
        kinds=KINDS,
    )

    assert [dict(one.origins) for one in plan.changes] == [
        {"cover": "pending"},
        {"cover": "pending" if older else "branch"},
        {"state": "pending" if older else "branch"},
    ]


def told(plan: Plan, entry: DesiredAsset, field: str, last: LastWrite) -> dict[str, str]:
    """The origins of the only change of a plan that the base wanted too, after a last write of a field."""
    history = History(known=True, writes={"video/v1": {field: last}})
    wanted = build.desired(entry)
    return origins(with_origins(plan, head=wanted, base=wanted, revision="b", history=history, kinds=KINDS))


def test_removal_that_cannot_be_asked_about_is_not_said_to_be_edited() -> None:
    """Whether it is there again nobody knows; a run removed it."""
    entry = build.video("v1", absent=True)
    plan = plan_of(build.desired(entry), Library(LIVE))
    unsure = dataclasses.replace(plan, changes=tuple(dataclasses.replace(one, certain=False) for one in plan.changes))
    last = LastWrite(run="r1", at="2026-01-01", value="missing")

    assert told(unsure, entry, "state", last) == {"state": "earlier"}
    assert told(plan, entry, "state", last) == {"state": "console"}


@pytest.mark.parametrize(
    ("last", "origin"),
    [
        (LastWrite(run="r", at="t", value="Former name", ids=1), "pending"),
        (LastWrite(run="r", at="t", value="Former name", ids=2), "console"),
        (LastWrite(run="r", at="t", value="Former name", ids=2, sure=False), "earlier"),
        (LastWrite(run="r", at="t", value="Old"), "pending"),
        (LastWrite(run="r", at="t", value="Former name"), "earlier"),
    ],
)
def test_category_is_compared_by_its_id(last: LastWrite, origin: str) -> None:
    """A video whose category got another name was not moved; by another path alone nobody can tell."""
    entry = build.video("v1", category=None)
    live = build.live_video("v1", category=1)
    plan = plan_of(build.desired(entry), Library(live, categories=build.categories({"Old": {}})))

    assert told(plan, entry, "category", last) == {"category": origin}


@pytest.mark.parametrize(("value", "origin"), [("Live", "pending"), ("Other", "earlier")])
def test_write_that_was_not_read_back_says_nothing_of_another_value(value: str, origin: str) -> None:
    """The service may have kept another one itself, or a run may have written it without an answer."""
    entry = build.video("v1", title="New")
    plan = plan_of(build.desired(entry), Library(LIVE))

    assert told(plan, entry, "title", LastWrite(run="r", at="t", value=value, sure=False)) == {"title": origin}


def test_plan_of_this_branch_alone_is_not_held() -> None:
    """And says what it stood beside."""
    plan = planned([build.video("v1", title="New")], [])

    assert refuse_foreign(plan) == plan
    assert plan.base == "main (0a1b)"
    assert origin_of(plan.changes[0]) == "branch"


def test_plan_with_a_foreign_change_is_held_by_its_addresses() -> None:
    """The guard stands in the plan, so that apply refuses it too."""
    entry = build.video("v1", title="New")

    (guard,) = refuse_foreign(planned([entry], [entry])).guards

    assert (guard.guard, guard.number, guard.setting) == ("foreign", "1", "--fail-on-foreign")
    assert guard.addresses == ("video/v1",)
    assert "main (0a1b)" in guard.message


def test_many_foreign_changes_are_counted() -> None:
    """In one sentence."""
    plan = planned([build.video("v1", title="New"), build.category("New")], [build.video("v1", title="New")])
    both: Any = dataclasses.replace(plan, changes=tuple(_older(one) for one in plan.changes))

    (guard,) = refuse_foreign(both).guards

    assert guard.number == "2"
    assert "changes of 2 assets or categories" in guard.message


def _older(change: Change) -> Change:
    return dataclasses.replace(change, origins=dict.fromkeys(change.origins, "earlier"))
