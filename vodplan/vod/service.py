"""The service, as the rest of vodplan sees it: something to read, something to write, something to probe."""

from __future__ import annotations

import asyncio
import datetime
import random as random_module
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from vodplan.core.coverfile import UPLOAD, Images
from vodplan.core.errors import BugError, ConfigError, InvalidAnswer, UnknownOutcome
from vodplan.core.kind import Call
from vodplan.core.live import DEFAULT_TREE, Category, Indexed, LiveAsset, LiveBatch, Members, Parts
from vodplan.core.ports import CallAnswer, Clock
from vodplan.core.selector import Selector
from vodplan.vod import category as category_edge
from vodplan.vod import endpoints, image, probes, select, video, walk
from vodplan.vod.caller import Api, Caller, HttpConnections, Throttled
from vodplan.vod.covers import CoverImages
from vodplan.vod.credentials import CredentialsProvider
from vodplan.vod.edges import EDGES
from vodplan.vod.pacing import Sleep
from vodplan.vod.probes import Need, ProbeResult

if TYPE_CHECKING:
    from vodplan.core.change import Change
    from vodplan.core.pictures import Fetched, Picture, Pictures, Wanted
    from vodplan.core.ports import Progress
    from vodplan.vod.backup import SourceBackup
    from vodplan.vod.storage import ObjectStorage
    from vodplan.vod.transfer import FileServer

__all__ = ["ProbeResult", "Reader", "SystemClock", "VodService", "Writer", "endpoint_for"]

endpoint_for = endpoints.endpoint_for

WALKED = frozenset({"video"})
"""Kinds whose index can be walked; those of the others would have to be asked about alike, and few have many."""

WRITERS: Mapping[str, Callable[[Api, Call], Awaitable[CallAnswer]]] = {
    **{kind: edge.write for kind, edge in EDGES.items()},
    "category": category_edge.write,
}


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime.datetime:
        """See `Clock.now`."""
        return datetime.datetime.now(datetime.UTC)


class Reader:
    """Implements `core.ports.LiveReader`."""

    def __init__(
        self,
        api: Api,
        *,
        now: Callable[[], datetime.datetime] = lambda: SystemClock().now(),
        covers: CoverImages | None = None,
    ) -> None:
        """now: the time by the service's clock; covers: shared with the writer, which uploads."""
        self._api = api
        self._now = now
        self._covers = covers or CoverImages(api)

    def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """See `LiveReader.read`."""
        if kind not in EDGES:
            raise BugError(f"Assets of kind {kind!r} cannot be read by key.")
        return EDGES[kind].read(self._api, keys)

    async def parts(self, ids: Sequence[str]) -> Mapping[str, Parts]:
        """See `LiveReader.parts`."""
        return await video.parts(self._api, ids)

    async def categories(self, tree: str = DEFAULT_TREE) -> Sequence[Category]:
        """See `LiveReader.categories`."""
        return await category_edge.categories(self._api, tree)

    async def pictures(self, digests: Sequence[str]) -> Images:
        """See `LiveReader.pictures`."""
        return await self._covers.find(digests)

    async def images(self, urls: Sequence[str]) -> Mapping[str, LiveAsset]:
        """See `LiveReader.images`."""
        return await image.located(self._api, urls)

    async def members(self, category: int) -> Members:
        """See `LiveReader.members`."""
        return await category_edge.members(self._api, category)

    async def count(self, kind: str) -> int | None:
        """See `LiveReader.count`."""
        return await walk.count(self._api) if kind in WALKED else None

    def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
        """See `LiveReader.walk`."""
        if kind not in WALKED:
            raise BugError(f"The search index of {kind!r} cannot be walked.")
        return walk.walk(self._api, fields, now=self._now())

    def search(self, selector: Selector, categories: frozenset[int] | None) -> AsyncIterator[Sequence[str]]:
        """See `LiveReader.search`."""
        return select.search(self._api, selector, categories)


class Writer:
    """Implements `core.ports.LiveWriter`."""

    def __init__(self, api: Api, *, covers: CoverImages | None = None) -> None:
        self._api = api
        self._covers = covers or CoverImages(api)

    async def write(self, call: Call) -> CallAnswer:
        """See `LiveWriter.write`."""
        if call.operation == UPLOAD:
            return await self._covers.write(call)
        if call.kind not in WRITERS:
            raise BugError(f"Assets of kind {call.kind!r} cannot be written.")
        try:
            return await WRITERS[call.kind](self._api, call)
        except InvalidAnswer as error:
            # The service took the call, and what it says of the items cannot be read.
            raise UnknownOutcome(
                error.message,
                operation=error.operation,
                status=error.status,
                code=error.code,
                request_id=error.request_id,
                next="vodplan plan",
            ) from error


class VodService:
    """One account in one region; an async context manager that holds the connections.

    endpoint:  as `endpoint_for` gives it.
    share:     the part of each rate that may be used, above 0 and at most 1.
    rates:     operation → calls per second, where the account's rate is not the documented one.
    clock, monotonic, random, sleep: time and chance, from outside for tests.
    http:      connections in place of the network, for tests; closed with the service.
    throttled: told of each call that the service refused as one too many.
    unpaced:   no pacing, for an emulator without quotas.
    pictures:  reads the file of a picture that is to be uploaded, by its path in a plan; raises `Unusable`.
    """

    def __init__(
        self,
        endpoint: str,
        region: str,
        credentials: CredentialsProvider,
        *,
        share: float = 0.8,
        rates: Mapping[str, float] | None = None,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = random_module.random,
        sleep: Sleep = asyncio.sleep,
        http: HttpConnections | None = None,
        unpaced: bool = False,
        throttled: Throttled | None = None,
        pictures: Callable[[str], bytes] | None = None,
    ) -> None:
        if not 0 < share <= 1:
            raise ConfigError(
                f"limits.share is {share:g}; it is the share of the account's rate that vodplan may use, above 0 and "
                "at most 1.",
                next="Set limits.share in vodplan.yaml, for example: limits: {share: 0.8}",
            )
        self.endpoint = endpoints.checked(endpoint)
        self.region = region
        self._credentials = credentials
        self._share = share
        self._rates = dict(rates or {})
        self._clock = clock or SystemClock()
        self._monotonic = monotonic
        self._random = random
        self._sleep = sleep
        self._http = http
        self._paced = not unpaced
        self._throttled = throttled
        self._client: HttpConnections | None = None
        self._caller: Caller | None = None
        self._files: FileServer | None = None
        self._pictures = pictures
        self._covers: CoverImages | None = None
        self._storage: ObjectStorage | None = None

    async def __aenter__(self) -> Self:
        self._client = self._http or self._connections()
        self._caller = Caller(
            http=self._client,
            endpoint=self.endpoint,
            credentials=self._credentials,
            share=self._share,
            rates=self._rates,
            clock=self._clock,
            monotonic=self._monotonic,
            random=self._random,
            sleep=self._sleep,
            paced=self._paced,
            throttled=self._throttled,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._files is not None:
            await self._files.close()
        if self._storage is not None:
            await self._storage.close()
        if self._client is not None:
            await self._client.close()

    def _connections(self) -> HttpConnections:
        from vodplan.vod.client import HttpClient

        return HttpClient(self.endpoint)

    @property
    def api(self) -> Caller:
        """What the typed functions of `video_api`, `image_api`, `category_api` and `search` take."""
        if self._caller is None:
            raise BugError("VodService is used outside of `async with`.")
        return self._caller

    @property
    def reader(self) -> Reader:
        """What may be read; a planner is given this and cannot write."""
        return Reader(self.api, now=self._service_time, covers=self.covers)

    @property
    def writer(self) -> Writer:
        """What may be written."""
        return Writer(self.api, covers=self.covers)

    @property
    def covers(self) -> CoverImages:
        """The images of pictures in files."""
        if self._covers is None:
            self._covers = CoverImages(self.api, read=self._pictures, region=self.region, storage=self._object_storage)
        return self._covers

    def _object_storage(self) -> ObjectStorage:
        if self._storage is None:
            from vodplan.vod.storage import ObjectStorage

            self._storage = ObjectStorage(now=self._service_time, sleep=self._sleep)
        return self._storage

    def _service_time(self) -> datetime.datetime:
        return self._clock.now() + datetime.timedelta(seconds=self.api.skew or 0.0)

    def backup(self, folder: Path) -> SourceBackup:
        """What saves source files below a folder before they are deleted."""
        from vodplan.vod.backup import SourceBackup
        from vodplan.vod.transfer import FileServer

        self._files = self._files or FileServer()
        return SourceBackup(
            self.api, files=self._files, folder=folder, region=self.region, clock=self._clock, sleep=self._sleep
        )

    async def pictures(self, changes: Sequence[Change], *, progress: Progress) -> Pictures:
        """Small copies of the pictures of what changes are about; see `vod.pictures`."""
        from vodplan.vod.pictures import fetch_pictures

        return await fetch_pictures(self.api, changes, progress=progress, local=self._local)

    async def redrawn_pictures(
        self, wanted: Sequence[Wanted], *, take: Callable[[str, Picture], None], progress: Progress
    ) -> Fetched:
        """Small JPEGs of pictures, each handed over with its address as it comes; see `vod.pictures.fetch_each`."""
        from vodplan.vod.pictures import fetch_each
        from vodplan.vod.thumbnails import redrawn

        return await fetch_each(self.api, wanted, take=take, copy=redrawn, progress=progress, local=self._local)

    @property
    def _local(self) -> bool:
        return endpoints.on_this_machine(urlsplit(self.endpoint).hostname or "")

    @property
    def calls(self) -> Counter[str]:
        """Operation → calls sent so far, repeated ones included."""
        return self.api.calls

    async def probe(self, need: Need = Need.DELETE) -> list[ProbeResult]:
        """Find out, by calls that change nothing, what works: credentials, clock, permission per operation."""
        return await probes.probe(self.api, need=need)
