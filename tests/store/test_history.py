"""What the store tells of past runs."""

from __future__ import annotations

import json

import pytest

from tests.store.build import (
    HOLDER,
    OTHER,
    TARGET,
    FixedClock,
    a_call,
    a_delete,
    a_plan,
    a_report,
    an_outcome,
    an_update,
)
from tests.store.conftest import Open
from vodplan.core.errors import UsageError
from vodplan.core.history import ChangeState, NotTaken, RunStatus, wanted_fingerprint
from vodplan.core.plan import Plan, Target
from vodplan.core.planfile import document
from vodplan.core.report import Unconverged, Verdict
from vodplan.store.store import Store

STAGING = Target(name="staging", region="cn-shanghai", endpoint="vod.cn-shanghai.aliyuncs.com")


def ended(store: Store, plan: Plan, *verdicts: Verdict, target: Target = TARGET) -> str:
    """A run of a plan that came to its end with these verdicts; returns its id."""
    journal = store.journal(target, holder=HOLDER, allow_deletes=None)
    journal.begin(plan)
    outcomes = [an_outcome(plan, place, verdict) for place, verdict in enumerate(verdicts)]
    if plan.changes:
        call = a_call(plan, *range(len(plan.changes)))
        journal.intent(call, plan.changes)
        journal.outcome(call, outcomes)
    journal.end(a_report(plan, journal.run_id, *outcomes))
    return journal.run_id


def test_runs_come_newest_first_even_when_the_clock_went_back(opened: Open) -> None:
    """The order is the order in which they began, whatever the time was said to be."""
    ids = [
        ended(opened(clock=FixedClock(start)), a_plan(an_update("a1")), Verdict.DONE)
        for start in ("2026-11-21T09:00:00+00:00", "2020-01-01T00:00:00+00:00", "2026-11-21T09:00:00+02:00")
    ]

    assert [one.id for one in opened().runs()] == list(reversed(ids))
    assert [one.id for one in opened().runs(limit=2)] == [ids[2], ids[1]]


def test_run_statuses_tell_running_from_killed(store: Store) -> None:
    """Complete, incomplete, running under its lease, and left without an end."""
    ids = {
        RunStatus.COMPLETE: ended(store, a_plan(an_update("a1"), an_update("a2")), Verdict.DONE, Verdict.ALREADY),
        RunStatus.INCOMPLETE: ended(store, a_plan(an_update("a1")), Verdict.REFUSED),
    }
    for status in (RunStatus.UNFINISHED, RunStatus.RUNNING):
        journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
        journal.begin(a_plan(an_update("a1")))
        ids[status] = journal.run_id

    with store.acquire(TARGET, HOLDER, run=ids[RunStatus.RUNNING]):
        found = {one.status: one.id for one in store.runs()}

    assert found == ids
    assert store.run(ids[RunStatus.RUNNING]).record.status is RunStatus.UNFINISHED


def test_counts_add_up_at_every_stage(store: Store) -> None:
    """The seven states of a run's changes add up to its plan, before and after its end."""
    plan = a_plan(*(an_update(f"a{number}") for number in range(4)))
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
    journal.begin(plan)
    journal.intent(a_call(plan, 0, 1), plan.changes[:2])
    journal.outcome(a_call(plan, 0), [an_outcome(plan, 0)])

    (record,) = store.runs()

    assert {state: count for state, count in record.counts.items() if count} == {
        ChangeState.DONE: 1,
        ChangeState.INTENT: 1,
        ChangeState.PLANNED: 2,
    }
    assert set(record.counts) == set(ChangeState)


def test_runs_of_one_target_leave_the_others_out(store: Store) -> None:
    """A team's store holds many targets; each is listed by its name."""
    plan = a_plan(an_update("a1"), target=STAGING)
    there = ended(store, plan, Verdict.DONE, target=STAGING)
    ended(store, a_plan(an_update("a1")), Verdict.DONE)

    (record,) = store.runs(target="staging")

    assert (record.id, record.target) == (there, STAGING)
    assert store.runs(target="nowhere") == ()


def test_what_happened_to_an_asset_is_found_by_its_id_and_by_its_entry(store: Store) -> None:
    """A video is found in every run that touched it, by whichever name the manifest gave it, with before and after."""
    by_id = ended(store, a_plan(an_update("a1", before="One", after="Two"), an_update("zz")), *[Verdict.DONE] * 2)
    by_reference = ended(store, a_plan(an_update("ref:cms-1", before="Two", after="Three", id="a1")), Verdict.DONE)
    deleted = ended(store, a_plan(a_delete("a1")), Verdict.REFUSED)
    ended(store, a_plan(an_update("a11"), an_update("ref:a1", id="b7")), *[Verdict.DONE] * 2)

    found = store.runs(address="video/a1")

    assert [one.id for one in found] == [deleted, by_reference, by_id]
    assert [[touched.change.after for touched in one.touched] for one in found] == [
        [None],
        [{"title": "Three"}],
        [{"title": "Two"}],
    ]
    assert [one.touched[0].state for one in found] == [ChangeState.REFUSED, ChangeState.DONE, ChangeState.DONE]
    assert found[0].touched[0].change == a_delete("a1")
    assert [one.id for one in store.runs(address="video/ref:cms-1")] == [by_reference]
    assert store.runs(address="image/a1") == ()


def test_address_that_is_none_is_a_usage_error(store: Store) -> None:
    """A bare id is told what an address looks like."""
    with pytest.raises(UsageError, match="KIND/KEY"):
        store.runs(address="a1")


def test_run_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    """Nobody types a whole id; a beginning that fits several is refused with their names."""
    plan = a_plan(an_update("a1"))
    ids = [ended(store, plan, Verdict.DONE) for _ in range(7)]

    assert store.run(ids[3][:18].upper()).record.id == ids[3]
    assert store.run(f"  {ids[3]} ").record.id == ids[3]
    with pytest.raises(UsageError, match="More than one run") as refusal:
        store.run("2026")
    assert ids[6] in refusal.value.message
    assert refusal.value.message.count("2026112") == 5
    assert refusal.value.next == f"vodplan history {ids[6]}"


@pytest.mark.parametrize(
    "wrong", ["", " ", "nosuch", "%", "_", "2026%", "\0", "\ud800", "'; DROP TABLE vodplan_runs; --"]
)
def test_run_that_is_not_there_is_a_usage_error(store: Store, wrong: str) -> None:
    """Nothing that is typed for an id means another run, or breaks anything."""
    run = ended(store, a_plan(an_update("a1")), Verdict.DONE)

    for look in (store.run, store.export, lambda text: store.resume(text, holder=OTHER)):
        with pytest.raises(UsageError, match="no run") as refusal:
            look(wrong)
        assert refusal.value.next == "vodplan history"
    assert [one.id for one in store.runs()] == [run]


def test_export_has_a_line_for_the_run_each_change_and_each_journal_line(store: Store) -> None:
    """The export is JSON lines, one document each, with the plan in parts that make it up again."""
    plan = a_plan(an_update("a1"), a_delete("b1"))
    run = ended(store, plan, Verdict.DONE, Verdict.UNKNOWN)

    lines = [json.loads(line) for line in b"".join(store.export(run[:20])).splitlines()]

    assert [line["record"] for line in lines] == ["run", "change", "change", "event", "event", "event", "event"]
    head, first, second = lines[:3]
    assert (head["format_version"], head["id"], head["status"]) == ("1", run, "incomplete")
    assert {**head["plan"], "changes": [first["change"], second["change"]]} == document(plan)
    assert [(one["state"], one["request_id"]) for one in (first, second)] == [
        ("done", "11111111-2222-3333-4444-555555555555"),
        ("unknown", "11111111-2222-3333-4444-555555555555"),
    ]
    assert [line["event"] for line in lines[3:]] == ["begin", "intent", "outcome", "end"]
    assert [line["number"] for line in lines[3:]] == [1, 2, 3, 4]


def test_export_of_a_long_run_is_whole(store: Store) -> None:
    """Longer than a page of rows: every change is there once, in order."""
    plan = a_plan(*(an_update(f"a{number:04}") for number in range(1201)))
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
    journal.begin(plan)

    lines = [json.loads(line) for line in store.export(journal.run_id)]

    assert [line["place"] for line in lines if line["record"] == "change"] == list(range(1201))


def test_fields_that_did_not_take_are_remembered_until_they_do(store: Store, opened: Open) -> None:
    """The next plan can tell that it asks for the same again; a field that took, or is wanted otherwise, is forgotten."""
    plan = a_plan(an_update("a1", after="Wanted"), an_update("a2"))
    left = [Unconverged(address=one.address, field="title", wanted='"Wanted"', live='"wanted"') for one in plan.changes]
    outcomes = [an_outcome(plan, 0), an_outcome(plan, 1)]
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
    journal.begin(plan)
    journal.end(a_report(plan, journal.run_id, *outcomes, unconverged=left))
    other = opened()

    wanted = wanted_fingerprint(plan.changes[0], "title")
    assert wanted is not None
    assert wanted != wanted_fingerprint(an_update("a1", after="Otherwise"), "title")
    assert wanted_fingerprint(plan.changes[0], "tags") is None
    assert wanted_fingerprint(a_delete("a1"), "title") is None
    assert set(other.unconverged(TARGET)) == {"video/a1", "video/a2"}
    assert other.unconverged(TARGET)["video/a1"] == {"title": NotTaken(wanted, '"wanted"')}
    assert other.unconverged(STAGING) == {}

    # Not read back: nothing is known. Refused: nothing was tried. Then one of them takes.
    store.remember_unconverged(TARGET, plan, a_report(plan, "r", *outcomes, unconverged=None))
    refused = [an_outcome(plan, place, Verdict.REFUSED) for place in range(2)]
    store.remember_unconverged(TARGET, plan, a_report(plan, "r", *refused))
    assert set(other.unconverged(TARGET)) == {"video/a1", "video/a2"}
    store.remember_unconverged(TARGET, plan, a_report(plan, "r", *outcomes, unconverged=left[:1]))
    assert set(other.unconverged(TARGET)) == {"video/a1"}
    store.remember_unconverged(TARGET, plan, a_report(plan, "r", *outcomes))
    assert other.unconverged(TARGET) == {}


def test_removing_old_runs_by_hand_takes_their_changes_and_journals_along(store: Store) -> None:
    """The statement that docs/store.md gives for keeping a store small leaves nothing behind and other runs alone."""
    old = ended(store, a_plan(an_update("a1")), Verdict.DONE)
    new = ended(store, a_plan(an_update("a1")), Verdict.DONE)

    with store._database.writing() as connection:
        connection.exec_driver_sql(f"DELETE FROM vodplan_runs WHERE id = '{old}'")

    assert [one.id for one in store.runs(address="video/a1")] == [new]
    with store._database.reading() as connection:
        for table, rows in (("vodplan_changes", 1), ("vodplan_events", 4)):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == rows
