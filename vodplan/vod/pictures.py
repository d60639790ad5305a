"""Fetches the pictures of a plan, by addresses that are good now, and makes small copies of them.

Where an address leads is other people's word: only http and https, only public servers unless the service itself is on
this machine, no redirects, so many bytes and seconds and no more. Whatever goes wrong with a picture, there is none.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial

import httpx

from vodplan._version import __version__
from vodplan.core.change import Change
from vodplan.core.errors import ApiError, CredentialsError
from vodplan.core.pictures import Picture, Pictures, known_of, picture_address
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
    chosen = dict(list(wanted.items())[:MOST])
    progress.start("pictures", len(chosen))
    try:
        fresh = await _fresh(api, chosen)
        found: dict[str, Picture] = {}
        failed = large = 0
        async with httpx.AsyncClient(
            timeout=_TIMEOUT, headers=_HEADERS, follow_redirects=False, transport=transport
        ) as client:

            def work() -> Iterator[Callable[[], Awaitable[tuple[str, Picture | NoPicture | None]]]]:
                for address, change in chosen.items():
                    url = fresh.get(address) or picture_address(known_of(change))
                    yield partial(_one, client, address, url, local)

            async for address, result in as_completed(work(), ahead=AT_ONCE):
                progress.advance(1)
                if isinstance(result, NoPicture):
                    failed += 1
                    log.debug("picture of %s: %s", address, result)
                elif result is None:
                    large += 1
                else:
                    found[address] = result
    finally:
        progress.finish()
    ordered = {address: found[address] for address in chosen if address in found}
    return Pictures(found=ordered, failed=failed, large=large, beyond=len(wanted) - len(chosen))


def _wanted(changes: Sequence[Change]) -> dict[str, Change]:
    """Address → the first change of it that knows a picture, removals first."""
    wanted: dict[str, Change] = {}
    for change in sorted(changes, key=lambda one: not one.action.removes):
        if picture_address(known_of(change)):
            wanted.setdefault(str(change.address), change)
    return wanted


async def _fresh(api: Api, wanted: Mapping[str, Change]) -> dict[str, str]:
    """Address → the address of its picture with a signature of now, for all that the service knows by an id."""
    ids: dict[str, dict[str, list[str]]] = {kind: {} for kind in EDGES}
    for address, change in wanted.items():
        if change.id and change.kind in ids and "type" not in change.params:
            ids[change.kind].setdefault(change.id, []).append(address)
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
    client: httpx.AsyncClient, address: str, url: str, local: bool
) -> tuple[str, Picture | NoPicture | None]:
    try:
        async with asyncio.timeout(SECONDS):
            content = await _content(client, url, local)
        if not media_of(content):
            raise NoPicture("what came is no picture")
        return address, await asyncio.to_thread(small_copy, content)
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
