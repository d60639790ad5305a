"""Pipes, full disks, odd encodings and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.cli import command, environment, vodplan

pytestmark = pytest.mark.e2e


def _shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    words = " ".join(command())
    return subprocess.run(
        ["bash", "-c", line.replace("vodplan", words)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A started repository with a thousand entries, none of which exists; enough output to fill a pipe."""
    folder = tmp_path_factory.mktemp("streams")
    vodplan("init", cwd=folder)
    many = "".join(f'  - {{id: "{number:032x}", title: 片{number}}}\n' for number in range(1000))
    (folder / "manifests" / "many.yaml").write_text(f"apiVersion: vodplan/v1\nvideos:\n{many}", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "line", ["vodplan plan | head -n 1", "vodplan schema plan | head -c 1", "vodplan --help | true"]
)
def test_pipe_closed_early_is_silent(project: Path, line: str) -> None:
    """`| head` takes what it wants; there is no message, and the command itself ends as it would have."""
    ran = _shell(f"set -o pipefail; {line}", project)

    assert ran.returncode == 0
    assert "Error" not in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "BrokenPipe" not in ran.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")
def test_full_disk_is_an_error(project: Path) -> None:
    """A result that could not be written is not a success."""
    ran = _shell("vodplan schema plan > /dev/full", project)

    assert ran.returncode == 1
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_encoding_without_chinese_writes_escapes(project: Path) -> None:
    """Where the terminal cannot show a character it gets an escape; JSON is UTF-8 everywhere."""
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    (project / "manifests" / "one.yml").write_text(
        "apiVersion: vodplan/v1\nvideos:\n  - {id: a8f4558f98b0cc0046ddf03943c79fb1, title: 一元二次方程的解法}\n",
        encoding="utf-8",
    )

    text = vodplan("plan", "manifests/one.yml", cwd=project, environ=ascii_only)
    document = vodplan("plan", "manifests/one.yml", "--format", "json", cwd=project, environ=ascii_only)

    assert (text.returncode, document.returncode) == (0, 0)
    assert '"\\u4e00\\u5143' in text.stdout
    assert " -> " in text.stdout
    assert json.loads(document.stdout)["changes"][0]["after"] == {"title": "一元二次方程的解法"}


def test_interrupt_while_planning_exits_130(project: Path) -> None:
    """Ctrl-C ends with one sentence and no traceback."""
    process = subprocess.Popen(
        [*command(), "emulator", "--port", "0", "--db", "e.db"],
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)

    assert process.returncode in (0, 130)
    assert first
    assert "Traceback" not in rest


def test_stdin_and_stdout_closed_do_not_break_it(project: Path) -> None:
    """A daemon may start it with nothing open."""
    ran = _shell("vodplan validate <&- >&-", project)

    assert ran.returncode == 0
    assert "Traceback" not in ran.stderr
