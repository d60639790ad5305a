"""A plan as its one canonical document, and what a sealed plan counts."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json

import pytest

from tests import build
from tests.fakes import Library, plan_of
from vodplan.core.address import Address
from vodplan.core.change import Action
from vodplan.core.desired import StreamRemoval
from vodplan.core.diagnostics import SourceRef
from vodplan.core.plan import FORMAT_VERSION, NotConverging, Plan, Reading, Road, RuleUse
from vodplan.core.planfile import digest, document, from_document, plan_bytes, seal
from vodplan.core.policy import Bound, Policy

LATER = datetime.date(2026, 12, 31)


def full_plan() -> Plan:
    """A plan with something in every member."""
    library = Library(
        build.live_video("v1", title="Old", category=1, facts={"size": 700}),
        build.live_video("v2", title="Same"),
        build.live_video("v3"),
        categories=build.categories({"News": {}, "Film": {}}),
        parts={"v2": build.parts(build.stream("j1", size=50), build.stream("j2"), size=9000)},
    )
    wanted = build.desired(
        build.category("Art"),
        build.category("Papers", renamed_from="News"),
        build.video("v1", title="New", category="Art", line=3, reason="Typo", rule="r"),
        build.video("v2", title="Same", source_absent=True, streams=StreamRemoval(jobs=("j1",))),
        build.video("v3", absent=True, after=LATER, reason="Licence"),
        build.video("v4", title="x"),
        build.video("v5", absent=True),
    )
    return plan_of(wanted, library, policy=Policy(max_deletes=Bound(count=1)))


def test_plan_with_a_field_that_does_not_converge_round_trips() -> None:
    """What an earlier run could not set is in the file as it is in the plan."""
    kept = NotConverging(
        address=Address("video", "v1"), field="tags", wanted=["a"], live=[], source=SourceRef("manifests/a.yaml", 3)
    )
    plan = seal(dataclasses.replace(full_plan(), unconverged=(kept,)))

    assert from_document(json.loads(plan_bytes(plan))).unconverged == (kept,)
    assert plan.digest != full_plan().digest


def test_plan_of_a_rule_round_trips() -> None:
    """What the rule looked for, how many it found and may find, and where it stands."""
    rule = RuleUse(name="tidy", query="videos of News", matches=3, limit=5, source=SourceRef("manifests/a.yaml", 9))
    plan = seal(dataclasses.replace(full_plan(), rules=(rule,)))

    assert from_document(json.loads(plan_bytes(plan))).rules == (rule,)
    assert plan.digest != full_plan().digest


def test_plan_of_a_version_that_did_not_say_how_it_read_is_the_same_document() -> None:
    """Its digest has to fit, so the member is not added either."""
    plan = seal(dataclasses.replace(full_plan(), reading=None))

    assert "reading" not in document(plan)
    assert from_document(json.loads(plan_bytes(plan))) == plan


def test_plan_tells_how_its_values_came_in() -> None:
    """The road, the reason and the counts are in the file as they are in the plan."""
    reading = Reading(
        road=Road.SEARCH, why="w", assets=9, by_search=7, by_id=2, snapshot="2026-06-15T08:00:00Z", since="main"
    )
    plan = seal(dataclasses.replace(full_plan(), reading=reading))

    assert from_document(json.loads(plan_bytes(plan))).reading == reading
    assert document(full_plan())["reading"] == {
        "road": "ids",
        "why": "Fewer than 5,000 entries of videos can be compared with the search index.",
        "assets": 4,
        "by_search": 0,
        "by_id": 4,
        "snapshot": None,
        "since": None,
    }


def test_document_has_exactly_the_members_of_format_version_1() -> None:
    """Other programs read this file: docs/plan-file.md names every member."""
    shown = document(full_plan())

    assert list(shown) == [
        "format_version",
        "vodplan_version",
        "created_at",
        "target",
        "manifests_digest",
        "changes",
        "guards",
        "scheduled",
        "missing",
        "unconverged",
        "summary",
        "managed",
        "cost",
        "reading",
        "digest",
    ]
    assert shown["format_version"] == FORMAT_VERSION == "1"
    assert shown["target"] == {"name": "local", "region": "cn-shanghai", "endpoint": "127.0.0.1:8900", "account": None}


def test_document_of_a_full_plan_counts_every_entry_once() -> None:
    """Delete counts everything that removes; gone and absent is unchanged; gone and wanted is missing."""
    plan = full_plan()
    shown = document(plan)

    assert [one.name for one in plan.changes] == [
        "rename category/Papers",
        "create category/Art",
        "update video/v1",
        "delete_streams video/v2",
        "delete_source video/v2",
    ]
    assert shown["summary"] == {
        "create": 1,
        "rename": 1,
        "update": 1,
        "delete": 2,
        "unchanged": 1,
        "missing": 1,
        "scheduled": 1,
    }
    assert shown["managed"] == {"category": 2, "video": 5}
    assert shown["scheduled"] == [
        {
            "address": "video/v3",
            "action": "delete",
            "after": "2026-12-31",
            "source": {"file": build.FILE, "line": 1},
            "reason": "Licence",
        }
    ]
    assert shown["missing"] == [{"address": "video/v4", "source": {"file": build.FILE, "line": 1}}]
    guards = shown["guards"]
    assert isinstance(guards, list)
    assert [one["guard"] for one in guards] == ["max_deletes"]
    assert plan.cost.bytes_freed == 9050
    assert not plan.empty


def test_document_of_a_change_has_all_that_apply_and_a_reviewer_need() -> None:
    """Every member is there, null where there is nothing to say."""
    changes = json.loads(plan_bytes(full_plan()))["changes"]

    assert changes[2] == {
        "address": "video/v1",
        "kind": "video",
        "id": "v1",
        "action": "update",
        "before": {"category": "News", "title": "Old"},
        "after": {"category": "Art", "title": "New"},
        "fingerprint": hashlib.sha256(b'{"category":1,"title":"Old"}').hexdigest(),
        "params": {"category_before": 1},
        "facts": {"category": "News", "cover": "", "description": "", "size": 700, "tags": [], "title": "Old"},
        "source": {"file": build.FILE, "line": 3},
        "rule": "r",
        "reason": "Typo",
        "certain": True,
        "bytes_freed": None,
    }


def test_document_read_back_is_the_same_document() -> None:
    """Nothing is lost and nothing added, guards, schedule and missing entries included."""
    plan = full_plan()

    assert document(from_document(document(plan))) == document(plan)
    assert plan_bytes(from_document(json.loads(plan_bytes(plan)))) == plan_bytes(plan)


def test_digest_is_the_sha256_of_the_document_without_time_and_digest() -> None:
    """Anybody can compute it again, in any language."""
    plan = full_plan()
    plain = json.loads(plan_bytes(plan))
    del plain["created_at"], plain["digest"]
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert plan.digest == hashlib.sha256(text.encode()).hexdigest()


def test_digest_of_two_plans_that_differ_in_their_time_only_is_one() -> None:
    """Planning again in CI gives the digest that was reviewed."""
    plan = full_plan()
    later = dataclasses.replace(plan, created_at="2031-01-01T00:00:00Z")

    assert digest(document(later)) == plan.digest
    assert plan_bytes(later) != plan_bytes(plan)


def test_seal_sets_the_digest_of_what_the_plan_says() -> None:
    """A plan that was changed has another one."""
    plan = full_plan()
    cut = seal(dataclasses.replace(plan, changes=plan.changes[:1]))

    assert digest(document(cut)) == cut.digest != plan.digest


def test_plan_without_changes_is_empty() -> None:
    """Scheduled and missing entries are nothing to do."""
    wanted = build.desired(build.video("v9", title="x"), build.video("v3", absent=True, after=LATER))

    assert plan_of(wanted, Library(build.live_video("v3"))).empty


@pytest.mark.parametrize(
    ("action", "removes"),
    [
        (Action.CREATE, False),
        (Action.RENAME, False),
        (Action.UPDATE, False),
        (Action.DELETE, True),
        (Action.DELETE_SOURCE, True),
        (Action.DELETE_STREAMS, True),
    ],
)
def test_action_removes_what_cannot_be_undone(action: Action, removes: bool) -> None:
    """These are what --allow-deletes counts."""
    assert action.removes is removes
