"""The walls between the rooms hold, and the checker that says so sees what it should."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests import walls

REPOSITORY = Path(__file__).parents[2]
SOURCES = sorted(path.relative_to(REPOSITORY).as_posix() for path in REPOSITORY.joinpath("vodplan").rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES)
def test_source_file_breaks_no_wall(path: str) -> None:
    """Rooms import downwards only, core and kinds are pure, libraries stay in their homes, what is public is documented."""
    found = walls.breaches(path, REPOSITORY.joinpath(path).read_text(encoding="utf-8"))

    assert not found, "\n" + "\n".join(found)


def test_rooms_all_exist_or_are_to_come() -> None:
    """A room that is gone must not stay in the table, where it would look like a rule."""
    rooms = {walls.room_of(walls.module_of(path)) for path in SOURCES}

    assert set(walls.MAY_IMPORT) - rooms <= {"store"}


IMPORTS = [
    ("vodplan/core/plan.py", "import vodplan.kinds.video", "core may import nothing of vodplan"),
    ("vodplan/core/plan.py", "from vodplan.vod import client", "core may import nothing of vodplan"),
    ("vodplan/core/plan.py", "from vodplan import api", "imports vodplan.api: core may import nothing"),
    ("vodplan/core/plan.py", "from ..kinds import video", "imports vodplan.kinds: core may import nothing"),
    ("vodplan/core/__init__.py", "from ..kinds import video", "imports vodplan.kinds: core may import nothing"),
    ("vodplan/core/plan.py", "from .. import wiring", "imports vodplan.wiring: core may import nothing"),
    ("vodplan/kinds/video.py", "from vodplan.engine.planner import plan", "kinds may import core"),
    ("vodplan/engine/applier.py", "from vodplan.vod.client import Client", "engine may import core, kinds"),
    ("vodplan/render/text/plan.py", "from ...manifests import nodes", "render may import core, kinds"),
    ("vodplan/planfile/files.py", "import vodplan.registry", "planfile may import core, kinds"),
    ("vodplan/registry.py", "from vodplan.wiring import choose", "imports vodplan.wiring: registry may import"),
    ("vodplan/api.py", "from vodplan.commands import plan", "imports vodplan.commands: api may import"),
    ("vodplan/commands/plan.py", "import vodplan.cli.main", "imports vodplan.cli.main: commands may import"),
    ("vodplan/api.py", "from vodplan.emulator import running", "only wiring and the commands may start an emulator"),
    ("vodplan/emulator/app.py", "from vodplan.core.plan import Plan", "the emulator knows nothing of the rest"),
    ("vodplan/emulator/app.py", "from ..vod import signing", "the emulator knows nothing of the rest"),
    ("vodplan/core/plan.py", "from vodplan.cellar import wine", "a room that tests/walls.py does not know"),
    ("vodplan/core/plan.py", "import os", "core is pure"),
    ("vodplan/core/plan.py", "import time", "core is pure"),
    ("vodplan/core/plan.py", "import random, uuid", "core is pure"),
    ("vodplan/core/plan.py", "from pathlib import Path", "core is pure"),
    ("vodplan/core/plan.py", "import urllib.request", "core is pure"),
    ("vodplan/core/plan.py", "from urllib import request", "core is pure"),
    ("vodplan/kinds/video.py", "def _f():\n    import socket", "kinds is pure"),
    ("vodplan/core/plan.py", "import pydantic", "whose home is vodplan/kinds/ or"),
    ("vodplan/core/diff.py", "def _f():\n    import deepdiff", "imports deepdiff, which tests/walls.py does not list"),
    ("vodplan/engine/planner.py", "import httpx", "whose home is vodplan/vod/"),
    ("vodplan/commands/init.py", "def _f():\n    from ruamel.yaml import YAML", "whose home is vodplan/manifests/"),
    ("vodplan/engine/fresh.py", "import yaml.events", "whose home is vodplan/manifests/"),
    ("vodplan/cli/main.py", "if True:\n    import asyncio", "so that --help is fast"),
    ("vodplan/vod/client.py", "import requests", "imports requests, which tests/walls.py does not list"),
    ("vodplan/cellar/wine.py", "x = 1", "'cellar' is a room that tests/walls.py does not know"),
]

CALLS = [
    ("vodplan/core/plan.py", "print('x')", "calls print()"),
    ("vodplan/core/plan.py", "def _f():\n    return open('x')", "calls open()"),
    ("vodplan/core/plan.py", "__import__('os')", "calls __import__()"),
    ("vodplan/core/plan.py", "import datetime\ndatetime.datetime.now(datetime.UTC)", "core knows no clock"),
    ("vodplan/kinds/video.py", "from datetime import date\ndate.today()", "kinds knows no clock"),
    ("vodplan/core/plan.py", "def _f(t):\n    return t.astimezone()", "asks the machine for its own"),
    ("vodplan/engine/applier.py", "print('x')", "engine gives results back"),
    ("vodplan/engine/applier.py", "import sys\nsys.exit(1)", "only cli ends the process"),
    ("vodplan/commands/plan.py", "raise SystemExit", "only cli ends the process"),
    ("vodplan/commands/plan.py", "raise SystemExit(3)", "only cli ends the process"),
]

DOCSTRINGS = [
    ("def f(): ...", "f() is public and has no docstring"),
    ("async def f(): ...", "f() is public and has no docstring"),
    ("class A: ...", "class A is public and has no docstring"),
    ("class A:\n    'An A.'\n    def f(self): ...", "A.f() is public and has no docstring"),
    ("class A:\n    'An A.'\n    class B: ...", "class A.B is public and has no docstring"),
]


@pytest.mark.parametrize(("path", "code", "message"), [*IMPORTS, *CALLS])
def test_checker_breach_is_named_with_its_line(path: str, code: str, message: str) -> None:
    """Each way through a wall is seen, and the message says where it is and what is allowed."""
    (found, *_) = walls.breaches(path, f'"""A module."""\n\n{code}\n')

    assert message in found
    place, _, _ = found.partition(": ")
    last = 2 + len(code.splitlines())
    assert place == f"{path}:{1 if 'cellar/' in path else last}"


@pytest.mark.parametrize(("code", "message"), DOCSTRINGS)
def test_checker_public_name_without_docstring_is_named(code: str, message: str) -> None:
    """What others may call says what it gives."""
    (found,) = walls.breaches("vodplan/api.py", f'"""A module."""\n\n{code}\n')

    assert message in found


def test_checker_module_without_docstring_is_named() -> None:
    """A file says what it is for."""
    assert walls.breaches("vodplan/api.py", "X = 1\n") == [
        "vodplan/api.py:1: the module has no docstring: say in one sentence what it gives"
    ]


def test_checker_allowed_code_is_left_alone() -> None:
    """The checker does not cry wolf: what the rooms are for passes."""
    core = '''
        """A module."""
        from __future__ import annotations
        import datetime, hashlib, json
        from collections.abc import Mapping
        from typing import TYPE_CHECKING, overload
        from urllib.parse import urlsplit
        from urllib import parse
        from . import change
        from .change import Change
        if TYPE_CHECKING:
            import decimal

        class Public:
            """Documented."""
            def _private(self): ...
            def __len__(self): return 0
            @overload
            def get(self, key: str) -> str: ...
            @property
            def size(self):
                """Documented."""
            @size.setter
            def size(self, value): ...

        class _Private:
            def get(self): ...

        def compare(clock):
            """Compare; ports are handed in, so their `now` is no clock of ours."""
            import decimal
            def inner(): ...
            return clock.now().astimezone(datetime.UTC)
    '''

    assert walls.breaches("vodplan/core/diff.py", textwrap.dedent(core)) == []
    assert walls.breaches("vodplan/wiring.py", '"""A."""\nfrom vodplan.emulator import running') == []
    assert (
        walls.breaches("vodplan/cli/main.py", '"""A."""\nimport sys\ndef _f():\n    import asyncio\nsys.exit(0)') == []
    )
    assert walls.breaches("vodplan/emulator/app.py", '"""A."""\nfrom .wire import x\nfrom . import y\nprint(x)') == []


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("import vodplan", id="import"),
        pytest.param("import vodplan; vodplan.__version__", id="version of the library"),
        pytest.param("from vodplan.cli.main import entry; sys.argv[1:] = ['--version']; run(entry)", id="--version"),
        pytest.param("from vodplan.cli.main import entry; sys.argv[1:] = ['--help']; run(entry)", id="--help"),
        pytest.param(
            "from vodplan.cli.main import entry; sys.argv[1:] = ['plan', '--help']; run(entry)", id="plan --help"
        ),
    ],
)
def test_start_loads_nothing_heavy(start: str) -> None:
    """`vodplan --help` answers at once, because what commands need is loaded by the commands."""
    program = f"""
import contextlib, io, json, sys
def run(entry):
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        entry()
{start}
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert not set(json.loads(done.stdout)) & (walls.HEAVY | {"logging"})
