"""Source files over real connections: what is sent, what is trusted, and what a bad network does."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from tests.contract.client.recorder import CUT, http, recording
from tests.contract.client.test_network import closed_port, self_signed
from vodplan.vod.transfer import Broken, FileServer, Hopeless

FILE = http(b"{bytes}", headers='ETag: "1"')
QUERY = "auth_key=1-0-0-geheim&Signature=a%2Bb%3D"


def fetch(address: str, *, start: int = 0) -> tuple[bytes, int, int | None]:
    """The bytes that come, from where on, and how many there are in all."""

    async def main() -> tuple[bytes, int, int | None]:
        server = FileServer()
        try:
            async with server.open(address, start=start) as opened:
                return b"".join([piece async for piece in opened.pieces]), opened.start, opened.total
        finally:
            await server.close()

    return asyncio.run(main())


def test_request_asks_for_the_bytes_as_they_are_and_carries_no_key() -> None:
    """The address goes out as it was given, to the sign; nothing of the API's goes with it."""
    with recording(FILE) as recorder:
        assert fetch(f"{recorder.url}/sv/%E9%9B%86%201.mp4?{QUERY}") == (b"{bytes}", 0, 7)

    assert recorder.targets == [f"/sv/%E9%9B%86%201.mp4?{QUERY}"]
    headers = recorder.headers()
    assert set(headers) == {"host", "accept", "accept-encoding", "user-agent"}
    assert headers["accept-encoding"] == "identity"


def test_request_for_the_rest_names_its_first_byte() -> None:
    """And takes the answer for what it says it is."""
    part = http(b"tes}", status="206 Partial Content", headers="Content-Range: bytes 3-6/7")
    with recording(part) as recorder:
        assert fetch(f"{recorder.url}/a", start=3) == (b"tes}", 3, 7)

    assert recorder.headers()["range"] == "bytes=3-"


def test_request_for_what_is_not_there_asks_for_the_whole() -> None:
    """A part file that is longer than the file is no reason to give up."""
    none = http(b"{}", status="416 Range Not Satisfiable")
    with recording(none, FILE) as recorder:
        assert fetch(f"{recorder.url}/a", start=99) == (b"{bytes}", 0, 7)


def test_server_that_is_not_there_is_broken_for_now() -> None:
    """The system's own words, and no address."""
    with pytest.raises(Broken) as raised:
        fetch(f"http://127.0.0.1:{closed_port()}/a?{QUERY}")

    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize("answer", [CUT, b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", b"nonsense\r\n\r\n}"])
def test_answer_that_is_cut_or_garbled_is_broken_for_now(answer: bytes) -> None:
    """Whatever the line does is told as a broken line, without an address."""
    with recording(answer) as recorder, pytest.raises(Broken) as raised:
        fetch(f"{recorder.url}/a?{QUERY}")

    assert str(raised.value).startswith("the connection to the file server broke")
    assert "geheim" not in str(raised.value)


def test_certificate_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file server that nobody vouches for gets no address; one that the environment vouches for does."""
    pem = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with recording(FILE, FILE, tls=context) as recorder:
        with pytest.raises(Broken, match="certificate"):
            fetch(f"{recorder.url}/a")
        assert recorder.requests == []
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert fetch(f"{recorder.url}/a")[0] == b"{bytes}"


def test_proxy_of_the_environment_is_used_but_where_it_is_told_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for every other program on the machine."""
    with recording(FILE) as proxy, recording(FILE) as direct:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert fetch("http://files.example.com/a?b=c")[0] == b"{bytes}"
        assert fetch(f"{direct.url}/a")[0] == b"{bytes}"

    assert proxy.targets == ["http://files.example.com/a?b=c"]
    assert direct.targets == ["/a"]


def test_proxy_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address may hold a password, so it is not repeated."""
    monkeypatch.setenv("http_proxy", "gopher://user:geheim@proxy:1")

    with pytest.raises(Hopeless) as raised:
        fetch("http://files.example.com/a")

    assert str(raised.value) == "the proxy that the environment names for http cannot be used"
