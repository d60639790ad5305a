"""Remembers fields that did not take, until they do."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy
from sqlalchemy import Connection

from vodplan.core.history import NotTaken, wanted_fingerprint
from vodplan.core.plan import Plan, Target
from vodplan.core.report import ApplyReport, Verdict
from vodplan.store.rows import target_key
from vodplan.store.tables import unconverged


def remember(connection: Connection, target: Target, plan: Plan, report: ApplyReport, *, at: str) -> None:
    """Note which fields of a run did not take, and forget those that did.

    Without reading back (`report.unconverged` is None) nothing is known, and nothing changes.
    """
    if report.unconverged is None:
        return
    key = target_key(target)
    left = {(str(one.address), one.field): one for one in report.unconverged}
    settled, failed = [], []
    for outcome in report.outcomes:
        change = plan.changes[outcome.change]
        if outcome.verdict not in (Verdict.DONE, Verdict.ALREADY):
            continue
        address = str(change.address)
        for field in change.after or {}:
            settled.append({"the_address": address, "the_field": field})
            one = left.get((address, field))
            if one is None:
                continue
            failed.append(
                {
                    "target_key": key,
                    "address": address,
                    "field": field,
                    "fingerprint": wanted_fingerprint(change, field),
                    "wanted": one.wanted,
                    "live": one.live,
                    "run": report.run,
                    "at": at,
                }
            )
    if settled:
        theirs = (
            (unconverged.c.target_key == key)
            & (unconverged.c.address == sqlalchemy.bindparam("the_address"))
            & (unconverged.c.field == sqlalchemy.bindparam("the_field"))
        )
        connection.execute(sqlalchemy.delete(unconverged).where(theirs), settled)
    if failed:
        connection.execute(sqlalchemy.insert(unconverged), failed)


def remembered(connection: Connection, key: str) -> Mapping[str, Mapping[str, NotTaken]]:
    """Address → field → what was wanted and what came of it, for every field of a target that did not take."""
    found: dict[str, dict[str, NotTaken]] = {}
    rows = connection.execute(sqlalchemy.select(unconverged).where(unconverged.c.target_key == key)).mappings()
    for row in rows:
        found.setdefault(row["address"], {})[row["field"]] = NotTaken(row["fingerprint"], row["live"])
    return found
