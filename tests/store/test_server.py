"""The server that the tests start for themselves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import throwaway_postgres
from tests.store.conftest import NO_POSTGRESQL, SCRIPT

pytestmark = pytest.mark.e2e


def test_machine_without_postgresql_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tests tell this from a server that does not start: without PostgreSQL they may be left out, outside CI."""
    monkeypatch.setattr(throwaway_postgres, "find_binaries", lambda: None)

    assert throwaway_postgres.main([]) == NO_POSTGRESQL
    assert "apt-get install postgresql" in capsys.readouterr().err


def test_newest_installation_is_found_beside_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian keeps the server's programs off PATH, one folder a version."""
    for version in ("9.6", "15", "13"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    (tmp_path / "16" / "bin").mkdir(parents=True)
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(throwaway_postgres, "PLACES", ((str(tmp_path), "*/bin"),))

    assert throwaway_postgres.find_binaries() == tmp_path / "15" / "bin"


def test_server_serves_a_command_and_leaves_nothing(postgres_server: str) -> None:
    """A command has the server for as long as it runs, and its exit code is the script's."""
    script = 'test -n "$VODPLAN_TEST_POSTGRES" && psql -qtA "$VODPLAN_TEST_POSTGRES" -c "SHOW data_directory" && exit 7'

    done = subprocess.run([SCRIPT, "sh", "-c", script], capture_output=True, text=True)

    assert done.returncode == 7, done.stderr
    folder = Path(done.stdout.strip()).parent
    assert folder.name.startswith("vodplan-postgres-")
    assert not folder.exists()
