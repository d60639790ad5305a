"""A code host's API on loopback, as little of it as the CI scripts call."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ME = 7


@dataclass
class FakeHost:
    """Comments, or issues, by id, in order, each as the host's API shows it; and what was asked of it.

    refuses: methods that the token may not use.
    """

    url: str = ""
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()

    def add(self, body: str, *, by_program: bool) -> int:
        """A comment that is there already."""
        number = len(self.comments) + 1
        self.comments[number] = {
            "id": number,
            "number": number,
            "iid": number,
            "state": "open",
            "body": body,
            "description": body,
            "user": {"type": "Bot" if by_program else "User"},
            "author": {"id": ME if by_program else ME + 1},
        }
        return number

    def bodies(self) -> list[str]:
        """The texts, oldest first."""
        return [one["body"] for one in self.comments.values()]

    def answer(self, method: str, path: str, body: dict[str, str]) -> tuple[int, Any]:
        """What the host says."""
        self.asked.append(f"{method} {path.partition('?')[0]}")
        if path.endswith("/user"):
            return 200, {"id": ME}
        if "identity" in path:
            return 200, {"value": "eyJ.identity.token"}
        if method in self.refuses:
            return 403, {"message": "Resource not accessible by integration"}
        if method == "GET":
            page = int(re.findall(r"[?&]page=(\d+)", path)[0])
            there = [one for one in self.comments.values() if one["state"] == "open"]
            return 200, there[(page - 1) * 100 : page * 100]
        said = body.get("body", body.get("description", ""))
        if method == "POST":
            made = self.comments[self.add(said, by_program=True)]
            made["title"] = body.get("title", "")
            return 201, made
        number = int(path.rpartition("/")[2])
        changed = self.comments[number]
        changed["body"] = changed["description"] = said
        if body.get("state") == "closed" or body.get("state_event") == "close":
            changed["state"] = "closed"
        return 200, changed


@contextmanager
def serving() -> Iterator[FakeHost]:
    """The host, for as long as the context lasts."""
    host = FakeHost()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            host.headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer = host.answer(self.command, self.path, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = _serve

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    host.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
