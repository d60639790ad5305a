"""Sorts more assets than memory should hold, in a temporary database of SQLite's own that is gone with the process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from vodplan.core.unmanaged import UnmanagedAsset


class SortedAssets:
    """Assets by kind, category, time of creation and id; a context manager."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA temp_store = FILE")
        self._db.execute(
            "CREATE TABLE assets (kind TEXT, category TEXT, created TEXT, id TEXT, title TEXT, size INT, "
            "PRIMARY KEY (kind, category, created, id)) WITHOUT ROWID"
        )
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._db.close()

    def add(self, one: UnmanagedAsset) -> None:
        """Take one in."""
        self._db.execute(
            "INSERT OR IGNORE INTO assets VALUES (?, ?, ?, ?, ?, ?)",
            (one.kind, one.category, one.created, one.id, one.title, one.size),
        )

    def __iter__(self) -> Iterator[UnmanagedAsset]:
        query = "SELECT kind, category, created, id, title, size FROM assets ORDER BY kind, category, created, id"
        for kind, category, created, asset_id, title, size in self._db.execute(query):
            yield UnmanagedAsset(kind=kind, id=asset_id, title=title, category=category, created=created, size=size)
