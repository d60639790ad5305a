"""Runs a PostgreSQL server of its own for tests; started by scripts/postgres, which says how."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

USER = "vodplan"
PATIENCE = 60.0
"""Seconds that the server may take to start on a busy machine."""
NO_POSTGRESQL = 69
"""The exit code for a machine without PostgreSQL (`EX_UNAVAILABLE`)."""

PLACES = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)
"""Where Debian and Homebrew keep the server's programs, one folder a version, none of them on PATH."""

# A lost power supply is not among what the tests look at, so the disk need not be waited for.
SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=200", "unix_socket_directories=")


def main(command: Sequence[str]) -> int:
    """Serve until the command ends, or until standard input does; returns the exit code."""
    bin_folder = find_binaries()
    if bin_folder is None:
        print("There is no PostgreSQL on this machine. On Debian and Ubuntu:", file=sys.stderr)
        print("  sudo apt-get install postgresql", file=sys.stderr)
        return NO_POSTGRESQL
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with serving(bin_folder) as url:
            if command:
                return subprocess.run(command, env={**os.environ, "VODPLAN_TEST_POSTGRES": url}).returncode
            print(url, flush=True)
            sys.stdin.read()
    except KeyboardInterrupt:
        return 130
    return 0


def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, of the newest version that is installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found: list[Path] = []
    for top, pattern in PLACES:
        found += [one for one in Path(top).glob(pattern) if (one / "initdb").exists()]
    return max(found, key=_version, default=None)


@contextlib.contextmanager
def serving(bin_folder: Path) -> Iterator[str]:
    """A running server; yields its URL, with the password, of a user who may do everything."""
    account = _account()
    user = account.pw_name if account else None
    folder = Path(tempfile.mkdtemp(prefix="vodplan-postgres-"))
    try:
        password = secrets.token_urlsafe(12)
        password_file = folder / "password"
        password_file.write_text(password, encoding="ascii")
        if account:
            for path in (folder, password_file):
                os.chown(path, account.pw_uid, account.pw_gid)
        data = folder / "data"
        made = subprocess.run(
            [
                *(str(bin_folder / "initdb"), "-D", str(data), "-U", USER, "--pwfile", str(password_file)),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"),
            ],
            user=user,
            cwd=folder,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise SystemExit(f"initdb failed:\n{made.stdout}{made.stderr}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with (folder / "log").open("wb") as log:
            arguments = [f"--{name}" for name in SETTINGS]
            server = subprocess.Popen(
                [str(bin_folder / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), *arguments],
                user=user,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for this script, which then stops the server in its own order.
                start_new_session=True,
            )
        try:
            _wait(bin_folder, server, port, folder / "log")
            yield f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
        finally:
            # At once and without a checkpoint: its files are going anyway.
            server.send_signal(signal.SIGQUIT)
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> pwd.struct_passwd | None:
    """Whom to run the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise SystemExit("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody.")


def _wait(bin_folder: Path, server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    ready = [str(bin_folder / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(ready).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("PostgreSQL did not start:\n" + log.read_text(encoding="utf-8", errors="replace"))
        time.sleep(0.05)


def _version(folder: Path) -> tuple[int, ...]:
    digits = "".join(one if one.isdigit() or one == "." else " " for one in folder.parent.name).split()
    return tuple(int(one) for one in digits[0].split(".")) if digits else ()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
