"""Writes docs/images/apply.svg: `vodplan apply` on a terminal, on the manifest that README.md shows.

    .venv/bin/python scripts/picture.py

Nothing in it is made up: the command runs on a pseudo-terminal against the embedded emulator, and what it wrote is
drawn.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts import terminal_svg

REPOSITORY = Path(__file__).parents[1]
PICTURE = REPOSITORY / "docs" / "images" / "apply.svg"
COLUMNS = 92
PROMPT = "\x1b[32m$\x1b[0m "
ANSWERS = {b"Type the number of removals to apply: ": b"1\n"}
"""What the command asks → what is typed."""


def readme_block(language: str, holds: str) -> str:
    """The first code block of README.md in a language that holds a text."""
    text = REPOSITORY.joinpath("README.md").read_text(encoding="utf-8")
    blocks = re.finditer(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return next(block[1] for block in blocks if holds in block[1])


def prepare(folder: Path) -> None:
    """Put the README's manifest into a folder, with an embedded emulator as its target."""
    folder.joinpath("manifests").mkdir()
    folder.joinpath("manifests", "media.yaml").write_text(readme_block("yaml", "videos:"), encoding="utf-8")
    folder.joinpath("vodplan.yaml").write_text(
        "apiVersion: vodplan/v1\ntargets:\n  local: {emulator: .vodplan/emulator.db}\n", encoding="utf-8"
    )


def command() -> list[str]:
    """The command of the environment that runs this."""
    return [sys.executable, "-m", "vodplan"]


def environment() -> dict[str, str]:
    """What the command's environment has: nothing of whoever draws the picture but the way to Python."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR")}
    return {**kept, "LANG": "C.UTF-8", "TERM": "xterm-256color", "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"}


def recorded(folder: Path, *argv: str) -> str:
    """What the command writes to a terminal of `COLUMNS` columns, with the answers that it was given.

    raises: CalledProcessError when the command does not end with 0.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    argv_whole = [*command(), *argv]
    process = subprocess.Popen(
        argv_whole, cwd=folder, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    written = b""
    waiting = dict(ANSWERS)
    while piece := _read(ours):
        written += piece
        for asked in [asked for asked in waiting if asked in written]:
            os.write(ours, waiting.pop(asked))
    os.close(ours)
    if code := process.wait(timeout=60):
        raise subprocess.CalledProcessError(code, argv_whole, written)
    return written.decode("utf-8")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        # Linux reports the end of the other side as an input/output error.
        return b""


def picture() -> str:
    """The SVG document as it is today."""
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        shown = f"{PROMPT}vodplan apply\r\n{recorded(Path(name), 'apply')}"
    lines = terminal_svg.screen(shown.rstrip("\r\n"))
    return terminal_svg.draw(lines, columns=COLUMNS, title="vodplan apply on a terminal: plan, question, outcome")


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    print(f"wrote {PICTURE.relative_to(REPOSITORY)}")
