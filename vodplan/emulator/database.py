"""The SQLite file behind an emulator: opened once, used under one lock, kept over restarts."""

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import schema
from .records import Library
from .rows import AttachedRow, CategoryRow, ImageRow, VideoRow, attached_row, category_row, image_row, video_row
from .settings import KeyPair

Value = str | int | float | None


class NotAnEmulatorDatabase(Exception):
    """The file is something else, cannot be opened, or was written by a newer version."""


class Database:
    """Typed access to the tables; every method holds the lock, `transaction` holds it for a whole block."""

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self.lock = threading.RLock()
        self._own_writes = 0
        self._tree: dict[int, CategoryRow] = {}
        self._tree_generation: tuple[int, int] | None = None
        try:
            if self.path != ":memory:":
                Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.DatabaseError) as error:
            raise NotAnEmulatorDatabase(f"{self.path} cannot be opened: {error}") from error
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise NotAnEmulatorDatabase(f"{self.path} is not a database of the emulator: {error}") from error

    def _prepare(self) -> None:
        run = self._db.execute
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=NORMAL")
        run("PRAGMA cache_size=-65536")
        run("PRAGMA temp_store=MEMORY")
        (found,) = run("PRAGMA user_version").fetchone()
        if found > schema.VERSION:
            raise sqlite3.DatabaseError(f"its format {found} is newer than {schema.VERSION}")
        with self.transaction():
            (found,) = run("PRAGMA user_version").fetchone()
            if found == 0:
                if run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    raise sqlite3.DatabaseError("it holds other tables")
                for statement in (schema.TABLES + schema.INDEXES).split(";"):
                    run(statement)
                run(f"PRAGMA user_version={schema.VERSION}")
                self.set_meta("url_key", secrets.token_hex(16))
                self.save_key(KeyPair(id=f"EMULATOR{secrets.token_hex(6).upper()}", secret=secrets.token_hex(15)))
                self.set_meta("main_key", self.access_keys()[0].id)
            run(schema.OBJECTS)

    def tidy(self) -> None:
        """Fold the write-ahead log in and take statistics, after a bulk load."""
        with self.lock:
            self._db.execute("PRAGMA optimize=0x10002").fetchall()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the file; the write-ahead log is folded in."""
        with self.lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One write transaction: all of the block, or nothing."""
        with self.lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                self._own_writes += 1
                raise
            self._own_writes += 1
            self._db.execute("COMMIT")

    def generation(self) -> tuple[int, int]:
        """A pair that changes with every write, by this process or another."""
        return self._own_writes, self._db.execute("PRAGMA data_version").fetchone()[0]

    def counts_changes(self) -> int:
        """How many rows this connection has changed since it was opened."""
        return self._db.total_changes

    def rows(self, sql: str, args: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        """All rows of a query."""
        with self.lock:
            return self._db.execute(sql, args).fetchall()

    def number(self, sql: str, args: Sequence[Value] = ()) -> int:
        """The single integer of a query."""
        return int(self.rows(sql, args)[0][0] or 0)

    def write(self, sql: str, args: Sequence[Value] = ()) -> int:
        """Run one changing statement; the number of rows it touched."""
        with self.transaction():
            return self._db.execute(sql, args).rowcount

    def write_many(self, sql: str, args: Iterable[Sequence[Value]]) -> None:
        """Run one changing statement for many rows."""
        with self.transaction():
            self._db.executemany(sql, args)

    # media

    def videos(self, ids: Sequence[str], *, by: str = "id") -> list[VideoRow]:
        """The videos and audios of these ids (or reference ids), in no promised order."""
        marks = ",".join("?" * len(ids))
        with self.lock:
            return [*map(VideoRow._make, self._db.execute(f"SELECT * FROM videos WHERE {by} IN ({marks})", ids))]

    def images(self, values: Sequence[str], *, by: str = "id") -> list[ImageRow]:
        """The images of these ids (or paths)."""
        marks = ",".join("?" * len(values))
        with self.lock:
            return [*map(ImageRow._make, self._db.execute(f"SELECT * FROM images WHERE {by} IN ({marks})", values))]

    def attached(self, ids: Sequence[str]) -> list[AttachedRow]:
        """The auxiliary assets of these ids."""
        marks = ",".join("?" * len(ids))
        with self.lock:
            return [*map(AttachedRow._make, self._db.execute(f"SELECT * FROM attached WHERE id IN ({marks})", ids))]

    def categories(self) -> dict[int, CategoryRow]:
        """All categories by id; kept in memory until somebody writes."""
        with self.lock:
            generation = self.generation()
            if generation != self._tree_generation:
                rows = map(CategoryRow._make, self._db.execute("SELECT * FROM categories ORDER BY id"))
                self._tree = {row.id: row for row in rows}
                self._tree_generation = generation
            return self._tree

    def update(self, table: str, media_id: str, values: dict[str, Value]) -> None:
        """Set columns of one row; the names of the columns come from code, never from a caller."""
        columns = ", ".join(f"{name} = ?" for name in values)
        self.write(f"UPDATE {table} SET {columns} WHERE id = ?", (*values.values(), media_id))

    def load(self, library: Library) -> None:
        """Put a whole library into the empty tables."""
        with self.transaction():
            self.insert("categories", map(category_row, library.categories))
            self.insert("videos", map(video_row, library.videos))
            self.insert("images", map(image_row, library.images))
            self.insert("attached", map(attached_row, library.attached))

    def insert(self, table: str, rows: Iterable[Sequence[Value]]) -> None:
        """Insert rows that have every column."""
        columns = {"categories": 6, "videos": 19, "images": 15, "attached": 13}[table]
        self.write_many(f"INSERT INTO {table} VALUES ({','.join('?' * columns)})", rows)

    def is_empty(self) -> bool:
        """Whether the library holds nothing at all."""
        return not any(self.rows(f"SELECT 1 FROM {table} LIMIT 1") for table in schema.LIBRARY_TABLES)

    def clear(self) -> None:
        """Empty the library; keys stay."""
        with self.transaction():
            for table in (*schema.LIBRARY_TABLES, "objects"):
                self.write(f"DELETE FROM {table}")

    def counts(self) -> dict[str, int]:
        """How many rows each table of the library has."""
        return {table: self.number(f"SELECT count(*) FROM {table}") for table in schema.LIBRARY_TABLES}

    def snapshot(self, path: Path | str) -> None:
        """Copy the whole database into a new file."""
        with self.lock:
            copy = sqlite3.connect(path)
            try:
                self._db.backup(copy)
            finally:
                copy.close()

    def restore(self, path: Path | str) -> None:
        """Put a snapshot's content in the place of this one's."""
        with self.lock:
            copy = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            try:
                copy.backup(self._db)
            finally:
                copy.close()
            self._db.execute(schema.OBJECTS)
            self._own_writes += 1

    # files that were uploaded

    def put_object(self, path: str, media: str, content: bytes) -> None:
        """Keep an uploaded file, in place of the one that stands there."""
        with self.transaction():
            self._db.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", (path, media, content))

    def get_object(self, path: str) -> tuple[str, bytes] | None:
        """Media type and content of an uploaded file."""
        with self.lock:
            found = self._db.execute("SELECT media, content FROM objects WHERE path = ?", (path,)).fetchone()
        return None if found is None else (str(found[0]), bytes(found[1]))

    # keys and settings that live in the file

    def meta(self, key: str) -> str | None:
        """A value of the `meta` table."""
        found = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(found[0][0]) if found else None

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value in the `meta` table."""
        self.write(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
        )

    def save_key(self, key: KeyPair) -> None:
        """Add an access key or replace the one of the same id."""
        self.write(
            "INSERT OR REPLACE INTO access_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key.id,
                key.secret,
                key.token,
                key.expires,
                int(key.active),
                json.dumps(key.allow),
                json.dumps(key.deny),
                None if key.apps is None else json.dumps(key.apps),
            ),
        )

    def access_keys(self) -> list[KeyPair]:
        """Every access key."""
        return [
            KeyPair(
                id=str(row[0]),
                secret=str(row[1]),
                token=None if row[2] is None else str(row[2]),
                expires=None if row[3] is None else int(row[3]),
                active=bool(row[4]),
                allow=tuple(json.loads(str(row[5]))),
                deny=tuple(json.loads(str(row[6]))),
                apps=None if row[7] is None else tuple(json.loads(str(row[7]))),
            )
            for row in self.rows("SELECT * FROM access_keys ORDER BY id")
        ]

    def main_key(self) -> KeyPair:
        """The key that the emulator prints."""
        main = self.meta("main_key")
        return next(key for key in self.access_keys() if key.id == main)
