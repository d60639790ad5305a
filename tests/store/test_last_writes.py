"""What the store tells of the last run that wrote a field."""

from __future__ import annotations

from tests.store.build import TARGET, a_delete, a_plan, an_update
from tests.store.test_history import STAGING, ended
from vodplan.core.drift import History
from vodplan.core.report import Verdict
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
