"""From the `store:` setting to an open store."""

from __future__ import annotations

from pathlib import Path

from vodplan.core.ports import Clock
from vodplan.store.database import PATIENCE, Database
from vodplan.store.location import locate
from vodplan.store.schema import is_current, migrate
from vodplan.store.store import Store
from vodplan.store.ticks import MachineTicks, Ticks


def open_store(url: str, *, root: Path, clock: Clock, patience: float = PATIENCE, ticks: Ticks | None = None) -> Store:
    """Open a store, make it if it is not there, and bring its tables to this version.

    url:      `sqlite:///PATH`, relative to `root`, or `postgresql://…`.
    clock:    for the times in records; leases run out by the database server's clock or this machine's.
    patience: seconds to wait for other processes and for a connection.
    ticks:    this machine's clocks, for leases on SQLite.
    raises:   StoreError when it cannot be reached, read or made, or was made by a newer vodplan.
    """
    database = Database(locate(url, root=root), patience=patience)
    try:
        database.connect()
        migrate(database, clock)
    except BaseException:
        database.close()
        raise
    return Store(database, clock=clock, ticks=ticks or MachineTicks())


def open_existing_store(url: str, *, root: Path, clock: Clock, patience: float = PATIENCE) -> Store | None:
    """Open a store to read what is remembered in it; None when there is none, or only one of an older version.

    Nothing is made and no table is changed: that is for whoever is about to write.

    url, root, clock, patience: as in `open_store`.
    raises: StoreError when it is there and cannot be reached or read, or was made by a newer vodplan.
    """
    location = locate(url, root=root)
    if location.path is not None and not location.path.exists():
        return None
    database = Database(location, patience=patience)
    try:
        database.connect()
        if is_current(database):
            return Store(database, clock=clock, ticks=MachineTicks())
    except BaseException:
        database.close()
        raise
    database.close()
    return None
