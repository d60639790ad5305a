"""A server on loopback that keeps the bytes it receives and answers with bytes it was given."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CUT = b""
"""In place of an answer: close the connection."""


def http(body: bytes, *, status: str = "200 OK", headers: str = "Content-Type: application/json") -> bytes:
    """A whole HTTP answer."""
    return f"HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class Recorder:
    """What came in, whole requests in order, and what goes out."""

    url: str
    answers: list[bytes]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def targets(self) -> list[str]:
        return [request.split(b" ", 2)[1].decode() for request in self.requests]

    def headers(self, number: int = 0) -> dict[str, str]:
        lines = self.requests[number].decode().split("\r\n")[1:]
        return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)}


@contextmanager
def recording(*answers: bytes, tls: ssl.SSLContext | None = None) -> Iterator[Recorder]:
    """Serve the answers, one per request, to one connection after another."""
    server = socket.create_server(("127.0.0.1", 0))
    scheme = "https" if tls else "http"
    recorder = Recorder(f"{scheme}://127.0.0.1:{server.getsockname()[1]}", list(answers))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            recorder.connections += 1
            try:
                with tls.wrap_socket(connection, server_side=True) if tls else connection as stream:
                    _converse(recorder, stream)
            except OSError:
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        # Closing alone does not wake a thread that waits in accept().
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def _converse(recorder: Recorder, stream: socket.socket) -> None:
    received = b""
    while piece := stream.recv(65536):
        received += piece
        while b"\r\n\r\n" in received:
            request, _, received = received.partition(b"\r\n\r\n")
            recorder.requests.append(request)
            answer = recorder.answers.pop(0) if recorder.answers else CUT
            stream.sendall(answer)
            if answer == CUT or not answer.endswith((b"}", b">")):
                return
