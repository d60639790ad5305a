"""One emulator for the whole suite, put back to the demo library after every test that changed it."""

from collections.abc import Iterator

import pytest

from tests.contract.sdk.clients import CLIENTS, Caller
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.operations import OPERATIONS


@pytest.fixture(scope="session")
def shared_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """The emulator behind the suite."""
    with running(tmp_path_factory.mktemp("emulator") / "emulator.db", demo=True) as emulator:
        yield emulator


@pytest.fixture
def emulator(shared_emulator: RunningEmulator) -> Iterator[RunningEmulator]:
    """The emulator, holding exactly the demo library when the test begins."""
    shared_emulator.clear_calls()
    yield shared_emulator
    shared_emulator.set_faults([])
    if any(record.action in OPERATIONS and OPERATIONS[record.action].writes for record in shared_emulator.calls()):
        shared_emulator.reset()


@pytest.fixture(params=sorted(CLIENTS))
def call(request: pytest.FixtureRequest, emulator: RunningEmulator) -> Caller:
    """One of the vendor's SDKs, ready to call."""
    return CLIENTS[request.param](emulator)
