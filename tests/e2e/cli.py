"""Runs the installed command in a process of its own, with or without a terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
TIMEOUT = 120.0


def command() -> list[str]:
    """The installed command, or the module where nothing is installed."""
    installed = Path(sys.executable).with_name("vodplan")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "vodplan"]


def environment(**more: str) -> dict[str, str]:
    """The environment of the process; finds the package from a checkout."""
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "default", **more}


def vodplan(*argv: str, cwd: Path, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command line with no terminal anywhere."""
    return subprocess.run(
        [*command(), *argv],
        cwd=cwd,
        env=environment(**(environ or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT,
        check=False,
    )


@dataclass(frozen=True, slots=True)
class Session:
    """What a terminal showed, and the exit code."""

    code: int
    shown: str


def at_terminal(
    argv: Sequence[str],
    *,
    cwd: Path,
    answers: Mapping[str, bytes],
    columns: int = 80,
    environ: Mapping[str, str] | None = None,
) -> Session:
    """Run a command line on a pseudo-terminal.

    answers: prompt → what is typed when it is shown.
    """
    main, child = pty.openpty()
    process = subprocess.Popen(
        [*command(), *argv],
        cwd=cwd,
        env=environment(**{"TERM": "xterm", "COLUMNS": str(columns), **(environ or {})}),
        stdin=child,
        stdout=child,
        stderr=child,
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    os.close(child)
    shown = b""
    waiting = dict(answers)
    deadline = time.monotonic() + TIMEOUT
    try:
        while True:
            ready, _, _ = select.select([main], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                raise TimeoutError(f"the terminal showed: {shown.decode('utf-8', 'replace')}")
            try:
                chunk = os.read(main, 65536)
            except OSError:  # Linux's way to say that the other side is closed
                break
            if not chunk:
                break
            shown += chunk
            for prompt, typed in list(waiting.items()):
                if prompt.encode() in shown:
                    os.write(main, typed)
                    del waiting[prompt]
        code = process.wait(timeout=max(deadline - time.monotonic(), 1))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(main)
    return Session(code, shown.decode("utf-8").replace("\r\n", "\n"))


def _take_terminal() -> None:
    """Make the pseudo-terminal the process's own, so that Ctrl-C typed on it arrives as a signal."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
