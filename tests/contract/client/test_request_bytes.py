"""What goes over the wire, byte for byte, with the real transport."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from types import SimpleNamespace
from typing import TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest

from tests.contract.client.recorder import Recorder, http, recording
from vodplan.core.kind import Call, CallItem
from vodplan.vod import image_api, search, video_api
from vodplan.vod.credentials import Credentials, CredentialsProvider, static
from vodplan.vod.service import VodService

T = TypeVar("T")
OK = http(b'{"RequestId": "R", "VideoList": [], "NonExistVideoIds": ["v1"], "MediaList": [], "Total": 0}')
KEY = static("testid", "testsecret")


def send(recorder: Recorder, work: Callable[[VodService], Awaitable[T]], key: CredentialsProvider = KEY) -> T:
    async def main() -> T:
        async with VodService(recorder.url, "cn-shanghai", key, unpaced=True) as service:
            return await work(service)

    return asyncio.run(main())


def test_request_is_a_post_with_everything_in_the_query_and_no_body() -> None:
    """Parameters in a form body are not covered by this signature."""
    with recording(OK) as recorder:
        send(recorder, lambda service: video_api.get_video_infos(service.api, ids=["v1", "v2"]))

    method, target, version = recorder.requests[0].partition(b"\r\n")[0].split(b" ")
    assert (method, version) == (b"POST", b"HTTP/1.1")
    assert unquote(target.decode()) == "/?VideoIds=v1,v2"
    assert recorder.headers()["content-length"] == "0"


def test_request_has_the_signed_headers_and_little_else() -> None:
    """No cookie, no content type, no telemetry; the host as it was signed, the answer uncompressed."""
    with recording(OK) as recorder:
        send(recorder, lambda service: video_api.get_video_infos(service.api, ids=["v1"]))

    headers = recorder.headers()
    assert headers["host"] == urlsplit(recorder.url).netloc
    assert headers["x-acs-action"] == "GetVideoInfos"
    assert headers["x-acs-version"] == "2017-03-21"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", headers["x-acs-date"])
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-acs-signature-nonce"])
    unsigned = headers.keys() - {name for name in headers if name.startswith("x-acs-")}
    assert (headers["accept"], headers["accept-encoding"]) == ("application/json", "identity")
    assert unsigned == {"host", "accept", "accept-encoding", "authorization", "content-length", "user-agent"}


@pytest.mark.parametrize("token", [None, "CAIS-token/+=="])
@pytest.mark.parametrize(
    "work",
    [
        lambda s: search.search_media(
            s.api, match="Status in ('Normal','Checking') and Title = '视频 +*~/%'", fields=["Title"]
        ),
        lambda s: s.writer.write(
            Call(
                operation="UpdateVideoInfos",
                kind="video",
                items=(
                    CallItem(
                        change=0, id="v1", fields={"title": "a b+c & d=e 视频 ~*'()%41", "tags": ("x", "y")}, params={}
                    ),
                ),
            )
        ),
        lambda s: image_api.delete_images_by_url(s.api, ["http://h/a b.png?x=1&y=ü"]),
    ],
)
def test_request_signature_is_that_of_the_bytes_received(
    work: Callable[[VodService], Awaitable[object]], token: str | None
) -> None:
    """A server decodes what it receives, signs it itself, and compares; nothing on the way may have changed a byte."""
    key = static("testid", "testsecret", token)
    with recording(OK) as recorder:
        send(recorder, work, key)

    headers = recorder.headers()
    assert headers["authorization"] == recomputed(recorder.targets[0], headers, "testsecret")
    assert headers.get("x-acs-security-token") == token


@pytest.mark.parametrize("token", [None, "CAIS-token/+=="])
def test_request_signature_is_what_the_vendors_sdk_computes(token: str | None) -> None:
    """Both are handed the same headers and parameters."""
    from alibabacloud_tea_openapi.utils import Utils

    with recording(OK) as recorder:
        send(
            recorder,
            lambda s: search.search_media(s.api, match="Title = '视频 +*~/%'", fields=["Title", "Tags"]),
            static("testid", "testsecret", token),
        )

    headers = recorder.headers()
    request = SimpleNamespace(
        method="POST",
        pathname="/",
        query=dict(parse_qsl(urlsplit(recorder.targets[0]).query, keep_blank_values=True)),
        headers={name: headers[name] for name in signed_names(headers)},
    )
    expected = Utils.get_authorization(
        request, "ACS3-HMAC-SHA256", hashlib.sha256(b"").hexdigest(), "testid", "testsecret"
    )
    assert headers["authorization"] == expected


def test_requests_share_connections() -> None:
    """Fifty calls do not shake hands fifty times."""
    with recording(*[OK] * 5) as recorder:

        async def five(service: VodService) -> None:
            for _ in range(5):
                await video_api.get_video_infos(service.api, ids=["v1"])

        send(recorder, five)

    assert (len(recorder.requests), recorder.connections) == (5, 1)


def test_request_follows_no_redirect_and_keeps_no_cookie() -> None:
    """A redirect would take a signed request to another host."""
    found = http(
        b"<html>",
        status="302 Found",
        headers="Location: http://127.0.0.1:1/\r\nSet-Cookie: a=b\r\nContent-Type: text/html",
    )
    with recording(found, found, OK) as recorder:

        async def no_wait(_: float) -> None:
            """Waits are counted elsewhere."""

        async def main() -> None:
            async with VodService(recorder.url, "cn-shanghai", KEY, unpaced=True, sleep=no_wait) as service:
                await video_api.get_video_infos(service.api, ids=["v1"])

        asyncio.run(main())

    assert len(recorder.requests) == 3
    assert all(b"ookie" not in request for request in recorder.requests)


def signed_names(headers: Mapping[str, str]) -> list[str]:
    match = re.search("SignedHeaders=([^,]*)", headers["authorization"])
    assert match
    return match.group(1).split(";")


def recomputed(target: str, headers: Mapping[str, str], secret: str) -> str:
    """The `authorization` that a server expects, written from the signature page alone."""
    params = sorted(parse_qsl(urlsplit(target).query, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in params)
    names = signed_names(headers)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    canonical = f"POST\n/\n{query}\n{lines}\n{';'.join(names)}\n{hashlib.sha256(b'').hexdigest()}"
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential=testid,SignedHeaders={';'.join(names)},Signature={signature}"


def test_credentials_of_the_test_are_what_they_seem() -> None:
    """`static` is the provider that all of these requests were signed with."""
    assert asyncio.run(KEY.get()) == Credentials("testid", "testsecret", None, "the keys given")
