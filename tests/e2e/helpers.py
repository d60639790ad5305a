"""Project folders with an emulator behind them, and what holds for whatever the command says in them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.cli import TIMEOUT, command, environment
from tests.unit.cli import harness
from vodplan.emulator import RunningEmulator
from vodplan.emulator.calllog import CallRecord
from vodplan.emulator.operations import OPERATIONS

HEAD = "apiVersion: vodplan/v1\n"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command line ended; out and err as text."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything that was shown, to search for what must not be there."""
        return self.out + self.err

    @property
    def document(self) -> Any:
        """stdout as the one JSON document it must be."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The error in that document."""
        return self.document["error"]


@dataclass(frozen=True, slots=True)
class Project:
    """A folder to work in.

    environ: what the command's environment has beside the cleaned one of the tests.
    """

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def write(self, text: str | bytes, name: str = "manifests/a.yaml") -> Path:
        """Put a file into the folder; the text of a manifest goes without its first line, `HEAD`."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    def manifest(self, text: str, name: str = "manifests/a.yaml") -> Path:
        """Put a manifest into the folder; `HEAD` is put before the text."""
        return self.write(HEAD + text, name)

    def run(self, *argv: str, **environ: str) -> Ended:
        """Run the installed command in a process of its own, with no terminal."""
        ended = subprocess.run(
            [*command(), *argv],
            cwd=self.folder,
            env=self.environment(**environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def call(self, *argv: str, **environ: str) -> Ended:
        """Run the same in this process, where a process of its own would show nothing more."""
        ran = harness.run(*argv, cwd=self.folder, environ={**self.environ, **environ})
        return Ended(ran.code, ran.out, ran.err)

    def shell(self, script: str, **environ: str) -> Ended:
        """Run a shell script in which `vodplan` is the installed command; its code is that of the first in a pipe."""
        words = " ".join(f"'{word}'" for word in command())
        ended = subprocess.run(
            ["bash", "-c", f'vodplan() {{ {words} "$@"; }}\n{script}\nexit ${{PIPESTATUS[0]}}'],
            cwd=self.folder,
            env=self.environment(**environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def start(self, *argv: str, **environ: str) -> subprocess.Popen[str]:
        """Start the command in a process of its own, in a group of its own, and go on."""
        return subprocess.Popen(
            [*command(), *argv],
            cwd=self.folder,
            env=self.environment(**environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a process; an empty value takes a variable away."""
        given = {**self.environ, **more}
        return {name: value for name, value in environment(**given).items() if name not in given or value}


def project(folder: Path, emulator: RunningEmulator | None = None, **environ: str) -> Project:
    """A project folder; with an emulator, the environment has its address and keys."""
    return Project(folder, {**(keys(emulator) if emulator else {}), **environ})


def keys(emulator: RunningEmulator) -> dict[str, str]:
    """Where an emulator is and how to get in, as environment variables."""
    return {
        "VODPLAN_ENDPOINT": emulator.url,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": emulator.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": emulator.access_key_secret,
    }


def writes(emulator: RunningEmulator) -> list[CallRecord]:
    """The calls that could have changed the library, in order."""
    return [call for call in emulator.calls() if call.action in OPERATIONS and OPERATIONS[call.action].writes]


def actions(emulator: RunningEmulator) -> list[str]:
    """The operations called, in order."""
    return [call.action for call in emulator.calls()]


def no_bug(ended: Ended) -> None:
    """What holds however a command ends: no traceback, no bug, nothing that a terminal would obey."""
    assert "Traceback" not in ended.said
    assert "This is a bug" not in ended.said
    assert "Warning:" not in ended.err
    assert "\x1b" not in ended.said


def refused(
    run: Callable[..., Ended],
    *argv: str,
    code: int,
    says: Sequence[str] = (),
    at: str = "",
    next: str = "vodplan",
    advice: str = "",
    **environ: str,
) -> Ended:
    """Run a command line in both formats and check how it is refused; gives the end of the text run.

    says: what the message must have, in both.
    at:   FILE:LINE:COLUMN of a finding that must be among those shown.
    next: how the last line, and the member `next`, goes on.
    advice: how the advice begins that ends the message, ahead of the command that checks whether it helped.
    """
    text = run(*argv, **environ)
    as_json = run(*argv, "--format", "json", **environ)

    for ended in (text, as_json):
        no_bug(ended)
        assert ended.code == code, ended.said
    error = as_json.error
    assert (error["exit_code"], as_json.err) == (code, "")
    assert next_step(text.err).startswith(next), text.err
    assert error["next"].startswith(next)
    shown, told = _flat(text.err), _flat(" ".join(_texts(error)))
    assert f" {advice}" in shown, text.err
    assert f" {advice}" in f" {told}", as_json.out
    assert [word for word in says if word not in shown] == [], text.err
    assert [word for word in says if word not in told] == [], as_json.out
    if at:
        assert f"{at}: error[VP" in text.err, text.err
        assert at in [f"{one['file']}:{one['line']}:{one['column']}" for one in error["diagnostics"]]
    return text


def next_step(err: str) -> str:
    """The next command, which stands at the very end."""
    *_, last = err.rpartition("Next: ")
    assert "\nNext: " in f"\n{err}"
    return _flat(last)


def _flat(text: str) -> str:
    """Text with its line breaks and indents taken out, so that wrapping hides nothing."""
    return " ".join(text.split())


def _texts(value: object) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


class Terminal:
    """A command line at a pseudo-terminal of a given size, answered step by step."""

    def __init__(self, project: Project, *argv: str, columns: int = 80, environ: Mapping[str, str]) -> None:
        self._main, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self._shown = b""
        self._deadline = time.monotonic() + TIMEOUT
        self._process = subprocess.Popen(
            [*command(), *argv],
            cwd=project.folder,
            env=project.environment(**{"TERM": "xterm-256color", **environ}),
            stdin=child,
            stdout=child,
            stderr=child,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(child)

    @property
    def shown(self) -> str:
        """Everything shown so far."""
        return self._shown.decode("utf-8", "replace").replace("\r\n", "\n")

    def until(self, text: str) -> None:
        """Read on until a text has been shown."""
        while text not in self.shown:
            assert self._read(), f"{text!r} was not shown, but:\n{self.shown}"

    def type(self, keys: bytes) -> None:
        """Type something."""
        os.write(self._main, keys)

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self._process.wait(timeout=max(self._deadline - time.monotonic(), 1))

    def close(self) -> None:
        """Let go of everything, whatever happened."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._main)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._main], [], [], max(self._deadline - time.monotonic(), 0))
        if not ready:
            raise TimeoutError(f"the terminal showed: {self.shown}")
        try:
            chunk = os.read(self._main, 65_536)
        except OSError:  # Linux's way to say that the other side is closed
            return False
        self._shown += chunk
        return bool(chunk)


@contextlib.contextmanager
def terminal(
    project: Project, *argv: str, columns: int = 80, environ: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """A command line at a pseudo-terminal, cleaned up afterwards."""
    opened = Terminal(project, *argv, columns=columns, environ=environ or {})
    try:
        yield opened
    finally:
        opened.close()


def _take_terminal() -> None:
    """Make the pseudo-terminal the process's own, so that Ctrl-C typed on it arrives as a signal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def interrupt(process: subprocess.Popen[str]) -> None:
    """What Ctrl-C sends."""
    os.killpg(process.pid, signal.SIGINT)


def wait_until(true: Callable[[], bool], *, process: subprocess.Popen[str]) -> None:
    """Wait for something that another process brings about; it must come about while that one runs."""
    deadline = time.monotonic() + TIMEOUT
    while not true():
        assert process.poll() is None, "the process ended before"
        assert time.monotonic() < deadline, "it did not come about"
        select.select([], [], [], 0.005)


def finish(process: subprocess.Popen[str]) -> Ended:
    """Wait for a process's end."""
    out, err = process.communicate(timeout=TIMEOUT)
    return Ended(process.returncode, out, err)
