"""One emulator for the folder, put back to the demo library for every test, on the client's own time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import restore_demo
from tests.contract.faults.world import Time, World
from vodplan.emulator import EmulatorSettings, running


@contextmanager
def _serving(folder: Path) -> Iterator[World]:
    time = Time()
    settings = EmulatorSettings(clock=time.monotonic)
    with running(folder / "emulator.db", demo=True, settings=settings) as served:
        yield World(served, time)


@pytest.fixture(scope="session")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with _serving(tmp_path_factory.mktemp("faults")) as world:
        yield world


@pytest.fixture
def world(_served: World) -> World:
    """The demo library as it was made, no faults, no calls, and a new hour."""
    _served.luck = 0.0
    _served.time.start()
    restore_demo(_served.emulator)
    return _served


@pytest.fixture
def world_apart(tmp_path: Path) -> Iterator[World]:
    """An emulator for one test: a call that its client gave up is worked on, and logged, when the test has ended."""
    with _serving(tmp_path) as world:
        yield world
