"""Every test of the store runs on both databases, PostgreSQL being a real server that is started for the tests."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.store.build import FixedClock
from vodplan.store.open import open_store
from vodplan.store.store import Store

SCRIPT = Path(__file__).parents[2] / "scripts" / "postgres"

# Read when the tests are collected: while one runs, its environment is clean.
GIVEN = os.environ.get("VODPLAN_TEST_POSTGRES", "")
REQUIRED = os.environ.get("VODPLAN_REQUIRE_POSTGRES") == "1"

NO_POSTGRESQL = 69

Open = Callable[..., Store]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server and a user who may do everything: the one that is given, or one of its own."""
    if GIVEN:
        yield GIVEN
        return
    with subprocess.Popen([SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        if not url:
            code = server.wait()
            if code == NO_POSTGRESQL and not REQUIRED:
                pytest.skip("NOT TESTED: there is no PostgreSQL on this machine (apt-get install postgresql)")
            pytest.fail(f"PostgreSQL could not be started (exit code {code}), and the tests must have it.")
        try:
            yield url
        finally:
            server.stdin.close()
            server.wait()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty schema on the PostgreSQL server, for this test alone; a fifth of the time that a database takes."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {name}".encode())
        yield f"{postgres_server}?options=-csearch_path%3D{name}"
        admin.execute(f"DROP SCHEMA {name} CASCADE".encode())


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[str]:
    """An empty database on the PostgreSQL server, for a test that changes its settings."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        yield urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A store that is not there yet, on each of the databases."""
    if request.param == "sqlite":
        return "sqlite:///.vodplan/state.db"
    given: str = request.getfixturevalue("postgres_url")
    return given


@pytest.fixture
def opened(url: str, tmp_path: Path) -> Iterator[Open]:
    """Opens the store of this test, as often as one likes; all are closed at its end."""
    stores: list[Store] = []

    def opener(**options: object) -> Store:
        settings: dict[str, object] = {"root": tmp_path, "clock": FixedClock(), **options}
        store = open_store(url, **settings)  # type: ignore[arg-type]  # as each test gives them
        stores.append(store)
        return store

    yield opener
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Open) -> Store:
    """An open, empty store."""
    return opened()
