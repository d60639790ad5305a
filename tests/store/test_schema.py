"""The tables: made once, brought up from every older version, refused from a newer one."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy

from tests.store.build import OTHER, TARGET, FixedClock, an_outcome
from tests.store.conftest import Open
from tests.store.recorded import RECORDED_PLAN, RECORDED_RUN, make_version_1
from vodplan.core.errors import Locked, StoreError
from vodplan.core.history import ChangeState, RunStatus
from vodplan.store import schema, tables
from vodplan.store.database import Database
from vodplan.store.location import locate
from vodplan.store.store import Store


def test_made_tables_are_those_the_code_works_with(store: Store) -> None:
    """The steps end with exactly the tables, columns and keys that `tables` describes."""
    with store._database.reading() as connection:
        found = sqlalchemy.MetaData()
        found.reflect(connection)

    assert {name for name in found.tables if name.startswith("vodplan_")} == set(tables.metadata.tables)
    for name, table in tables.metadata.tables.items():
        there = found.tables[name]
        assert [(one.name, one.nullable) for one in table.columns if not one.primary_key] == [
            (one.name, one.nullable) for one in there.columns if not one.primary_key
        ]
        assert [one.name for one in table.primary_key] == [one.name for one in there.primary_key]
        assert {(one.parent.name, one.target_fullname.rpartition(".")[2]) for one in table.foreign_keys} == {
            (one.parent.name, one.target_fullname.rpartition(".")[2]) for one in there.foreign_keys
        }


def test_store_of_version_1_is_brought_up_with_all_it_holds(url: str, tmp_path: Path, opened: Open) -> None:
    """A store that an older vodplan made, with a run cut off in it, is read, locked and taken up by this one."""
    make_version_1(url, tmp_path)

    store = opened()

    assert versions(store) == list(range(1, schema.VERSION + 1))
    detail = store.run(RECORDED_RUN)
    assert detail.plan == RECORDED_PLAN
    assert [one.state for one in detail.changes] == [ChangeState.DONE, ChangeState.INTENT]
    assert [event.kind.value for event in detail.events] == ["begin", "intent", "outcome", "intent"]
    assert (detail.record.status, detail.record.holder.owner) == (RunStatus.RUNNING, "ada")
    assert [one.id for one in store.runs(address="video/a2")] == [RECORDED_RUN]
    with pytest.raises(Locked, match="ada on runner-7"):
        store.acquire(TARGET, OTHER, run="another")
    store.unlock(TARGET, force=True)
    journal = store.resume(RECORDED_RUN, holder=OTHER)
    assert journal.recorded == {0: an_outcome(RECORDED_PLAN, 0), 1: "intent"}
    assert journal.begin(RECORDED_PLAN) == RECORDED_RUN
    assert store.unconverged(TARGET) == {}


def test_store_is_not_touched_when_it_is_of_this_version(url: str, opened: Open) -> None:
    """Opening writes nothing where there is nothing to bring up."""
    first = opened()
    with first._database.reading() as connection:
        before = connection.execute(sqlalchemy.select(tables.schema)).all()

    second = opened(clock=FixedClock("2031-01-01T00:00:00+00:00"))

    with second._database.reading() as connection:
        assert connection.execute(sqlalchemy.select(tables.schema)).all() == before


def test_store_of_a_newer_vodplan_is_refused(opened: Open) -> None:
    """Tables that this version does not know are neither read nor written."""
    store = opened()
    with store._database.writing() as connection:
        row = {"version": schema.VERSION + 3, "applied_at": "2031-01-01T00:00:00.000Z", "vodplan_version": "9.0"}
        connection.execute(sqlalchemy.insert(tables.schema).values(row))

    with pytest.raises(StoreError) as refusal:
        opened()

    assert f"version {schema.VERSION + 3}" in refusal.value.message
    assert f"up to {schema.VERSION}" in refusal.value.message
    assert refusal.value.next == "pip install --upgrade vodplan"


def test_step_that_fails_leaves_the_store_as_it_was(
    url: str, tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration that cannot be finished is not half done: the older vodplan can still use the store."""
    make_version_1(url, tmp_path)
    broken = [*schema.STEPS, ["CREATE TABLE vodplan_fine (a INTEGER)", "CREATE TABLE vodplan_runs (a INTEGER)"]]
    with monkeypatch.context() as patched:
        patched.setattr(schema, "STEPS", broken)
        patched.setattr(schema, "VERSION", len(broken))
        with pytest.raises(StoreError):
            opened()

    database = Database(locate(url, root=tmp_path))
    with database.reading() as connection:
        names = set(sqlalchemy.inspect(connection).get_table_names())
        found = connection.scalars(sqlalchemy.select(tables.schema.c.version)).all()
    database.close()
    assert found == [1]
    assert not {"vodplan_fine", "vodplan_unconverged"} & names


def versions(store: Store) -> list[int]:
    """The steps that a store says it has."""
    with store._database.reading() as connection:
        return list(connection.scalars(sqlalchemy.select(tables.schema.c.version).order_by(tables.schema.c.version)))
