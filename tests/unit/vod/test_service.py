"""The service as a whole: two narrow halves, in a context that holds the connections."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import httpx
import pytest

from tests.over_httpx import OverHttpx
from tests.unit.vod.fakes import Keys
from vodplan.api.quiet import Quiet
from vodplan.core.errors import BugError, InvalidAnswer, UnknownOutcome
from vodplan.core.kind import Call, CallItem
from vodplan.core.pictures import Fetched, Picture, Wanted
from vodplan.core.ports import LiveReader, LiveWriter
from vodplan.kinds.assets import ASSETS
from vodplan.kinds.operations import OPERATIONS
from vodplan.registry import KINDS
from vodplan.vod.edges import EDGES
from vodplan.vod.service import WRITERS, VodService

ENDPOINT = "https://vod.example.com"
UPDATE = Call(
    operation="UpdateVideoInfos", kind="video", items=(CallItem(change=0, id="v1", fields={"title": "t"}, params={}),)
)


def a_service(answer: httpx.Response) -> VodService:
    http = OverHttpx(ENDPOINT, httpx.MockTransport(lambda _: answer))
    return VodService(ENDPOINT, "cn-shanghai", Keys(), http=http)


def test_service_hands_out_the_two_ports() -> None:
    """A planner is given the reader and cannot write."""

    async def main() -> None:
        async with a_service(httpx.Response(200)) as service:
            reader: LiveReader = service.reader
            writer: LiveWriter = service.writer
            assert not hasattr(reader, "write")
            assert not hasattr(writer, "read")

    asyncio.run(main())


def test_service_outside_of_its_context_is_a_bug() -> None:
    """There are no connections yet."""
    with pytest.raises(BugError):
        _ = a_service(httpx.Response(200)).reader


def test_write_whose_answer_cannot_be_read_is_unknown() -> None:
    """The service took the call; that its lists are garbled does not undo it."""
    body = {"RequestId": "R", "NonExistVideoIds": 7}

    async def main() -> None:
        async with a_service(httpx.Response(200, json=body)) as service:
            await service.writer.write(UPDATE)

    with pytest.raises(UnknownOutcome) as raised:
        asyncio.run(main())
    assert isinstance(raised.value.__cause__, InvalidAnswer)


@pytest.mark.parametrize("kind", ["category", "podcast"])
def test_read_of_a_kind_without_keys_is_a_bug(kind: str) -> None:
    """Categories are read as a tree."""

    async def main() -> None:
        async with a_service(httpx.Response(200)) as service:
            service.reader.read(kind, ["x"])

    with pytest.raises(BugError):
        asyncio.run(main())


def test_write_of_an_unknown_kind_is_a_bug() -> None:
    """Nobody carries it out."""

    async def main() -> None:
        async with a_service(httpx.Response(200)) as service:
            await service.writer.write(Call(operation="DeletePodcast", kind="podcast", items=UPDATE.items))

    with pytest.raises(BugError):
        asyncio.run(main())


def test_every_kind_is_read_and_written() -> None:
    """A kind with one half only would fail in the middle of an apply."""
    assert set(EDGES) == set(ASSETS)
    assert set(WRITERS) == set(KINDS)


def test_only_add_category_is_not_repeatable() -> None:
    """The one operation for which `settle` exists; another would need its own."""
    assert [name for name, spec in OPERATIONS.items() if not spec.repeatable] == ["AddCategory"]


def test_import_of_the_service_loads_no_http_library() -> None:
    """A command that never connects does not pay for one."""
    code = "import sys, vodplan.vod.service; print([m for m in ('httpx', 'aiohttp', 'pydantic') if m in sys.modules])"

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("endpoint", "why"), [("https://vod.example.com", "not a public one"), ("http://127.0.0.1:9", "ConnectError")]
)
def test_pictures_are_asked_of_private_servers_only_beside_a_service_on_this_machine(
    endpoint: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A cover is whatever somebody wrote into it, and a sheet may be exported beside secrets."""
    taken: dict[str, Picture] = {}

    async def main() -> Fetched:
        http = OverHttpx(endpoint, httpx.MockTransport(lambda _: httpx.Response(200)))
        wanted = [Wanted(address="video/v1", kind="video", id="", url="http://127.0.0.1:1/x.png")]
        async with VodService(endpoint, "cn-shanghai", Keys(), http=http) as service:
            return await service.redrawn_pictures(wanted, take=taken.__setitem__, progress=Quiet())

    with caplog.at_level("DEBUG", logger="vodplan.vod"):
        done = asyncio.run(main())

    assert (done, taken) == (Fetched(found=0, failed=1, large=0), {})
    assert f"picture of video/v1: {why}" in caplog.text.replace("its server is ", "")
