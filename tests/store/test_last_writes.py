"""What the store tells of the last run that wrote a field."""

from __future__ import annotations

import dataclasses

import pytest

from tests.store.build import HOLDER, TARGET, a_call, a_delete, a_plan, a_report, an_outcome, an_update
from tests.store.test_history import STAGING, ended
from vodplan.core.address import Address
from vodplan.core.change import Change
from vodplan.core.drift import History
from vodplan.core.report import Unconverged, Verdict
from vodplan.core.values import Json
from vodplan.store.store import Store


def test_last_writes_of_an_empty_store_know_nothing(store: Store) -> None:
    """Never applied is something else than no history."""
    assert store.last_writes(TARGET, {"video/a": "a"}) == History()
    ended(store, a_plan())

    assert store.last_writes(TARGET, {"video/a": "a"}) == History(known=True)
    assert store.last_writes(STAGING, {"video/a": "a"}) == History()


def test_last_writes_are_those_of_the_newest_run_that_took(store: Store) -> None:
    """A refused or unanswered change left nothing there."""
    ended(store, a_plan(an_update("a", after="First")), Verdict.DONE)
    second = ended(store, a_plan(an_update("a", after="Second")), Verdict.ALREADY)
    ended(store, a_plan(an_update("a", after="Third")), Verdict.REFUSED)
    ended(store, a_plan(an_update("a", after="Fourth")), Verdict.UNKNOWN)

    found = store.last_writes(TARGET, {"video/a": None})

    (left,) = found.writes.values()
    assert (left["title"].value, left["title"].run, left["state"].value) == ("Second", second, "present")
    assert left["title"].at.endswith("Z")


def test_last_writes_find_an_asset_by_its_id_and_only_what_is_asked_for(store: Store) -> None:
    """A plan may have named it by its reference; many addresses take several queries."""
    ended(store, a_plan(an_update("ref:cms-1", id="a", after="New"), an_update("b")), Verdict.DONE, Verdict.DONE)
    asked = {f"video/x{number}": f"x{number}" for number in range(900)} | {"video/a": "a"}

    found = store.last_writes(TARGET, asked)

    assert list(found.writes) == ["video/a"]
    assert found.writes["video/a"]["title"].value == "New"


def test_last_writes_of_a_deletion_leave_it_missing(store: Store) -> None:
    """What vodplan deleted itself was not taken away by somebody else."""
    ended(store, a_plan(a_delete("a")), Verdict.DONE)

    assert store.last_writes(TARGET, {"video/a": None}).writes["video/a"]["state"].value == "missing"


def test_last_write_is_sure_until_a_later_one_is_unanswered(store: Store) -> None:
    """What is live may be that one's work; a refused write leaves no doubt, a later answered one ends it."""
    ended(store, a_plan(an_update("a", after="First")), Verdict.DONE)
    ended(store, a_plan(an_update("a", after="Second")), Verdict.REFUSED)
    assert title_of_a(store) == ("First", True)

    ended(store, a_plan(an_update("a", after="Third")), Verdict.UNKNOWN)
    assert title_of_a(store) == ("First", False)

    ended(store, a_plan(an_update("a", after="Fourth")), Verdict.DONE)
    assert title_of_a(store) == ("Fourth", True)


def test_last_write_is_not_sure_while_a_call_has_no_outcome_on_record(store: Store) -> None:
    """A run that was killed after it sent something."""
    ended(store, a_plan(an_update("a", after="First")), Verdict.DONE)
    plan = a_plan(an_update("a", after="Second"))
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
    journal.begin(plan)
    journal.intent(a_call(plan, 0), plan.changes)

    assert title_of_a(store) == ("First", False)


def test_last_write_that_may_be_the_only_one_is_told_and_not_sure(store: Store) -> None:
    """Whoever asks must not take the field for one that no run ever wrote."""
    run = ended(store, a_plan(an_update("a", after="First")), Verdict.UNKNOWN)
    ended(store, a_plan(an_update("b", after="First")), Verdict.REFUSED)

    writes = store.last_writes(TARGET, {"video/a": None, "video/b": None}).writes

    assert list(writes) == ["video/a"]
    assert (writes["video/a"]["title"].run, title_of_a(store)) == (run, ("First", False))


@pytest.mark.parametrize(
    ("unconverged", "sure"),
    [
        ((), True),
        ((Unconverged(address=Address("video", "a"), field="title", wanted="New", live="new"),), False),
        ((Unconverged(address=Address("video", "a"), field="tags", wanted="x", live=""),), True),
        ((Unconverged(address=Address("video", "b"), field="title", wanted="New", live="new"),), True),
        (None, False),
    ],
)
def test_last_write_is_sure_when_it_was_read_back_as_written(
    store: Store, unconverged: tuple[Unconverged, ...] | None, sure: bool
) -> None:
    """The service may keep another value than it was given; without reading back nobody knows."""
    plan = a_plan(an_update("a"), an_update("b"))
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
    journal.begin(plan)
    call, outcomes = a_call(plan, 0, 1), [an_outcome(plan, 0), an_outcome(plan, 1)]
    journal.intent(call, plan.changes)
    journal.outcome(call, outcomes)
    journal.end(a_report(plan, journal.run_id, *outcomes, unconverged=unconverged))

    assert title_of_a(store) == ("New", sure)


def test_last_write_of_categories_has_their_ids(store: Store) -> None:
    """Paths change when a category is renamed; one that was made by the same run has no id on record."""
    plan = a_plan(
        _moved("a", {"category": "News", "title": "T"}, {"category_id": 4}),
        _moved("b", {"categories": ["News"]}, {"categories_ids": [4]}),
        _moved("c", {"category": "Made"}, {}),
    )
    ended(store, plan, *[Verdict.DONE] * 3)

    writes = store.last_writes(TARGET, {f"video/{key}": None for key in "abc"}).writes

    assert (writes["video/a"]["category"].ids, writes["video/a"]["title"].ids) == (4, None)
    assert writes["video/b"]["categories"].ids == [4]
    assert writes["video/c"]["category"].ids is None


def _moved(key: str, after: dict[str, Json], params: dict[str, Json]) -> Change:
    return dataclasses.replace(an_update(key), before=dict.fromkeys(after), after=after, params=params)


def title_of_a(store: Store) -> tuple[Json, bool]:
    """What the last run left as a title, and whether that is sure."""
    last = store.last_writes(TARGET, {"video/a": "a"}).writes["video/a"]["title"]
    return last.value, last.sure
