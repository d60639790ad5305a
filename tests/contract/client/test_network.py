"""What a bad network does, with the real transport."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.contract.client.recorder import CUT, Recorder, http, recording
from vodplan.core.errors import ApiError, InvalidAnswer, Unavailable, UnknownOutcome
from vodplan.core.kind import Call, CallItem
from vodplan.core.ports import CallAnswer
from vodplan.vod import client, video_api
from vodplan.vod.credentials import static
from vodplan.vod.service import VodService

OK = http(b'{"RequestId": "R", "VideoList": [{"VideoId": "v1"}]}')
KEY = static("testid", "testsecret")
RESET_IN_BODY = b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"RequestId": "R", '
UPDATE = Call(
    operation="UpdateVideoInfos", kind="video", items=(CallItem(change=0, id="v1", fields={"title": "t"}, params={}),)
)


async def no_wait(_: float) -> None:
    """Waits are counted elsewhere."""


def service_at(url: str) -> VodService:
    return VodService(url, "cn-shanghai", KEY, unpaced=True, sleep=no_wait)


def read(url: str) -> Sequence[str]:
    async def main() -> Sequence[str]:
        async with service_at(url) as service:
            return [info.id for info in (await video_api.get_video_infos(service.api, ids=["v1"])).videos]

    return asyncio.run(main())


def write(recorder: Recorder) -> CallAnswer:
    async def main() -> CallAnswer:
        async with service_at(recorder.url) as service:
            return await service.writer.write(UPDATE)

    return asyncio.run(main())


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def test_nobody_there_is_unavailable_and_surely_undone() -> None:
    """A write that never left is not in doubt."""
    url = f"http://127.0.0.1:{closed_port()}"

    with pytest.raises(Unavailable) as raised:
        read(url)

    assert raised.value.code == "NoConnection"
    with pytest.raises(Unavailable):
        write(Recorder(url, []))


@pytest.mark.parametrize("broken", [CUT, RESET_IN_BODY, b"HTTP/1.1 200 OK\r\nContent-Le", b"garbage\r\n\r\n"])
def test_connection_that_breaks_after_sending_is_a_lost_answer(broken: bytes) -> None:
    """A read goes on with the next try; a write that loses every answer is in doubt."""
    with recording(broken, OK) as recorder:
        assert read(recorder.url) == ["v1"]
    assert len(recorder.requests) == 2

    with recording(*[broken] * 9) as recorder, pytest.raises(UnknownOutcome):
        write(recorder)
    assert len(recorder.requests) == 5


def test_connection_that_was_closed_while_idle_is_not_taken_for_never_opened() -> None:
    """The transport reports it as a failure to connect; for a write the difference is everything."""
    with recording(OK, CUT, CUT, CUT, CUT, CUT) as recorder:

        async def main() -> None:
            async with service_at(recorder.url) as service:
                await video_api.get_video_infos(service.api, ids=["v1"])
                await service.writer.write(UPDATE)

        with pytest.raises(UnknownOutcome):
            asyncio.run(main())


def test_answer_that_takes_too_long_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that drips in for ever ends, too."""
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.05)
    monkeypatch.setattr(client, "READ_SECONDS", 0.02)
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, pytest.raises(Unavailable, match=r"too long|more than") as raised:
        read(f"http://127.0.0.1:{silent.getsockname()[1]}")

    assert raised.value.code == "NoAnswer"


def test_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory has an end."""
    monkeypatch.setattr(client, "LARGEST_ANSWER", 10)
    with recording(*[OK] * 9) as recorder, pytest.raises(Unavailable, match="larger than"):
        read(recorder.url)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (http(b"<html>login</html>", headers="Content-Type: text/html"), InvalidAnswer, "InvalidAnswer"),
        (http(b'{"RequestId": "R", "VideoLi'), InvalidAnswer, "InvalidAnswer"),
        (http(b"[]"), InvalidAnswer, "InvalidAnswer"),
        (http(b"<html>", status="502 Bad Gateway", headers="Content-Type: text/html"), Unavailable, "BadGateway"),
        (http(b"{}", headers="Content-Encoding: gzip"), Unavailable, "NoAnswer"),
    ],
)
def test_endpoint_that_is_not_the_service_is_an_error_with_a_name(
    answer: bytes, kind: type[ApiError], code: str
) -> None:
    """A login page, half an answer, a gateway's own page: never a traceback, never an empty library."""
    with recording(*[answer] * 9) as recorder, pytest.raises(ApiError) as raised:
        read(recorder.url)

    assert type(raised.value) is kind
    assert raised.value.code == code


def test_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """Verification is on, and cannot be switched off by an endpoint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with recording(OK, tls=context) as recorder, pytest.raises(Unavailable) as raised:
        read(recorder.url)

    assert "certificate" in raised.value.message.lower()
    assert recorder.requests == []


def self_signed(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
