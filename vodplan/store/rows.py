"""From rows to records, and what rows are found by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import RowMapping, Table
from sqlalchemy.dialects import postgresql, sqlite

from vodplan.core.history import Holder
from vodplan.core.plan import Target
from vodplan.core.values import Json, canonical_json
from vodplan.store.database import Database

Row = RowMapping


def insert(database: Database, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT with `on_conflict_…`, which both databases have in dialects of their own."""
    return postgresql.insert(table) if database.is_postgresql else sqlite.insert(table)


def target_key(target: Target) -> str:
    """What the lease and the memory of a target are kept under.

    Name, region and endpoint. The account is left out: it is not always known, and a lease that depended on that would
    let two applies through.
    """
    return dumps([target.name, target.region, target.endpoint])


def target_json(target: Target) -> str:
    """A target as its column has it."""
    return dumps({"name": target.name, "region": target.region, "endpoint": target.endpoint, "account": target.account})


def read_target(text: str) -> Target:
    """The target of a column."""
    document = loads(text)
    account = document["account"]
    return Target(
        name=str(document["name"]),
        region=str(document["region"]),
        endpoint=str(document["endpoint"]),
        account=None if account is None else str(account),
    )


def holder_columns(holder: Holder) -> dict[str, Any]:
    """A holder's columns, in runs and in leases."""
    return {
        "owner": holder.owner,
        "host": holder.host,
        "pid": holder.pid,
        "ci_link": holder.ci_link,
        "machine": holder.machine,
    }


def read_holder(row: Row) -> Holder:
    """The holder in a row of runs or leases."""
    return Holder(owner=row["owner"], host=row["host"], pid=row["pid"], ci_link=row["ci_link"], machine=row["machine"])


def dumps(value: Json) -> str:
    """A JSON column's text, canonical."""
    return canonical_json(value).decode("utf-8")


def loads(text: str) -> Mapping[str, Json]:
    """The object in a JSON column."""
    return cast("Mapping[str, Json]", json.loads(text))
