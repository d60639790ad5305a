"""Where a project stands in what a CI job checked out, since hosts name files from its top."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

TOPS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Where GitHub and GitLab say that the checkout is."""


def folder_in_checkout(cwd: Path, config: str | None, environ: Mapping[str, str]) -> str:
    """The project's folder as the host names it: `media/library`, empty for the top and outside of CI.

    config: the project file as the command line names it; found as `vodplan.manifests.project` does it otherwise.
    """
    top = next((environ[name] for name in TOPS if environ.get(name)), "")
    if not top:
        return ""
    from vodplan.manifests.project import FILE_NAME

    named = config or environ.get("VODPLAN_CONFIG")
    start = Path(os.path.abspath(cwd / named)).parent if named else cwd.absolute()
    if not named:
        start = next((one for one in (start, *start.parents) if (one / FILE_NAME).exists()), start)
    try:
        folder = start.resolve().relative_to(Path(top).resolve()).as_posix()
    except (OSError, ValueError):
        return ""
    return "" if folder == "." else folder
