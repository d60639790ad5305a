"""What a plan asks of a store: how many entries there were, and a look that makes nothing."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.build import HOLDER, TARGET, FixedClock, a_call, a_plan, a_report, an_outcome, an_update
from tests.store.conftest import Open
from tests.store.recorded import make_version_1
from vodplan.core.errors import StoreError
from vodplan.core.plan import Target
from vodplan.core.planfile import seal
from vodplan.core.report import Verdict
from vodplan.store.open import open_existing_store
from vodplan.store.store import Store

STAGING = Target(name="staging", region="cn-shanghai", endpoint="vod.cn-shanghai.aliyuncs.com")


def begun(store: Store, managed: Mapping[str, int], target: Target = TARGET) -> None:
    """Begin a run of a plan of manifests with so many entries."""
    plan = seal(dataclasses.replace(a_plan(an_update("a1"), target=target), managed=managed))
    store.journal(target, holder=HOLDER, allow_deletes=None).begin(plan)


def test_managed_is_that_of_the_newest_run_on_the_target(store: Store) -> None:
    """Other targets have manifests of their own; a plan that was not made of manifests says nothing about them."""
    assert store.managed(TARGET) is None

    begun(store, {"video": 40})
    begun(store, {"video": 30, "image": 2})
    begun(store, {"video": 7}, STAGING)
    begun(store, {})

    assert store.managed(TARGET) == {"video": 30, "image": 2}
    assert store.managed(STAGING) == {"video": 7}


def test_written_is_what_runs_of_the_last_ten_minutes_sent(opened: Open) -> None:
    """Of this target, for which a call was sent; a run that has no end counts until it has one."""
    store = opened()
    plan = a_plan(an_update("a1"), an_update("a2"))
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
    journal.begin(plan)
    begun(store, {"video": 7}, STAGING)
    assert store.written(TARGET) == frozenset()

    journal.intent(a_call(plan, 0), plan.changes[:1])
    assert store.written(TARGET) == {"video/a1"}
    assert opened(clock=FixedClock("2026-11-22T09:30:00+00:00")).written(TARGET) == {"video/a1"}

    journal.outcome(a_call(plan, 0), [an_outcome(plan, 0)])
    journal.end(a_report(plan, journal.run_id, an_outcome(plan, 0), an_outcome(plan, 1, Verdict.HELD)))

    assert store.written(TARGET) == {"video/a1"}
    assert opened(clock=FixedClock("2026-11-21T09:39:00+00:00")).written(TARGET) == {"video/a1"}
    assert opened(clock=FixedClock("2026-11-21T09:41:00+00:00")).written(TARGET) == frozenset()
    assert store.written(STAGING) == frozenset()


def test_store_that_is_there_is_opened_to_read(url: str, tmp_path: Path, opened: Open) -> None:
    """With what is in it."""
    begun(opened(), {"video": 40})

    found = open_existing_store(url, root=tmp_path, clock=FixedClock())

    assert found is not None
    with found:
        assert found.managed(TARGET) == {"video": 40}


def test_store_that_is_not_there_is_not_made(url: str, tmp_path: Path, opened: Open) -> None:
    """No file, no folder, no table; whoever writes first makes them."""
    assert open_existing_store(url, root=tmp_path, clock=FixedClock()) is None
    assert open_existing_store(url, root=tmp_path, clock=FixedClock()) is None
    assert list(tmp_path.iterdir()) == []

    assert opened().managed(TARGET) is None


def test_store_of_an_older_version_is_left_as_it_is(tmp_path: Path) -> None:
    """A plan changes no table: it goes without what is remembered there."""
    make_version_1("sqlite:///", tmp_path)
    path = tmp_path / ".vodplan" / "state.db"

    assert open_existing_store("sqlite:///.vodplan/state.db", root=tmp_path, clock=FixedClock()) is None

    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT max(version) FROM vodplan_schema").fetchone() == (1,)


def test_store_that_is_none_is_told_when_it_is_looked_at(tmp_path: Path) -> None:
    """The file is something else."""
    (tmp_path / "notes.txt").write_text("no database, but long enough to be asked for one" * 20, encoding="utf-8")

    with pytest.raises(StoreError, match="is not a store"):
        open_existing_store("sqlite:///notes.txt", root=tmp_path, clock=FixedClock())
