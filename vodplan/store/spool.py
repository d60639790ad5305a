"""Where an export keeps what it read until it is written.

It is a file on disk, so that memory stays flat and nothing that was read is read again after a kill.

One file for each folder that is exported into. What was read goes when the export is done; which files it wrote, and
what was in them, stays: by that the next export knows them from files that people wrote or changed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vodplan.core.errors import Locked, StoreError
from vodplan.core.listing import ListedPage, Span
from vodplan.core.live import LiveAsset, LiveBatch

APPLICATION_ID = 0x766F6478
"""`vodx`, where SQLite's header has the mark of the program that a file belongs to."""

FORMAT = 1

_COMMIT = 200
"""Assets after which what was read is made to last."""

_FOUND, _READ, _GONE = range(3)

_SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE windows (source TEXT, start INT, end INT, missed INT, PRIMARY KEY (source, start)) WITHOUT ROWID;
CREATE TABLE assets (kind TEXT, id TEXT, state INT NOT NULL, data TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE INDEX unread ON assets (kind) WHERE state = 0;
CREATE TABLE placed (
    kind TEXT, stem TEXT, created TEXT, id TEXT, PRIMARY KEY (kind, stem, created, id)
) WITHOUT ROWID;
CREATE TABLE files (
    path TEXT PRIMARY KEY, digest TEXT NOT NULL, before TEXT NOT NULL, round INT NOT NULL
) WITHOUT ROWID;
"""

Place = Callable[[LiveAsset], tuple[str, str] | None]
"""Asset → its group and its time of creation; None for one that is left out."""


def spool_name(folder: Path) -> str:
    """The name of the spool of an export into a folder."""
    return f"{hashlib.sha256(str(folder.resolve()).encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.db"


class Spool:
    """One spool; a context manager that keeps what it was given however it is left.

    resumed: whether it holds an export that was begun and not ended.
    """

    def __init__(self, path: Path) -> None:
        """Open a spool, or begin one.

        raises: Locked when another export is at work with it; StoreError when it cannot be read or written.
        """
        self.path = path
        self._changes = 0
        self._round = 0
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=0.2, isolation_level=None)
            try:
                self._open()
            except BaseException:
                self._db.close()
                raise

    def _open(self) -> None:
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA temp_store = FILE")
            self._db.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise Locked(
                    "Another export into the same folder is at work. Wait for it, or export into another folder.",
                    next="vodplan export --out DIR",
                ) from error
            raise
        if self._number("SELECT count(*) FROM sqlite_master") == 0:
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {FORMAT}")
        elif self._number("PRAGMA application_id") != APPLICATION_ID or self._number("PRAGMA user_version") != FORMAT:
            raise sqlite3.DatabaseError("it is not one that this version writes")
        self._round = self._number("SELECT coalesce(max(round), 0) FROM files") + 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if self._db.in_transaction:
                self._db.execute("COMMIT")
        finally:
            self._db.close()

    # What the export is of

    def begin(self, about: Mapping[str, str], *, began: str, least: str, fresh: bool) -> str | None:
        """Take up an export that was begun with the same wishes, or begin a new one.

        about:   the wishes that decide what is read.
        began:   now, UTC ISO 8601; `least` is the oldest beginning that is still taken up.
        returns: when the export began that goes on; None for a new one.
        """
        with self._told():
            known = dict(self._db.execute("SELECT name, value FROM about").fetchall())
            since = known.pop("began", "")
            if known == dict(about) and since >= least and not fresh:
                return str(since)
            self._clear()
            self._db.executemany("INSERT INTO about VALUES (?, ?)", [*about.items(), ("began", began)])
            self.keep()
            return None

    def finish(self) -> None:
        """Let go of what was read; which files were written stays known."""
        with self._told():
            self._clear()
            self.keep()
            self._db.execute("COMMIT")
            self._db.execute("VACUUM")
            self._db.execute("BEGIN EXCLUSIVE")

    def keep(self) -> None:
        """Make everything that was taken in last."""
        with self._told():
            self._db.execute("COMMIT")
            self._db.execute("BEGIN EXCLUSIVE")
        self._changes = 0

    def _clear(self) -> None:
        for table in ("about", "windows", "assets", "placed"):
            self._db.execute(f"DELETE FROM {table}")

    # What was found and read

    def done(self) -> Mapping[str, Sequence[Span]]:
        """Source → times that were looked through."""
        found: dict[str, list[Span]] = {}
        for source, start, end in self._rows("SELECT source, start, end FROM windows ORDER BY source, start"):
            found.setdefault(source, []).append((start, end))
        return found

    def missed(self) -> int:
        """How many assets the service counted and did not show."""
        return self._number("SELECT coalesce(sum(missed), 0) FROM windows")

    def found(self, page: ListedPage) -> int:
        """Take in a page of a list; how many of it are new."""
        with self._told():
            before = self._db.total_changes
            self._db.executemany(
                "INSERT OR IGNORE INTO assets VALUES (?, ?, 0, NULL)", [(one.kind, one.id) for one in page.assets]
            )
            new = self._db.total_changes - before
            if page.done is not None:
                self._db.execute(
                    "INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?)", (page.source, *page.done, page.missed)
                )
        self._changed(new)
        return new

    def unread(self, kind: str, most: int) -> list[str]:
        """Ids of assets that were found and not yet read."""
        return [
            one for (one,) in self._rows("SELECT id FROM assets WHERE kind = ? AND state = 0 LIMIT ?", (kind, most))
        ]

    def read(self, kind: str, batch: LiveBatch) -> None:
        """Take in what was read of assets that were found."""
        with self._told():
            self._db.executemany(
                f"UPDATE assets SET state = {_READ}, data = ? WHERE kind = ? AND id = ?",
                [(_packed(live), kind, key) for key, live in batch.found],
            )
            self._db.executemany(
                f"UPDATE assets SET state = {_GONE} WHERE kind = ? AND id = ?", [(kind, key) for key in batch.missing]
            )
        self._changed(len(batch.found) + len(batch.missing))

    def counts(self) -> tuple[int, int, int]:
        """How many assets wait to be read, were read, were gone when they were to be read."""
        by_state = dict(self._rows("SELECT state, count(*) FROM assets GROUP BY state"))
        return by_state.get(_FOUND, 0), by_state.get(_READ, 0), by_state.get(_GONE, 0)

    # What is written

    def assets(self) -> Iterator[LiveAsset]:
        """Everything that was read, by kind and id."""
        for kind, asset_id, data in self._rows(
            f"SELECT kind, id, data FROM assets WHERE state = {_READ} ORDER BY kind, id"
        ):
            yield _unpacked(kind, asset_id, data)

    def shared_references(self) -> frozenset[str]:
        """References that several assets have, which therefore name none."""
        query = (
            f"SELECT reference FROM (SELECT json_extract(data, '$.f.reference') AS reference FROM assets "
            f"WHERE state = {_READ}) WHERE reference IS NOT NULL GROUP BY reference HAVING count(*) > 1"
        )
        return frozenset(str(one) for (one,) in self._rows(query))

    def place(self, place: Place) -> None:
        """Sort everything that was read into groups, anew."""
        with self._told():
            self._db.execute("DELETE FROM placed")
            self._db.executemany("INSERT INTO placed VALUES (?, ?, ?, ?)", self._placed(place))
            self.keep()

    def _placed(self, place: Place) -> Iterator[tuple[str, str, str, str]]:
        for live in self.assets():
            where = place(live)
            if where is not None:
                yield live.kind, *where, live.id

    def groups(self) -> Iterator[tuple[str, str, int]]:
        """Kind, group, and how many assets it has; in order."""
        yield from self._rows("SELECT kind, stem, count(*) FROM placed GROUP BY kind, stem ORDER BY kind, stem")

    def hours(self, kind: str, stem: str) -> list[tuple[str, int]]:
        """The hours in which the assets of a group were made, in order, and how many in each."""
        return list(
            self._rows(
                "SELECT substr(created, 1, 13) AS hour, count(*) FROM placed WHERE kind = ? AND stem = ? "
                "GROUP BY hour ORDER BY hour",
                (kind, stem),
            )
        )

    def members(self, kind: str, stem: str) -> Iterator[LiveAsset]:
        """The assets of a group, by time of creation, then id."""
        query = (
            "SELECT a.id, a.data FROM placed p JOIN assets a ON a.kind = p.kind AND a.id = p.id "
            "WHERE p.kind = ? AND p.stem = ? ORDER BY p.created, p.id"
        )
        for asset_id, data in self._rows(query, (kind, stem)):
            yield _unpacked(kind, asset_id, data)

    # Which files are its own

    def owns(self, path: str, digest: str) -> bool:
        """Whether a file of this name with this content is one that an export wrote."""
        row = self._db.execute("SELECT digest, before FROM files WHERE path = ?", (path,)).fetchone()
        return row is not None and digest in row

    def writing(self, path: str, digest: str) -> None:
        """Note that a file is about to be written, in a way that a kill before or after leaves it known."""
        with self._told():
            row = self._db.execute("SELECT digest FROM files WHERE path = ?", (path,)).fetchone()
            before = digest if row is None else row[0]
            self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (path, digest, before, self._round))

    def leftover(self) -> list[tuple[str, str, str]]:
        """Files of earlier exports that this one did not write: path, and the two contents it may have."""
        return list(self._rows("SELECT path, digest, before FROM files WHERE round < ? ORDER BY path", (self._round,)))

    def forget(self, path: str) -> None:
        """Take a file from those that are known."""
        with self._told():
            self._db.execute("DELETE FROM files WHERE path = ?", (path,))

    def _changed(self, count: int) -> None:
        self._changes += count
        if self._changes >= _COMMIT:
            self.keep()

    def _rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        with self._told():
            # Not `yield from`, which closes the cursor when it is left early, and by then the file may be closed.
            for row in self._db.execute(query, values):  # noqa: UP028
                yield row

    def _number(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell in vodplan's words what SQLite finds wrong."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"What the export read cannot be kept in {self.path}: {error}. Delete that file to begin anew, or make "
                "room for it.",
                next=f"rm {self.path}",
            ) from error


def _packed(live: LiveAsset) -> str:
    return json.dumps({"v": live.values, "f": dict(live.facts)}, separators=(",", ":"))


def _unpacked(kind: str, asset_id: str, data: str) -> LiveAsset:
    known = json.loads(data)
    values = tuple(tuple(value) if isinstance(value, list) else value for value in known["v"])
    return LiveAsset(kind, asset_id, values, known["f"])
