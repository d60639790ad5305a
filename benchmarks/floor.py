"""The least that reading records and reading a library can cost, as commands of their own.

    python -m benchmarks.floor records FILE    orjson reads the same records
    python -m benchmarks.floor bare FILE       raw asyncio streams sign and send the same calls; answers go unread
    python -m benchmarks.floor client FILE     vodplan's own HTTP client and signature do, and nothing else of vodplan

FILE holds the records of a library as JSON; the address and the keys are in the environment.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import orjson

from vodplan.vod.signing import Signed, sign

IN_FLIGHT = 8
BATCH = 20
Worker = Callable[[Iterator[list[str]], str], Coroutine[None, None, None]]


def main() -> None:
    """Do what the command line says."""
    records = orjson.loads(Path(sys.argv[2]).read_bytes())
    if sys.argv[1] == "records":
        return
    ids = [record["id"] for record in records]
    del records
    batches = (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
    asyncio.run({"bare": _bare, "client": _with_client}[sys.argv[1]](batches, os.environ["VODPLAN_ENDPOINT"]))


async def _bare(batches: Iterator[list[str]], endpoint: str) -> None:
    await asyncio.gather(*(_bare_worker(batches, urlsplit(endpoint).netloc) for _ in range(IN_FLIGHT)))


async def _bare_worker(batches: Iterator[list[str]], netloc: str) -> None:
    host, _, port = netloc.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1 << 20)
    for batch in batches:
        signed = _signed(batch, netloc)
        headers = "".join(f"{name}: {value}\r\n" for name, value in signed.headers.items())
        writer.write(f"POST /?{signed.query} HTTP/1.1\r\n{headers}content-length: 0\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(body[:500])
    writer.close()


async def _with_client(batches: Iterator[list[str]], endpoint: str) -> None:
    from vodplan.vod.client import HttpClient

    client = HttpClient(endpoint)

    async def work() -> None:
        for batch in batches:
            signed = _signed(batch, urlsplit(endpoint).netloc)
            reply = await client.post(signed.query, signed.headers)
            if reply.status != 200:
                raise SystemExit(reply.body[:500])

    try:
        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    finally:
        await client.close()


def _signed(batch: list[str], netloc: str) -> Signed:
    return sign(
        operation="GetVideoInfos",
        params={"VideoIds": ",".join(batch)},
        host=netloc,
        access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        security_token=None,
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        nonce=token_hex(16),
    )


if __name__ == "__main__":
    main()
