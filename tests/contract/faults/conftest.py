"""One emulator for the folder, put back to the demo library for every test, on the client's own time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import restore_demo
from tests.contract.faults.world import Time, World
from vodplan.emulator import EmulatorSettings, running


@pytest.fixture(scope="session")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    time = Time()
    settings = EmulatorSettings(clock=time.monotonic)
    with running(tmp_path_factory.mktemp("faults") / "emulator.db", demo=True, settings=settings) as served:
        yield World(served, time)


@pytest.fixture
def world(_served: World) -> World:
    """The demo library as it was made, no faults, no calls, and a new hour."""
    _served.luck = 0.0
    _served.time.start()
    restore_demo(_served.emulator)
    return _served
