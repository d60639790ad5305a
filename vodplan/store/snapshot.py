"""A snapshot file: what was read of one target's live library, kept for several plans."""

from __future__ import annotations

import datetime
import json
import os
import shlex
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from vodplan.core.errors import ConfigError, UsageError
from vodplan.core.plan import Target
from vodplan.core.values import Json

APPLICATION_ID = 0x766F6473
"""`vods`, where SQLite's header has the mark of the program that a file belongs to."""

FORMAT = 1

CHUNK = 500
"""Keys that one query asks for."""

_WAIT = 30.0
"""Seconds to wait for another plan that is saving into the same file."""

_COLUMNS = "(topic TEXT, key TEXT, read_at INTEGER, data TEXT, sum INTEGER, PRIMARY KEY (topic, key)) WITHOUT ROWID"
_OTHER = "vodplan plan --snapshot live.snapshot"


class Snapshot:
    """What a snapshot file holds, and what is to be added to it; a context manager.

    Nothing is written before `keep`, and that writes all or nothing: what is new waits in a temporary database of
    SQLite's own, which is on disk when it is large.

    oldest: when the oldest of the values that `get` has given was read, UTC; None when it gave none.
    """

    def __init__(self, path: Path, target: Target) -> None:
        """Open a snapshot, or begin one where there is no file.

        raises: UsageError when it is of another target; ConfigError when the file cannot be read, is damaged, is no
                snapshot, or is one of a newer version.
        """
        self.path = path
        self.oldest: datetime.datetime | None = None
        self._target = {"target": target.name, "region": target.region, "endpoint": target.endpoint}
        self._added = False
        self._attached = False
        self._there = False
        self._database = sqlite3.connect("", timeout=_WAIT, isolation_level=None, uri=True)
        try:
            self._database.execute(f"CREATE TABLE fresh {_COLUMNS}")
            with self._told():
                self._there = self._exists() and self._attach("rw" if os.access(path, os.W_OK) else "ro")
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._database.close()

    def get(self, topic: str, keys: Sequence[str]) -> Mapping[str, Json]:
        """Key → value, of at most `CHUNK` keys; one that the file does not hold is left out.

        raises: ConfigError when the file is damaged.
        """
        if not self._there:
            return {}
        marks = ",".join("?" * len(keys))
        query = f"SELECT key, read_at, data, sum FROM kept.held WHERE topic = ? AND key IN ({marks})"
        with self._told():
            rows = self._database.execute(query, (topic, *keys)).fetchall()
        if any(_sum(topic, *row[:3]) != row[3] for row in rows):
            raise self._damaged("a value is not as it was written")
        if rows:
            first = datetime.datetime.fromtimestamp(min(row[1] for row in rows), datetime.UTC)
            self.oldest = first if self.oldest is None else min(first, self.oldest)
        return {row[0]: json.loads(row[2]) for row in rows}

    def add(self, topic: str, values: Iterable[tuple[str, Json]], *, at: datetime.datetime) -> None:
        """Take in what was read just now; it is in the file after `keep`."""
        read_at = int(at.timestamp())
        rows = ((key, read_at, json.dumps(value, separators=(",", ":"))) for key, value in values)
        self._database.executemany(
            "INSERT OR REPLACE INTO main.fresh VALUES (?, ?, ?, ?, ?)",
            ((topic, *row, _sum(topic, *row)) for row in rows),
        )
        self._added = True

    def keep(self) -> None:
        """Write what was taken in to the file: all of it or, when that fails or is killed, nothing.

        raises: as the constructor; ConfigError when the file cannot be written.
        """
        if not self._added:
            return
        with self._told():
            self._attach("rwc")
            self._database.execute("BEGIN IMMEDIATE")
            try:
                if self._empty():
                    self._begin()
                else:
                    # Another plan may have made the file since this one began.
                    self._check()
                self._database.execute("INSERT OR REPLACE INTO kept.held SELECT * FROM main.fresh")
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
        self._database.execute("DELETE FROM main.fresh")
        self._added, self._there = False, True

    def _exists(self) -> bool:
        if not self.path.exists():
            return False
        if not self.path.is_file():
            raise UsageError(f"{self.path} is not a file, so it is no snapshot. Name a file.", next=_OTHER)
        return True

    def _attach(self, mode: str) -> bool:
        """Open the file; whether it holds anything. An empty one is what a plan leaves that was killed at once."""
        if self._attached:
            self._database.execute("DETACH kept")
        self._attached = False
        self._database.execute("ATTACH ? AS kept", (f"file:{quote(str(self.path.absolute()))}?mode={mode}",))
        self._attached = True
        if self._empty():
            return False
        self._check()
        return True

    def _number(self, pragma: str) -> int:
        return int(self._database.execute(f"PRAGMA kept.{pragma}").fetchone()[0])

    def _empty(self) -> bool:
        tables = self._database.execute("SELECT count(*) FROM kept.sqlite_master").fetchone()[0]
        return not tables and not self._number("application_id")

    def _begin(self) -> None:
        self._database.execute(f"PRAGMA kept.application_id = {APPLICATION_ID}")
        self._database.execute(f"PRAGMA kept.user_version = {FORMAT}")
        self._database.execute("CREATE TABLE kept.about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
        self._database.executemany("INSERT INTO kept.about VALUES (?, ?)", self._target.items())
        self._database.execute(f"CREATE TABLE kept.held {_COLUMNS}")

    def _check(self) -> None:
        if self._number("application_id") != APPLICATION_ID:
            raise ConfigError(f"{self.path} is no snapshot of vodplan; it belongs to another program.", next=_OTHER)
        version = self._number("user_version")
        if version != FORMAT:
            raise ConfigError(
                f"{self.path} is a snapshot of the format {version}, and this vodplan reads format {FORMAT}. Read the "
                "library anew into another file.",
                next=_OTHER,
            )
        about = dict(self._database.execute("SELECT name, value FROM kept.about").fetchall())
        for name, here in self._target.items():
            if about.get(name) != here:
                raise UsageError(
                    f'{self.path} is a snapshot of the {name} "{about.get(name)}", and this plan is for "{here}". Use '
                    "a file for each target.",
                    next=_OTHER,
                )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell in vodplan's words what SQLite finds wrong."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise ConfigError(
                f"The snapshot {self.path} cannot be used: {error}.", next=f"ls -l {shlex.quote(str(self.path))}"
            ) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, why: str) -> ConfigError:
        return ConfigError(
            f"{self.path} is damaged, or is no snapshot of vodplan: {why}. Read the library anew into another file.",
            next=_OTHER,
        )


@contextmanager
def open_snapshot(path: Path, target: Target) -> Iterator[Snapshot]:
    """A snapshot for as long as a plan is made; what was read is kept when the plan fails, too.

    raises: as `Snapshot`, and `Snapshot.keep` unless something else went wrong before.
    """
    with Snapshot(path, target) as snapshot:
        try:
            yield snapshot
        except BaseException:
            with suppress(ConfigError, UsageError):
                snapshot.keep()
            raise
        snapshot.keep()


def _sum(topic: str, key: str, read_at: int, data: str) -> int:
    """A checksum of one row: SQLite notices broken pages, not changed bytes in a text."""
    return zlib.crc32(f"{topic}\0{key}\0{read_at}\0{data}".encode("utf-8", "surrogatepass"))
