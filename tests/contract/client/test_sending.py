"""What the client makes of one request: answered, surely never sent, lost, or still under way."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.contract.client.recorder import CUT, http, recording
from tests.contract.client.test_network import closed_port, self_signed
from vodplan.core.errors import ConfigError
from vodplan.vod import client
from vodplan.vod.client import HttpClient
from vodplan.vod.failures import AnswerLate, AnswerLost, NotSent, Reply

OK = http(b'{"RequestId": "R"}', headers="Content-Type: application/json\r\nX-Acs-Request-Id: R\r\nDate: now")


def post(url: str, query: str = "a=b") -> Reply:
    """Send one request, with two headers."""

    async def main() -> Reply:
        connections = HttpClient(url)
        try:
            return await connections.post(query, {"host": "h", "x-acs-action": "A"})
        finally:
            await connections.close()

    return asyncio.run(main())


def outcome(url: str) -> type[Exception]:
    """What the request ends with."""
    with pytest.raises((NotSent, AnswerLost)) as raised:
        post(url)
    return raised.type


@contextmanager
def server(serve: Callable[[socket.socket, threading.Event], object]) -> Iterator[str]:
    """Somebody who takes one connection and does with it what is given, until the test is over."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                serve(connection, over)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            thread.join(5)


def test_reply_has_the_status_the_bytes_and_headers_by_their_lower_case_names() -> None:
    """As the rest of the client looks for them, however the service writes them."""
    with recording(OK) as recorder:
        reply = post(recorder.url)

    assert (reply.status, reply.body) == (200, b'{"RequestId": "R"}')
    assert (reply.headers.get("x-acs-request-id"), reply.headers.get("date")) == ("R", "now")


@pytest.mark.parametrize("query", ["a=b%2Cc%20%7E*", "a=%E8%A7%86", "a=%2F%3F%26%3D%2B&b=", "a=%41-_.~"])
def test_query_goes_out_byte_for_byte_as_it_was_signed(query: str) -> None:
    """Another spelling of the same parameters is another signature to whoever signs what came in."""
    with recording(OK) as recorder:
        post(recorder.url, query)

    assert recorder.targets == [f"/?{query}"]


@pytest.mark.parametrize("answer", [CUT, b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_connection_that_breaks_after_the_request_is_a_lost_answer(answer: bytes) -> None:
    """The service may have done it, and is not at it any more."""
    with recording(answer) as recorder:
        assert outcome(recorder.url) is AnswerLost

    assert len(recorder.requests) == 1


def test_server_that_says_nothing_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may still be at it."""
    monkeypatch.setattr(client, "READ_SECONDS", 0.02)
    with server(lambda _, over: over.wait(5)) as address:
        assert outcome(f"http://{address}") is AnswerLate


def test_answer_that_drips_in_for_ever_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then does not keep a call going beyond its time."""
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.1)

    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not over.wait(0.01):
            connection.sendall(b" ")

    with server(drip) as address:
        assert outcome(f"http://{address}") is AnswerLate


def test_nobody_who_listens_gets_nothing() -> None:
    """The reason is the system's, with the address and without the library's settings."""
    port = closed_port()
    with pytest.raises(NotSent, match=f"^127.0.0.1:{port}: connection refused$"):
        post(f"http://127.0.0.1:{port}")


def test_handshake_that_never_ends_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without TLS there is no request."""
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.02)
    with server(lambda _, over: over.wait(5)) as address:
        assert outcome(f"https://{address}") is NotSent


def test_certificate_that_the_environment_vouches_for_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for source files: a company's own authority is named by SSL_CERT_FILE."""
    pem = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with recording(OK, tls=context) as recorder:
        assert outcome(recorder.url) is NotSent
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert post(recorder.url).status == 200

    assert len(recorder.requests) == 1


@pytest.mark.parametrize("form", ["http://{}", "{}", "http://user:word@{}"])
def test_proxy_that_refuses_the_way_gets_no_request(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for a tunnel, with its password where there is one; what is signed never leaves."""
    refusal = http(b"{}", status="403 Forbidden")
    with recording(refusal) as recorder:
        monkeypatch.setenv("HTTPS_PROXY", form.format(recorder.url.removeprefix("http://")))
        assert outcome("https://vod.example.com") is NotSent

    assert [request.partition(b" HTTP")[0] for request in recorder.requests] == [b"CONNECT vod.example.com:443"]
    assert (b"proxy-authorization: basic" in recorder.requests[0].lower()) is ("@" in form)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://:8080", "http://["])
def test_proxy_that_cannot_be_used_is_told_before_anything_is_sent(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Going round it would send what the environment wants to see."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    with pytest.raises(ConfigError, match="proxy"):
        HttpClient("https://vod.example.com")


def test_proxy_is_not_asked_for_plain_http_or_where_the_environment_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain http is loopback only."""
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "example.com")

    HttpClient("https://vod.example.com")
    with recording(OK) as recorder:
        assert post(recorder.url).status == 200


def errors(root: type[Exception]) -> set[type[Exception]]:
    """An error class and all below it."""
    return {root}.union(*(errors(one) for one in root.__subclasses__()))


def test_only_errors_of_connecting_count_as_never_sent() -> None:
    """A new error of the library counts as a lost answer until somebody has looked at it."""
    connecting = errors(aiohttp.ClientConnectorError) | errors(aiohttp.InvalidURL)
    connecting |= {aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError}

    assert {one for one in errors(aiohttp.ClientError) if issubclass(one, client._UNSENT)} == connecting
    assert not any(issubclass(one, client._UNSENT) for one in (OSError, TimeoutError, ConnectionError))
