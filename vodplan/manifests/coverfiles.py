"""Reads the pictures that manifests name by a file: in the project's folder, of a type and size that can be sent."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vodplan.core.desired import DesiredAsset
from vodplan.core.diagnostics import Diagnostic, SourceRef, SourceSpan
from vodplan.core.picturefile import MOST_BYTES, Unusable, content_problem, name_problem
from vodplan.core.rule import Rule
from vodplan.core.values import CoverFile, FieldValue
from vodplan.manifests.codes import CODES

CODE = "VP138"

ReadFile = Callable[[str], bytes]
"""The content of a file by its path below the project's folder; raises Unusable."""


def reader_of(root: Path) -> ReadFile:
    """Reads files below a folder, and nothing that a link leads to outside of it."""
    home = root.resolve()
    return lambda name: read_picture(home, name)


def read_picture(home: Path, name: str) -> bytes:
    """The content of one picture.

    home:   the project's folder, its links resolved.
    raises: Unusable.
    """
    problem = name_problem(name)
    if problem:
        raise Unusable(problem)
    try:
        real = (home / name).resolve(strict=True)
        if home not in real.parents:
            raise Unusable("leads outside of the project's folder; put a copy of it into the folder")
        # What is read may be a pipe or a device, at which reading would wait for ever.
        handle = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Unusable("is no file")
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise Unusable("does not exist") from None
    except IsADirectoryError:
        raise Unusable("is a folder") from None
    except RuntimeError:
        raise Unusable("is a link that leads to itself") from None
    except OSError as error:
        raise Unusable(f"cannot be read ({error.strerror})") from None
    problem = content_problem(name, content)
    if problem:
        raise Unusable(problem)
    return content


@dataclass(slots=True)
class CoverFiles:
    """Gives every picture that is named its digest and size, each file read once.

    diagnostics: one for each entry whose picture cannot be used.
    """

    read: ReadFile
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _known: dict[str, CoverFile | str] = field(default_factory=dict)

    def assets(self, assets: Sequence[DesiredAsset]) -> list[DesiredAsset]:
        """The entries with their pictures; those whose picture cannot be used are left out."""
        kept = []
        for one in assets:
            if any(type(value) is CoverFile for value in one.values):
                values = self._values(one.values, one.source)
                if values is None:
                    continue
                one = replace(one, values=values)
            kept.append(one)
        return kept

    def rules(self, rules: Sequence[Rule]) -> list[Rule]:
        """The same for rules."""
        found = ((one, self._values(one.values, one.source)) for one in rules)
        return [replace(one, values=values) for one, values in found if values is not None]

    def _values(self, values: Sequence[FieldValue], source: SourceRef) -> tuple[FieldValue, ...] | None:
        found: list[FieldValue] = []
        for value in values:
            if isinstance(value, CoverFile):
                read = self._read(value.file)
                if isinstance(read, str):
                    self._tell(value.file, read, source)
                    return None
                value = replace(read, delete_old=value.delete_old)
            found.append(value)
        return tuple(found)

    def _read(self, name: str) -> CoverFile | str:
        known = self._known.get(name)
        if known is None:
            try:
                content = self.read(name)
            except Unusable as error:
                known = str(error)
            else:
                known = CoverFile(file=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
            self._known[name] = known
        return known

    def _tell(self, name: str, problem: str, source: SourceRef) -> None:
        self.diagnostics.append(
            Diagnostic(
                code=CODE,
                summary=CODES[CODE].summary,
                detail=f'The cover\'s file "{name}" {problem}.',
                span=SourceSpan(source.file, source.line, source.column, 1),
            )
        )
