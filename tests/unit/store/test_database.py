"""Turning SQLite's write-ahead log on."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from vodplan.core.errors import StoreError
from vodplan.store.database import _use_wal
from vodplan.store.location import locate


class Contended(sqlite3.Connection):
    """A connection that finds others switching the same new file, so many times.

    SQLite answers so at once, without its own patience, when processes race: about one time in twenty.
    """

    times = 3
    code = "SQLITE_BUSY"

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """See `sqlite3.Connection.execute`."""
        if sql == "PRAGMA journal_mode = WAL" and self.times:
            self.times -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorname = self.code
            raise error
        return super().execute(sql, *parameters)


def test_log_of_a_new_file_that_others_make_too_is_waited_for(tmp_path: Path) -> None:
    """Of many first applies at once none fails for the others."""
    location = locate("sqlite:///s.db", root=tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "s.db", factory=Contended)) as connection:
        _use_wal(connection, location, patience=30)

        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.times == 0


@pytest.mark.parametrize(("code", "patience", "left"), [("SQLITE_BUSY", -1.0, 2), ("SQLITE_IOERR", 30.0, 2)])
def test_log_is_not_waited_for_without_end_or_without_reason(
    tmp_path: Path, code: str, patience: float, left: int
) -> None:
    """Patience ends; what time does not mend is not waited for."""
    location = locate("sqlite:///s.db", root=tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "s.db", factory=Contended)) as connection:
        connection.code = code

        with pytest.raises(sqlite3.OperationalError):
            _use_wal(connection, location, patience=patience)

        assert connection.times == left


def test_file_system_without_a_log_is_refused(tmp_path: Path) -> None:
    """SQLite answers with the mode it stays in, as it does for a database in memory."""
    location = locate("sqlite:///s.db", root=tmp_path)
    with (
        contextlib.closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(StoreError, match="cannot keep a write-ahead log") as refusal,
    ):
        _use_wal(connection, location, patience=1)

    assert "local disk" in refusal.value.message
