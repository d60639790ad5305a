"""Guards on a live library: shown by plan, kept by apply; and what did not take is not planned for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.helpers import HEAD, Ended, Project, no_bug, project, writes
from vodplan import api
from vodplan.core.report import ApplyReport, Outcome, Unconverged, Verdict
from vodplan.emulator import RunningEmulator
from vodplan.store.holder import this_holder

pytestmark = pytest.mark.e2e

MATCH = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
MASTER = "22f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
POSTER = "aaf1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """A project on the demo library."""
    return project(tmp_path, demo_emulator)


def policy(library: Project, rules: str) -> None:
    """Give the project these rules."""
    library.write(f"{HEAD}policy:\n  {rules}\n", "vodplan.yaml")


def held(ended: Ended) -> list[tuple[str, str]]:
    """The guards that hold a plan, by name and setting; nothing is held with another exit code than 4."""
    no_bug(ended)
    guards = [(one["guard"], one["setting"]) for one in ended.document["guards"]]
    assert ended.code == (4 if guards else 0)
    return guards


@pytest.mark.parametrize(
    ("rules", "guard", "setting"),
    [
        ("max_deletes: {video: 0, image: 5}", "max_deletes", "policy.max_deletes.video"),
        ("max_delete_bytes: 1MB", "max_delete_bytes", "policy.max_delete_bytes"),
        ("protect: [{younger_than: 50000d}]", "protect", "policy.protect[0]"),
        ("protect: [{created: {before: 2001-01-01}}, {status: [Normal]}]", "protect", "policy.protect[1]"),
        (f"protect: [{{id: video/{MASTER}}}]", "protect", "policy.protect[0]"),
        ("protect: [{category: News/Weather}]", "protect", "policy.protect[0]"),
        ("protect: [{tags: {all: [archive]}}]", "protect", "policy.protect[0]"),
    ],
)
def test_policy_holds_a_removal_in_plan_and_in_apply(
    rules: str, guard: str, setting: str, library: Project, demo_emulator: RunningEmulator
) -> None:
    """The plan shows what holds; apply ends with 4 whatever it is allowed, and nothing is sent."""
    policy(library, rules)
    library.manifest(f"videos:\n  - {{id: {MASTER}, state: absent}}\n")

    planned = library.call("plan", "--format", "json")
    applied = library.call("apply", "--auto-approve", "--allow-deletes", "1")

    assert held(planned) == [(guard, setting)]
    assert applied.code == 4
    assert setting in applied.err
    assert writes(demo_emulator) == []


def test_saved_plan_is_held_by_the_policy_of_the_day_it_is_applied(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """A rule that was written after the plan was approved holds it all the same."""
    library.manifest(f"videos:\n  - {{id: {MASTER}, state: absent}}\n")
    assert library.call("plan", "--out", "plan.json").code == 0
    policy(library, "protect: [{tags: {any: [archive]}}]")

    ended = library.call("apply", "plan.json", "--auto-approve", "--allow-deletes", "1")

    assert ended.code == 4
    assert "policy.protect[0]" in ended.err
    assert writes(demo_emulator) == []


def test_snapshots_of_a_protected_video_are_held(library: Project) -> None:
    """Their category is that of their video."""
    policy(library, "protect: [{category: News}]")
    library.manifest(f"images:\n  - {{video: {MATCH}, types: [SpriteSnapshot], state: absent}}\n")

    assert held(library.call("plan", "--format", "json")) == [("protect", "policy.protect[0]")]


def test_last_streams_and_the_source_are_held_whatever_force_says(library: Project) -> None:
    """Without a policy, too: no setting allows a video that nobody can play."""
    library.manifest(
        f"videos:\n  - {{id: {MASTER}, source: absent, force: true, streams: {{keep: {{definitions: [OD]}}}}}}\n"
    )

    assert held(library.call("plan", "--format", "json")) == [("nothing_playable", "videos[].source")]


def test_picture_that_becomes_a_cover_is_not_deleted_by_the_same_plan(library: Project) -> None:
    """Two entries, each right by itself."""
    library.manifest(f"images:\n  - {{id: {POSTER}, state: absent}}\n")
    alone = library.call("plan", "--format", "json")
    (url,) = [one["facts"]["url"] for one in alone.document["changes"]]
    library.manifest(f"videos:\n  - {{id: {MATCH}, cover: '{url}'}}\nimages:\n  - {{id: {POSTER}, state: absent}}\n")

    assert held(alone) == []
    assert held(library.call("plan", "--format", "json")) == [("cover_in_use", "videos[].cover")]


def test_manifests_that_lost_most_entries_are_held_when_the_policy_says_so(library: Project) -> None:
    """Counted from the last run that was applied; some manifests named by themselves have lost none."""
    policy(library, "max_managed_drop: 1")
    library.manifest(f"videos:\n  - {{id: {MATCH}, title: New}}\n  - {{id: {MASTER}, title: Newer}}\n")
    library.manifest(f"images:\n  - {{id: {POSTER}, title: Poster 1}}\n", "manifests/b.yaml")
    assert library.call("apply", "--auto-approve").code == 0
    library.manifest(f"images:\n  - {{id: {POSTER}, title: Poster 2}}\n", "manifests/b.yaml")
    (library.folder / "manifests" / "a.yaml").unlink()

    assert held(library.call("plan", "--format", "json")) == [("managed_dropped", "policy.max_managed_drop")]
    assert held(library.call("plan", "--format", "json", "manifests/b.yaml")) == []


def test_plan_makes_no_store(library: Project) -> None:
    """Looking leaves no file behind."""
    policy(library, "max_managed_drop: 1")
    library.manifest(f"videos:\n  - {{id: {MATCH}, title: New}}\n")

    assert library.call("plan").code == 0
    assert not (library.folder / ".vodplan").exists()


def test_plan_goes_on_without_a_store_that_cannot_be_read_unless_a_guard_counts_on_it(library: Project) -> None:
    """A pull request is reviewed where the team's database is out of reach; a guard that sees nothing holds nothing."""
    library.manifest(f"videos:\n  - {{id: {MATCH}, title: New}}\n")
    library.write("no database", "broken.db")

    warned = library.call("plan", VODPLAN_STORE="sqlite:///broken.db")
    policy(library, "max_managed_drop: 1")
    ended = library.call("plan", VODPLAN_STORE="sqlite:///broken.db")

    assert warned.code == 0
    assert "no SQLite database" in warned.err
    assert "may be planned again" in warned.err
    assert ended.code == 1
    assert "no SQLite database" in ended.err


def did_not_take(library: Project, live: str) -> None:
    """Put a run into the project's store whose one field read back as `live`."""
    workspace = api.load(cwd=library.folder, environ=library.environ)
    plan = api.plan(workspace)
    (change,) = plan.changes
    with api.open_store(cwd=library.folder, environ=library.environ) as store:
        journal = store.journal(plan.target, holder=this_holder({}), allow_deletes=None)
        with store.acquire(plan.target, this_holder({}), run=journal.run_id):
            journal.begin(plan)
            left = Unconverged(address=change.address, field="title", wanted='"x"', live=live)
            done = Outcome(change=0, address=change.address, action=change.action, verdict=Verdict.DONE)
            journal.end(ApplyReport(run=journal.run_id, plan_digest=plan.digest, outcomes=(done,), unconverged=(left,)))


def test_field_that_did_not_take_is_told_and_not_planned_for_ever(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """The second plan is empty and names the field; another wish, or another live value, is planned again."""
    library.manifest(f"videos:\n  - {{id: {MATCH}, title: Opening match (final)}}\n")
    first = library.call("plan", "--format", "json").document
    live = first["changes"][0]["before"]["title"]
    did_not_take(library, f'"{live}"')

    again = library.call("plan", "--format", "json", "--detailed-exitcode")
    applied = library.call("apply", "--auto-approve")
    library.manifest(f"videos:\n  - {{id: {MATCH}, title: Opening match (late)}}\n")
    otherwise = library.call("plan", "--format", "json").document
    did_not_take(library, '"something else, which it is not any more"')
    moved = library.call("plan", "--format", "json").document

    assert (again.code, again.document["changes"], again.document["summary"]["update"]) == (0, [], 0)
    assert again.document["unconverged"] == [
        {
            "address": f"video/{MATCH}",
            "field": "title",
            "wanted": "Opening match (final)",
            "live": live,
            "source": {"file": "manifests/a.yaml", "line": 3},
        }
    ]
    assert applied.code == 0
    assert writes(demo_emulator) == []
    for document in (first, otherwise, moved):
        assert (len(document["changes"]), document["unconverged"]) == (1, [])
