"""Names of runs and of leases' turns."""

from __future__ import annotations

import datetime
import secrets

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""No i, l, o, u: an id is read aloud and typed."""


def run_id(now: datetime.datetime) -> str:
    """A new run's id, `20261121-093012345-x7k2q9`: ids sort by time, to the millisecond, and go into URLs as they are.

    now: aware.
    """
    now = now.astimezone(datetime.UTC)
    tail = "".join(secrets.choice(_LETTERS) for _ in range(6))
    return f"{now:%Y%m%d-%H%M%S}{now.microsecond // 1000:03}-{tail}"


def stamp(now: datetime.datetime) -> str:
    """A time as records have it: UTC, ISO 8601, milliseconds, `2026-11-21T09:30:12.345Z`."""
    return now.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
