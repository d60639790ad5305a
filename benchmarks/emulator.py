"""How fast the emulator answers: GetVideoInfos calls of 20 ids a second, beside a bare handler of the same bytes.

    python benchmarks/emulator.py [--seconds 5] [--connections 4] [--videos N]

The server runs in a process of its own on one core, the callers on another (where the system lets us choose).
With --videos N a library of N videos is made first (slow); its time and the server's memory are printed too.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vodplan.emulator import signing

VERSION = "2017-03-21"


def _pin(core: int) -> None:
    with suppress(AttributeError, OSError, ValueError):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[core]})


def _emulator(db: Path, ready: Any, done: Any) -> None:
    from vodplan.emulator import running

    with suppress(IndexError):
        _pin(0)
    with running(db, demo=True) as emulator:
        ready.put((emulator.url, emulator.access_key_id, emulator.access_key_secret))
        begin = time.process_time()
        done.wait()
        ready.put((_memory_mb(), time.process_time() - begin))


def _bare(body: bytes, ready: Any, done: Any) -> None:
    """The same server around a handler that does nothing but answer."""
    import threading

    import uvicorn

    from vodplan.emulator.server import listen

    with suppress(IndexError):
        _pin(0)

    async def app(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        await receive()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    server = uvicorn.Server(
        uvicorn.Config(app, http="httptools", loop="asyncio", lifespan="off", log_config=None, access_log=False)
    )
    sock = listen("127.0.0.1", 0)
    threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True).start()
    ready.put((f"http://127.0.0.1:{sock.getsockname()[1]}", "id", "secret"))
    begin = time.process_time()
    done.wait()
    ready.put((_memory_mb(), time.process_time() - begin))


def _memory_mb() -> float:
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0


class Signer:
    """Signed GetVideoInfos requests as bytes, made as cheaply as can be so that the caller is not what is measured."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.host = url.removeprefix("http://")
        self._key = key
        self._secret = secret

    def request(self, action: str, params: Sequence[tuple[str, str]]) -> bytes:
        """One whole HTTP request."""
        query = signing.canonical_query(params)
        headers = {
            "host": self.host,
            "x-acs-action": action,
            "x-acs-content-sha256": signing.EMPTY_SHA256,
            "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": uuid.uuid4().hex,
            "x-acs-version": VERSION,
        }
        canonical = signing.v3_canonical_request(
            method="POST", path="/", query=query, headers=headers, signed=headers, body_sha256=signing.EMPTY_SHA256
        )
        signature = signing.v3_signature(self._secret, signing.v3_string_to_sign(canonical))
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return (
            f"POST /?{query} HTTP/1.1\r\n{lines}content-length: 0\r\n"
            f"authorization: {signing.V3} Credential={self._key},SignedHeaders={names},Signature={signature}\r\n\r\n"
        ).encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    return status, await reader.readexactly(length)


async def _worker(signer: Signer, batches: list[list[str]], until: float) -> int:
    host, port = signer.host.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    calls = 0
    while time.perf_counter() < until:
        ids = batches[calls % len(batches)]
        writer.write(signer.request("GetVideoInfos", [("VideoIds", ",".join(ids))]))
        status, body = await _answer(reader)
        if status != 200:
            raise SystemExit(f"the server answered {status}: {body[:300]!r}")
        calls += 1
    writer.close()
    return calls


async def _load(signer: Signer, batches: list[list[str]], seconds: float, connections: int) -> float:
    begin = time.perf_counter()
    shares = [batches[place::connections] or batches for place in range(connections)]
    done = await asyncio.gather(*(_worker(signer, share, begin + seconds) for share in shares))
    return sum(done) / (time.perf_counter() - begin)


async def _one(signer: Signer, action: str, params: Sequence[tuple[str, str]]) -> bytes:
    host, port = signer.host.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(signer.request(action, params))
    _, body = await _answer(reader)
    writer.close()
    return body


def _ids(signer: Signer) -> list[str]:
    out: list[str] = []
    for page in range(1, 11):
        body = json.loads(asyncio.run(_one(signer, "SearchMedia", [("PageNo", str(page)), ("PageSize", "100")])))
        out += [item["MediaId"] for item in body["MediaList"]]
    return out


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--videos", type=int, default=0)
    args = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "library.db"
        if args.videos:
            from vodplan.emulator.make import make

            begin = time.perf_counter()
            make(db, args.videos)
            print(f"made {args.videos:,} videos in {time.perf_counter() - begin:.1f} s, {db.stat().st_size >> 20} MiB")
        ready, done = spawn.Queue(), spawn.Event()
        process = spawn.Process(target=_emulator, args=(db, ready, done))
        process.start()
        signer = Signer(*ready.get())
        ids = _ids(signer)
        batches = [ids[start : start + 20] for start in range(0, len(ids), 20)]
        body = asyncio.run(_one(signer, "GetVideoInfos", [("VideoIds", ",".join(batches[0]))]))
        with suppress(IndexError):
            _pin(1)
        full = asyncio.run(_load(signer, batches, args.seconds, args.connections))
        done.set()
        memory, full_cpu = ready.get()
        process.join()
        ready, done = spawn.Queue(), spawn.Event()
        process = spawn.Process(target=_bare, args=(body, ready, done))
        process.start()
        bare = asyncio.run(_load(Signer(*ready.get()), batches, args.seconds, args.connections))
        done.set()
        _, bare_cpu = ready.get()
        process.join()
    print(f"GetVideoInfos of 20 ids, {len(body):,} bytes an answer, one core, {args.connections} connections:")
    full_us, bare_us = (cpu / (rate * args.seconds) * 1e6 for cpu, rate in ((full_cpu, full), (bare_cpu, bare)))
    print(f"  emulator      {full:8,.0f} calls/s   {full_us:6,.0f} µs of CPU a call   peak memory {memory:,.0f} MB")
    print(f"  bare handler  {bare:8,.0f} calls/s   {bare_us:6,.0f} µs of CPU a call")


if __name__ == "__main__":
    main()
