"""What is broken here: an emulator of its own, a process that forks, a folder that is quick."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.forks import Forks, forks
from tests.crash.sweep import quick_folder
from tests.store.conftest import postgres_server, postgres_url
from vodplan.emulator import RunningEmulator, running

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, in memory if there is room for one."""
    with quick_folder(tmp_path) as made:
        yield made


@pytest.fixture
def service(folder: Path) -> Iterator[RunningEmulator]:
    """An emulator with the demo library, for this test alone."""
    with running(folder / "emulator.db", demo=True) as served:
        yield served


@pytest.fixture
def forker() -> Iterator[Forks]:
    """The process that forks."""
    with forks() as started:
        yield started
