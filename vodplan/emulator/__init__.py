"""A double of the ApsaraVideo VOD service on this machine: an ASGI application over SQLite, for loopback only.

It is not the service and reaches no account. `create_app` gives the application, `running` serves it from a thread
for tests and embedded targets, `serve` serves it in the foreground; docs/emulator.md says what it does and does not.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import EmulatorApp, create_app
    from .calllog import CallRecord
    from .cli import add_arguments, run
    from .server import RunningEmulator, running, serve
    from .settings import EmulatorSettings, KeyPair

_HOMES = {
    "EmulatorApp": "app",
    "create_app": "app",
    "CallRecord": "calllog",
    "add_arguments": "cli",
    "run": "cli",
    "RunningEmulator": "server",
    "running": "server",
    "serve": "server",
    "EmulatorSettings": "settings",
    "KeyPair": "settings",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: `add_arguments` must not load a web server."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{home}", __name__), name)


__all__ = [
    "CallRecord",
    "EmulatorApp",
    "EmulatorSettings",
    "KeyPair",
    "RunningEmulator",
    "add_arguments",
    "create_app",
    "run",
    "running",
    "serve",
]
