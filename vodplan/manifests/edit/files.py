"""Manifest files that are to be edited: which they are, what they hold, and whether they may be written."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from vodplan.core.errors import ManifestError
from vodplan.manifests import source
from vodplan.manifests.discover import discover
from vodplan.manifests.edit.model import Unsafe
from vodplan.manifests.findings import Findings
from vodplan.manifests.project import Project


def found_files(paths: Sequence[Path], project: Project) -> dict[str, Path]:
    """The manifests that paths lead to, links followed: the name that is shown → the file.

    raises: ManifestError when a path leads to no manifest, or out of its folder.
    """
    discovery = discover(paths, project)
    broken = [one for found in discovery.broken for one in found.diagnostics()]
    if broken:
        raise ManifestError(broken)
    return discovery.files


def read_file(shown: str, path: Path) -> bytes:
    """The bytes of a manifest; raises ManifestError when they cannot be had."""
    found = Findings(shown)
    data = source.content(path, found)
    if data is None:
        raise ManifestError(found.diagnostics())
    return data


def require_writable(path: Path) -> int:
    """The permission bits of a file that may be written.

    raises: Unsafe when its permissions are against it: those of its folder would let it be replaced all the same.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise Unsafe(f"The file cannot be looked at: {error.strerror or error}.") from error
    if not stat.S_ISREG(mode):
        raise Unsafe("It is not a regular file.")
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(path, os.W_OK):
        raise Unsafe("The file is read-only.", advice=f"chmod u+w {path.name}, where it may be changed.")
    return stat.S_IMODE(mode)


def require_unchanged(path: Path, data: bytes) -> None:
    """Refuse to write over what somebody wrote since the file was read."""
    try:
        same = path.read_bytes() == data
    except OSError as error:
        raise Unsafe(f"The file cannot be read again: {error.strerror or error}.") from error
    if not same:
        raise Unsafe("The file was changed while it was worked on.", advice="Run the command again.")


def digest_of(files: Mapping[str, bytes]) -> str:
    """The digest that loading these files gives, `DesiredState.digest`, without parsing them."""
    lines = [f"{name}\0{hashlib.sha256(source.without_mark(data)).hexdigest()}" for name, data in files.items()]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
