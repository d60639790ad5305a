"""The `store:` setting, read."""

from __future__ import annotations

from pathlib import Path

import pytest

from vodplan.core.errors import StoreError
from vodplan.store.location import DEFAULT, locate

ROOT = Path("/project")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (DEFAULT, "/project/.vodplan/state.db"),
        ("sqlite:///state.db", "/project/state.db"),
        ("sqlite:////var/lib/vodplan.db", "/var/lib/vodplan.db"),
        ("sqlite:///with space/库.db", "/project/with space/库.db"),
    ],
)
def test_sqlite_path_is_relative_to_the_project(url: str, path: str) -> None:
    """Three slashes: below the project's folder; four: absolute."""
    location = locate(url, root=ROOT)

    assert (location.path, location.shown, location.url.database) == (Path(path), path, path)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_uses_one_driver_and_shows_no_password(scheme: str) -> None:
    """Every common way to write it means the same; what is shown has user, host and database."""
    location = locate(f"{scheme}://ada:s%40crET@db.example.com:6543/media?sslmode=require&sslpassword=hush", root=ROOT)

    assert location.url.drivername == "postgresql+psycopg"
    assert location.url.password == "s@crET"
    assert location.path is None
    assert location.shown == "postgresql://ada@db.example.com:6543/media"
    assert set(location.secrets) == {"s@crET", "hush"}


def test_postgresql_on_a_socket_shows_where() -> None:
    """A server's socket folder stands among the options."""
    location = locate("postgresql:///media?host=/run/postgresql", root=ROOT)

    assert "host=%2Frun%2Fpostgresql" in location.shown


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "cannot be read"),
        (".vodplan/state.db", "cannot be read"),
        ("sqlite://", "no file"),
        ("sqlite:///", "no file"),
        ("sqlite:///:memory:", "no file"),
        ("sqlite://state.db", "no file"),
        ("sqlite:///state.db?mode=ro", "options"),
        ("sqlite:///a\0b", "options"),
        ("mysql://ada:SECRET@db/media", '"mysql"'),
        ("postgresql+psycopg2://ada:SECRET@db/media", '"postgresql+psycopg2"'),
        ("postgresql://ada:pa@SECRET@db/media", "percent-encoded"),
        ("postgresql://ada:SECRET@db:port/media", "cannot be read"),
    ],
)
def test_setting_that_cannot_be_used_says_what_can(url: str, word: str) -> None:
    """Every refusal names the two forms, and repeats nothing that may be a password."""
    with pytest.raises(StoreError) as refusal:
        locate(url, root=ROOT)

    assert word in refusal.value.message
    assert "SECRET" not in refusal.value.message
    assert refusal.value.__cause__ is None
    assert "sqlite:///PATH" in refusal.value.message
    assert "postgresql://" in refusal.value.message
