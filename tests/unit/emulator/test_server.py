"""The command in a process of its own: its banner, its keys over a restart, its end; and the pytest plugin."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from vodplan.emulator import RunningEmulator, running

pytest_plugins = ["vodplan.emulator.pytest_plugin"]

_COMMAND = (
    "import argparse, sys; from vodplan.emulator import add_arguments, run; "
    "parser = argparse.ArgumentParser(); add_arguments(parser); sys.exit(run(parser.parse_args()))"
)


def _start(database: Path, *flags: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, "--port", "0", "--db", str(database), *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert process.stdout is not None
    exports: dict[str, str] = {}
    for line in process.stdout:
        if found := re.fullmatch(r"export (\w+)=(\S+)\n", line):
            exports[found[1]] = found[2]
        if line.startswith("# vendor SDK, old"):
            break
    return process, exports


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_prints_its_exports_and_ends_quietly(tmp_path: Path, number: signal.Signals) -> None:
    """A script can read the three lines while it runs; both signals end it with 0 and without a traceback."""
    process, exports = _start(tmp_path / "e.db", "--demo")
    page = urllib.request.urlopen(exports["VODPLAN_ENDPOINT"], timeout=5).read()
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)

    assert set(exports) == {"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "VODPLAN_ENDPOINT"}
    assert b"vodplan emulator" in page
    assert (process.returncode, "Traceback" in errors) == (0, False)


def test_command_has_the_same_keys_and_address_after_a_restart(tmp_path: Path) -> None:
    """What was exported once stays good."""
    seen: list[dict[str, str]] = []
    for _ in range(2):
        process, exports = _start(tmp_path / "e.db")
        process.terminate()
        process.communicate(timeout=10)
        seen.append(exports)

    assert seen[0] == seen[1]


def test_public_names_load_no_server_for_the_command_line() -> None:
    """Declaring the flags is on the path of `vodplan --help`."""
    code = (
        "import sys, argparse, vodplan.emulator as e; e.add_arguments(argparse.ArgumentParser()); "
        "print([name for name in ('uvicorn', 'httptools', 'orjson', 'sqlite3', 'asyncio') if name in sys.modules])"
    )

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)

    assert out.stdout == "[]\n"


def test_plugin_fixture_points_clients_at_a_fresh_library(vod_emulator: RunningEmulator) -> None:
    """Environment and library are those of the start."""
    assert os.environ["VODPLAN_ENDPOINT"] == vod_emulator.url
    assert os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"] == vod_emulator.access_key_id
    assert vod_emulator.calls() == []
    vod_emulator.app.state.db.clear()


def test_plugin_fixture_is_back_at_its_start_for_the_next_test(vod_emulator: RunningEmulator) -> None:
    """What the test before did is undone."""
    assert vod_emulator.app.state.db.counts()["videos"] == 1_020


def test_two_emulators_may_share_a_database(tmp_path: Path) -> None:
    """An embedded target in two terminals: each sees what the other wrote, categories included."""
    with running(tmp_path / "e.db", demo=True) as one, running(tmp_path / "e.db") as two:
        assert one.url != two.url
        assert two.app.state.db.categories()[1000101].name == "Sports"
        one.app.state.db.write("UPDATE categories SET name = 'Games' WHERE id = 1000101")

        assert two.app.state.db.categories()[1000101].name == "Games"
        assert one.app.state.urls.base == two.app.state.urls.base


def test_stop_can_be_called_twice(tmp_path: Path) -> None:
    """A test may stop the emulator before its `with` block ends."""
    with running(tmp_path / "e.db") as emulator:
        emulator.stop()
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(emulator.url, timeout=5)
