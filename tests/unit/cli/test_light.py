"""`--version` and `--help` answer at once: nothing heavy is loaded before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "aiohttp",
    "asyncio",
    "deepdiff",
    "httpx",
    "json",
    "logging",
    "orjson",
    "pydantic",
    "ruamel",
    "shtab",
    "tqdm",
    "uvicorn",
    "vodplan.api",
    "wcwidth",
    "yaml",
}


def _loaded(*argv: str) -> set[str]:
    code = (
        "import sys, io\n"
        "from vodplan.cli.main import main\n"
        "stdout, sys.stdout = sys.stdout, io.StringIO()\n"
        f"main({list(argv)!r})\n"
        "print('\\n'.join(sys.modules), file=stdout)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.mark.parametrize("argv", [["--version"], ["--help"], ["plan", "--help"]])
def test_help_and_version_load_nothing_heavy(argv: list[str]) -> None:
    """They are typed all day, and by completion."""
    assert _loaded(*argv) & HEAVY == set()


def test_emulator_help_loads_no_web_server() -> None:
    """Its flags are declared by the emulator, which must stay cheap to ask."""
    assert _loaded("emulator", "--help") & (HEAVY - {"json", "logging"}) == set()


def test_usage_error_loads_no_network_and_no_models() -> None:
    """A typing error answers at once as well."""
    assert _loaded("plna") & {"httpx", "pydantic", "deepdiff", "yaml", "asyncio", "tqdm", "vodplan.api"} == set()
