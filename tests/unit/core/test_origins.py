"""Whose each change is, beside a base revision."""

from __future__ import annotations

import dataclasses
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
from vodplan.core.values import Json
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
