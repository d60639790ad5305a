"""What earlier runs on a target left in the fields that they wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, and_, or_, select

from vodplan.core.change import Action
from vodplan.core.drift import History, LastWrite
from vodplan.core.history import ChangeState
from vodplan.core.values import Json
from vodplan.store.rows import Row, loads
from vodplan.store.tables import changes, runs

_AT_ONCE = 400
"""Addresses in one query; every database takes so many parameters."""

_TOOK = (ChangeState.DONE.value, ChangeState.ALREADY.value)


def last_writes(connection: Connection, key: str, wanted: Mapping[str, str | None]) -> History:
    """What the newest run left in each field of these addresses, also where its plan named the asset otherwise.

    wanted: address → the service's id, None where there is none.
    """
    known = connection.scalar(select(runs.c.number).where(runs.c.target_key == key).limit(1)) is not None
    found: dict[str, dict[str, LastWrite]] = {}
    asked = list(wanted.items()) if known else []
    for start in range(0, len(asked), _AT_ONCE):
        some = dict(asked[start : start + _AT_ONCE])
        named: dict[tuple[str, str], list[str]] = {}
        for address, asset_id in some.items():
            if asset_id is not None:
                named.setdefault((address.partition("/")[0], asset_id), []).append(address)
        for row in _rows(connection, key, list(some), list(named)):
            meant = {row["address"], *named.get((row["kind"], row["asset_id"] or ""), ())}
            for address in meant & some.keys():
                fields = found.setdefault(address, {})
                for name, value in _left(row):
                    fields.setdefault(name, LastWrite(run=row["id"], at=row["at"], value=value))
    return History(known=known, writes=found)


def _rows(
    connection: Connection, key: str, addresses: Sequence[str], named: Sequence[tuple[str, str]]
) -> Iterator[Row]:
    """Changes that took, newest run first; within a run the removals, which come last there, first."""
    by_kind: dict[str, list[str]] = {}
    for kind, asset_id in named:
        by_kind.setdefault(kind, []).append(asset_id)
    about = or_(
        changes.c.address.in_(addresses),
        *(and_(changes.c.kind == kind, changes.c.asset_id.in_(ids)) for kind, ids in by_kind.items()),
    )
    query = (
        select(
            changes.c.address, changes.c.kind, changes.c.asset_id, changes.c.action, changes.c.document,
            changes.c.at, runs.c.id,
        )
        .join(runs, runs.c.number == changes.c.run)
        .where(runs.c.target_key == key, changes.c.state.in_(_TOOK), about)
        .order_by(runs.c.number.desc(), changes.c.place.desc())
    )  # fmt: skip
    yield from connection.execute(query).mappings()


def _left(row: Row) -> Iterator[tuple[str, Json]]:
    """Field → what a change that took left there."""
    match Action(row["action"]):
        case Action.DELETE:
            yield "state", "missing"
        case Action.DELETE_SOURCE:
            yield "source", "absent"
        case Action.DELETE_STREAMS:
            yield "streams", []
        case Action.CREATE | Action.RENAME | Action.UPDATE:
            yield "state", "present"
            after = loads(row["document"])["after"]
            yield from after.items() if isinstance(after, Mapping) else ()
