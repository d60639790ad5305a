"""Collects what is wrong in one file, and shows it with the lines it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from vodplan.core.diagnostics import Diagnostic, Severity, SourceSpan
from vodplan.manifests.codes import CODES
from vodplan.manifests.nodes import Mark, Placed

GIVE_UP = 10_000
"""Errors after which the rest of a file is not read; what one entry has beyond them is counted."""

MOST_WARNINGS = 100
"""Warnings that are kept of one file; the rest is counted."""

MAX_EXCERPT = 1_000
"""Characters of a line that an excerpt shows."""


@dataclass(frozen=True, slots=True)
class Place:
    """A zero-based place; `end` is the column after the last character, None for the end of the line."""

    line: int
    column: int
    end: int | None


@dataclass(frozen=True, slots=True)
class _Finding:
    place: Place | None
    code: str
    detail: str
    severity: Severity
    secret: bool


class Findings:
    """What is wrong in one file.

    file: the path as it is shown.
    errors, warnings: how many so far, those that are only counted included.
    entry: the errors there were before the entry that is being read.
    data: the file's content, for the lines that are shown; empty until it is read.
    first: the number of its first line: 1, but for a part of a file.
    """

    def __init__(self, file: str, *, rename: Mapping[str, str] | None = None) -> None:
        self.file = file
        self.errors = 0
        self.warnings = 0
        self.data = b""
        self.first = 1
        self.entry = 0
        self._kept: list[_Finding] = []
        self._rename = rename or {}

    @property
    def hopeless(self) -> bool:
        """Whether there are so many errors that reading on helps nobody, and that further ones need no words."""
        return self.errors >= GIVE_UP

    def error(self, code: str, detail: str | Callable[[], str], at: Placed | Place | None) -> None:
        """Record an error; a detail that is costly to word comes as a function."""
        self._add(code, detail, at, Severity.ERROR)

    def warning(self, code: str, detail: str | Callable[[], str], at: Placed | Place | None) -> None:
        """Record a warning."""
        self._add(code, detail, at, Severity.WARNING)

    def secret(self, code: str, detail: str, at: Placed | Place) -> None:
        """Record an error whose line must not be shown."""
        self._add(code, detail, at, Severity.ERROR, secret=True)

    def _add(
        self,
        code: str,
        detail: str | Callable[[], str],
        at: Placed | Place | None,
        severity: Severity,
        *,
        secret: bool = False,
    ) -> None:
        if severity is Severity.ERROR:
            self.errors += 1
            kept = self.errors <= GIVE_UP
        else:
            self.warnings += 1
            kept = self.warnings <= MOST_WARNINGS
        if not kept:
            return
        place = at if at is None or isinstance(at, Place) else span_of(at)
        text = detail if isinstance(detail, str) else detail()
        self._kept.append(_Finding(place, self._rename.get(code, code), text, severity, secret))

    def drop(self, keep: Callable[[str], bool]) -> None:
        """Forget every finding whose code `keep` does not want; the counts follow."""
        self._kept = [one for one in self._kept if keep(one.code)]
        self.errors = sum(one.severity is Severity.ERROR for one in self._kept)
        self.warnings = len(self._kept) - self.errors

    def diagnostics(self) -> list[Diagnostic]:
        """Everything found, in order of place, with the lines it stands on."""
        lines = _lines(self.data, {one.place.line for one in self._kept if one.place is not None})
        hidden = {one.place.line for one in self._kept if one.secret and one.place is not None}
        ordered = sorted(self._kept, key=lambda one: (one.place.line, one.place.column) if one.place else (-1, -1))
        # What is wrong with an anchor is found again at each of its aliases, and told once.
        shown = list(dict.fromkeys(self._diagnostic(one, lines, hidden) for one in ordered))
        if self.hopeless:
            beyond = self.errors - GIVE_UP
            left = f"has {_counted(beyond, 'error')}, and was not" if beyond else "was not"
            shown.append(self._more(f"{left} read to its end", ordered[-1], Severity.ERROR))
        if self.warnings > MOST_WARNINGS:
            more = _counted(self.warnings - MOST_WARNINGS, "warning")
            shown.append(self._more(f"has {more}", ordered[-1], Severity.WARNING))
        return shown

    def _diagnostic(self, one: _Finding, lines: Mapping[int, str], hidden: set[int]) -> Diagnostic:
        summary = CODES[one.code].summary
        place = one.place
        if place is None:
            return Diagnostic(code=one.code, summary=summary, detail=one.detail, severity=one.severity)
        line = lines.get(place.line)
        end = place.end if place.end is not None else len(line or "")
        excerpt = None if not line or place.line in hidden or place.column >= MAX_EXCERPT else line[:MAX_EXCERPT]
        return Diagnostic(
            code=one.code,
            summary=summary,
            detail=one.detail,
            span=SourceSpan(self.file, place.line + self.first, place.column + 1, max(1, end - place.column)),
            excerpt=excerpt,
            severity=one.severity,
        )

    def _more(self, left: str, last: _Finding, severity: Severity) -> Diagnostic:
        place = last.place or Place(0, 0, None)
        return Diagnostic(
            code="VP199",
            summary=CODES["VP199"].summary,
            detail=f"This file {left}. Mend those shown and run the command again.",
            span=SourceSpan(self.file, place.line + self.first, place.column + 1),
            severity=severity,
        )


def _counted(count: int, what: str) -> str:
    return f"{count:,} more {what}{'' if count == 1 else 's'}"


def span_of(node: Placed) -> Place:
    """The place of a node on its first line."""
    start: Mark = node.start_mark
    stop: Mark = node.end_mark
    return Place(start.line, start.column, stop.column if stop.line == start.line else None)


def _lines(data: bytes, wanted: Iterable[int]) -> dict[int, str]:
    """The wanted lines, zero-based, without their line ends."""
    numbers = sorted(wanted)
    if not numbers:
        return {}
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found: dict[int, str] = {}
    line = start = 0
    for number in numbers:
        while line < number:
            stop = data.find(b"\n", start)
            if stop < 0:
                return found
            line, start = line + 1, stop + 1
        stop = data.find(b"\n", start)
        end = min(stop if stop >= 0 else len(data), start + 4 * MAX_EXCERPT + 4)
        found[number] = data[start:end].decode("utf-8", "replace")
    return found
