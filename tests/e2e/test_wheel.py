"""What people install is the package, whole, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

import vodplan
from tests.docs.pages import REPOSITORY, repository_files

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the repository's files with the build backend that is installed here: no network."""
    source = tmp_path_factory.mktemp("source")
    for path in repository_files():
        copy = source / path.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    target = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=source,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    (built,) = target.iterdir()
    return built


def test_wheel_is_pure_and_named_for_its_version(wheel: Path) -> None:
    """One wheel for every system, with the version that the package says of itself."""
    assert wheel.name == f"vodplan-{vodplan.__version__}-py3-none-any.whl"


def test_wheel_has_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    """Types, starter files and schemas travel with the code; tests, examples and scripts stay at home."""
    package = {
        path.relative_to(REPOSITORY).as_posix()
        for path in repository_files()
        if path.is_relative_to(REPOSITORY / "vodplan")
    }

    names = set(zipfile.ZipFile(wheel).namelist())

    assert "vodplan/py.typed" in names
    assert {name for name in names if ".dist-info/" not in name} == package


def test_wheel_metadata_says_what_is_needed(wheel: Path) -> None:
    """The command, the licence, the oldest Python; servers and vendor packages only as extras."""
    with zipfile.ZipFile(wheel) as archive:
        folder = f"vodplan-{vodplan.__version__}.dist-info"
        metadata = message_from_string(archive.read(f"{folder}/METADATA").decode())
        commands = archive.read(f"{folder}/entry_points.txt").decode()
        licence = archive.read(f"{folder}/licenses/LICENSE").decode()

    needed = [one for one in metadata.get_all("Requires-Dist", []) if "extra ==" not in one]
    assert "vodplan = vodplan.cli.main:entry" in commands
    assert "Apache License" in licence
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert not [one for one in needed if one.startswith(("uvicorn", "httptools", "alibabacloud", "aliyun", "pytest"))]


def test_wheel_unpacked_alone_runs(wheel: Path, tmp_path: Path) -> None:
    """Away from the repository the command answers, from the wheel's own files."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    program = "import sys, vodplan.cli.main as m; print(m.__file__); sys.argv = ['vodplan', '--version']; m.entry()"

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    home, version = done.stdout.splitlines()
    assert home.startswith(str(tmp_path))
    assert version == f"vodplan {vodplan.__version__}"
