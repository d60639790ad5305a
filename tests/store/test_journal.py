"""The journal: what apply is about to do and what came of it, readable by another process at once."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
import sqlalchemy

from tests.store.build import (
    HOLDER,
    OTHER,
    TARGET,
    a_call,
    a_delete,
    a_plan,
    a_report,
    an_outcome,
    an_update,
)
from tests.store.conftest import Open
from vodplan.core.errors import BugError, StoreError, UsageError
from vodplan.core.history import ChangeState, EventKind, RunStatus
from vodplan.core.kind import Call, CallItem
from vodplan.core.plan import Plan
from vodplan.core.planfile import plan_bytes
from vodplan.core.report import ApplyReport, Unconverged, Verdict
from vodplan.core.values import UNSET, FieldValue
from vodplan.store.journal import RunJournal
from vodplan.store.store import Store

PLAN = a_plan(an_update("a1"), an_update("a2"), a_delete("b1"))


def begun(store: Store, plan: Plan = PLAN) -> RunJournal:
    """A run of this plan, begun."""
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=1)
    journal.begin(plan)
    return journal


def test_begin_keeps_whole_plan_and_holder(store: Store, opened: Open) -> None:
    """A run's row has the plan to the byte, who began it, when, and what was allowed."""
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=1)

    run = journal.begin(PLAN)

    detail = opened().run(run)
    assert run == journal.run_id
    assert plan_bytes(PLAN) == plan_bytes(detail.plan)
    assert (
        detail.record.target,
        detail.record.holder,
        detail.record.allow_deletes,
        detail.record.changes,
    ) == (TARGET, HOLDER, 1, 3)
    assert RunStatus.UNFINISHED is detail.record.status
    assert re.fullmatch(r"2026-11-21T09:30:\d\d\.000Z", detail.record.started)
    assert [event.kind for event in detail.events] == [EventKind.BEGIN]
    assert {ChangeState.PLANNED} == {one.state for one in detail.changes}


def test_plan_without_changes_begins_and_ends(store: Store) -> None:
    """A plan that only has nothing to do leaves a run, too."""
    plan = a_plan()
    journal = begun(store, plan)

    journal.end(a_report(plan, journal.run_id))

    assert RunStatus.COMPLETE is store.run(journal.run_id).record.status


def test_begin_unsealed_plan_is_a_bug(store: Store) -> None:
    """What is kept must be what was approved: the digest is checked before anything is written."""
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
    unsealed = dataclasses.replace(PLAN, digest="0" * 64)

    with pytest.raises(BugError):
        journal.begin(unsealed)

    assert tuple(store.runs()) == ()


def test_intent_is_there_for_others_when_it_returns(store: Store, opened: Open) -> None:
    """Before a call is sent, another process can read what it is about, with the values before."""
    journal = begun(store)

    journal.intent(a_call(PLAN, 0, 1), PLAN.changes[:2])

    detail = opened().run(journal.run_id)
    line = detail.events[-1]
    items = line.detail["items"]
    assert isinstance(items, list)
    assert (line.kind, line.number, line.detail["operation"]) == (EventKind.INTENT, 2, "UpdateVideoInfos")
    assert {
        "change": 0,
        "address": "video/a1",
        "action": "update",
        "id": "a1",
        "fields": {"title": "New"},
        "params": {"category_before": 7},
        "before": {"title": "Old"},
        "facts": dict(PLAN.changes[0].facts),
    } == items[0]
    assert [one.state.value for one in detail.changes] == ["intent", "intent", "planned"]


def test_intent_records_every_kind_of_value_that_is_sent(store: Store) -> None:
    """Tags, numbers of categories, cleared values; what no operation takes is a bug, and nothing is recorded."""
    journal = begun(store)
    fields: dict[str, FieldValue] = {"tags": ("a", "b"), "category": 7, "title": "", "cover": None}
    item = CallItem(change=0, id="a1", fields=fields, params={})

    journal.intent(Call(operation="UpdateVideoInfos", kind="video", items=(item,)), PLAN.changes[:1])
    odd = Call(operation="UpdateVideoInfos", kind="video", items=(dataclasses.replace(item, fields={"tags": UNSET}),))
    with pytest.raises(BugError):
        journal.intent(odd, PLAN.changes[:1])

    *_, line = store.run(journal.run_id).events
    items = line.detail["items"]
    assert isinstance(items, list)
    assert line.number == 2
    assert items[0]["fields"] == {"tags": ["a", "b"], "category": 7, "title": "", "cover": None}


def test_deleted_asset_keeps_all_its_values(store: Store, opened: Open) -> None:
    """What a removed asset was stays readable: every field, every fact, who asked for it and why."""
    journal = begun(store)
    journal.intent(a_call(PLAN, 2), PLAN.changes[2:])
    journal.outcome(a_call(PLAN, 2), [an_outcome(PLAN, 2)])

    kept = opened().run(journal.run_id).changes[2].change

    assert PLAN.changes[2] == kept


def test_outcome_is_there_for_others_when_it_returns(store: Store, opened: Open) -> None:
    """What became of each item is on record, with the service's code and request id."""
    journal = begun(store)
    call = a_call(PLAN, 0, 1)
    journal.intent(call, PLAN.changes[:2])
    refused = an_outcome(PLAN, 1, Verdict.REFUSED, "InvalidParameter", "The title is too long.")

    journal.outcome(call, [an_outcome(PLAN, 0), refused])

    detail = opened().run(journal.run_id)
    assert [an_outcome(PLAN, 0), refused, None] == [one.outcome for one in detail.changes]
    assert [event.number for event in detail.events] == [1, 2, 3]
    assert detail.events[-1].detail["items"][1]["outcome"] == "refused"  # type: ignore[index, call-overload]


def test_intent_after_an_outcome_opens_the_change_again(store: Store) -> None:
    """A batch that was split is sent again: until the second outcome the change is open."""
    journal = begun(store)
    journal.intent(a_call(PLAN, 0, 1), PLAN.changes[:2])
    journal.outcome(a_call(PLAN, 0, 1), [an_outcome(PLAN, 0, Verdict.UNKNOWN), an_outcome(PLAN, 1)])
    journal.intent(a_call(PLAN, 0), PLAN.changes[:1])

    assert [one.state.value for one in store.run(journal.run_id).changes] == ["intent", "done", "planned"]


def test_end_records_counts_settled_outcomes_and_what_did_not_take(store: Store, opened: Open) -> None:
    """The end closes the run: outcomes that were settled since, those never sent, five counts, fields that differ."""
    journal = begun(store)
    journal.intent(a_call(PLAN, 0, 1), PLAN.changes[:2])
    journal.outcome(a_call(PLAN, 0, 1), [an_outcome(PLAN, 0), an_outcome(PLAN, 1, Verdict.UNKNOWN)])
    left = Unconverged(address=PLAN.changes[0].address, field="title", wanted='"New"', live='"new"')
    final = [an_outcome(PLAN, 0), an_outcome(PLAN, 1), an_outcome(PLAN, 2, Verdict.HELD, detail="Waits.")]

    journal.end(a_report(PLAN, journal.run_id, *final, unconverged=[left]))

    detail = opened().run(journal.run_id)
    assert RunStatus.INCOMPLETE is detail.record.status
    assert final == [one.outcome for one in detail.changes]
    assert {state.value: count for state, count in detail.record.counts.items() if count} == {"done": 2, "held": 1}
    assert sum(detail.record.counts.values()) == detail.record.changes
    assert (left,) == detail.record.unconverged
    settled = detail.events[-1].detail["settled"]
    assert isinstance(settled, list)
    assert [one["change"] for one in settled] == [1, 2]
    assert detail.record.ended is not None


def test_end_without_reading_back_says_so(store: Store) -> None:
    """A library that could not be read back is neither converged nor differing."""
    journal = begun(store)

    journal.end(a_report(PLAN, journal.run_id, *(an_outcome(PLAN, place) for place in range(3)), unconverged=None))

    record = store.run(journal.run_id).record
    assert (record.status, record.unconverged) == (RunStatus.COMPLETE, None)


def test_end_before_begin_is_a_bug(store: Store) -> None:
    """There is nothing to end."""
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)

    with pytest.raises(BugError):
        journal.end(a_report(PLAN, journal.run_id))


def test_resume_knows_what_was_recorded(store: Store, opened: Open) -> None:
    """A run that was cut off is taken up with its plan, its allowance, its outcomes and its open intents."""
    journal = begun(store)
    call = a_call(PLAN, 0)
    journal.intent(call, PLAN.changes[:1])
    journal.outcome(call, [an_outcome(PLAN, 0)])
    journal.intent(a_call(PLAN, 1), PLAN.changes[1:2])

    resumed = opened().resume(journal.run_id[:18], holder=OTHER)

    assert resumed.plan == PLAN
    assert (journal.run_id, 1, TARGET) == (resumed.run_id, resumed.allow_deletes, resumed.target)
    assert {0: an_outcome(PLAN, 0), 1: "intent"} == resumed.recorded


def test_resume_continues_the_journal_and_says_who(store: Store, opened: Open) -> None:
    """Taking a run up writes nothing by itself; the first line afterwards comes behind one that names the holder."""
    journal = begun(store)
    other = opened()
    resumed = other.resume(journal.run_id, holder=OTHER)
    assert other.run(journal.run_id).record.resumed == 0

    resumed.intent(a_call(PLAN, 2), PLAN.changes[2:])
    resumed.outcome(a_call(PLAN, 2), [an_outcome(PLAN, 2)])
    resumed.end(a_report(PLAN, resumed.run_id, *(an_outcome(PLAN, place) for place in range(3))))

    detail = store.run(journal.run_id)
    assert [event.kind.value for event in detail.events] == ["begin", "resume", "intent", "outcome", "end"]
    assert detail.events[1].detail["holder"] == {"owner": "bob", "host": "laptop", "pid": 77, "ci_link": None}
    assert (detail.record.status, detail.record.resumed, detail.record.holder) == (RunStatus.COMPLETE, 1, HOLDER)


def test_resume_begin_with_the_same_plan_only_notes_it(store: Store, opened: Open) -> None:
    """The road that a new run takes works for a resumed one, and makes no second run; another plan is a bug."""
    journal = begun(store)
    resumed = opened().resume(journal.run_id, holder=OTHER)

    assert journal.run_id == resumed.begin(PLAN)
    with pytest.raises(BugError):
        resumed.begin(a_plan(an_update("zz")))

    assert len(store.runs()) == 1
    assert [event.kind.value for event in store.run(journal.run_id).events] == ["begin", "resume"]


def test_resume_run_that_ended_with_changes_open_is_opened_again(store: Store, opened: Open) -> None:
    """A run that was stopped has an end; what it held can still be done under its name."""
    journal = begun(store)
    held = [an_outcome(PLAN, place, Verdict.HELD) for place in range(3)]
    journal.end(a_report(PLAN, journal.run_id, *held))

    resumed = opened().resume(journal.run_id, holder=OTHER)
    resumed.intent(a_call(PLAN, 0), PLAN.changes[:1])

    record = store.run(journal.run_id).record
    assert (record.status, record.ended) == (RunStatus.UNFINISHED, None)
    assert record.counts[ChangeState.INTENT] == 1
    assert record.counts[ChangeState.HELD] == 2


def test_resume_complete_run_is_refused(store: Store) -> None:
    """A run whose changes are all done has nothing left to do."""
    journal = begun(store)
    journal.end(a_report(PLAN, journal.run_id, *(an_outcome(PLAN, place) for place in range(3))))

    with pytest.raises(UsageError, match="complete"):
        store.resume(journal.run_id, holder=OTHER)


def test_resume_plan_that_was_edited_in_the_store_is_refused(store: Store) -> None:
    """A plan that is not the one that was approved is never carried out."""
    journal = begun(store)
    with store._database.writing() as connection:
        connection.execute(
            sqlalchemy.text("UPDATE vodplan_changes SET document = replace(document, 'video/b1', 'video/b2')")
        )

    with pytest.raises(StoreError, match="changed or damaged"):
        store.resume(journal.run_id, holder=OTHER)


def test_two_processes_on_one_run_second_line_of_one_number_fails(store: Store, opened: Open) -> None:
    """Two that both went on with a run, past the lease, cannot both write: the later one stops before its call."""
    journal = begun(store)
    resumed = opened().resume(journal.run_id, holder=OTHER)
    resumed.intent(a_call(PLAN, 0), PLAN.changes[:1])

    with pytest.raises(StoreError):
        journal.intent(a_call(PLAN, 1), PLAN.changes[1:2])

    assert [one.state.value for one in store.run(journal.run_id).changes] == ["intent", "planned", "planned"]


def test_journal_of_a_run_whose_lease_was_taken_refuses_to_write(store: Store, opened: Open) -> None:
    """A process that slept past its lease finds out before its next call, though its thread did not tell it yet."""
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=1)
    lapsed = store.acquire(TARGET, HOLDER, run=journal.run_id, ttl=-1)
    journal.begin(PLAN)
    opened().acquire(TARGET, OTHER, run="another-run")

    with pytest.raises(StoreError, match="bob on laptop"):
        journal.intent(a_call(PLAN, 0), PLAN.changes[:1])

    assert not lapsed.renew()
    assert {ChangeState.PLANNED} == {one.state for one in store.run(journal.run_id).changes}


def test_journal_keeps_no_signature_and_no_credential(store: Store, url: str, tmp_path: Path) -> None:
    """URLs lose their signatures, quoted requests their keys, before they are recorded anywhere."""
    journal = begun(store)
    call = a_call(PLAN, 0)
    signed = "https://img.example.com/a.jpg?x-oss-process=resize&auth_key=TOPSECRET-1"
    item = CallItem(change=0, id="a1", fields={"cover": signed}, params={"url": signed})
    call = dataclasses.replace(call, items=(item,))
    detail = "string to sign is: GET&%2F&AccessKeyId%3DTOPSECRET-2%26Signature%3DTOPSECRET-3, see " + signed

    journal.intent(call, PLAN.changes[:1])
    journal.outcome(call, [an_outcome(PLAN, 0, Verdict.REFUSED, "SignatureDoesNotMatch", detail)])
    journal.end(
        ApplyReport(
            run=journal.run_id,
            plan_digest=PLAN.digest,
            outcomes=(an_outcome(PLAN, 0, Verdict.REFUSED, "SignatureDoesNotMatch", detail),),
            unconverged=None,
            verify_error=detail,
        )
    )

    exported = b"".join(store.export(journal.run_id))
    assert b"TOPSECRET" not in exported
    assert b"https://img.example.com/a.jpg?x-oss-process=resize" in exported
    if url.startswith("sqlite"):
        store.close()
        assert b"TOPSECRET" not in (tmp_path / ".vodplan" / "state.db").read_bytes()


def test_texts_that_no_database_takes_are_kept_as_escapes(store: Store) -> None:
    """NUL and lone surrogates come from the service or a manifest; they must not stop a run half-way."""
    odd = an_update("ref:\0x", before="nul \0", after="half \ud83d", id="a9")
    plan = a_plan(odd)
    journal = begun(store, plan)
    journal.intent(a_call(plan, 0), plan.changes)

    journal.outcome(a_call(plan, 0), [an_outcome(plan, 0, Verdict.REFUSED, "X", "bad \0 byte \udc00")])

    (kept,) = store.run(journal.run_id).changes
    assert odd == kept.change
    assert kept.outcome is not None
    assert kept.outcome.detail == "bad \\u0000 byte \\udc00"
    assert [journal.run_id] == [one.id for one in store.runs(address="video/ref:\0x")]
