"""An apply of 120 changes is killed at every boundary there is, and ends as planned once it is taken up again."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.crash.forks import Forks
from tests.crash.sweep import bench, break_at
from vodplan.emulator import RunningEmulator

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SHARDS = 4
EVERY_ON_POSTGRESQL = 15
TWICE = 30

Record = Callable[[str, object], None]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_apply_killed_at_every_boundary_ends_as_planned(
    shard: int, service: RunningEmulator, forker: Forks, folder: Path, record_property: Record
) -> None:
    """kill -9 at any call and any record: resuming does what is left, once, and nothing else."""
    with bench(service, forker, folder / "project") as made:
        ours = made.points[shard::SHARDS]
        for point in ours:
            break_at(made, [point])
        assert len(made.points) > 250
    record_property("counted", ("kills of an apply on SQLite", len(ours)))


def test_resumption_killed_as_well_ends_as_planned(
    service: RunningEmulator, forker: Forks, folder: Path, record_property: Record
) -> None:
    """A runner may die as often as it likes: two and three kills in a row, drawn by chance."""
    chance = random.Random(4)
    with bench(service, forker, folder / "project") as made:
        for number in range(TWICE):
            break_at(made, chance.sample(made.points, 2 + number % 2))
    record_property("counted", ("kills of an apply and of its resumptions", TWICE))


def test_apply_killed_with_its_journal_on_postgresql_ends_as_planned(
    service: RunningEmulator, forker: Forks, folder: Path, postgres_url: str, record_property: Record
) -> None:
    """The same with a team's store, at every fifteenth boundary."""

    def clear() -> None:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(
                b"TRUNCATE vodplan_runs, vodplan_changes, vodplan_events, vodplan_leases, vodplan_unconverged"
            )

    with bench(service, forker, folder / "project", store=postgres_url, clear=clear) as made:
        ours = made.points[::EVERY_ON_POSTGRESQL]
        for point in ours:
            break_at(made, [point])
    record_property("counted", ("kills of an apply on PostgreSQL", len(ours)))
