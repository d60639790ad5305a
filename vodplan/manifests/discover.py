"""Finds the manifest files below the paths that were named, and keeps within them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vodplan.manifests.findings import Findings, Place
from vodplan.manifests.project import Project

SUFFIXES = (".yaml", ".yml")


@dataclass(slots=True)
class Discovery:
    """What was found.

    files:  shown name → real path, in order of the shown names; every file once, however many links lead to it.
    broken: findings about paths that are not files.
    """

    files: dict[str, Path] = field(default_factory=dict)
    broken: list[Findings] = field(default_factory=list)


def discover(paths: Sequence[Path], project: Project) -> Discovery:
    """The manifest files that the paths lead to.

    paths: files and folders; the project's own when empty. Folders are searched to the bottom, hidden files and folders
           in them left out.
    """
    search = _Search(project)
    for path in paths or project.manifests:
        search.named(path)
    search.found.files = dict(sorted(search.found.files.items()))
    search.found.broken.sort(key=lambda one: one.file)
    return search.found


def is_manifest(name: str) -> bool:
    """Whether a file that is found in a folder is a manifest, by its name; one that is named may have any name."""
    return name.lower().endswith(SUFFIXES)


def shown_name(path: Path, root: Path) -> str:
    """A path relative to the project's root where it lies below it, else as it is; with forward slashes.

    root: with its links resolved.
    """
    absolute = path if path.is_absolute() else Path.cwd() / path
    normal = Path(os.path.normpath(absolute))
    for one in (normal, normal.parent.resolve() / normal.name):
        if root in one.parents or one == root:
            return one.relative_to(root).as_posix()
    return path.as_posix()


class _Search:
    def __init__(self, project: Project) -> None:
        self.found = Discovery()
        self._root = project.root.resolve()
        self._homes = [home.resolve() for home in project.manifests]
        self._entered: set[Path] = set()

    def named(self, path: Path) -> None:
        """Take in a path that was named by the user."""
        try:
            real = path.resolve()
            folder = real.is_dir()
            exists = os.path.lexists(path)
        except (OSError, RuntimeError, ValueError) as error:
            self._broken(path, "VP101", f"{path} cannot be followed: {error}.")
            return
        if not exists:
            self._broken(path, "VP101", f"There is no file or folder {self._shown(path)}. {self._advice(path)}")
        elif folder:
            before = len(self.found.files), len(self.found.broken)
            entered = real in self._entered
            self._folder(real, (real, *self._homes))
            if not entered and (len(self.found.files), len(self.found.broken)) == before and not self._holds(real):
                self._broken(path, "VP103", f"{self._shown(path)} holds no manifest: no {' or '.join(SUFFIXES)} file.")
        else:
            self._file(path, real, (path.parent.resolve(), *self._homes))

    def _folder(self, folder: Path, allowed: Sequence[Path]) -> None:
        if folder in self._entered:
            return
        self._entered.add(folder)
        try:
            names = sorted(os.listdir(folder))
        except OSError as error:
            self._broken(folder, "VP101", f"The folder {self._shown(folder)} cannot be read: {error.strerror}.")
            return
        for name in names:
            if not name.startswith("."):
                self._entry(folder / name, allowed)

    def _entry(self, path: Path, allowed: Sequence[Path]) -> None:
        manifest = is_manifest(path.name)
        try:
            real = path.resolve()
            folder = real.is_dir()
        except (OSError, RuntimeError) as error:
            self._broken(path, "VP101", f"{self._shown(path)} cannot be followed: {error}.")
            return
        if folder and manifest:
            self._broken(path, "VP101", f"{self._shown(path)} is a folder with the name of a manifest. Rename it.")
        elif folder:
            if self._within(path, real, allowed):
                self._folder(real, allowed)
        elif manifest:
            self._file(path, real, allowed)

    def _file(self, path: Path, real: Path, allowed: Sequence[Path]) -> None:
        if not self._within(path, real, allowed):
            return
        if not real.exists():
            self._broken(path, "VP101", f"The link {self._shown(path)} leads to {real}, which does not exist.")
            return
        self.found.files[self._shown(real)] = real

    def _within(self, path: Path, real: Path, allowed: Sequence[Path]) -> bool:
        if any(real == home or home in real.parents for home in allowed):
            return True
        self._broken(
            path,
            "VP102",
            f"{self._shown(path)} leads to {real}, outside the folder it stands in. Put a copy of it into the folder.",
        )
        return False

    def _holds(self, folder: Path) -> bool:
        """Whether files found earlier, through another name, stand below a folder."""
        return any(folder in real.parents for real in self.found.files.values())

    def _broken(self, path: Path, code: str, detail: str) -> None:
        found = Findings(self._shown(path))
        found.error(code, detail, Place(0, 0, None) if os.path.lexists(path) and code != "VP103" else None)
        self.found.broken.append(found)

    def _shown(self, path: Path) -> str:
        return shown_name(path, self._root)

    @staticmethod
    def _advice(path: Path) -> str:
        if path.suffix.lower() in SUFFIXES:
            return "Check the name."
        return "Check the name, or make the folder and put a manifest into it."
