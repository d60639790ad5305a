"""The least that reading records and reading a library can cost: orjson, and signed calls that nobody looks at."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import orjson

from vodplan.vod.signing import sign

IN_FLIGHT = 8
BATCH = 20


def main() -> None:
    """`read FILE` or `call FILE`."""
    records = orjson.loads(Path(sys.argv[2]).read_bytes())
    if sys.argv[1] == "call":
        asyncio.run(_call([record["id"] for record in records]))


async def _call(ids: list[str]) -> None:
    batches = iter([ids[start : start + BATCH] for start in range(0, len(ids), BATCH)])
    await asyncio.gather(*(_worker(batches, urlsplit(os.environ["VODPLAN_ENDPOINT"]).netloc) for _ in range(IN_FLIGHT)))


async def _worker(batches: Iterator[list[str]], netloc: str) -> None:
    host, _, port = netloc.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for batch in batches:
        writer.write(_request(batch, netloc))
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
    writer.close()


def _request(batch: list[str], netloc: str) -> bytes:
    signed = sign(
        operation="GetVideoInfos",
        params={"VideoIds": ",".join(batch)},
        host=netloc,
        access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        security_token=None,
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        nonce=token_hex(16),
    )
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed.headers.items())
    return f"POST /?{signed.query} HTTP/1.1\r\n{headers}content-length: 0\r\n\r\n".encode()


if __name__ == "__main__":
    main()
