"""An emulator over the demo library, without a network, with its clock stopped."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.emulator.wire import NOW
from vodplan.emulator.app import EmulatorApp, create_app
from vodplan.emulator.settings import EmulatorSettings

MakeApp = Callable[..., EmulatorApp]


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[MakeApp]:
    """Make emulators with settings of one's choice; they share the test's database."""
    made: list[EmulatorApp] = []

    def make(*, demo: bool = True, **options: Any) -> EmulatorApp:
        settings = EmulatorSettings(**{"clock": lambda: NOW, **options})
        app = create_app(tmp_path / "emulator.db", settings=settings, demo=demo)
        made.append(app)
        return app

    yield make
    for app in made:
        app.state.db.close()


@pytest.fixture
def app(make_app: MakeApp) -> EmulatorApp:
    """An emulator with the default settings."""
    return make_app()
