"""Drift: what differs, at which tier, and where it came from."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pytest

from tests.unit.render.plans import OTHER, VIDEO, a_change, a_plan
from vodplan.core.address import Address
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.diagnostics import SourceRef
from vodplan.core.drift import Drift, DriftItem, History, LastWrite, OriginKind, drifted, find_drift
from vodplan.core.driftfile import drift_bytes, drift_document
from vodplan.core.live import Category
from vodplan.core.plan import Missing, NotConverging, Plan, Reading
from vodplan.core.policy import Protection
from vodplan.core.tiers import DriftRules, Tier, TierRule
from vodplan.core.values import Json

NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
TREE = CategoryTree(
    (Category(id=1, name="News", parent=None, level=0), Category(id=2, name="Sports", parent=1, level=1))
)
FACTS: Mapping[str, Json] = {
    "title": "Opening match",
    "tags": ["ugc", "sports"],
    "category": {"id": 2},
    "status": "Normal",
    "created": "2026-11-01T00:00:00Z",
}
HERE = f"video/{VIDEO}"


def find(
    *changes: Change,
    tiers: Sequence[TierRule] = (),
    default: Tier = Tier.FAIL,
    history: History | None = None,
    plan: Plan | None = None,
) -> Drift:
    """The drift of a plan."""
    return find_drift(
        plan or a_plan(*changes),
        DriftRules(default=default, tiers=tuple(tiers)),
        history=history or History(),
        tree=TREE,
        now=NOW,
    )


def said(items: Sequence[DriftItem]) -> list[tuple[str, Json, Json]]:
    """Field, wanted and live value of each."""
    return [(one.field, one.wanted, one.live) for one in items]


def tiers_of(found: Drift) -> dict[str, tuple[str, int | None]]:
    """Field → its tier and the rule that gave it."""
    return {one.field: (one.tier.value, one.rule) for one in found.items}


def test_drift_of_every_action_names_the_field_with_both_values() -> None:
    """What a plan would do is what differs: wanted from the manifest, live from the service."""
    found = find(
        a_change(before={"title": "live", "tags": ["a"]}, after={"title": "wanted", "tags": ["b"]}, facts=FACTS),
        a_change(Action.DELETE, before={"title": "x"}, address=f"video/{OTHER}"),
        a_change(Action.DELETE_SOURCE, before={"source": "present"}, address=f"video/{OTHER}"),
        a_change(Action.DELETE_STREAMS, params={"jobs": ["j1"]}, before={"streams": []}, address=f"video/{OTHER}"),
        a_change(Action.CREATE, before=None, after={"path": "A"}, address="category/A"),
        a_change(Action.RENAME, before={"path": "Old"}, after={"path": "B"}, address="category/B"),
    )

    assert said(found.items) == [
        ("state", "present", "missing"),
        ("path", "B", "Old"),
        ("title", "wanted", "live"),
        ("tags", ["b"], ["a"]),
        ("state", "absent", "present"),
        ("source", "absent", "present"),
        ("streams", [], ["j1"]),
    ]
    assert [one.title for one in found.items if str(one.address) == HERE] == ["Opening match"] * 2
    assert found.fails


def test_drift_of_what_is_gone_is_its_state() -> None:
    """An asset that is managed and missing differs as much as one with another title."""
    plan = a_plan(missing=[Missing(address=Address.parse(HERE), source=SourceRef("a.yaml", 3))])

    found = find(plan=plan)

    assert said(found.items) == [("state", "present", "missing")]
    assert drifted(plan) == {HERE: None}


def test_drift_leaves_out_what_the_service_cannot_tell() -> None:
    """A removal that may long be done would be drift for ever; it is counted."""
    found = find(a_change(Action.DELETE, before={}, certain=False))

    assert (found.items, found.uncertain, found.fails) == ((), 1, False)


def test_drift_leaves_out_the_old_cover_that_a_change_would_delete() -> None:
    """No entry names the image, so it is not managed; an entry of its own makes it so."""
    params: Mapping[str, Json] = {"waits_for": [HERE]}

    assert find(a_change(Action.DELETE, before={}, params={**params, "old_cover": [HERE]})).items == ()
    assert said(find(a_change(Action.DELETE, before={}, params=params)).items) == [("state", "absent", "present")]


def test_drift_of_a_field_that_did_not_take_is_kept_by_the_service() -> None:
    """It is not sent again, and still not as wanted; the tiers see the facts of its asset."""
    kept = NotConverging(
        address=Address.parse(HERE), field="description", wanted="a", live="b", source=SourceRef("a.yaml", 3)
    )
    plan = dataclasses.replace(a_plan(a_change(facts=FACTS)), unconverged=(kept,))

    found = find(plan=plan, tiers=[TierRule(tier=Tier.IGNORE, where=Protection(any_tags=frozenset({"ugc"})))])

    assert [(one.field, one.origin.kind, one.tier, one.id) for one in found.items] == [
        ("title", OriginKind.UNKNOWN, Tier.IGNORE, VIDEO),
        ("description", OriginKind.KEPT, Tier.IGNORE, VIDEO),
    ]


def test_tier_first_rule_that_fits_decides() -> None:
    """Order is the team's; the default takes the rest."""
    change = a_change(before={"title": "a", "description": "b"}, after={"title": "c", "description": "d"})
    rules = [
        TierRule(tier=Tier.IGNORE, fields=frozenset({"description"})),
        TierRule(tier=Tier.FAIL, fields=frozenset({"description"})),
        TierRule(tier=Tier.FAIL, kinds=frozenset({"image"})),
    ]

    found = find(change, tiers=rules, default=Tier.REPORT)

    assert tiers_of(found) == {"title": ("report", None), "description": ("ignore", 0)}
    assert not found.fails


@pytest.mark.parametrize(
    ("where", "fits"),
    [
        (Protection(any_tags=frozenset({"ugc"})), True),
        (Protection(any_tags=frozenset({"keep"})), False),
        (Protection(category="News"), True),
        (Protection(category="Film"), False),
        (Protection(ids=frozenset({VIDEO})), True),
        (Protection(ids=frozenset({HERE})), True),
        (Protection(statuses=frozenset({"Normal"})), True),
        (Protection(statuses=frozenset({"Blocked"})), False),
        (Protection(created_after=datetime.date(2026, 10, 1)), True),
        (Protection(created_before=datetime.date(2026, 10, 1)), False),
        (Protection(younger_than=datetime.timedelta(days=30)), True),
    ],
)
def test_tier_where_is_held_against_the_live_asset(where: Protection, fits: bool) -> None:
    """The language of policy.protect, by the values of now."""
    found = find(a_change(facts=FACTS), tiers=[TierRule(tier=Tier.IGNORE, where=where)])

    assert tiers_of(found) == {"title": ("ignore", 0) if fits else ("fail", None)}


@pytest.mark.parametrize(
    "where",
    [
        Protection(statuses=frozenset({"Normal"})),
        Protection(created_after=datetime.date(2026, 10, 1)),
        Protection(created_before=datetime.date(2026, 12, 1)),
        Protection(younger_than=datetime.timedelta(days=30)),
        Protection(any_tags=frozenset({"ugc"})),
        Protection(category="News"),
    ],
)
def test_tier_where_does_not_fit_what_is_not_known(where: Protection) -> None:
    """A protection keeps what nobody knows; a tier that hid it would hide a loss."""
    gone = a_plan(missing=[Missing(address=Address.parse(HERE), source=SourceRef("a.yaml", 3))])

    assert find(plan=gone, tiers=[TierRule(tier=Tier.IGNORE, where=where)]).fails


def test_tier_by_category_fits_a_category_by_its_path() -> None:
    """A category that is to be made has a place, too."""
    made = a_change(Action.CREATE, before=None, after={"path": "News/New"}, address="category/News/New")

    found = find(made, tiers=[TierRule(tier=Tier.REPORT, where=Protection(category="News"))])

    assert tiers_of(found) == {"state": ("report", 0)}
    assert DriftRules(tiers=(TierRule(tier=Tier.REPORT, where=Protection(category="News")),)).by_category
    assert not DriftRules(tiers=(TierRule(tier=Tier.REPORT),)).by_category


@pytest.mark.parametrize(
    ("left", "live", "kind"),
    [
        ("wanted", "live", OriginKind.EDITED),
        ("older", "live", OriginKind.EDITED),
        ("live", "live", OriginKind.PENDING),
        ("live", "live\n", OriginKind.PENDING),
        (["b", "a"], ["a", "b"], OriginKind.PENDING),
        ({"id": 1}, {"id": 2}, OriginKind.EDITED),
    ],
)
def test_origin_is_told_by_what_the_last_run_left(left: Json, live: Json, kind: OriginKind) -> None:
    """Still as the run left it: the manifest is ahead. Anything else: somebody else was there."""
    write = LastWrite(run="r1", at="2026-11-20T00:00:00Z", value=left)
    history = History(known=True, writes={HERE: {"title": write}})

    (item,) = find(a_change(before={"title": live}, after={"title": "wanted"}), history=history).items

    assert (item.origin.kind, item.origin.run, item.origin.at, item.origin.left) == (kind, "r1", write.at, left)


@pytest.mark.parametrize(
    ("last", "live", "kind"),
    [
        (LastWrite(run="r", at="t", value="older", sure=False), "live", OriginKind.UNKNOWN),
        (LastWrite(run="r", at="t", value="live", sure=False), "live", OriginKind.PENDING),
    ],
)
def test_origin_is_not_said_to_be_an_edit_where_the_last_write_is_not_sure(
    last: LastWrite, live: Json, kind: OriginKind
) -> None:
    """A call without an answer may have been carried out: then what is live is not what anybody edited."""
    history = History(known=True, writes={HERE: {"title": last}})

    (item,) = find(a_change(before={"title": live}, after={"title": "wanted"}), history=history).items

    assert (item.origin.kind, item.origin.run, item.origin.left) == (kind, "r", last.value)


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (LastWrite(run="r", at="t", value="Former name", ids=2), OriginKind.PENDING),
        (LastWrite(run="r", at="t", value="News/Sports", ids=1), OriginKind.EDITED),
        (LastWrite(run="r", at="t", value="News/Sports", ids=1, sure=False), OriginKind.UNKNOWN),
        (LastWrite(run="r", at="t", value="News/Sports"), OriginKind.PENDING),
        (LastWrite(run="r", at="t", value="Former name"), OriginKind.UNKNOWN),
    ],
)
def test_origin_of_a_category_is_told_by_its_id(last: LastWrite, kind: OriginKind) -> None:
    """A category that was renamed has another path and is the same; whoever renamed it edited no video."""
    change = a_change(before={"category": "News/Sports"}, after={"category": "Film"}, params={"category_before": 2})

    (item,) = find(change, history=History(known=True, writes={HERE: {"category": last}})).items

    assert item.origin.kind is kind


def test_origin_of_several_categories_is_told_by_their_ids() -> None:
    """Attached media stand in several."""
    params: Mapping[str, Json] = {"categories_before": [2, 1]}
    change = a_change(before={"categories": ["B", "A"]}, after={"categories": []}, params=params)
    last = LastWrite(run="r", at="t", value=["Former", "A"], ids=[1, 2])

    (item,) = find(change, history=History(known=True, writes={HERE: {"categories": last}})).items

    assert item.origin.kind is OriginKind.PENDING


def test_origin_without_a_write_is_pending_and_without_any_run_unknown() -> None:
    """Never applied is something else than not known."""
    (pending,) = find(a_change(), history=History(known=True)).items
    (unknown,) = find(a_change(), history=History()).items

    assert pending.origin.kind is OriginKind.PENDING
    assert unknown.origin.kind is OriginKind.UNKNOWN
    assert pending.origin.run is None


def test_document_has_items_of_every_tier_and_counts_that_add_up() -> None:
    """A tier hides nothing from a program."""
    change = a_change(before={"title": "a", "description": "\ud800"}, after={"title": "c", "description": "d"})
    ignore = TierRule(tier=Tier.IGNORE, fields=frozenset({"title"}))
    reading = Reading(why="w", assets=1, by_id=1, snapshot="2026-11-20T00:00:00Z")
    plan = dataclasses.replace(a_plan(change), reading=reading)

    document = drift_document(find(plan=plan, tiers=[ignore]))

    assert document["summary"] == {
        "fail": 1, "report": 0, "ignore": 1, "assets": 1, "unchanged": 12, "scheduled": 0, "uncertain": 0
    }  # fmt: skip
    assert document["snapshot"] == "2026-11-20T00:00:00Z"
    assert json.loads(drift_bytes(find(plan=plan, tiers=[ignore])))["items"][0]["tier"] == "ignore"


def test_records_are_frozen() -> None:
    """They are handed to others."""
    assert History().writes == MappingProxyType({})
    with pytest.raises(dataclasses.FrozenInstanceError):
        find().items = ()  # type: ignore[misc]
