"""A pytest plugin: the fixture `vod_emulator`, an emulator over the demo library for every test.

Load it with `pytest_plugins = ["vodplan.emulator.pytest_plugin"]` in a conftest.py, or `-p` on the command line.
"""

from collections.abc import Iterator

import pytest

from .server import RunningEmulator, running
from .settings import EmulatorSettings


@pytest.fixture(scope="session")
def vod_emulator_settings() -> EmulatorSettings:
    """How the emulator behaves; override this fixture to choose."""
    return EmulatorSettings()


@pytest.fixture(scope="session")
def vod_emulator_server(
    tmp_path_factory: pytest.TempPathFactory, vod_emulator_settings: EmulatorSettings
) -> Iterator[RunningEmulator]:
    """The one emulator of the session; tests take `vod_emulator` instead."""
    database = tmp_path_factory.mktemp("vod-emulator") / "emulator.db"
    with running(database, demo=True, settings=vod_emulator_settings) as emulator:
        yield emulator


@pytest.fixture
def vod_emulator(vod_emulator_server: RunningEmulator, monkeypatch: pytest.MonkeyPatch) -> RunningEmulator:
    """The emulator at its start: demo library, no faults, no calls; environment variables point clients at it."""
    vod_emulator_server.set_faults([])
    vod_emulator_server.reset()
    monkeypatch.setenv("VODPLAN_ENDPOINT", vod_emulator_server.url)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", vod_emulator_server.access_key_id)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", vod_emulator_server.access_key_secret)
    monkeypatch.delenv("ALIBABA_CLOUD_SECURITY_TOKEN", raising=False)
    return vod_emulator_server
