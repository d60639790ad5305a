"""Reads again everything that a plan touches."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from vodplan.core.address import Address
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.coverfile import wanted_covers
from vodplan.core.errors import BugError
from vodplan.core.guards import owner_of
from vodplan.core.kind import Kind
from vodplan.core.live import LiveAsset, LiveBatch
from vodplan.core.ports import LiveReader
from vodplan.core.standing import Fresh, trees_of

_PARTS = (Action.DELETE_SOURCE, Action.DELETE_STREAMS)


async def read_fresh(
    changes: Sequence[Change], reader: LiveReader, kinds: Mapping[str, Kind], *, owners: bool = True
) -> Fresh:
    """The live state of everything the changes touch, each asset read once, by id where the change has one.

    owners: also the videos whose snapshots are to be deleted, which guards look at.
    raises: ApiError, CredentialsError.
    """
    keys: dict[str, dict[str, list[Address]]] = {}
    for change in changes:
        if change.kind != "category":
            keys.setdefault(change.kind, {}).setdefault(_key(change), []).append(change.address)
    categories = [change for change in changes if change.kind == "category"]
    named = sorted({cover.sha256 for _, cover in wanted_covers(changes)})
    tree = await read_trees(reader, trees_of(changes, kinds))
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
        pictures=await reader.pictures(named) if named else {},
        owners=await read_owners(_with_facts(changes, found), reader) if owners else {},
    )


async def read_trees(reader: LiveReader, trees: Iterable[str]) -> CategoryTree:
    """The live categories of some trees; nothing is asked of the service for none.

    raises: ApiError, CredentialsError.
    """
    return CategoryTree(chain.from_iterable(await asyncio.gather(*(reader.categories(one) for one in trees))))


async def read_owners(changes: Iterable[Change], reader: LiveReader) -> Mapping[str, LiveAsset | None]:
    """Video id → video, None when it does not exist, for every video of which the changes delete snapshots.

    raises: ApiError, CredentialsError.
    """
    ids = sorted({video for change in changes if (video := owner_of(change)) is not None})
    owners: dict[str, LiveAsset | None] = dict.fromkeys(ids)
    if ids:
        async for batch in read_all(reader, "video", ids):
            owners.update(batch.found)
    return owners


async def read_all(reader: LiveReader, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
    """Read as `LiveReader.read` does, and make sure that every key is answered, once.

    raises: BugError when one is not: silence must never pass for absence.
    """
    left = set(keys)
    async for batch in reader.read(kind, keys):
        answered = [*(key for key, _ in batch.found), *batch.missing]
        if len(answered) != len(left.intersection(answered)):
            raise BugError(f"Reading {kind} assets answered for a key twice, or for one that nobody asked for.")
        left.difference_update(answered)
        yield batch
    if left:
        raise BugError(f"Reading {kind} assets said nothing about {min(left)}.")


def _with_facts(changes: Iterable[Change], found: Mapping[Address, LiveAsset]) -> Iterator[Change]:
    """The changes of assets that are there, with the facts of now."""
    for change in changes:
        live = found.get(change.address)
        if live is not None:
            yield dataclasses.replace(change, facts={**change.facts, **live.facts})


def _key(change: Change) -> str:
    """Read by the id that will be written to; what has no id of its own is looked up as it was when planning."""
    if change.id and not ("url" in change.params or "video" in change.params):
        return change.id
    return change.address.key


async def _read(kind: str, wanted: dict[str, list[Address]], reader: LiveReader) -> Iterable[tuple[Address, LiveAsset]]:
    found: list[tuple[Address, LiveAsset]] = []
    async for batch in read_all(reader, kind, list(wanted)):
        for key, live in batch.found:
            found.extend((address, live) for address in wanted[key])
    return found
