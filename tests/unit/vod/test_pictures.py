"""Pictures of a plan: fetched by addresses that are good now, from public servers, and never in the way."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
from collections.abc import Callable, Mapping
from unittest import mock

import httpx
import pytest

from tests.unit.render.plans import OTHER, VIDEO, a_change
from tests.unit.vod.fakes import FakeApi, refused
from tests.unit.vod.test_thumbnails import picture
from vodplan.core.address import Address
from vodplan.core.change import Action, Change
from vodplan.core.errors import CredentialsError
from vodplan.core.pictures import Fetched, Picture, Pictures, Wanted
from vodplan.vod import pictures as edge
from vodplan.vod.pictures import MOST_BYTES, fetch_each, fetch_pictures
from vodplan.vod.thumbnails import redrawn

PNG = picture(size=(4, 4))
COVER = "http://192.0.2.1/cover.png"


class Steps:
    """A progress that counts."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def start(self, step: str, total: int) -> None:
        self.told.append((step, total))

    def throttled(self, operation: str, rate: float, of: float) -> None:
        """See `Progress.throttled`."""

    def advance(self, count: int) -> None:
        self.told.append(count)

    def finish(self) -> None:
        self.told.append("end")


def api(**covers: str) -> FakeApi:
    """A service that signs: video id → the address it gives now."""

    def infos(params: Mapping[str, str]) -> dict[str, object]:
        ids = params["VideoIds"].split(",")
        return {"VideoList": [{"VideoId": one, "CoverURL": covers.get(one, "")} for one in ids]}

    return FakeApi(GetVideoInfos=infos)


def video(video_id: str = VIDEO, action: Action = Action.DELETE, cover: str = COVER) -> Change:
    """A change of a video with a cover."""
    before = {"title": "Old"} if action is Action.UPDATE else {"cover": cover}
    after = {"title": "New"} if action is Action.UPDATE else None
    made = a_change(action, address=f"video/{video_id}", before=before, after=after, facts={"cover": cover})
    return dataclasses.replace(made, id=video_id)


def fetch(
    service: FakeApi,
    *changes: Change,
    answer: Callable[[httpx.Request], httpx.Response] | None = None,
    local: bool = True,
    progress: Steps | None = None,
) -> tuple[Pictures, list[str]]:
    """What came of it, and the addresses that were asked for."""
    asked: list[str] = []

    def answered(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return answer(request) if answer else httpx.Response(200, content=PNG)

    got = asyncio.run(
        fetch_pictures(
            service, changes, progress=progress or Steps(), local=local, transport=httpx.MockTransport(answered)
        )
    )
    return got, asked


def test_fetch_asks_for_addresses_that_the_service_signs_now() -> None:
    """The plan's own address has no signature, and is used only where the service gives none."""
    signed = f"{COVER}?auth_key=1-2-3-4"
    steps = Steps()

    got, asked = fetch(api(**{VIDEO: signed}), video(), video(OTHER, cover=f"{COVER}?b"), progress=steps)

    assert sorted(asked) == [signed, f"{COVER}?b"]
    assert list(got.found) == [f"video/{VIDEO}", f"video/{OTHER}"]
    assert got.found[f"video/{VIDEO}"].content == PNG
    assert steps.told == [("pictures", 2), 1, 1, "end"]


def test_fetch_of_images_asks_for_their_own_addresses() -> None:
    """An image is its own picture."""
    service = FakeApi(GetImageInfos=lambda _: {"ImageInfo": [{"ImageId": VIDEO, "URL": f"{COVER}?Expires=9"}]})
    image = a_change(Action.DELETE, address=f"image/{VIDEO}", before={}, facts={"url": COVER})

    got, asked = fetch(service, image)

    assert asked == [f"{COVER}?Expires=9"]
    assert list(got.found) == [f"image/{VIDEO}"]


def test_fetch_of_attached_media_asks_for_their_own_addresses_and_for_no_subtitles() -> None:
    """A watermark is a picture, a subtitle is text."""
    facts = {"url": "http://192.0.2.1/logo.png", "type": "watermark"}
    logo = dataclasses.replace(video(), address=Address("attached", "m1"), id="m1", before={}, facts=facts)
    text = dataclasses.replace(
        logo, address=Address("attached", "m2"), id="m2", facts={"url": "http://192.0.2.1/a.vtt", "type": "subtitle"}
    )
    signed = {"AttachedMediaList": [{"MediaId": "m1", "URL": "http://192.0.2.1/logo.png?auth_key=2"}]}

    got, asked = fetch(FakeApi(GetAttachedMediaInfo=lambda _: signed), logo, text)

    assert asked == ["http://192.0.2.1/logo.png?auth_key=2"]
    assert list(got.found) == ["attached/m1"]


def test_fetch_takes_removals_first_and_no_more_than_a_page_holds() -> None:
    """What is deleted is what people must see; an address is asked for once."""
    with mock.patch.object(edge, "MOST", 2):
        got, asked = fetch(
            api(),
            video("a" * 32, Action.UPDATE),
            video("b" * 32),
            video("b" * 32, Action.DELETE_SOURCE),
            video("c" * 32),
        )

    assert list(got.found) == [f"video/{'b' * 32}", f"video/{'c' * 32}"]
    assert len(asked) == 2
    assert got.beyond == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: httpx.Response(403),
        lambda _: httpx.Response(302, headers={"location": "http://169.254.169.254/"}),
        lambda _: httpx.Response(200, content=b"<html>"),
        lambda _: httpx.Response(200, content=PNG[:20]),
        lambda _: httpx.Response(200, content=PNG + b"x" * MOST_BYTES),
    ],
)
def test_fetch_of_what_is_no_picture_leaves_it_out(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    """Refused, led elsewhere, no picture, half of one, too large: none of them stops the others."""

    def either(request: httpx.Request) -> httpx.Response:
        return answer(request) if "bad" in str(request.url) else httpx.Response(200, content=PNG)

    got, asked = fetch(api(), video(cover=f"{COVER}?bad"), video(OTHER), answer=either)

    assert list(got.found) == [f"video/{OTHER}"]
    assert got.failed == 1
    assert len(asked) == 2


def test_fetch_over_a_broken_connection_leaves_it_out(caplog: pytest.LogCaptureFixture) -> None:
    """And tells the address to nobody: it may open a file."""

    def broken(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot reach {COVER}?auth_key=secret")

    with caplog.at_level("DEBUG"):
        got, _ = fetch(api(**{VIDEO: f"{COVER}?auth_key=secret"}), video(), answer=broken)

    assert got.failed == 1
    assert "auth_key" not in caplog.text.replace("GetVideoInfos", "")


@pytest.mark.parametrize("url", ["ftp://192.0.2.1/x", "file:///etc/passwd", "javascript:alert(1)", "http://"])
def test_fetch_of_other_schemes_asks_nobody(url: str) -> None:
    """A cover is whatever somebody wrote into it."""
    got, asked = fetch(api(), video(cover=url))

    assert asked == []
    assert got.failed == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])
def test_fetch_from_a_private_server_asks_nobody(host: str) -> None:
    """A cover must not make a CI job read from inside its network; where the service is local, so are its pictures."""
    got, asked = fetch(api(), video(cover=f"http://{host}/x.png"), local=False)
    assert (got.failed, asked) == (1, [])

    got, asked = fetch(api(), video(cover=f"http://{host}/x.png"), local=True)
    assert (got.failed, len(asked)) == (0, 1)


@pytest.mark.parametrize(("addresses", "public"), [(["8.8.8.8"], True), (["8.8.8.8", "10.0.0.1"], False), ([], False)])
def test_fetch_from_a_name_looks_where_it_leads(addresses: list[str], public: bool) -> None:
    """A public name for a private server is a private server."""

    def found(host: str, port: int, *_: object, **__: object) -> list[object]:
        assert (host, port) == ("img.example.com", 80)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in addresses]

    with mock.patch.object(socket, "getaddrinfo", found):
        got, asked = fetch(api(), video(cover="http://img.example.com/x.png"), local=False)

    assert bool(asked) is public
    assert got.failed == (0 if public else 1)


def test_fetch_behind_a_proxy_leaves_names_to_it() -> None:
    """Where a proxy stands in between, names mean nothing on this machine."""
    with mock.patch.dict("os.environ", {"http_proxy": "http://127.0.0.1:9"}):
        _, asked = fetch(api(), video(cover="http://img.example.com/x.png"), local=False)

    assert asked == ["http://img.example.com/x.png"]


def test_fetch_that_the_service_refuses_falls_back_to_the_plan() -> None:
    """A key that may not read infos still gets the pictures that are published."""

    def no(_: object) -> dict[str, object]:
        raise refused("GetVideoInfos", "Forbidden.RAM")

    got, asked = fetch(FakeApi(GetVideoInfos=no), video())

    assert asked == [COVER]
    assert got.failed == 0


def test_fetch_without_credentials_ends() -> None:
    """Somebody asked for pictures, and has to hear why there are none at all."""

    def no(_: object) -> dict[str, object]:
        raise CredentialsError("none found")

    with pytest.raises(CredentialsError):
        fetch(FakeApi(GetVideoInfos=no), video())


def test_fetch_of_a_large_picture_that_cannot_be_made_smaller_is_counted() -> None:
    """The page says why it is not there."""
    svg = b"<svg>" + b" " * 50_000

    got, _ = fetch(api(), video(), answer=lambda _: httpx.Response(200, content=svg))

    assert (got.large, got.failed, got.found) == (1, 0, {})


def test_fetch_one_by_one_signs_as_it_goes_and_keeps_nothing() -> None:
    """Signatures do not last as long as a library takes; each picture is handed over drawn anew."""
    signed: list[str] = []
    order: list[str] = []

    def infos(params: Mapping[str, str]) -> dict[str, object]:
        order.append(f"sign {params['VideoIds']}")
        ids = params["VideoIds"].split(",")
        return {"VideoList": [{"VideoId": one, "CoverURL": f"{COVER}?{one}&auth_key=1"} for one in ids]}

    def answered(request: httpx.Request) -> httpx.Response:
        order.append("fetch")
        signed.append(str(request.url))
        return httpx.Response(404) if "v3" in str(request.url) else httpx.Response(200, content=PNG)

    wanted = [Wanted(address=f"video/v{one}", kind="video", id=f"v{one}", url=COVER) for one in range(5)]
    taken: dict[str, Picture] = {}
    with mock.patch.object(edge, "SIGNED_AT_ONCE", 2):
        done = asyncio.run(
            fetch_each(
                FakeApi(GetVideoInfos=infos),
                wanted,
                take=taken.__setitem__,
                copy=redrawn,
                progress=Steps(),
                local=True,
                transport=httpx.MockTransport(answered),
            )
        )

    assert done == Fetched(found=4, failed=1, large=0)
    assert sorted(taken) == ["video/v0", "video/v1", "video/v2", "video/v4"]
    assert {one.media for one in taken.values()} == {"image/jpeg"}
    assert order == ["sign v0,v1", "fetch", "fetch", "sign v2,v3", "fetch", "fetch", "sign v4", "fetch"]
    assert sorted(signed) == [f"{COVER}?v{one}&auth_key=1" for one in range(5)]


def test_fetch_one_by_one_ends_where_a_picture_cannot_be_kept() -> None:
    """A full disk is no fault of the picture, and the connections are closed all the same."""

    def full(address: str, _: Picture) -> None:
        raise OSError(28, f"no room for {address}")

    steps = Steps()
    wanted = [Wanted(address=f"video/v{one}", kind="video", id="", url=COVER) for one in range(20)]
    with pytest.raises(OSError, match="no room"):
        asyncio.run(
            fetch_each(
                api(),
                wanted,
                take=full,
                copy=redrawn,
                progress=steps,
                local=True,
                transport=httpx.MockTransport(lambda _: httpx.Response(200, content=PNG)),
            )
        )
    assert steps.told[-1] == "end"
