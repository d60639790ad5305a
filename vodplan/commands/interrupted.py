"""The error of a command that somebody stopped."""

from __future__ import annotations

from vodplan.core.errors import VodplanError


class Interrupted(VodplanError):
    """Somebody pressed Ctrl-C."""

    exit_code = 130
