"""The `store:` setting as a place: an SQLite file, or a database on a PostgreSQL server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy
from sqlalchemy.exc import ArgumentError

from vodplan.core.errors import StoreError

DEFAULT = "sqlite:///.vodplan/state.db"

_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_NEXT = "Set store: in vodplan.yaml, or VODPLAN_STORE, to sqlite:///PATH or postgresql://USER@HOST/DATABASE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a store is.

    url:   what SQLAlchemy connects to; holds the password, so it is never shown.
    shown: what people are shown: a path, or user, host and database.
    path:  the file of an SQLite store, None for PostgreSQL.
    """

    url: sqlalchemy.URL
    shown: str
    path: Path | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown even when a driver's message repeats it."""
        values = [self.url.password] if self.url.password else []
        for name, value in self.url.query.items():
            if "password" in name.lower():
                values += [value] if isinstance(value, str) else list(value)
        return tuple(value for value in values if value)


def locate(url: str, *, root: Path) -> Location:
    """Read the setting.

    url:    `sqlite:///PATH`, relative to `root` or absolute (four slashes), or `postgresql://…` (also
            `postgresql+psycopg://` and `postgres://`).
    raises: StoreError when it is neither; the message never repeats the setting, which may hold a password.
    """
    try:
        parsed = sqlalchemy.make_url(url)
        if parsed.drivername == "sqlite":
            return _sqlite(parsed, root)
        if parsed.drivername in _POSTGRESQL:
            return _postgresql(parsed)
    except (ArgumentError, ValueError):
        # Not chained: the message of the cause may hold parts of the password.
        raise StoreError("The store's URL cannot be read.", next=_NEXT) from None
    name = parsed.drivername if parsed.drivername.isascii() and parsed.drivername.isprintable() else "…"
    raise StoreError(f'A store cannot be kept in "{name}"; it is kept in sqlite or postgresql.', next=_NEXT)


def _sqlite(url: sqlalchemy.URL, root: Path) -> Location:
    if url.host or not url.database or url.database == ":memory:":
        raise StoreError(
            "The store's URL names no file. A journal must outlive the process, so it cannot be kept in memory; a path "
            "comes after three slashes.",
            next=_NEXT,
        )
    if url.query or "\0" in url.database:
        raise StoreError("The store's URL has options; an sqlite store takes none.", next=_NEXT)
    path = root / url.database
    return Location(url=sqlalchemy.URL.create("sqlite", database=str(path)), shown=str(path), path=path)


def _postgresql(url: sqlalchemy.URL) -> Location:
    if "@" in (url.host or ""):
        raise StoreError(
            "The store's URL has more than one @. A password with @, :, / or % in it must be percent-encoded.",
            next=_NEXT,
        )
    url = url.set(drivername="postgresql+psycopg")
    return Location(url=url, shown=_shown(url))


def _shown(url: sqlalchemy.URL) -> str:
    query = {name: value for name, value in url.query.items() if name in ("host", "port", "user", "dbname")}
    bare = sqlalchemy.URL.create(
        "postgresql", username=url.username, host=url.host, port=url.port, database=url.database, query=query
    )
    return bare.render_as_string()
