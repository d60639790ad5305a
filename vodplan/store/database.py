"""Connections on which a commit is durable: SQLite in WAL mode with full synchronisation, or PostgreSQL."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import time
from collections.abc import Iterator

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from vodplan.core.errors import StoreError
from vodplan.store.faults import no_folder, told
from vodplan.store.location import Location

PATIENCE = 10.0
"""Seconds to wait for another process's transaction, and for a connection."""

_WRITES = "vodplan_writes"

_POSTGRESQL_SETTINGS = {
    "application_name": "vodplan",
    "client_encoding": "utf8",
    # A server that vanished is noticed within about half a minute, on idle and on busy connections.
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

_TRANSACTION_SETTINGS = sqlalchemy.text(
    """
    SELECT set_config('lock_timeout', :lock_timeout, true),
           set_config(
             'synchronous_commit',
             CASE WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN 'on'
                  ELSE current_setting('synchronous_commit') END,
             true)
    """
)
"""Set within each transaction, so that it holds behind a pooler that lends connections by transaction, too."""


class Database:
    """One store's database.

    patience: seconds to wait for locks and connections.
    """

    def __init__(self, location: Location, *, patience: float = PATIENCE) -> None:
        self.location = location
        self.patience = patience
        self._engine = _sqlite_engine(location, patience) if location.path else _postgresql_engine(location, patience)

    @property
    def is_postgresql(self) -> bool:
        """Whether it is on a PostgreSQL server."""
        return self.location.path is None

    def connect(self) -> None:
        """Open the first connection and check what every promise of the store rests on.

        raises: StoreError.
        """
        path = self.location.path
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise no_folder(self.location, error) from error
        with self.reading() as connection:
            if self.is_postgresql:
                encoding = connection.scalar(sqlalchemy.text("SHOW server_encoding"))
                if encoding != "UTF8":
                    raise StoreError(
                        f"The database {self.location.shown} keeps texts as {encoding}; titles need UTF8.",
                        next="createdb --encoding=UTF8 --template=template0 DATABASE",
                    )

    def cautions(self) -> tuple[str, ...]:
        """What weakens the promise that a commit is durable and cannot be mended from here; raises StoreError."""
        if not self.is_postgresql:
            return ()
        with self.reading() as connection:
            if connection.scalar(sqlalchemy.text("SHOW fsync")) == "on":
                return ()
        return ("The PostgreSQL server runs with fsync off: when its machine fails, records are lost.",)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads; raises StoreError."""
        with told(self.location), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, committed and durable when the block ends well, gone when it does not.

        On SQLite it is the only one that writes from its first statement on. raises: StoreError.
        """
        with told(self.location), self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                if self.is_postgresql:
                    settings = {"lock_timeout": f"{int(self.patience * 1000)}ms"}
                    connection.execute(_TRANSACTION_SETTINGS, settings)
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _sqlite_engine(location: Location, patience: float) -> Engine:
    engine = sqlalchemy.create_engine(location.url, connect_args={"timeout": patience}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, record: object) -> None:
        assert isinstance(connection, sqlite3.Connection)
        # Transactions are begun below, by name: the driver would begin them late, and never the writing kind.
        connection.isolation_level = None
        try:
            _use_wal(connection, location, patience)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if sys.platform == "darwin":
                connection.execute("PRAGMA fullfsync = ON")
                connection.execute("PRAGMA checkpoint_fullfsync = ON")
            if connection.execute("PRAGMA synchronous").fetchone() != (2,):
                raise StoreError(f"SQLite does not write {location.shown} durably.", next="vodplan doctor")
        except BaseException:
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _use_wal(connection: sqlite3.Connection, location: Location, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
            if mode != "wal":
                mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            # Two processes that both switch a new file get this at once: SQLite's own patience does not cover it.
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise StoreError(
            f"The store {location.shown} is on a file system that cannot keep a write-ahead log.",
            next="Set store: to a file on a local disk, or to postgresql://…",
        )


def _postgresql_engine(location: Location, patience: float) -> Engine:
    settings = {**_POSTGRESQL_SETTINGS, "connect_timeout": max(2, int(patience))}
    asked = {name: value for name, value in settings.items() if name not in location.url.query}
    try:
        return sqlalchemy.create_engine(
            location.url,
            # Prepared statements belong to one connection to the server; behind a pooler there is no such thing.
            connect_args={**asked, "prepare_threshold": None},
            hide_parameters=True,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            "A store on PostgreSQL needs the driver psycopg, which is not installed.",
            next="pip install 'vodplan[postgres]'",
        ) from error
