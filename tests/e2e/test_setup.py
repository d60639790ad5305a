"""Setting up happens once, is honest when it cannot, and begins anew after an interruption. Nothing is installed here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bootstrap
from tests.docs.pages import REPOSITORY

pytestmark = pytest.mark.e2e


def program(path: Path, body: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a clone as setting up looks at."""
    top = tmp_path / "clone"
    shutil.copytree(REPOSITORY / "scripts", top / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(REPOSITORY / "requirements", top / "requirements")
    shutil.copyfile(REPOSITORY / "pyproject.toml", top / "pyproject.toml")
    return top


def setup(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/setup as make does."""
    return subprocess.run(
        [clone / "scripts" / "setup"],
        env={**os.environ, "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def installed_by(clone: Path) -> list[str]:
    """What the environment's interpreter was started with, one line each."""
    return clone.joinpath("started.txt").read_text(encoding="utf-8").splitlines()


def environment(clone: Path, *, pip: str = "exit 0") -> None:
    """An environment whose interpreter writes down what it is asked, and whose pip does what is given."""
    program(
        clone / ".venv" / "bin" / "python",
        f'[ "$1" = -c ] && exit 0\necho "$*" >> "{clone}/started.txt"\n{pip}',
    )


def test_setup_python_too_old_says_so_and_how_to_go_on(clone: Path) -> None:
    """Somebody with an old Python reads one message, not a syntax error."""
    old = program(clone / "old" / "python3", '[ "$1" = --version ] && echo "Python 3.9.1" && exit 0\nexit 1')

    done = setup(clone, PYTHON=str(old), MAKECMDGOALS="demo")

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"vodplan needs Python 3.11 or newer, and found none as {old}:\n"
        "  Python 3.9.1\n"
        "Install one, or name it:\n"
        "  make demo PYTHON=/path/to/python3.12\n"
    )


def test_setup_second_run_starts_nothing(clone: Path) -> None:
    """The first run installs by hash and without build isolation; the second finds its stamp and says nothing."""
    environment(clone)

    first, second = setup(clone), setup(clone)

    assert (first.returncode, second.returncode) == (0, 0)
    assert second.stdout + second.stderr == ""
    assert [line.partition(" install ")[2] for line in installed_by(clone)] == [
        "-qq --require-hashes -r requirements/dev.txt",
        "-qq --no-deps --no-build-isolation --editable .",
    ]


@pytest.mark.parametrize("changed", ["requirements/dev.txt", "pyproject.toml"])
def test_setup_after_a_change_of_what_it_depends_on_runs_again(clone: Path, changed: str) -> None:
    """Somebody who pulls a new lock has it installed by the next make."""
    environment(clone)
    setup(clone)

    with clone.joinpath(changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    again = setup(clone)

    assert again.returncode == 0
    assert again.stdout.startswith("Bringing .venv to what")
    assert len(installed_by(clone)) == 4


def test_setup_in_a_folder_that_was_moved_runs_again(clone: Path) -> None:
    """An environment names the folder it was made in."""
    environment(clone)
    setup(clone)

    moved = clone.rename(clone.with_name("moved"))
    environment(moved)
    setup(moved)

    assert len(installed_by(moved)) == 4


def test_setup_pip_fails_leaves_no_stamp(clone: Path) -> None:
    """What did not install is not taken for done, and the message says how to go on."""
    environment(clone, pip="echo 'no such host' >&2; exit 1")

    done = setup(clone)

    assert done.returncode == 1
    assert "no such host" in done.stderr
    assert done.stderr.endswith("Then run the same command again:\n  scripts/setup\n")
    assert not clone.joinpath(".venv/.vodplan-setup").exists()


def test_setup_after_an_interruption_begins_anew(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-installed package can look whole to pip, so an environment that was left half-way is not built upon."""
    environment(clone)
    clone.joinpath(".venv/.vodplan-building").touch()
    clone.joinpath(".venv/half-a-package").touch()
    made: list[tuple[str, ...]] = []

    def call(*command: str) -> int:
        made.append(command[1:3])
        if command[1:3] == ("-m", "venv"):
            environment(clone)
        return 0

    monkeypatch.chdir(clone)
    monkeypatch.setattr(bootstrap, "_call", call)
    code = bootstrap.main("the key")

    assert code == 0
    assert made == [("-m", "venv"), ("-m", "pip"), ("-m", "pip")]
    assert not clone.joinpath(".venv/half-a-package").exists()
    assert not clone.joinpath(".venv/.vodplan-building").exists()
    assert clone.joinpath(".venv/.vodplan-setup").read_text(encoding="utf-8") == "the key"
