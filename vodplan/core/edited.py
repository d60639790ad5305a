"""What became of manifest files that were to be changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """Why a file was not changed though it should have been.

    line, column: one-based; 0 where the file as a whole is meant.
    why, advice:  full sentences.
    """

    why: str
    advice: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEdit:
    """One file.

    file:    as it is shown.
    changed: it was, or would be, written anew.
    diff:    from what it was to what it is, in the unified format; empty when nobody asked, or nothing changed.
    left:    why it was left alone; None when it was not.
    """

    file: str
    changed: bool = False
    diff: str = ""
    left: LeftAlone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEdits:
    """Every file that was looked at, in order of the names.

    written: whether changes were written to the disk; otherwise they are what would be.
    """

    files: tuple[FileEdit, ...]
    written: bool

    @property
    def changed(self) -> tuple[FileEdit, ...]:
        """The files that are, or would be, different."""
        return tuple(one for one in self.files if one.changed)

    @property
    def left(self) -> tuple[FileEdit, ...]:
        """The files that were left alone."""
        return tuple(one for one in self.files if one.left is not None)

    @classmethod
    def of(cls, files: Iterable[FileEdit], *, written: bool) -> FileEdits:
        """Files in order of their names."""
        return cls(files=tuple(sorted(files, key=lambda one: one.file)), written=written)
