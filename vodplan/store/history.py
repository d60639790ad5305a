"""Reads runs back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

import sqlalchemy
from sqlalchemy import ColumnElement, Connection, func, select

from vodplan.core.address import Address
from vodplan.core.change import Action, Change
from vodplan.core.errors import StoreError, UsageError
from vodplan.core.history import (
    ChangeRecord,
    ChangeState,
    Event,
    EventKind,
    RunDetail,
    RunRecord,
    RunStatus,
    verdict_of,
)
from vodplan.core.plan import Plan
from vodplan.core.planfile import digest, from_document
from vodplan.core.report import Outcome, Unconverged
from vodplan.core.values import Json
from vodplan.store.rows import Row, loads, read_holder, read_target
from vodplan.store.tables import changes, events, runs

_SHOWN = 5
"""Runs named when an id is ambiguous."""


def find_run(connection: Connection, run_id: str) -> Row:
    """The row of a run, by its id or by a beginning of it that no other run's id has.

    raises: UsageError when there is none, or more than one.
    """
    wanted = run_id.strip().lower()
    # Every run begins with nothing.
    query = select(runs).where(runs.c.id.startswith(wanted, autoescape=True)).order_by(runs.c.number.desc())
    found = connection.execute(query.limit(_SHOWN + 1)).mappings().all() if wanted else []
    exact = [row for row in found if row["id"] == wanted]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise UsageError(f'The store has no run "{run_id}".', next="vodplan history")
    names = ", ".join(row["id"] for row in found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
    raise UsageError(f'More than one run begins with "{run_id}": {names}.', next=f"vodplan history {found[0]['id']}")


def list_runs(
    connection: Connection, *, target: str | None, address: str | None, limit: int, held: frozenset[str]
) -> tuple[RunRecord, ...]:
    """The newest runs first; see `Store.runs`. held: the runs whose lease is held."""
    query = select(runs).order_by(runs.c.number.desc()).limit(limit)
    if target is not None:
        query = query.where(runs.c.target_name == target)
    about = None if address is None else _about(address)
    if about is not None:
        query = query.where(runs.c.number.in_(select(changes.c.run).where(about)))
    rows = connection.execute(query).mappings().all()
    counts = _counts(connection, rows)
    return tuple(
        _record(
            row,
            counts[row["number"]],
            held=held,
            touched=() if about is None else _change_records(connection, row, about),
        )
        for row in rows
    )


def run_record(connection: Connection, row: Row, *, held: frozenset[str]) -> RunRecord:
    """One run, without its changes."""
    return _record(row, _counts(connection, [row])[row["number"]], held=held, touched=())


def run_detail(connection: Connection, row: Row, *, held: frozenset[str]) -> RunDetail:
    """One run with everything the store has of it.

    raises: StoreError when the plan is not the one that was begun with.
    """
    plan = read_plan(connection, row)
    found = connection.execute(_ordered_changes(row["number"])).mappings()
    lines = connection.execute(select(events).where(events.c.run == row["number"]).order_by(events.c.number)).mappings()
    return RunDetail(
        record=run_record(connection, row, held=held),
        plan=plan,
        changes=tuple(_change_record(one, row, plan.changes[one["place"]]) for one in found),
        events=tuple(
            Event(number=one["number"], at=one["at"], kind=EventKind(one["event"]), detail=loads(one["document"]))
            for one in lines
        ),
    )


def last_managed(connection: Connection, key: str) -> Mapping[str, int] | None:
    """Kind → entries in the manifests, of the newest run on a target whose plan has any."""
    query = sqlalchemy.select(runs.c.plan).where(runs.c.target_key == key).order_by(runs.c.number.desc()).limit(50)
    for text in connection.execute(query).scalars():
        managed = loads(text)["managed"]
        if isinstance(managed, Mapping) and managed:
            return {kind: int(str(count)) for kind, count in managed.items()}
    return None


def last_rules(connection: Connection, key: str) -> Mapping[str, int]:
    """Rule → how many assets it found, in the newest run on a target whose plan has the rule."""
    query = sqlalchemy.select(runs.c.plan).where(runs.c.target_key == key).order_by(runs.c.number.desc()).limit(50)
    found: dict[str, int] = {}
    for text in connection.execute(query).scalars():
        listed = loads(text).get("rules", ())
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, Mapping):
                found.setdefault(str(one["name"]), int(str(one["matches"])))
    return found


def written(connection: Connection, key: str, *, since: str) -> frozenset[str]:
    """Addresses that runs on a target sent a call for, of runs that ended since then or have no end."""
    sent = changes.c.state.not_in((ChangeState.PLANNED.value, ChangeState.HELD.value))
    lately = runs.c.ended_at.is_(None) | (runs.c.ended_at >= since)
    query = sqlalchemy.select(changes.c.address).join(runs, runs.c.number == changes.c.run)
    return frozenset(connection.execute(query.where(runs.c.target_key == key, lately, sent)).scalars())


def read_plan(connection: Connection, row: Row) -> Plan:
    """The plan of a run, checked against its digest.

    raises: StoreError when it is not the one that was begun with.
    """
    found = connection.execute(_ordered_changes(row["number"])).mappings()
    document = {**loads(row["plan"]), "changes": [loads(one["document"]) for one in found]}
    if digest(document) != row["plan_digest"]:
        raise StoreError(
            f"The plan of run {row['id']} is not as it was when the run began: the store was changed or damaged.",
            next="vodplan plan",
        )
    return from_document(document)


def read_states(connection: Connection, row: Row) -> Mapping[int, tuple[ChangeState, Outcome | None]]:
    """The state of each change of a run, by place, with its outcome where there is one."""
    found = connection.execute(_ordered_changes(row["number"])).mappings()
    return {one["place"]: (ChangeState(one["state"]), _outcome(one)) for one in found}


def last_event(connection: Connection, row: Row) -> int:
    """The number of the last line of a run's journal."""
    number = connection.scalar(select(func.max(events.c.number)).where(events.c.run == row["number"]))
    return number or 0


def _ordered_changes(run: int) -> sqlalchemy.Select[*tuple[Any, ...]]:
    return select(changes).where(changes.c.run == run).order_by(changes.c.place)


def _about(address: str) -> ColumnElement[bool]:
    """The changes of an asset, also those of entries that named it by its reference or its URL.

    raises: UsageError when it is no address.
    """
    try:
        parsed = Address.parse(address)
    except ValueError as error:
        raise UsageError(f"This is {error}.", next="vodplan history") from error
    by_id = (changes.c.kind == parsed.kind) & (changes.c.asset_id == parsed.key)
    return (changes.c.address == str(parsed)) | by_id


def _counts(connection: Connection, rows: Sequence[Row]) -> Mapping[int, Mapping[ChangeState, int]]:
    """The seven counts of each run: as its end recorded them, or from its changes while it has none."""
    counts: dict[int, dict[ChangeState, int]] = {row["number"]: dict.fromkeys(ChangeState, 0) for row in rows}
    for row in rows:
        if row["ended_at"] is not None:
            recorded = cast("Mapping[str, int]", loads(row["counts"]))
            counts[row["number"]].update((ChangeState(name), count) for name, count in recorded.items())
    without_end = [row["number"] for row in rows if row["ended_at"] is None]
    if without_end:
        query = select(changes.c.run, changes.c.state, func.count()).group_by(changes.c.run, changes.c.state)
        for run, state, count in connection.execute(query.where(changes.c.run.in_(without_end))):
            counts[run][ChangeState(state)] = count
    return counts


def _record(
    row: Row, counts: Mapping[ChangeState, int], *, held: frozenset[str], touched: tuple[ChangeRecord, ...]
) -> RunRecord:
    plan = loads(row["plan"])
    ended = row["ended_at"] is not None
    if ended:
        status = RunStatus.COMPLETE if row["complete"] else RunStatus.INCOMPLETE
    else:
        status = RunStatus.RUNNING if row["id"] in held else RunStatus.UNFINISHED
    return RunRecord(
        id=row["id"],
        target=read_target(row["target"]),
        status=status,
        started=row["started_at"],
        ended=row["ended_at"],
        holder=read_holder(row),
        plan_digest=row["plan_digest"],
        plan_created_at=str(plan["created_at"]),
        manifests_digest=str(plan["manifests_digest"]),
        vodplan_version=str(plan["vodplan_version"]),
        allow_deletes=row["allow_deletes"],
        changes=row["changes"],
        counts=MappingProxyType(dict(counts)),
        unconverged=_unconverged(row["unconverged"]) if ended else None,
        verify_error=(row["verify_error"] or "") if ended else "",
        interrupted=bool(row["interrupted"]) if ended else False,
        resumed=row["resumed"],
        touched=touched,
    )


def _change_records(connection: Connection, run: Row, about: ColumnElement[bool]) -> tuple[ChangeRecord, ...]:
    found = connection.execute(_ordered_changes(run["number"]).where(about)).mappings().all()
    # A change on its own is read as the whole plan is: as a plan of just these.
    plan = from_document({**loads(run["plan"]), "changes": [loads(one["document"]) for one in found]})
    return tuple(_change_record(one, run, change) for one, change in zip(found, plan.changes, strict=True))


def _change_record(row: Row, run: Row, change: Change) -> ChangeRecord:
    return ChangeRecord(
        run=run["id"],
        place=row["place"],
        change=change,
        state=ChangeState(row["state"]),
        outcome=_outcome(row),
        at=row["at"],
    )


def _outcome(row: Row) -> Outcome | None:
    verdict = verdict_of(ChangeState(row["state"]))
    if verdict is None:
        return None
    return Outcome(
        change=row["place"],
        address=Address.parse(row["address"]),
        action=Action(row["action"]),
        verdict=verdict,
        code=row["code"],
        detail=row["detail"],
        request_id=row["request_id"],
    )


def _unconverged(text: str | None) -> tuple[Unconverged, ...] | None:
    listed: Json = None if text is None else json.loads(text)
    if not isinstance(listed, list):
        return None
    return tuple(
        Unconverged(address=Address.parse(one["address"]), field=one["field"], wanted=one["wanted"], live=one["live"])
        for one in listed
    )
