"""Reads the live library through a snapshot: from the file what it holds, from the service the rest."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import cast

from vodplan.core.address import URL_PREFIX
from vodplan.core.coverfile import Images
from vodplan.core.live import DEFAULT_TREE, Category, Indexed, LiveAsset, LiveBatch, Members, Parts, Stream
from vodplan.core.ports import LiveReader
from vodplan.core.selector import Selector
from vodplan.core.urls import strip_signature
from vodplan.core.values import FieldValue, Json
from vodplan.store.snapshot import CHUNK, Snapshot


class SnapshotReader:
    """Implements `core.ports.LiveReader`; everything that it has to ask the service for goes into the snapshot.

    at: the time of reading, UTC.
    """

    def __init__(self, service: LiveReader, snapshot: Snapshot, *, at: datetime.datetime) -> None:
        self._service = service
        self._snapshot = snapshot
        self._at = at

    async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """See `LiveReader.read`."""
        topic = f"asset:{kind}"
        rest: list[str] = []
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            held = self._snapshot.get(topic, [_stored(key) for key in part])
            answers = [(key, held[_stored(key)]) for key in part if _stored(key) in held]
            rest += [key for key in part if _stored(key) not in held]
            if answers:
                yield LiveBatch(
                    tuple((key, _asset(kind, value)) for key, value in answers if value is not None),
                    tuple(key for key, value in answers if value is None),
                )
        if not rest:
            return
        async for batch in self._service.read(kind, rest):
            self._snapshot.add(topic, ((_stored(key), _of_asset(live)) for key, live in batch.found), at=self._at)
            self._snapshot.add(topic, ((_stored(key), None) for key in batch.missing), at=self._at)
            yield batch

    async def parts(self, ids: Sequence[str]) -> Mapping[str, Parts]:
        """See `LiveReader.parts`."""
        held: dict[str, Json] = {}
        for start in range(0, len(ids), CHUNK):
            held.update(self._snapshot.get("parts", ids[start : start + CHUNK]))
        rest = [one for one in ids if one not in held]
        read = await self._service.parts(rest) if rest else {}
        if rest:
            values = ((one, _of_parts(read[one]) if one in read else None) for one in rest)
            self._snapshot.add("parts", values, at=self._at)
        return {one: _parts(value) for one, value in held.items() if value is not None} | dict(read)

    async def categories(self, tree: str = DEFAULT_TREE) -> Sequence[Category]:
        """See `LiveReader.categories`."""
        key = "" if tree == DEFAULT_TREE else tree
        held = self._snapshot.get("categories", [key])
        if held:
            return [
                Category(id=int(one[0]), name=one[1], parent=one[2], level=int(one[3]), tree=tree)
                for one in cast("Sequence[tuple[int, str, int | None, int]]", held[key])
            ]
        read = await self._service.categories(tree)
        self._snapshot.add(
            "categories", [(key, [[one.id, one.name, one.parent, one.level] for one in read])], at=self._at
        )
        return read

    async def pictures(self, digests: Sequence[str]) -> Images:
        """See `LiveReader.pictures`; the service is asked each time, since files change without it."""
        return await self._service.pictures(digests)

    async def images(self, urls: Sequence[str]) -> Mapping[str, LiveAsset]:
        """See `LiveReader.images`; the service is asked each time: what is deleted is not decided on what was there."""
        return await self._service.images(urls)

    async def members(self, category: int) -> Members:
        """See `LiveReader.members`."""
        key = str(category)
        held = self._snapshot.get("members", [key])
        if held:
            addresses, total, complete = cast("tuple[Sequence[str], int, bool]", held[key])
            return Members(addresses=frozenset(addresses), total=total, complete=complete)
        read = await self._service.members(category)
        self._snapshot.add("members", [(key, [sorted(read.addresses), read.total, read.complete])], at=self._at)
        return read

    async def count(self, kind: str) -> int | None:
        """See `LiveReader.count`. Never known: by a walk of the index, assets would come that the snapshot has not."""
        return None

    def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
        """See `LiveReader.walk`; not reached where nothing can be counted."""
        return self._service.walk(kind, fields)

    def search(self, selector: Selector, categories: frozenset[int] | None) -> AsyncIterator[Sequence[str]]:
        """See `LiveReader.search`; the service is asked each time, and what it names may be held here."""
        return self._service.search(selector, categories)


def _stored(key: str) -> str:
    """A key as the file has it: a URL without its signature, which is a secret for as long as it holds."""
    return URL_PREFIX + strip_signature(key.removeprefix(URL_PREFIX)) if key.startswith(URL_PREFIX) else key


def _unsigned(value: Json) -> Json:
    """A value without the signatures of the URLs in it; readers take them off already, and no file rests on that."""
    if isinstance(value, str):
        return strip_signature(value) if "://" in value else value
    if isinstance(value, Mapping):
        return {name: _unsigned(one) for name, one in value.items()}
    return [_unsigned(one) for one in value] if isinstance(value, Sequence) else value


def _of_asset(live: LiveAsset) -> Json:
    return [live.id, cast("Json", list(live.values)), _unsigned(live.facts), live.certain]


def _asset(kind: str, stored: Json) -> LiveAsset:
    asset_id, values, facts, certain = cast(
        "tuple[str, Sequence[FieldValue | list[str]], Mapping[str, Json], bool]", stored
    )
    held = tuple(tuple(one) if isinstance(one, list) else one for one in values)
    return LiveAsset(kind, asset_id, held, facts, certain)


def _of_parts(parts: Parts) -> Json:
    streams = [[one.job, one.definition, one.format, one.size] for one in parts.streams]
    return [parts.source_present, parts.source_size, streams]


def _parts(stored: Json) -> Parts:
    present, size, streams = cast("tuple[bool | None, int | None, Sequence[tuple[str, str, str, int | None]]]", stored)
    return Parts(
        source_present=present,
        source_size=size,
        streams=tuple(
            Stream(job=job, definition=definition, format=form, size=octets)
            for job, definition, form, octets in streams
        ),
    )
