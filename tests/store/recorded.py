"""Stores as older versions made them, kept so that this version can show that it brings them up.

`recorded/vN.json` has the statements that version N made its tables with and the rows of a store of that time: a run that was
cut off with one change done and one about to be sent, and its lease, which lasts until the year 2100. A file there is never
changed; a new version of the tables adds one for the version before it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sqlite3
from pathlib import Path

import psycopg

from tests.store.build import a_plan, an_update

RECORDED = Path(__file__).with_name("recorded")
_RUN = json.loads((RECORDED / "v1.json").read_text(encoding="utf-8"))["rows"]["vodplan_runs"][0]
RECORDED_RUN: str = _RUN["id"]
# Plans had fewer members then, so that an equal one has another digest today.
RECORDED_PLAN = dataclasses.replace(a_plan(an_update("a1"), an_update("a2")), digest=_RUN["plan_digest"])

_POSTGRESQL = {"number": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "text": 'TEXT COLLATE "C"'}
_SQLITE = {"number": "INTEGER PRIMARY KEY AUTOINCREMENT", "text": "TEXT"}


def make_version_1(url: str, root: Path) -> None:
    """Make the store of version 1 where `url` says."""
    recorded = json.loads((RECORDED / "v1.json").read_text(encoding="utf-8"))
    if url.startswith("sqlite"):
        path = root / ".vodplan" / "state.db"
        path.parent.mkdir(parents=True)
        with contextlib.closing(sqlite3.connect(path)) as database:
            for lines in recorded["statements"]:
                database.execute("\n".join(lines).format(**_SQLITE))
            for table, rows in recorded["rows"].items():
                for row in rows:
                    places = ", ".join("?" for _ in row)
                    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))
            database.commit()
        return
    with psycopg.connect(url) as server:
        for lines in recorded["statements"]:
            server.execute("\n".join(lines).format(**_POSTGRESQL).encode())
        for table, rows in recorded["rows"].items():
            for row in rows:
                places = ", ".join("%s" for _ in row)
                insert = f"INSERT INTO {table} ({', '.join(row)}) OVERRIDING SYSTEM VALUE VALUES ({places})"
                server.execute(insert.encode(), list(row.values()))
        # As the server counts on when a row is added without a number.
        server.execute(b"ALTER TABLE vodplan_runs ALTER COLUMN number RESTART WITH 2")
