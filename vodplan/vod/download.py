"""Fetches a file into a part file, going on where a broken connection or a killed process left off."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from vodplan.vod.disk import PartFile
from vodplan.vod.transfer import Broken, FileServer, Hopeless, Opened

TRIES = 6
"""Tries without a single byte after which a file is given up; a try that brought some starts the count anew."""

FIRST_WAIT = 0.5
LONGEST_WAIT = 15.0
"""Seconds before another try."""

BLOCK = 1024 * 1024
"""Bytes that are written at a time."""

STALL_SECONDS = 120.0
"""Seconds in which a block has to come; anything slower counts as broken."""

P = ParamSpec("P")
T = TypeVar("T")


class Wrong(Hopeless):
    """What came is not the file that was asked for; it is of no use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the service says of a file: bytes, None when it does not; MD5 in lower hexadecimal digits, "" likewise."""

    size: int | None
    md5: str


async def download(
    files: FileServer,
    part: PartFile,
    expected: Expected,
    *,
    address: Callable[[], Awaitable[str]],
    claim: Callable[[int], None],
    came: Callable[[int], None],
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """Fetch all that is missing in a part file, and check the whole.

    address: gives an address that is good now; asked before each try, since addresses end.
    claim:   told how many bytes are about to be written; raises Hopeless when there is no room for them.
    came:    told of bytes as they are written, those of an earlier process included.
    raises:  Hopeless, Wrong; OSError when the disk fails; what `address` raises.
    """
    came(part.length)
    failed = 0
    while True:
        before = part.length
        try:
            async with files.open(await address(), start=part.length) as opened:
                await _take(opened, part, expected, claim=claim, came=came)
            break
        except Broken as error:
            failed = 1 if part.length > before else failed + 1
            if failed >= TRIES:
                raise Hopeless(f"{error}, {TRIES} times running") from error
        await sleep(min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (failed - 1)))
    if expected.md5 and part.md5 != expected.md5:
        raise Wrong("what came does not have the MD5 that the service gives")


async def _take(
    opened: Opened, part: PartFile, expected: Expected, *, claim: Callable[[int], None], came: Callable[[int], None]
) -> None:
    if opened.start == 0:
        await in_thread(part.restart, opened.etag)
    elif opened.start != part.length or (part.etag and opened.etag and part.etag != opened.etag):
        await in_thread(part.restart)
        raise Broken("the file on the server is not the one that was begun")
    size = expected.size if expected.size is not None else opened.total
    if size is None:
        raise Hopeless("neither the service nor the file server says how large it is")
    if opened.total not in (None, size):
        raise Wrong(f"the service says that it has {size:,} bytes, the file server {opened.total:,}")
    async with contextlib.aclosing(_blocks(opened.pieces)) as blocks:
        async for block in blocks:
            if part.length + len(block) > size:
                raise Wrong(f"more came than the {size:,} bytes that it should have")
            claim(size - part.length)
            await in_thread(part.append, block)
            came(len(block))
    if part.length != size:
        raise Broken("the connection to the file server ended early")


async def _blocks(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Pieces put together to blocks; what came before a connection broke is given before Broken is raised."""
    ended = False
    while not ended:
        block = bytearray()
        broken: Broken | None = None
        try:
            async with asyncio.timeout(STALL_SECONDS):
                while len(block) < BLOCK:
                    piece = await anext(pieces, None)
                    if piece is None:
                        ended = True
                        break
                    block += piece
        except TimeoutError:
            broken = Broken("the file server took too long")
        except Broken as error:
            broken = error
        yield bytes(block)
        if broken is not None:
            raise broken


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do what blocks in a thread, and be there when it is done: a file is not closed while something writes into it."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        raise
