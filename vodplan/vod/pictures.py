"""Fetches the pictures of a plan or a library, by addresses that are good now, and makes small copies of them.

Where an address leads is other people's word: only http and https, only public servers unless the service itself is on
this machine, no redirects, so many bytes and seconds and no more. Whatever goes wrong with a picture, there is none.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import urllib.request
from collections.abc import Callable, Sequence
from functools import partial

import httpx

from vodplan._version import __version__
from vodplan.core.change import Change
from vodplan.core.errors import ApiError, CredentialsError
from vodplan.core.pictures import Fetched, Picture, Pictures, Wanted, known_of, picture_address
from vodplan.core.ports import Progress
from vodplan.vod import video_api
from vodplan.vod.caller import Api
from vodplan.vod.concurrency import as_completed
from vodplan.vod.edges import EDGES
from vodplan.vod.thumbnails import media_of, small_copy

log = logging.getLogger("vodplan.vod")

MOST = 1000
"""Pictures of one plan; those of removals come first."""

MOST_BYTES = 2_000_000
"""Bytes of one picture."""

SECONDS = 20.0
"""Seconds that one picture may take."""

AT_ONCE = 8
SIGNED_AT_ONCE = 400
"""Pictures whose addresses are signed before they are fetched: signatures do not last, and long work does."""

_TIMEOUT = httpx.Timeout(10.0)
_HEADERS = {"accept": "image/webp,image/png,image/jpeg,image/*;q=0.8", "user-agent": f"vodplan/{__version__}"}


class NoPicture(Exception):
    """There is no picture to be had; the text says why, without the address, which may open a file."""


async def fetch_pictures(
    api: Api,
    changes: Sequence[Change],
    *,
    progress: Progress,
    local: bool,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Pictures:
    """Fetch a picture for each address among the changes that has one.

    local:     the service is on this machine, and so are its pictures.
    transport: in place of the network, for tests.
    raises:    CredentialsError; any other failure leaves a picture out.
    """
    wanted = _wanted(changes)
    chosen = wanted[:MOST]
    found: dict[str, Picture] = {}
    done = await fetch_each(
        api, chosen, take=found.__setitem__, copy=small_copy, progress=progress, local=local, transport=transport
    )
    ordered = {one.address: found[one.address] for one in chosen if one.address in found}
    return Pictures(found=ordered, failed=done.failed, large=done.large, beyond=len(wanted) - len(chosen))


async def fetch_each(
    api: Api,
    wanted: Sequence[Wanted],
    *,
    take: Callable[[str, Picture], None],
    copy: Callable[[bytes], Picture | None],
    progress: Progress,
    local: bool,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Fetched:
    """Fetch pictures, and hand each over with its address as it comes, in any order; none of them stays in memory.

    copy:   makes what is handed over of the bytes that came; None for what it can make nothing of. raises: ValueError.
    raises: CredentialsError, and whatever `take` raises; any other failure leaves a picture out.
    """
    found = failed = large = 0
    progress.start("pictures", len(wanted))
    try:
        async with httpx.AsyncClient(
            timeout=_TIMEOUT, headers=_HEADERS, follow_redirects=False, transport=transport
        ) as client:
            for start in range(0, len(wanted), SIGNED_AT_ONCE):
                chosen = wanted[start : start + SIGNED_AT_ONCE]
                fresh = await _fresh(api, chosen)
                work = [
                    partial(_one, client, one.address, fresh.get(one.address) or one.url, copy, local) for one in chosen
                ]
                async for address, result in as_completed(work, ahead=AT_ONCE):
                    progress.advance(1)
                    if isinstance(result, NoPicture):
                        failed += 1
                        log.debug("picture of %s: %s", address, result)
                    elif result is None:
                        large += 1
                    else:
                        found += 1
                        take(address, result)
    finally:
        progress.finish()
    return Fetched(found=found, failed=failed, large=large)


def _wanted(changes: Sequence[Change]) -> list[Wanted]:
    """A picture for each address, of the first change of it that knows one, removals first."""
    wanted: dict[str, Wanted] = {}
    for change in sorted(changes, key=lambda one: not one.action.removes):
        address, url = str(change.address), picture_address(known_of(change))
        if url and address not in wanted:
            asset_id = change.id or "" if "type" not in change.params else ""
            wanted[address] = Wanted(address=address, kind=change.kind, id=asset_id, url=url)
    return list(wanted.values())


async def _fresh(api: Api, wanted: Sequence[Wanted]) -> dict[str, str]:
    """Address → the address of its picture with a signature of now, for all that the service knows by an id."""
    ids: dict[str, dict[str, list[str]]] = {kind: {} for kind in EDGES}
    for one in wanted:
        if one.id and one.kind in ids:
            ids[one.kind].setdefault(one.id, []).append(one.address)
    fresh: dict[str, str] = {}
    for kind, by_id in ids.items():
        names = list(by_id)
        for start in range(0, len(names), video_api.BATCH):
            for found, url in await _addresses(api, kind, names[start : start + video_api.BATCH]):
                fresh.update(dict.fromkeys(by_id.get(found, ()), url))
    return fresh


async def _addresses(api: Api, kind: str, ids: Sequence[str]) -> list[tuple[str, str]]:
    try:
        return await EDGES[kind].pictures(api, ids)
    except CredentialsError:
        raise
    except ApiError as error:
        log.warning("Pictures are asked for without a fresh signature: %s", error.message)
        return []


async def _one(
    client: httpx.AsyncClient, address: str, url: str, copy: Callable[[bytes], Picture | None], local: bool
) -> tuple[str, Picture | NoPicture | None]:
    try:
        async with asyncio.timeout(SECONDS):
            content = await _content(client, url, local)
        if not media_of(content):
            raise NoPicture("what came is no picture")
        return address, await asyncio.to_thread(copy, content)
    except NoPicture as none:
        return address, none
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, TimeoutError, ValueError) as error:
        # A library's own words may have the address in them.
        return address, NoPicture(type(error).__name__)


async def _content(client: httpx.AsyncClient, text: str, local: bool) -> bytes:
    url = httpx.URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise NoPicture("its address is neither http nor https")
    if not local:
        await _require_public(url)
    async with client.stream("GET", url) as response:
        if response.status_code != 200:
            raise NoPicture(f"the server answers HTTP {response.status_code}")
        content = bytearray()
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > MOST_BYTES:
                raise NoPicture(f"it has more than {MOST_BYTES:,} bytes")
    return bytes(content)


async def _require_public(url: httpx.URL) -> None:
    """Refuse an address inside somebody's network: covers are set by strangers, and this may run beside secrets."""
    try:
        known = [ipaddress.ip_address(url.host)]
    except ValueError:
        if urllib.request.getproxies().get(url.scheme) and not urllib.request.proxy_bypass(url.host):
            return
        found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port or 80, type=socket.SOCK_STREAM)
        known = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not known or not all(one.is_global for one in known):
        raise NoPicture("its server is not a public one")
