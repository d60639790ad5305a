"""Which deletions of old covers runs have planned and not got done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from sqlalchemy import Connection, select

from vodplan.core.change import Action
from vodplan.core.history import ChangeState
from vodplan.core.oldcovers import OLD_COVER, Owed
from vodplan.core.values import Json
from vodplan.store.rows import loads
from vodplan.store.tables import changes, runs

_GONE = frozenset({ChangeState.DONE.value, ChangeState.ALREADY.value})


def owed(connection: Connection, key: str) -> tuple[Owed, ...]:
    """What the newest run that was to delete an old cover did not get done of it, by the image's id."""
    query = (
        select(changes.c.asset_id, changes.c.document, changes.c.state)
        .join(runs, runs.c.number == changes.c.run)
        .where(
            runs.c.target_key == key,
            changes.c.action == Action.DELETE.value,
            changes.c.document.contains(f'"{OLD_COVER}"', autoescape=True),
        )
        .order_by(runs.c.number.desc())
    )
    found: dict[str, Owed | None] = {}
    for row in connection.execute(query).mappings():
        document = loads(row["document"])
        params = cast("Mapping[str, Json]", document["params"])
        videos, asset_id = params.get(OLD_COVER), row["asset_id"]
        if not isinstance(videos, list) or asset_id in found:
            continue
        url = cast("Mapping[str, Json]", document["facts"]).get("url")
        left = Owed(id=asset_id, url=str(url or ""), videos=tuple(map(str, videos)))
        found[asset_id] = None if row["state"] in _GONE else left
    return tuple(one for _, one in sorted(found.items()) if one is not None)
