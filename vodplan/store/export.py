"""One run as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Column, select

from vodplan.core.history import RunRecord
from vodplan.core.values import Json, canonical_json
from vodplan.store.database import Database
from vodplan.store.rows import Row, loads
from vodplan.store.tables import changes, events
from vodplan.store.turn import holder_json

FORMAT_VERSION = "1"

_PAGE = 500
"""Rows read at a time: a run may have more changes than should stand in memory at once."""


def export_lines(database: Database, row: Row, record: RunRecord) -> Iterator[bytes]:
    """A run as JSON lines: the run, its changes in order, its journal from the first line; see docs/store.md."""
    run: Json = {
        "record": "run",
        "format_version": FORMAT_VERSION,
        "id": record.id,
        "status": record.status.value,
        "started": record.started,
        "ended": record.ended,
        "holder": holder_json(record.holder),
        "allow_deletes": record.allow_deletes,
        "resumed": record.resumed,
        "counts": {state.value: count for state, count in record.counts.items()},
        "unconverged": None if record.unconverged is None else json.loads(row["unconverged"]),
        "verify_error": record.verify_error,
        "interrupted": record.interrupted,
        "plan": loads(row["plan"]),
    }
    yield _line(run)
    for one in _rows(database, changes.c.place, row["number"]):
        yield _line(
            {
                "record": "change",
                "place": one["place"],
                "change": loads(one["document"]),
                "state": one["state"],
                "code": one["code"],
                "detail": one["detail"],
                "request_id": one["request_id"],
                "at": one["at"],
            }
        )
    for one in _rows(database, events.c.number, row["number"]):
        yield _line(
            {
                "record": "event",
                "number": one["number"],
                "at": one["at"],
                "event": one["event"],
                "detail": loads(one["document"]),
            }
        )


def _rows(database: Database, key: Column[int], run: int) -> Iterator[Row]:
    """The rows of a run in the order of their key, page by page; nothing is held open between two pages."""
    last = -1
    while page := _page(database, key, run, last):
        yield from page
        last = page[-1][key.name]


def _page(database: Database, key: Column[int], run: int, last: int) -> list[Row]:
    query = select(key.table).where((key.table.c.run == run) & (key > last)).order_by(key).limit(_PAGE)
    with database.reading() as connection:
        return list(connection.execute(query).mappings())


def _line(value: Json) -> bytes:
    return canonical_json(value) + b"\n"
