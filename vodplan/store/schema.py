"""Brings a store's tables to the version that this vodplan knows, step by step."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy
from sqlalchemy import Connection

from vodplan._version import __version__
from vodplan.core.errors import StoreError
from vodplan.core.ports import Clock
from vodplan.store.database import Database
from vodplan.store.ids import stamp
from vodplan.store.tables import schema

STEPS: Sequence[Sequence[str]] = (
    (
        """
        CREATE TABLE vodplan_runs (
          number {number}, id {text} NOT NULL UNIQUE, target_key {text} NOT NULL, target_name {text} NOT NULL,
          target {text} NOT NULL, plan {text} NOT NULL, plan_digest {text} NOT NULL, allow_deletes INTEGER,
          owner {text} NOT NULL, host {text} NOT NULL, pid BIGINT NOT NULL, ci_link {text}, machine {text} NOT NULL,
          started_at {text} NOT NULL, ended_at {text}, resumed INTEGER NOT NULL, changes INTEGER NOT NULL,
          complete BOOLEAN, interrupted BOOLEAN, counts {text}, verify_error {text}, unconverged {text})
        """,
        "CREATE INDEX vodplan_runs_target ON vodplan_runs (target_name, number)",
        """
        CREATE TABLE vodplan_changes (
          run BIGINT NOT NULL REFERENCES vodplan_runs (number) ON DELETE CASCADE, place INTEGER NOT NULL,
          address {text} NOT NULL, kind {text} NOT NULL, asset_id {text}, action {text} NOT NULL,
          document {text} NOT NULL, state {text} NOT NULL,
          code {text} NOT NULL, detail {text} NOT NULL, request_id {text} NOT NULL, at {text} NOT NULL,
          PRIMARY KEY (run, place))
        """,
        "CREATE INDEX vodplan_changes_address ON vodplan_changes (address, run)",
        """
        CREATE TABLE vodplan_events (
          run BIGINT NOT NULL REFERENCES vodplan_runs (number) ON DELETE CASCADE, number INTEGER NOT NULL,
          at {text} NOT NULL, event {text} NOT NULL, document {text} NOT NULL,
          PRIMARY KEY (run, number))
        """,
        """
        CREATE TABLE vodplan_leases (
          target_key {text} NOT NULL PRIMARY KEY, target {text} NOT NULL, token {text} NOT NULL, run {text} NOT NULL,
          owner {text} NOT NULL, host {text} NOT NULL, pid BIGINT NOT NULL, ci_link {text}, machine {text} NOT NULL,
          since {text} NOT NULL, expires DOUBLE PRECISION NOT NULL, boot {text} NOT NULL,
          expires_tick DOUBLE PRECISION)
        """,
    ),
    (
        """
        CREATE TABLE vodplan_unconverged (
          target_key {text} NOT NULL, address {text} NOT NULL, field {text} NOT NULL, fingerprint {text} NOT NULL,
          wanted {text} NOT NULL, live {text} NOT NULL, run {text} NOT NULL, at {text} NOT NULL,
          PRIMARY KEY (target_key, address, field))
        """,
        "CREATE INDEX vodplan_changes_asset ON vodplan_changes (kind, asset_id, run)",
    ),
)
"""What each version added, oldest first. A step that was released is never changed: a new one is added."""

VERSION = len(STEPS)

_WORDS = {
    # Ids and times are compared and sorted as bytes, whatever the database's language is.
    True: {"number": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "text": 'TEXT COLLATE "C"'},
    False: {"number": "INTEGER PRIMARY KEY AUTOINCREMENT", "text": "TEXT"},
}

_MIGRATING = 7_064_652_331
"""The key of the advisory lock that lets one process at a time change the tables of a PostgreSQL database."""


def migrate(database: Database, clock: Clock) -> None:
    """Add the steps that the store does not have yet, all of them or none.

    raises: StoreError, also for a store that a newer vodplan made.
    """
    with database.reading() as connection:
        if _version(connection, database) == VERSION:
            return
    with database.writing() as connection:
        if database.is_postgresql:
            connection.execute(sqlalchemy.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
        # Again, now that nobody else can change it.
        have = _version(connection, database)
        words = _WORDS[database.is_postgresql]
        if have == 0:
            connection.exec_driver_sql(
                "CREATE TABLE IF NOT EXISTS vodplan_schema (version INTEGER NOT NULL PRIMARY KEY, "
                "applied_at {text} NOT NULL, vodplan_version {text} NOT NULL)".format(**words)
            )
        for version, step in enumerate(STEPS[have:], start=have + 1):
            for statement in step:
                connection.exec_driver_sql(statement.format(**words))
            row = {"version": version, "applied_at": stamp(clock.now()), "vodplan_version": __version__}
            connection.execute(sqlalchemy.insert(schema).values(row))


def is_current(database: Database) -> bool:
    """Whether the store has the tables of this version; False when it has none, or older ones.

    raises: StoreError, also for a store that a newer vodplan made.
    """
    with database.reading() as connection:
        return _version(connection, database) == VERSION


def _version(connection: Connection, database: Database) -> int:
    if not sqlalchemy.inspect(connection).has_table(schema.name):
        return 0
    version = connection.scalar(sqlalchemy.select(sqlalchemy.func.max(schema.c.version))) or 0
    if version > VERSION:
        raise StoreError(
            f"The store {database.location.shown} was made by a newer vodplan: its tables are of version {version}, "
            f"and this vodplan knows up to {VERSION}.",
            next="pip install --upgrade vodplan",
        )
    return version
