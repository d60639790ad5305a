"""A file server and a service with one video, to save source files from."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from tests import build
from tests.unit.vod.fakes import FakeApi, FixedClock, Sleeps
from vodplan.core.change import Action, Change
from vodplan.core.ports import Refusal
from vodplan.vod.backup import SourceBackup
from vodplan.vod.transfer import FileServer

VIDEO = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
SIGNED = "Signature=geheim%2B1&auth_key=1-0-0-geheim"
ADDRESS = f"http://files.example.com/sv/a.mp4?{SIGNED}"
MIB = 1024 * 1024
PLENTY = 1 << 50


def content(size: int) -> bytes:
    """Bytes of which no two pieces are alike."""
    return hashlib.shake_128(b"content").digest(size)


@dataclass
class Served:
    """What a file server does.

    cuts:    bytes after which the next connections break, one by one; then they hold.
    answers: complete answers that come first, one by one.
    ranges:  whether parts can be had.
    told:    whether the length is told.
    """

    data: bytes
    etag: str = '"one"'
    cuts: list[int] = field(default_factory=list)
    answers: list[httpx.Response | Exception] = field(default_factory=list)
    ranges: bool = True
    told: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    gate: Callable[[int], Any] | None = None

    @property
    def asked(self) -> list[str]:
        """The range of each request, "" for the whole."""
        return [request.headers.get("range", "") for request in self.requests]

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """One answer."""
        self.requests.append(request)
        if self.answers:
            prepared = self.answers.pop(0)
            if isinstance(prepared, Exception):
                raise prepared
            return prepared
        first = int(request.headers.get("range", "bytes=0-")[6:-1]) if self.ranges else 0
        part = self.data[first:]
        headers = {"etag": self.etag, **self.headers}
        if self.told:
            headers["content-length"] = str(len(part))
        if first:
            headers["content-range"] = f"bytes {first}-{len(self.data) - 1}/{len(self.data)}"
        if first and not part:
            return httpx.Response(416)
        cut = self.cuts.pop(0) if self.cuts else None
        return httpx.Response(206 if first else 200, headers=headers, stream=_Stream(part, cut, self.gate))


class _Stream(httpx.AsyncByteStream):
    def __init__(self, data: bytes, cut: int | None, gate: Callable[[int], Any] | None) -> None:
        self._data, self._cut, self._gate = data, cut, gate

    async def __aiter__(self) -> AsyncIterator[bytes]:
        end = len(self._data) if self._cut is None else self._cut
        for start in range(0, end, 65_536):
            if self._gate is not None:
                await self._gate(start)
            yield self._data[start : min(start + 65_536, end)]
        if self._cut is not None:
            raise httpx.ReadError(f"broken while reading {ADDRESS}")


@dataclass
class Service:
    """What the service tells of the video, as on the wire."""

    data: bytes
    mezzanine: dict[str, object] = field(default_factory=dict)
    info: dict[str, object] = field(default_factory=dict)
    md5: bool = True

    @property
    def api(self) -> FakeApi:
        """The operations that saving takes."""
        source: dict[str, object] = {
            "FileName": "a.mp4",
            "FileURL": ADDRESS,
            "Status": "Normal",
            "Size": len(self.data),
            "CreationTime": "2025-03-01T08:00:00Z",
            "Duration": "61.2500",
            "Width": 1280,
        }
        if self.md5:
            source["FileMD5"] = hashlib.md5(self.data).hexdigest().upper()
        video = {
            "VideoId": VIDEO,
            "Title": "Old campaign trailer",
            "Description": "Zwei\nZeilen",
            "Tags": "trailer, expired",
            "CateId": 1000201,
            "CateName": "Trailers",
            "CoverURL": f"http://img.example.com/c.jpg?{SIGNED}",
            "Status": "Normal",
            "StorageClass": "Standard",
        }
        stream = {"JobId": "j1", "Definition": "HD", "Format": "mp4", "Size": 5, "Width": 1280, "PlayURL": ADDRESS}
        return FakeApi(
            GetVideoInfos=lambda _: {"VideoList": [{**video, **self.info}]},
            GetMezzanineInfo=lambda _: {"Mezzanine": {**source, **self.mezzanine}},
            GetPlayInfo=lambda _: {"PlayInfoList": {"PlayInfo": [stream]}},
        )


class Saver:
    """A backup into a folder; `save` runs it to its end."""

    def __init__(
        self,
        root: Path,
        served: Served,
        service: Service | None = None,
        *,
        free: int = PLENTY,
        spare: int = 0,
    ) -> None:
        self.root = root
        self.served = served
        self.api = (service or Service(served.data)).api
        self.sleeps = Sleeps()
        self.came: list[int] = []
        self._free = free
        self._spare = spare

    @property
    def folder(self) -> Path:
        """Where the video's files go."""
        return self.root / "backup" / "cn-shanghai" / VIDEO

    @property
    def files(self) -> dict[str, bytes]:
        """Everything in that folder."""
        return {one.name: one.read_bytes() for one in self.folder.iterdir()} if self.folder.exists() else {}

    @property
    def record(self) -> dict[str, Any]:
        """What stands beside `a.mp4`."""
        document: dict[str, Any] = orjson.loads(self.files["a.mp4.vodplan.json"])
        return document

    def backup(self) -> SourceBackup:
        """A new one, as a new process has it."""
        return SourceBackup(
            self.api,
            files=FileServer(httpx.MockTransport(self.served.answer)),
            folder=self.root / "backup",
            region="cn-shanghai",
            clock=FixedClock(),
            sleep=self.sleeps,
            free=lambda _: self._free,
            spare=self._spare,
        )

    def save(self, change: Change | None = None) -> Refusal | None:
        """Save one video, as a process of its own; gives the refusal, in which no address may be."""
        refusal = asyncio.run(self.backup().save(change or removal(), came=self.came.append))
        assert refusal is None or ("geheim" not in refusal.message and "http:" not in refusal.message)
        return refusal


def removal(video_id: str = VIDEO) -> Change:
    """The deletion of a video."""
    return build.change(f"video/{video_id}", Action.DELETE, id=video_id, facts={"category": "Film/Trailers"})


def why(refusal: Refusal | None) -> str:
    """The reason of a refusal, which there must be."""
    assert refusal is not None
    return refusal.message.removeprefix("It is not deleted, since its source file could not be saved: ")
