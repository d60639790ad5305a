"""What a database reports, as a sentence."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy.exc

from vodplan.core.errors import StoreError
from vodplan.store.faults import no_folder, told
from vodplan.store.location import Location, locate

SQLITE = locate("sqlite:///s.db", root=Path("/project"))
SERVER = locate("postgresql://ada:s%40crET@db/media", root=Path("/project"))


class Reported(Exception):
    """What a driver raises."""

    def __init__(self, text: str, *, sqlite_errorname: str | None = None, sqlstate: str | None = None) -> None:
        super().__init__(text)
        self.sqlite_errorname = sqlite_errorname
        self.sqlstate = sqlstate


def sentence(location: Location, reported: Reported) -> StoreError:
    """What a driver's exception becomes, as the library passes it on."""
    with pytest.raises(StoreError) as refusal, told(location):
        raise sqlalchemy.exc.OperationalError("INSERT …", {}, reported)
    assert refusal.value.next
    return refusal.value


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("SQLITE_BUSY", "is locked"),
        ("SQLITE_BUSY_SNAPSHOT", "is locked"),
        ("SQLITE_READONLY_DIRECTORY", "is read-only"),
        ("SQLITE_FULL", "the disk is full"),
        ("SQLITE_CANTOPEN_ISDIR", "cannot be opened"),
        ("SQLITE_NOTADB", "no SQLite database"),
        ("SQLITE_CORRUPT_VTAB", "is damaged"),
        ("SQLITE_IOERR_FSYNC", "the disk reports an error (disk I/O error)"),
        ("SQLITE_CONSTRAINT_PRIMARYKEY", "does not work (disk I/O error)"),
    ],
)
def test_sqlite_code_becomes_a_sentence(code: str, words: str) -> None:
    """SQLite tells causes apart by codes, extended ones included; unknown ones keep its own words."""
    error = sentence(SQLITE, Reported("disk I/O\n   error", sqlite_errorname=code))

    assert error.message.startswith("The store /project/s.db ")
    assert words in error.message
    assert error.message.endswith(".")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("25006", "is read-only"),
        ("28P01", "refuses the user or the password"),
        ("28000", "refuses the user or the password"),
        ("3D000", "no such database"),
        ("42501", "lacks a permission"),
        ("53100", "disk is full"),
        ("53300", "no more connections"),
        ("55P03", "is locked"),
        ("57P01", "shutting down"),
        ("08006", "the connection broke"),
        ("22P05", "does not work (no such character)"),
    ],
)
def test_postgresql_state_becomes_a_sentence(state: str, words: str) -> None:
    """PostgreSQL tells causes apart by SQLSTATE; unknown ones keep its own words."""
    error = sentence(SERVER, Reported("no such character", sqlstate=state))

    assert error.message.startswith("The store postgresql://ada@db/media ")
    assert words in error.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('connection failed: FATAL:  password authentication failed for user "ada"', "refuses the user"),
        ("connection failed: fe_sendauth: no password supplied", "refuses the user"),
        ('connection failed: FATAL:  no pg_hba.conf entry for host "10.0.0.1"', "does not let this user in"),
        ('connection failed: FATAL:  database "media" does not exist', "no such database"),
        ('connection failed: FATAL:  role "ada" does not exist', "refuses the user"),
        ("connection failed: Connection refused", "cannot be reached"),
        ("could not receive data from server: timed out", "cannot be reached"),
        ("a proxy said s@crET is not welcome", "does not work (a proxy said *** is not welcome)"),
    ],
)
def test_postgresql_without_a_state_is_told_by_its_words(text: str, words: str) -> None:
    """While connecting there is no SQLSTATE; whatever the words are, the password is not among them."""
    error = sentence(SERVER, Reported(text))

    assert words in error.message
    assert "s@crET" not in error.message


def test_errors_of_the_driver_and_of_the_library_alone_are_told() -> None:
    """Not every error comes wrapped: preparing a connection uses the driver directly, pools have errors of their own."""
    with pytest.raises(StoreError, match="does not work"), told(SQLITE):
        raise sqlite3.OperationalError("something")
    with pytest.raises(StoreError, match="no connection came free"), told(SQLITE):
        raise sqlalchemy.exc.TimeoutError("no connection came free")


def test_errors_of_vodplan_pass() -> None:
    """What is already a sentence stays as it is."""
    with pytest.raises(ZeroDivisionError), told(SQLITE):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "cannot be made: Permission denied")],
)
def test_folder_that_cannot_be_made_says_why(number: int, words: str) -> None:
    """The folder is the first thing that is written."""
    error = no_folder(SQLITE, OSError(number, "Permission denied"))

    assert words in error.message
    assert error.next
