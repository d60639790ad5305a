"""Who this process is, and whether another one still runs."""

from __future__ import annotations

import getpass
import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from vodplan.core.history import Holder

__all__ = ["Holder", "boot", "is_gone", "machine", "this_holder"]

LONGEST = 300
"""Characters kept of a name or a link; what CI puts into its variables is not ours to trust."""

_OWNERS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_USER_ID", "BUILDKITE_BUILD_CREATOR", "CIRCLE_USERNAME")
_LINKS = ("CI_JOB_URL", "BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL", "CI_BUILD_URL")


def this_holder(environ: Mapping[str, str]) -> Holder:
    """This process, with the CI job it runs in where the environment names one."""
    return Holder(
        owner=_owner(environ),
        host=_plain(socket.gethostname()) or "unknown",
        pid=os.getpid(),
        ci_link=_ci_link(environ),
        machine=machine(),
    )


def is_gone(holder: Holder) -> bool:
    """Whether a holder's process is known to have ended.

    Only a holder on this very machine, boot and container can be known to be gone: a process id means nothing
    elsewhere. A process id that another process has by now counts as still running.
    """
    if not holder.machine or holder.machine != machine() or holder.pid <= 0:
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        # It exists and belongs to someone else, or cannot be asked about.
        return False
    return _is_zombie(holder.pid)


def machine() -> str:
    """A name for the place where this process's id counts: the host, since it was started, and the container in it."""
    if not boot():
        return ""
    try:
        space = str(os.stat("/proc/self/ns/pid").st_ino)
    except OSError:
        space = ""
    return hashlib.sha256("\n".join((socket.gethostname(), boot(), space)).encode()).hexdigest()[:16]


def boot() -> str:
    """A name for the time since this machine was started, during which its steady clock goes on; empty if unknown."""
    if sys.platform == "darwin":
        asked = subprocess.run(["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, check=False)
        return asked.stdout.decode("ascii", "replace").strip()
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended and only waits for its parent to notice: it holds nothing any more."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[:1] == ["Z"]


def _owner(environ: Mapping[str, str]) -> str:
    for name in _OWNERS:
        if owner := _plain(environ.get(name, "")):
            return owner
    try:
        return _plain(getpass.getuser()) or "unknown"
    except (KeyError, OSError):
        # A container's user often has a number and no name.
        return f"uid {os.getuid()}"


def _ci_link(environ: Mapping[str, str]) -> str | None:
    server, repository, run = (environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    links = [f"{server}/{repository}/actions/runs/{run}"] if server and repository and run else []
    links += [environ.get(name, "") for name in _LINKS]
    if all(environ.get(name) for name in ("SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_BUILDID")):
        collection, project = environ["SYSTEM_COLLECTIONURI"].rstrip("/"), environ["SYSTEM_TEAMPROJECT"]
        links.append(f"{collection}/{project}/_build/results?buildId={environ['BUILD_BUILDID']}")
    return next((link for link in map(_public_link, links) if link), None)


def _public_link(link: str) -> str | None:
    """A web address without the user name and password some servers put into it; None for anything else."""
    try:
        parts = urlsplit(_plain(link))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
    except ValueError:
        return None
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _plain(text: str) -> str:
    return "".join(one for one in text if one.isprintable()).strip()[:LONGEST]
