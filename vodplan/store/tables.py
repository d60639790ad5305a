"""The tables as they are now; `steps` has how they came to be, docs/store.md what they mean."""

from __future__ import annotations

import re

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Integer, MetaData, String, Table
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Text(TypeDecorator[str]):
    """Text of any characters; those that no database takes, NUL and lone surrogates, become their `\\uXXXX` escapes."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """See `TypeDecorator`."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


metadata = MetaData()

schema = Table(
    "vodplan_schema",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", Text, nullable=False),
    Column("vodplan_version", Text, nullable=False),
)

runs = Table(
    "vodplan_runs",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("target_key", Text, nullable=False),
    Column("target_name", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("plan_digest", Text, nullable=False),
    Column("allow_deletes", Integer),
    Column("owner", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("ci_link", Text),
    Column("machine", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("resumed", Integer, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("complete", Boolean),
    Column("interrupted", Boolean),
    Column("counts", Text),
    Column("verify_error", Text),
    Column("unconverged", Text),
)

changes = Table(
    "vodplan_changes",
    metadata,
    Column("run", BigInteger, ForeignKey("vodplan_runs.number", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("asset_id", Text),
    Column("action", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("at", Text, nullable=False),
)

events = Table(
    "vodplan_events",
    metadata,
    Column("run", BigInteger, ForeignKey("vodplan_runs.number", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("document", Text, nullable=False),
)

leases = Table(
    "vodplan_leases",
    metadata,
    Column("target_key", Text, primary_key=True),
    Column("target", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("ci_link", Text),
    Column("machine", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("expires", Double, nullable=False),
    Column("boot", Text, nullable=False),
    Column("expires_tick", Double),
)

unconverged = Table(
    "vodplan_unconverged",
    metadata,
    Column("target_key", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("live", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("at", Text, nullable=False),
)
