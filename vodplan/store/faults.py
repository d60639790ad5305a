"""What went wrong in a database, as a sentence and a next step."""

from __future__ import annotations

import contextlib
import errno
import re
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy.exc

from vodplan.core.errors import StoreError
from vodplan.store.location import Location

DOCTOR = "vodplan doctor"

_LONGEST = 400


class _Cause(NamedTuple):
    """Why, as the end of a sentence that begins with the store's name; and what to do."""

    why: str
    next: str = DOCTOR


_SQLITE = {
    "SQLITE_BUSY": _Cause("is locked: another process has been writing to it for too long", "vodplan history"),
    "SQLITE_LOCKED": _Cause("is locked: another process has been writing to it for too long", "vodplan history"),
    "SQLITE_READONLY": _Cause("cannot be written: it is read-only", "Make the file and its folder writable"),
    "SQLITE_PERM": _Cause("cannot be opened: permission is denied", "Make the file and its folder writable"),
    "SQLITE_AUTH": _Cause("cannot be opened: permission is denied", "Make the file and its folder writable"),
    "SQLITE_CANTOPEN": _Cause("cannot be opened", "Make the file and its folder readable and writable"),
    "SQLITE_FULL": _Cause("cannot be written: the disk is full", "Free some space on the disk, then run it again"),
    "SQLITE_NOTADB": _Cause(
        "is not a store: the file is no SQLite database", "Move the file away, or set store: to another"
    ),
    "SQLITE_CORRUPT": _Cause("is damaged", "Restore the file from a backup, or move it away"),
    "SQLITE_IOERR": _Cause("cannot be read or written: the disk reports an error", "Check the disk"),
}
"""By SQLite's primary result code."""

_POSTGRESQL = {
    "25006": _Cause("cannot be written: the server, the database or the role is read-only", "Use the primary server"),
    "28": _Cause("refuses the user or the password", "Check the user and the password in store: or VODPLAN_STORE"),
    "3D000": _Cause("is not there: the server has no such database", "createdb DATABASE"),
    "42501": _Cause(
        "cannot be used: the role lacks a permission", "Grant the role CREATE on the schema (docs/store.md)"
    ),
    "53100": _Cause("cannot be written: the server's disk is full", "Free some space on the server's disk"),
    "53300": _Cause("takes no more connections", "Wait for other clients to end, or raise max_connections"),
    "55P03": _Cause("is locked: another process has been writing to it for too long", "vodplan history"),
    "57P": _Cause("is shutting down or starting up", "Wait a moment, then run it again"),
    "08": _Cause("cannot be reached: the connection broke", "Check that the server runs and can be reached"),
}
"""By SQLSTATE, or the class it begins with."""

_CONNECTING = (
    ("password authentication failed", _POSTGRESQL["28"]),
    ("no password supplied", _POSTGRESQL["28"]),
    ("no pg_hba.conf entry", _Cause("does not let this user in from this host", "Have pg_hba.conf allow it")),
    ('database "', _POSTGRESQL["3D000"]),
    ('role "', _POSTGRESQL["28"]),
)
"""While connecting libpq gives no SQLSTATE; a server that speaks another language gets the general sentence."""

_UNREACHABLE = _Cause("cannot be reached", "Check that the server runs and that host, port and database are right")


@contextlib.contextmanager
def told(location: Location) -> Iterator[None]:
    """Turn what the database or the disk reports into StoreError."""
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        raise _error(location, error.orig or error) from error
    except (sqlalchemy.exc.SQLAlchemyError, sqlite3.Error) as error:
        raise _error(location, error) from error


def no_folder(location: Location, error: OSError) -> StoreError:
    """The error for a folder that cannot be made."""
    if error.errno == errno.ENOSPC:
        return StoreError(_sentence(location, _SQLITE["SQLITE_FULL"]), next=_SQLITE["SQLITE_FULL"].next)
    why = f"cannot be made: {error.strerror or error}"
    return StoreError(_sentence(location, _Cause(why)), next="Make the folder, or set store: to another place")


def _error(location: Location, error: BaseException) -> StoreError:
    cause = _sqlite_cause(error) if location.path is not None else _postgresql_cause(error)
    if cause is not None and cause is not _SQLITE["SQLITE_IOERR"]:
        return StoreError(_sentence(location, cause), next=cause.next)
    cause = cause or _Cause("does not work")
    return StoreError(f"{_sentence(location, cause)[:-1]} ({_reason(location, error)}).", next=cause.next)


def _sqlite_cause(error: BaseException) -> _Cause | None:
    code = getattr(error, "sqlite_errorname", None)
    if not isinstance(code, str):
        return None
    # Extended codes add to the primary one: SQLITE_READONLY_DIRECTORY, SQLITE_IOERR_WRITE.
    return _SQLITE.get("_".join(code.split("_")[:2]))


def _postgresql_cause(error: BaseException) -> _Cause | None:
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return next((_POSTGRESQL[state[:length]] for length in (5, 3, 2) if state[:length] in _POSTGRESQL), None)
    text = str(error)
    if "connection" not in text.lower() and "server" not in text.lower():
        return None
    return next((cause for words, cause in _CONNECTING if words in text), _UNREACHABLE)


def _sentence(location: Location, cause: _Cause) -> str:
    return f"The store {location.shown} {cause.why}."


def _reason(location: Location, error: BaseException) -> str:
    """The driver's own words, on one line, without the password."""
    text = re.sub(r"\s+", " ", str(error)).strip()
    for secret in location.secrets:
        text = text.replace(secret, "***")
    return text[:_LONGEST] or type(error).__name__
