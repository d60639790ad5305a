"""Leases as rows: who holds a target, and until when."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy import Connection

from vodplan.core.errors import Locked, StoreError
from vodplan.core.history import Holder, LeaseInfo
from vodplan.core.plan import Target
from vodplan.core.ports import Clock
from vodplan.store.database import Database
from vodplan.store.faults import DOCTOR
from vodplan.store.holder import is_gone
from vodplan.store.ids import stamp
from vodplan.store.rows import Row, holder_columns, insert, read_holder, read_target, target_json, target_key
from vodplan.store.tables import leases
from vodplan.store.ticks import Moment, Ticks, moment

_TURNS = 100
"""How often a row may vanish between two statements before something else is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A lease just taken.

    token:    proves that a later renewal is by the same holder.
    previous: the lease that had run out and was replaced; its run may be unfinished. None when there was none.
    """

    key: str
    token: str
    info: LeaseInfo
    previous: LeaseInfo | None


class Leases:
    """The leases of one store. Every method raises StoreError when the database fails."""

    def __init__(self, database: Database, *, clock: Clock, ticks: Ticks) -> None:
        self._database = database
        self._clock = clock
        self.ticks = ticks

    def take(self, target: Target, holder: Holder, *, run: str, ttl: float) -> Taken:
        """Take a target's lease: of processes that race for it exactly one gets it.

        A lease that is there is replaced when it has run out, or when it was taken for the same run by a process that
        is known to be gone, so that a killed run can be taken up again at once.

        raises: Locked.
        """
        key, token = target_key(target), secrets.token_hex(16)
        for _ in range(_TURNS):
            with self._database.writing() as connection:
                now = moment(self._database, connection, self.ticks)
                row = {
                    "target_key": key,
                    "target": target_json(target),
                    "token": token,
                    "run": run,
                    **holder_columns(holder),
                    "since": stamp(self._clock.now()),
                    **_until(now, ttl),
                }
                connection.execute(insert(self._database, leases).values(row).on_conflict_do_nothing())
                found = self._locked_row(connection, key)
                if found is None:
                    # Released between the two statements: it is free again.
                    continue
                if found["token"] == token:
                    return Taken(key=key, token=token, info=self._info(found, now), previous=None)
                # Waiting for the row took time.
                now = moment(self._database, connection, self.ticks)
                previous = self._info(found, now)
                if not (previous.expired or (previous.gone and previous.run == run)):
                    raise _locked(previous)
                row.update(_until(now, ttl))
                connection.execute(sqlalchemy.update(leases).where(leases.c.target_key == key).values(row))
                taken = self._locked_row(connection, key)
                assert taken is not None
                return Taken(key=key, token=token, info=self._info(taken, now), previous=previous)
        raise StoreError("The lease changes hands faster than it can be read.", next=DOCTOR)

    def renew(self, key: str, token: str, *, ttl: float) -> bool:
        """Put a lease's end off to `ttl` seconds from now; False when it is not the holder's any more."""
        with self._database.writing() as connection:
            until = _until(moment(self._database, connection, self.ticks), ttl)
            ours = (leases.c.target_key == key) & (leases.c.token == token)
            return connection.execute(sqlalchemy.update(leases).where(ours).values(until)).rowcount == 1

    def release(self, key: str, token: str) -> None:
        """Give a lease back; one that is somebody else's by now is left alone."""
        with self._database.writing() as connection:
            ours = (leases.c.target_key == key) & (leases.c.token == token)
            connection.execute(sqlalchemy.delete(leases).where(ours))

    def find(self, key: str) -> LeaseInfo | None:
        """A target's lease as it stands."""
        with self._database.reading() as connection:
            row = connection.execute(sqlalchemy.select(leases).where(leases.c.target_key == key)).mappings().first()
            return None if row is None else self._info(row, moment(self._database, connection, self.ticks))

    def remove(self, key: str, *, force: bool) -> LeaseInfo | None:
        """Remove a lease that has run out or whose holder is gone, or any with `force`; says what it was.

        raises: Locked when the holder may still be at work.
        """
        with self._database.writing() as connection:
            row = self._locked_row(connection, key)
            if row is None:
                return None
            info = self._info(row, moment(self._database, connection, self.ticks))
            if not (info.expired or info.gone or force):
                raise Locked(
                    f'The lease of "{info.target.name}" is held by {info}. Nothing says that its holder is gone: it '
                    "was not removed.",
                    next=f"vodplan history {info.run}",
                )
            connection.execute(sqlalchemy.delete(leases).where(leases.c.target_key == key))
            return info

    def require(self, connection: Connection, key: str, token: str, *, run: str) -> None:
        """Check, within a transaction that is to write, that a lease is still its holder's.

        raises: StoreError when it is not: the holder was away for so long that another run took its place.
        """
        # FOR KEY SHARE: whoever wants to take the lease waits for this transaction, and its own renewal does not.
        query = sqlalchemy.select(leases).where(leases.c.target_key == key).with_for_update(read=True, key_share=True)
        row = connection.execute(query).mappings().first()
        if row is None or row["token"] != token:
            by = f" by {read_holder(row)} for run {row['run']}" if row else ""
            raise StoreError(
                f"The lease of this run was taken{by}, so nothing more is sent.", next=f"vodplan history {run}"
            )

    def held_runs(self, connection: Connection) -> frozenset[str]:
        """The runs whose lease is held now."""
        now = moment(self._database, connection, self.ticks)
        rows = connection.execute(sqlalchemy.select(leases)).mappings()
        infos = [self._info(row, now) for row in rows]
        return frozenset(info.run for info in infos if not (info.expired or info.gone))

    def _locked_row(self, connection: Connection, key: str) -> Row | None:
        query = sqlalchemy.select(leases).where(leases.c.target_key == key).with_for_update()
        return connection.execute(query).mappings().first()

    def _info(self, row: Row, now: Moment) -> LeaseInfo:
        holder = read_holder(row)
        left = now.left(expires=row["expires"], epoch=row["boot"], expires_tick=row["expires_tick"])
        return LeaseInfo(
            target=read_target(row["target"]),
            holder=holder,
            run=row["run"],
            since=row["since"],
            expires=stamp(self._clock.now() + datetime.timedelta(seconds=left)),
            expires_in=left,
            gone=is_gone(holder),
        )


def _until(now: Moment, ttl: float) -> Mapping[str, Any]:
    return {
        "expires": now.wall + ttl,
        "boot": now.epoch,
        "expires_tick": None if now.steady is None else now.steady + ttl,
    }


def _locked(info: LeaseInfo) -> Locked:
    state = "Its process is gone and did not give the lease back." if info.gone else "If it died, its lease ends then."
    return Locked(
        f'Another apply holds the target "{info.target.name}": {info}. {state} Nothing was written.',
        next=f"vodplan unlock --target {info.target.name}",
    )
