"""Builds .venv from the lock; started by scripts/setup, which found that it is missing or out of date."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

VENV = Path(".venv")
STAMP = VENV / ".vodplan-setup"
"""The key that the environment was completed for; written last."""
BUILDING = VENV / ".vodplan-building"
"""Stands while packages are being installed: an environment that still has it was left half-way and is made anew."""


def main(key: str) -> int:
    """Bring .venv to the state that `key` names; returns the exit code."""
    lock = Path(".make")
    lock.mkdir(exist_ok=True)
    with (lock / "setup.lock").open("w") as handle:
        # Two makes at once: the second waits here and then finds the work done.
        fcntl.flock(handle, fcntl.LOCK_EX)
        if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == key:
            return 0
        return _build(key)


def _build(key: str) -> int:
    started = time.monotonic()
    if BUILDING.exists() or not _runs(VENV / "bin" / "python"):
        print(f"Making .venv with Python {sys.version.split()[0]} from requirements/dev.txt; this is done once.")
        shutil.rmtree(VENV, ignore_errors=True)
    else:
        print("Bringing .venv to what requirements/dev.txt and pyproject.toml ask for now.")
    sys.stdout.flush()
    if not VENV.exists() and _call(sys.executable, "-m", "venv", str(VENV)) != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        return _fail(
            f"{sys.executable} could not make a virtual environment.",
            "On Debian and Ubuntu the module stands in a package of its own:",
            "sudo apt-get install python3-venv",
        )
    STAMP.unlink(missing_ok=True)
    BUILDING.touch()
    pip = (str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-qq")
    if (
        _call(*pip, "--require-hashes", "-r", "requirements/dev.txt") != 0
        # The build backend is in the lock: nothing else is fetched.
        or _call(*pip, "--no-deps", "--no-build-isolation", "--editable", ".") != 0
    ):
        return _fail(
            "pip could not install the locked packages; what it says stands above.",
            "Behind a proxy or a mirror, set HTTPS_PROXY or PIP_INDEX_URL. Then run the same command again:",
            "scripts/setup",
        )
    BUILDING.unlink()
    STAMP.write_text(key, encoding="utf-8")
    print(f"Done in {time.monotonic() - started:.0f} s.")
    return 0


def _runs(python: Path) -> bool:
    """Whether an interpreter stands there, starts, and is new enough."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    return python.exists() and subprocess.run([python, "-c", check], capture_output=True).returncode == 0


def _call(*command: str) -> int:
    return subprocess.run(command, env={**os.environ, "PYTHONWARNINGS": ""}).returncode


def _fail(what: str, why: str, command: str) -> int:
    print(f"{what}\n{why}\n  {command}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
