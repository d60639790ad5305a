"""What is wrong in what a person wrote, where it stands, and what to do about it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """How bad a diagnostic is: an error stops the command, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class SourceSpan:
    """A place in a file.

    file:         the path as it is shown, relative to the project root with forward slashes where it lies inside it.
    line, column: one-based; the column counts characters, not bytes or terminal cells.
    length:       characters to underline on that line, at least 1.
    """

    file: str
    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding about a manifest or the project file.

    code:    stable, `VP` and three digits, documented in docs/errors.md.
    summary: constant text for the code, without user data.
    detail:  full sentences: what is wrong, why where it is not plain, what to do. May quote user data, unescaped:
             whoever renders it escapes it.
    span:    where; None only for what has no place, such as a folder without manifests.
    excerpt: the offending line as it stands in the file, without its line end; None when there is none.
    """

    code: str
    summary: str
    detail: str
    span: SourceSpan | None = None
    excerpt: str | None = None
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class SourceRef:
    """The manifest line that asked for something: file as in `SourceSpan`, line and column one-based."""

    file: str
    line: int
    column: int = 1
