"""What earlier runs on a target left in the fields that they wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import cast

from sqlalchemy import Connection, and_, or_, select

from vodplan.core.change import Action
from vodplan.core.drift import History, LastWrite
from vodplan.core.history import ChangeState
from vodplan.core.values import Json
from vodplan.store.rows import Row, loads
from vodplan.store.tables import changes, runs

_AT_ONCE = 400
"""Addresses in one query; every database takes so many parameters."""

_TOOK = frozenset({ChangeState.DONE.value, ChangeState.ALREADY.value})
_OPEN = frozenset({ChangeState.INTENT.value, ChangeState.UNKNOWN.value})
"""States of changes that may have been carried out, and nobody knows."""

_IDS = {"category": "category_id", "categories": "categories_ids"}
"""Field → the parameter of a change that has what is written by id."""


def last_writes(connection: Connection, key: str, wanted: Mapping[str, str | None]) -> History:
    """What the newest run left in each field of these addresses, also where its plan named the asset otherwise.

    Where no run is known to have written a field, and one may have: what that one would have left, as not sure.

    wanted: address → the service's id, None where there is none.
    """
    known = connection.scalar(select(runs.c.number).where(runs.c.target_key == key).limit(1)) is not None
    found: dict[str, dict[str, LastWrite]] = {}
    unknown: dict[tuple[str, str], LastWrite] = {}
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
                for name, write in _left(row):
                    if row["state"] in _OPEN:
                        unknown.setdefault((address, name), write)
                    elif name not in found.setdefault(address, {}):
                        sure = write.sure and (address, name) not in unknown
                        found[address][name] = replace(write, sure=sure)
    for (address, name), write in unknown.items():
        found.setdefault(address, {}).setdefault(name, replace(write, sure=False))
    return History(known=known, writes=found)


def _rows(
    connection: Connection, key: str, addresses: Sequence[str], named: Sequence[tuple[str, str]]
) -> Iterator[Row]:
    """Changes that took or may have, newest run first; within a run the removals, which come last there, first."""
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
            changes.c.state, changes.c.at, runs.c.id, runs.c.unconverged,
        )
        .join(runs, runs.c.number == changes.c.run)
        .where(runs.c.target_key == key, changes.c.state.in_(sorted(_TOOK | _OPEN)), about)
        .order_by(runs.c.number.desc(), changes.c.place.desc())
    )  # fmt: skip
    yield from connection.execute(query).mappings()


def _left(row: Row) -> Iterator[tuple[str, LastWrite]]:
    """Field → what a change leaves there when it takes; not sure where its run did not read it back as written."""
    document = loads(row["document"])
    params = cast("Mapping[str, Json]", document["params"])
    others = _not_as_written(row["unconverged"])
    for name, value in _values(row, document):
        yield (
            name,
            LastWrite(
                run=row["id"],
                at=row["at"],
                value=value,
                ids=params.get(_IDS[name]) if name in _IDS else None,
                sure=others is not None and (row["address"], name) not in others,
            ),
        )


@lru_cache(maxsize=8)
def _not_as_written(text: str | None) -> frozenset[tuple[str, str]] | None:
    """Address and field of what a run did not read back as written; None when it read nothing back."""
    found = None if text is None else json.loads(text)
    return None if found is None else frozenset((one["address"], one["field"]) for one in found)


def _values(row: Row, document: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    match Action(row["action"]):
        case Action.DELETE:
            yield "state", "missing"
        case Action.DELETE_SOURCE:
            yield "source", "absent"
        case Action.DELETE_STREAMS:
            yield "streams", []
        case Action.CREATE | Action.RENAME | Action.UPDATE:
            yield "state", "present"
            after = document["after"]
            yield from after.items() if isinstance(after, Mapping) else ()
