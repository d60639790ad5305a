"""Reads again everything that a plan touches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from vodplan.core.address import Address
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.live import LiveAsset
from vodplan.core.ports import LiveReader
from vodplan.core.standing import Fresh

_PARTS = (Action.DELETE_SOURCE, Action.DELETE_STREAMS)


async def read_fresh(changes: Sequence[Change], reader: LiveReader) -> Fresh:
    """The live state of everything the changes touch, each asset read once, by id where the change has one.

    raises: ApiError, CredentialsError.
    """
    keys: dict[str, dict[str, list[Address]]] = {}
    for change in changes:
        if change.kind != "category":
            keys.setdefault(change.kind, {}).setdefault(_key(change), []).append(change.address)
    categories = [change for change in changes if change.kind == "category"]
    needs_tree = bool(categories) or any(_shows_category(change) for change in changes)
    tree = CategoryTree(await reader.categories() if needs_tree else ())
    found: dict[Address, LiveAsset] = {}
    for part in await asyncio.gather(*(_read(kind, wanted, reader) for kind, wanted in keys.items())):
        found.update(part)
    with_parts = {one.id for one in changes if one.action in _PARTS and one.id and one.address in found}
    removed = [int(one.id) for one in categories if one.action is Action.DELETE and one.id and int(one.id) in tree]
    members = await asyncio.gather(*(reader.members(one) for one in removed))
    return Fresh(
        assets=found,
        parts=await reader.parts(sorted(with_parts)) if with_parts else {},
        tree=tree,
        members=dict(zip(removed, members, strict=True)),
    )


def _key(change: Change) -> str:
    """Read by the id that will be written to; what has no id of its own is looked up as it was when planning."""
    if change.id and not ("url" in change.params or "video" in change.params):
        return change.id
    return change.address.key


def _shows_category(change: Change) -> bool:
    return "category" in (change.before or {}) or change.action.removes


async def _read(kind: str, wanted: dict[str, list[Address]], reader: LiveReader) -> Iterable[tuple[Address, LiveAsset]]:
    found: list[tuple[Address, LiveAsset]] = []
    async for batch in reader.read(kind, list(wanted)):
        for key, live in batch.found:
            found.extend((address, live) for address in wanted[key])
    return found
