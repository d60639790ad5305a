"""Stores that cannot be used: each is one clear sentence and a next step, before anything is written."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest

from tests.store.build import HOLDER, OTHER, TARGET, FixedClock, a_call, a_plan, a_report, an_outcome, an_update, in_use
from tests.store.conftest import Open
from tests.store.processes import children
from vodplan.core.errors import StoreError
from vodplan.core.history import RunStatus
from vodplan.store.open import open_store
from vodplan.store.store import Store

PLAN = a_plan(an_update("a1"))

# In two parts: tracebacks quote the lines of this file.
SECRET = "TOP" + "SECRET"


def opening(url: str, root: Path, **options: float) -> Store:
    """Open a store with a clock of its own."""
    return open_store(url, root=root, clock=FixedClock(), **options)  # type: ignore[arg-type]  # patience only


def refused(action: Callable[[], object]) -> StoreError:
    """The error that an action ends with; it has a sentence, a next step and exit code 1."""
    with pytest.raises(StoreError) as refusal:
        action()
    error = refusal.value
    assert error.message.endswith(".")
    assert "\n" not in error.message
    assert error.next
    assert error.exit_code == 1
    return error


def with_user(url: str, user: str, password: str) -> str:
    """The URL with other credentials."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.hostname}:{parts.port}"))


# SQLite


def test_folder_is_made_and_path_is_relative_to_root(tmp_path: Path) -> None:
    """The default store needs nothing to be prepared."""
    with opening("sqlite:///a/b/state.db", tmp_path) as store:
        assert store.path == tmp_path / "a" / "b" / "state.db"
        assert store.shown == str(store.path)
        assert store.path.is_file()
        assert store.cautions() == ()

    with opening(f"sqlite:///{tmp_path}/absolute.db", tmp_path / "elsewhere"):
        assert (tmp_path / "absolute.db").is_file()


def test_sqlite_commits_are_durable(tmp_path: Path) -> None:
    """Write-ahead log, full synchronisation, foreign keys: on every connection, whatever SQLite's defaults are."""
    with opening("sqlite:///s.db", tmp_path) as store, store._database.writing() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    """A file of the user's is never written over."""
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, and they are long enough to be looked at\n" * 50)

    error = refused(lambda: opening("sqlite:///notes.txt", tmp_path))

    assert "no SQLite database" in error.message
    assert path.read_text().startswith("these are my notes")


def test_damaged_store_is_named(tmp_path: Path) -> None:
    """A file that was cut off or scribbled on is reported as that."""
    with opening("sqlite:///s.db", tmp_path) as store:
        journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
        journal.begin(a_plan(*(an_update(f"a{number}") for number in range(500))))
    content = bytearray((tmp_path / "s.db").read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    (tmp_path / "s.db").write_bytes(content)

    error = refused(lambda: opening("sqlite:///s.db", tmp_path).runs())

    assert "damaged" in error.message


def test_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    """A path that is a folder cannot be opened."""
    (tmp_path / "state.db").mkdir()

    assert "cannot be opened" in refused(lambda: opening("sqlite:///state.db", tmp_path)).message


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A folder that cannot be made is the user's to see to."""
    (tmp_path / ".vodplan").write_text("")

    assert "cannot be made" in refused(lambda: opening("sqlite:///.vodplan/state.db", tmp_path)).message


def test_read_only_store_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """History can be read from it; nothing can be begun, and the lease is the first thing that says so."""
    with mounted(tmp_path / "disk") as disk:
        with opening("sqlite:///s.db", disk.path) as store:
            journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
            journal.begin(PLAN)
        with disk.read_only():
            error = refused(lambda: acquire_in(disk.path))

    assert "read-only" in error.message or "cannot be opened" in error.message


def test_read_only_file_is_refused_by_a_store_that_is_open(tmp_path: Path) -> None:
    """The disk may turn read-only under a store; the next record fails instead of being lost."""
    with opening("sqlite:///s.db", tmp_path) as store:
        with store._database.reading() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")

        error = refused(lambda: store.acquire(TARGET, HOLDER, run="run-1"))

    assert "read-only" in error.message


def test_full_disk_stops_before_the_call_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """An apply whose journal cannot be written ends; what was recorded before is there, and it goes on once there is room."""
    # Room for far more than is written before the disk is filled, so that emptying it makes room again.
    with mounted(tmp_path / "disk", kilobytes=16_384) as disk:
        with children("sqlite:///s.db", disk.path, "write 4000") as (writer,):
            run = writer.answer().split()[1]
            disk.fill()
            said = writer.rest()
        assert said[-1].startswith("failed ")
        assert "the disk is full" in said[-1] or "the disk reports an error" in said[-1]
        assert refused(lambda: acquire_in(disk.path)).next
        disk.empty()

        with opening("sqlite:///s.db", disk.path) as store:
            detail = store.run(run)
            acknowledged = [int(line.split()[1]) for line in said if line.startswith("outcome ")]
            states = [one.state.value for one in detail.changes]
            assert all(states[place] == "done" for place in acknowledged)
            assert detail.record.status is RunStatus.UNFINISHED
            journal = store.resume(run, holder=OTHER)
            assert journal.plan is not None
            assert journal.begin(journal.plan) == run


def test_disk_that_is_full_from_the_start_is_refused(tmp_path: Path) -> None:
    """A store that cannot be made stops apply at once."""
    with mounted(tmp_path / "disk", kilobytes=512) as disk:
        disk.fill()

        error = refused(lambda: opening("sqlite:///new/state.db", disk.path))

    assert "the disk is full" in error.message or "disk reports an error" in error.message


def test_new_file_that_another_process_is_making_is_waited_for(tmp_path: Path) -> None:
    """Two first applies at once: turning the new file's log on needs it alone, which SQLite itself does not wait for."""
    with closing(sqlite3.connect(tmp_path / "s.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE something (a INTEGER)")
        done = threading.Timer(0.3, lambda: other.execute("COMMIT"))
        done.start()
        try:
            opening("sqlite:///s.db", tmp_path, patience=30).close()
        finally:
            done.join()

    with closing(sqlite3.connect(tmp_path / "s.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        assert "is locked" in refused(lambda: opening("sqlite:///s.db", tmp_path, patience=0.1)).message


# Both


def test_locked_database_is_waited_for_and_then_reported(opened: Open, url: str, tmp_path: Path) -> None:
    """Another process's transaction is waited for, and not for ever."""
    store = opened(patience=0.1)

    with in_use(url, tmp_path):
        error = refused(lambda: store.acquire(TARGET, HOLDER, run="run-1"))

    assert "is locked" in error.message
    store.acquire(TARGET, HOLDER, run="run-1").release()


def test_failed_record_leaves_the_journal_as_it_was(opened: Open, url: str, tmp_path: Path) -> None:
    """A line that could not be written takes no number and leaves no half: the same call can be recorded later."""
    store = opened(patience=0.1)
    journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
    journal.begin(PLAN)
    store.acquire(TARGET, HOLDER, run=journal.run_id)

    with in_use(url, tmp_path):
        refused(lambda: journal.intent(a_call(PLAN, 0), PLAN.changes))
    assert [event.kind.value for event in store.run(journal.run_id).events] == ["begin"]
    journal.intent(a_call(PLAN, 0), PLAN.changes)
    journal.outcome(a_call(PLAN, 0), [an_outcome(PLAN, 0)])
    journal.end(a_report(PLAN, journal.run_id, an_outcome(PLAN, 0)))

    assert [event.number for event in store.run(journal.run_id).events] == [1, 2, 3, 4]


# PostgreSQL


def test_postgresql_waits_for_the_log_whatever_the_database_is_set_to(postgres_database: str, tmp_path: Path) -> None:
    """A database that was made fast and forgetful is durable for the journal."""
    name = urlsplit(postgres_database).path[1:]
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())

    with opening(postgres_database, tmp_path) as store:
        with store._database.writing() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
        with psycopg.connect(postgres_database, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = remote_apply".encode())
    with opening(postgres_database, tmp_path) as store, store._database.writing() as connection:
        # Stronger than needed stays as it is.
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "remote_apply"


def test_postgresql_that_may_lose_commits_is_cautioned_about(postgres_url: str, tmp_path: Path) -> None:
    """The tests' own server runs with fsync off, and the store says what that means."""
    with opening(postgres_url, tmp_path) as store:
        if os.environ.get("VODPLAN_TEST_POSTGRES"):
            pytest.skip("a server that was given may well have fsync on")
        assert ["fsync off" in one for one in store.cautions()] == [True]


def test_postgresql_that_does_not_answer_is_named_without_password(tmp_path: Path) -> None:
    """Nobody listens there: host, port and database are shown, the password is not, anywhere."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    error = refused(lambda: opening(f"postgresql://ada:{SECRET}@127.0.0.1:{port}/library", tmp_path, patience=2))

    assert f"postgresql://ada@127.0.0.1:{port}/library cannot be reached" in error.message
    assert_hidden(error)


def test_postgresql_wrong_password_is_refused_without_showing_it(postgres_server: str, tmp_path: Path) -> None:
    """The server's refusal is told, with what to check, and the password that was tried is not."""
    url = with_user(postgres_server, "vodplan", SECRET)

    error = refused(lambda: opening(url, tmp_path))

    assert "refuses the user or the password" in error.message
    assert_hidden(error)


def test_postgresql_password_in_the_options_is_not_shown_either(postgres_server: str, tmp_path: Path) -> None:
    """libpq takes a password among the options, too."""
    parts = urlsplit(postgres_server)
    url = f"postgresql://vodplan@{parts.hostname}:{parts.port}/postgres?password={SECRET}"

    error = refused(lambda: opening(url, tmp_path))

    assert "refuses the user or the password" in error.message
    assert_hidden(error)


def test_postgresql_password_with_odd_characters_works_when_encoded(postgres_database: str, tmp_path: Path) -> None:
    """A password is percent-encoded in the URL; one that is not is told so, and is not shown."""
    odd = "p@ss:/w%rd"
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(b"DROP ROLE IF EXISTS odd")
        admin.execute(b"CREATE ROLE odd LOGIN PASSWORD 'p@ss:/w%rd'")
        admin.execute(b"REVOKE CREATE ON SCHEMA public FROM PUBLIC")

    error = refused(lambda: opening(with_user(postgres_database, "odd", quote(odd, safe="")), tmp_path))
    assert "lacks a permission" in error.message

    error = refused(lambda: opening(with_user(postgres_database, "odd", "ab@" + SECRET), tmp_path))
    assert "percent-encoded" in error.message
    assert_hidden(error)


def test_postgresql_without_the_database_is_named(postgres_server: str, tmp_path: Path) -> None:
    """A database that nobody made is the next step."""
    url = urlunsplit(urlsplit(postgres_server)._replace(path="/nosuch"))

    error = refused(lambda: opening(url, tmp_path))

    assert "no such database" in error.message
    assert error.next == "createdb DATABASE"


def test_postgresql_role_that_may_not_make_tables_is_told(postgres_database: str, tmp_path: Path) -> None:
    """The first start needs CREATE on the schema."""
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(b"DROP ROLE IF EXISTS reader")
        admin.execute(b"CREATE ROLE reader LOGIN PASSWORD 'reader'")
        admin.execute(b"REVOKE CREATE ON SCHEMA public FROM PUBLIC")

    error = refused(lambda: opening(with_user(postgres_database, "reader", "reader"), tmp_path))

    assert "lacks a permission" in error.message


def test_postgresql_read_only_is_told_before_anything_is_written(postgres_database: str, tmp_path: Path) -> None:
    """A stand-by serves the history; an apply on it stops at the lease."""
    name = urlsplit(postgres_database).path[1:]
    with opening(postgres_database, tmp_path) as store:
        store.journal(TARGET, holder=HOLDER, allow_deletes=None).begin(PLAN)
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())

    with opening(postgres_database, tmp_path) as store:
        assert len(store.runs()) == 1
        error = refused(lambda: store.acquire(TARGET, HOLDER, run="run-1"))

    assert "read-only" in error.message


def test_postgresql_that_goes_away_is_told(postgres_url: str, tmp_path: Path) -> None:
    """A connection that was cut is opened again for the next record; one cut within a record is an error."""
    with opening(postgres_url, tmp_path) as store:
        journal = store.journal(TARGET, holder=HOLDER, allow_deletes=None)
        journal.begin(PLAN)
        cut(postgres_url)
        journal.intent(a_call(PLAN, 0), PLAN.changes)

        def cut_within() -> None:
            with store._database.writing() as connection:
                cut(postgres_url)
                connection.exec_driver_sql("SELECT 1")

        error = refused(cut_within)

    assert "shutting down" in error.message or "cannot be reached" in error.message


def test_postgresql_without_its_driver_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver is an extra."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    error = refused(lambda: opening(f"postgresql://ada:{SECRET}@127.0.0.1/library", tmp_path))

    assert error.next == "pip install 'vodplan[postgres]'"
    assert_hidden(error)


def test_postgresql_database_that_cannot_keep_every_title_is_refused(postgres_server: str, tmp_path: Path) -> None:
    """A database of another encoding would fail at the first title it has no letters for, in the middle of a run."""
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(b"DROP DATABASE IF EXISTS latin")
        admin.execute(b"CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    url = urlunsplit(urlsplit(postgres_server)._replace(path="/latin"))

    error = refused(lambda: opening(url, tmp_path))

    assert "LATIN1" in error.message


def assert_hidden(error: StoreError) -> None:
    """The password is in no message, no next step, no cause and no traceback."""
    assert SECRET not in "".join([error.message, error.next, *traceback.format_exception(error)])


def cut(url: str) -> None:
    """End every other connection to the server's database that came from a store."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'vodplan'")


def acquire_in(root: Path) -> None:
    """What apply does first."""
    with opening("sqlite:///s.db", root) as store:
        store.acquire(TARGET, HOLDER, run="run-1")


class Disk:
    """A small file system of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self) -> None:
        """Leave no room at all."""
        with (self.path / "filler").open("ab", buffering=0) as file:
            for size in (4096, 1):
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError:
                    continue

    def empty(self) -> None:
        """Make room again."""
        (self.path / "filler").unlink()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Let nobody write to it, root included."""
        subprocess.run(["mount", "-o", "remount,ro", self.path], check=True)
        yield
        subprocess.run(["mount", "-o", "remount,rw", self.path], check=True)


@contextmanager
def mounted(path: Path, *, kilobytes: int = 2048) -> Iterator[Disk]:
    """A file system in memory; needs root, and a machine that lets root mount."""
    path.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("NOT TESTED: only root can mount a small disk for this test")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", path], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"NOT TESTED: this machine does not let root mount a small disk: {done.stderr.strip()}")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)
