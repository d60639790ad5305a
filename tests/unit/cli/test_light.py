"""`--version` and `--help` answer at once: nothing heavy is loaded before it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "aiohttp",
    "asyncio",
    "httpx",
    "json",
    "logging",
    "orjson",
    "pydantic",
    "ruamel",
    "shtab",
    "sqlalchemy",
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


@pytest.mark.parametrize(
    "argv", [["--version"], ["--help"], ["plan", "--help"], ["history", "--help"], ["undo", "--help"]]
)
def test_help_and_version_load_nothing_heavy(argv: list[str]) -> None:
    """They are typed all day, and by completion."""
    assert _loaded(*argv) & HEAVY == set()


_BARE = """
import sys
sys.argv = ["vodplan", "--version"]
try:
    {start}
except SystemExit as left:
    print(left.code, *sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("start", "allowed"),
    [
        ("from vodplan.cli.main import entry; entry()", set()),
        # runpy, the standard library's own `-m`, comes with these.
        ("import runpy; runpy.run_module('vodplan', run_name='__main__')", {"collections", "contextlib", "functools"}),
    ],
    ids=["console script", "python -m"],
)
def test_version_loads_next_to_nothing(start: str, allowed: set[str]) -> None:
    """It may take three times as long as Python that does nothing, and each of these modules takes a good part of that."""
    top = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-S", "-c", _BARE.format(start=start)],
        env={"PYTHONPATH": str(top)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    code, *modules = done.stderr.split()
    ours = {name for name in modules if name.partition(".")[0] == "vodplan"}
    assert (done.stdout.split()[0], code) == ("vodplan", "0")
    assert ours - {"vodplan.__main__"} == {"vodplan", "vodplan._version", "vodplan.cli", "vodplan.cli.main"}
    assert set(modules) & {
        "argparse", "asyncio", "collections", "contextlib", "dataclasses", "enum", "functools", "inspect", "json", "logging",
        "pathlib", "re", "typing",
    } <= allowed  # fmt: skip


def test_validate_of_a_small_folder_loads_no_network_and_no_database(tmp_path: Path) -> None:
    """Editors and hooks run it on every save; nothing that only plan and apply need is loaded."""
    (tmp_path / "news.yaml").write_text("apiVersion: vodplan/v1\nvideos:\n  - {id: abc, title: Match}\n")

    loaded = _loaded("validate", str(tmp_path))

    assert "vodplan.manifests.load" in loaded
    assert loaded & {
        "aiohttp", "asyncio", "concurrent.futures", "http", "http.client", "httpx", "multiprocessing", "pydantic",
        "requests", "socket", "sqlalchemy", "ssl", "tqdm", "urllib.request", "urllib3", "uvicorn", "vodplan.core.history", "vodplan.core.plan",
        "vodplan.engine", "vodplan.store", "vodplan.vod", "vodplan.wiring",
    } == set()  # fmt: skip


def test_emulator_help_loads_no_web_server() -> None:
    """Its flags are declared by the emulator, which must stay cheap to ask."""
    assert _loaded("emulator", "--help") & (HEAVY - {"json", "logging"}) == set()


def test_plan_file_is_shown_without_a_store() -> None:
    """What needs no history loads no database."""
    assert _loaded("show", "there-is-none.json") & {"sqlalchemy", "httpx", "uvicorn"} == set()


def test_usage_error_loads_no_network_and_no_models() -> None:
    """A typing error answers at once as well."""
    assert _loaded("plna") & {"httpx", "pydantic", "yaml", "asyncio", "tqdm", "sqlalchemy", "vodplan.api"} == set()


@pytest.mark.parametrize("argv", [["--help"], ["apply", "--help"], ["emulator", "--help"], ["--version"]])
def test_help_can_be_printed_in_ascii(argv: list[str]) -> None:
    """argparse prints help itself, to whatever encoding there is."""
    done = subprocess.run(
        [sys.executable, "-m", "vodplan", *argv],
        env={**os.environ, "PYTHONIOENCODING": "ascii:strict", "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"vodplan" in done.stdout
