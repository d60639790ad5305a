"""The clocks that decide when a lease has run out."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy
from sqlalchemy import Connection

from vodplan.store.database import Database
from vodplan.store.holder import boot


class Ticks(Protocol):
    """This machine's clocks."""

    def wall(self) -> float:
        """Seconds since 1970, as the machine is set: may step in either direction."""
        ...

    def steady(self) -> float:
        """Seconds on a clock that every process of this machine shares and that never steps."""
        ...

    def epoch(self) -> str:
        """What `steady` counts from: equal texts mean comparable counts. Empty when that is not known."""
        ...


class MachineTicks:
    """See `Ticks`; the real ones."""

    def wall(self) -> float:
        """See `Ticks.wall`."""
        return time.time()

    def steady(self) -> float:
        """See `Ticks.steady`."""
        return time.monotonic()

    def epoch(self) -> str:
        """See `Ticks.epoch`: this boot, and the container's own count where it has one."""
        started = boot()
        try:
            return f"{started} {os.stat('/proc/self/ns/time').st_ino}" if started else ""
        except OSError:
            return started


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One reading of the clocks: seconds since 1970, and on SQLite the steady count with what it counts from."""

    wall: float
    epoch: str = ""
    steady: float | None = None

    def left(self, *, expires: float, epoch: str, expires_tick: float | None) -> float:
        """Seconds until a lease runs out, zero or less once it has.

        The steady count decides where both are of one boot, so that setting the clock neither ends a lease early nor
        keeps it. Across a boot only the wall clock is left.
        """
        if self.epoch and epoch == self.epoch and expires_tick is not None and self.steady is not None:
            return expires_tick - self.steady
        return expires - self.wall


def moment(database: Database, connection: Connection, ticks: Ticks) -> Moment:
    """Now, by the database server's clock on PostgreSQL, by this machine's on SQLite."""
    if database.is_postgresql:
        now = connection.scalar(sqlalchemy.text("SELECT extract(epoch FROM clock_timestamp())::float8"))
        assert isinstance(now, float)
        return Moment(wall=now)
    return Moment(wall=ticks.wall(), epoch=ticks.epoch(), steady=ticks.steady())
