"""Keeps the assets that findings are about, in a temporary database of SQLite's own that is gone with the process."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from functools import partial
from types import TracebackType
from typing import Self

from vodplan.core.exported import ExportedAsset
from vodplan.core.neighbours import folded
from vodplan.core.survey import Check, Finding, Member
from vodplan.core.unmanaged import Amount

_FIELDS = "a.kind, a.id, a.title, a.created, a.tags"


class Surveyed:
    """Every asset with its title and cover, and which of them were found; a context manager. Memory stays flat."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA temp_store = FILE")
        self._db.execute(
            "CREATE TABLE assets (n INTEGER PRIMARY KEY, kind TEXT, id TEXT, title TEXT, shape TEXT, cover TEXT, "
            "created TEXT, size INT, tags TEXT)"
        )
        self._db.execute("CREATE TABLE found (chk TEXT, kind TEXT, subject TEXT, n INT)")
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._db.close()

    def add(self, row: ExportedAsset, flags: Iterable[tuple[Check, str]]) -> None:
        """Take one in, with what it was found under."""
        title, cover, shape = (_stored(one) for one in (row.title, row.cover, folded(row.title)))
        number = self._db.execute(
            "INSERT INTO assets VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row.kind, row.id, title, shape, cover, row.created, row.size, json.dumps(row.tags)),
        ).lastrowid
        for check, subject in flags:
            self._db.execute("INSERT INTO found VALUES (?, ?, ?, ?)", (check.value, row.kind, _stored(subject), number))

    def sort(self) -> None:
        """Make it ready to be asked; nothing is added afterwards."""
        self._db.execute("CREATE INDEX by_shape ON assets (kind, shape)")
        self._db.execute("CREATE INDEX by_cover ON assets (kind, cover)")
        self._db.execute("CREATE INDEX by_subject ON found (chk, kind, subject)")

    def duplicates(self) -> Iterator[Finding]:
        """Titles that several assets of a kind have, but for case, width and blanks."""
        yield from self._shared(Check.DUPLICATE_TITLES, "shape", 2)

    def covers(self, least: int) -> Iterator[Finding]:
        """Covers that so many videos have."""
        yield from self._shared(Check.SHARED_COVERS, "cover", least)

    def members(self, finding: Finding) -> Iterator[Member]:
        """The assets that were added as found under a check."""
        return self._members(
            f"SELECT {_FIELDS} FROM found f JOIN assets a ON a.n = f.n WHERE f.chk = ? AND f.kind = ? "
            "AND f.subject = ? ORDER BY a.created, a.id",
            (finding.check.value, finding.kind, _stored(finding.subject)),
        )

    def _shared(self, check: Check, column: str, least: int) -> Iterator[Finding]:
        groups = self._db.execute(
            f"SELECT kind, {column}, min(title), count(*), coalesce(sum(size), 0) FROM assets WHERE {column} != '' "
            f"GROUP BY kind, {column} HAVING count(*) >= ?",
            (least,),
        ).fetchall()
        query = f"SELECT {_FIELDS} FROM assets a WHERE a.kind = ? AND a.{column} = ? ORDER BY a.created, a.id"
        for kind, value, title, count, size in groups:
            yield Finding(
                check=check,
                kind=kind,
                subject=title if column == "shape" else value,
                amount=Amount(count, size),
                members=partial(self._members, query, (kind, value)),
            )

    def _members(self, query: str, values: tuple[str, ...]) -> Iterator[Member]:
        for kind, asset_id, title, created, tags in self._db.execute(query, values):
            yield Member(kind=kind, id=asset_id, title=title, created=created, tags=tuple(json.loads(tags)))


def _stored(text: str) -> str:
    """A text as SQLite takes it: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
