"""vodplan: plan and apply for media libraries.

The names below are the public library; each is loaded when it is first used, so that `import vodplan` stays cheap.
"""

from __future__ import annotations

# Not from typing, which every start of the program would load.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from vodplan._version import __version__
    from vodplan.api import Workspace, apply, load, plan, read_plan, resume, show, undo, write_plan
    from vodplan.core.errors import VodplanError
    from vodplan.core.plan import Plan
    from vodplan.core.report import ApplyReport

_HOMES = {
    "__version__": "vodplan._version",
    "Workspace": "vodplan.api",
    "load": "vodplan.api",
    "plan": "vodplan.api",
    "apply": "vodplan.api",
    "show": "vodplan.api",
    "read_plan": "vodplan.api",
    "resume": "vodplan.api",
    "undo": "vodplan.api",
    "write_plan": "vodplan.api",
    "Plan": "vodplan.core.plan",
    "ApplyReport": "vodplan.core.report",
    "VodplanError": "vodplan.core.errors",
}

__all__ = [
    "ApplyReport",
    "Plan",
    "VodplanError",
    "Workspace",
    "__version__",
    "apply",
    "load",
    "plan",
    "read_plan",
    "resume",
    "show",
    "undo",
    "write_plan",
]


def __getattr__(name: str) -> object:
    """Load a public name from its home when it is first used."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
