"""`vodplan emulator`: the service on this machine."""

from __future__ import annotations

from vodplan.commands.context import Context
from vodplan.commands.options import EmulatorOptions


def run(options: EmulatorOptions, context: Context) -> int:
    """Serve until interrupted; see docs/emulator.md."""
    from vodplan import emulator

    return emulator.run(options.arguments)
