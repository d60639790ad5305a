"""`vodplan init`: everything a new repository needs, and nothing overwritten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.options import InitOptions
from vodplan.core.errors import ConfigError
from vodplan.render.results import Started

IGNORED = ".vodplan/"

_STARTERS = {
    "vodplan.yaml": "vodplan.yaml",
    "manifests/example.yaml": "example.yaml",
    ".github/workflows/vodplan.yml": "workflow.yml",
    ".vscode/settings.json": "settings.json",
}
"""File in the new repository → file in `vodplan.commands.starter`."""

_SCHEMAS = {
    ".vscode/vodplan-manifest.schema.json": "manifest",
    ".vscode/vodplan-project.schema.json": "project",
}


def run(options: InitOptions, context: Context) -> int:
    """Start a repository. See docs/commands.md."""
    folder = context.console.cwd / options.folder
    written: list[str] = []
    kept: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in _contents():
            (written if _create(folder / name, content) else kept).append(name)
        (written if _ignore(folder / ".gitignore") else kept).append(".gitignore")
    except OSError as error:
        raise ConfigError(
            f"{error.filename or folder} cannot be written: {error.strerror or error}.", next=f"ls -ld {folder}"
        ) from error
    context.output.show(Started(folder=options.folder, written=written, kept=kept))
    return 0


def _contents() -> Iterator[tuple[str, str]]:
    starters = files("vodplan.commands") / "starter"
    for name, source in _STARTERS.items():
        yield name, (starters / source).read_text(encoding="utf-8")
    for name, schema in _SCHEMAS.items():
        yield name, json.dumps(api.schema(schema), ensure_ascii=False, indent=2) + "\n"


def _create(path: Path, content: str) -> bool:
    """Write a file that is not there yet; False when something has its name."""
    if path.is_symlink():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True


def _ignore(path: Path) -> bool:
    """Have git ignore vodplan's own folder; a .gitignore that is there gets one more line."""
    if not path.exists():
        return _create(path, f"{IGNORED}\n")
    content = path.read_bytes()
    if any(line.strip() in (b".vodplan", b".vodplan/", b"/.vodplan/") for line in content.splitlines()):
        return False
    with path.open("ab") as file:
        file.write(b"" if not content or content.endswith(b"\n") else b"\n")
        file.write(f"{IGNORED}\n".encode())
    return True
