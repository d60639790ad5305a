"""Source files are real: as many bytes as the library says, the same every time, whole or in part, behind signed addresses."""

import asyncio
from hashlib import md5
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.unit.emulator.conftest import MakeApp
from tests.unit.emulator.wire import NOW, Reply, send, v3
from vodplan.emulator.app import EmulatorApp
from vodplan.emulator.records import Source
from vodplan.emulator.rows import source_json

VIDEO = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
SIZE = 200_001


def _with_source(app: EmulatorApp, *, size: int = SIZE, mark: str = "one", file_name: str = "a.mp4") -> EmulatorApp:
    source = Source(file_name=file_name, size=size, width=1, height=1, bitrate=1, fps=25, md5=mark)
    app.state.db.update("videos", VIDEO, {"source": source_json(source), "size": size})
    return app


def _mezzanine(app: EmulatorApp) -> dict[str, Any]:
    mezzanine: dict[str, Any] = v3(app, "GetMezzanineInfo", {"VideoId": VIDEO}).json["Mezzanine"]
    return mezzanine


def _get(app: EmulatorApp, *, method: str = "GET", query: str | None = None, **headers: str) -> Reply:
    parts = urlsplit(_mezzanine(app)["FileURL"])
    return send(
        app,
        method=method,
        path=parts.path,
        query=parts.query if query is None else query,
        headers={"host": "emulator", **headers},
    )


def test_source_file_has_the_size_and_the_md5_that_are_reported(app: EmulatorApp) -> None:
    """Whoever checks what came finds it right; another content has other bytes."""
    _with_source(app)

    told, came = _mezzanine(app), _get(app)
    other = _get(_with_source(app, mark="two"))

    assert (came.status, len(came.body), came.headers["content-length"]) == (200, SIZE, str(SIZE))
    assert (told["Size"], told["FileMD5"]) == (SIZE, md5(came.body).hexdigest())
    assert other.body != came.body
    assert other.headers["etag"] != came.headers["etag"]


@pytest.mark.parametrize(
    ("wanted", "status", "first", "end"),
    [
        ("bytes=65530-65550", 206, 65_530, 65_551),
        ("bytes=131072-", 206, 131_072, SIZE),
        ("bytes=-5", 206, SIZE - 5, SIZE),
        ("bytes=0-999999999", 206, 0, SIZE),
        ("bytes=5-4", 200, 0, SIZE),
        ("bytes=0-1,3-4", 200, 0, SIZE),
        ("bytes=-", 200, 0, SIZE),
        (f"bytes={SIZE}-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
    ],
)
def test_source_file_in_part_is_that_part_of_the_whole(
    app: EmulatorApp, wanted: str, status: int, first: int, end: int
) -> None:
    """A range gives those bytes, names them, and what is no single range gives the whole."""
    whole = _get(_with_source(app)).body

    part = _get(app, range=wanted)

    assert (part.status, part.body) == (status, whole[first:end])
    shown = {206: f"bytes {first}-{end - 1}/{SIZE}", 416: f"bytes */{SIZE}"}
    assert part.headers.get("content-range") == shown.get(status)


def test_head_of_a_source_file_has_no_body(app: EmulatorApp) -> None:
    """The headers of the whole, no bytes; other methods are refused."""
    _with_source(app)

    head = _get(app, method="HEAD")

    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(SIZE))
    assert _get(app, method="POST").status == 405


def test_source_file_without_a_good_signature_is_denied(make_app: MakeApp) -> None:
    """No signature, or one that ended: 403."""
    now = [NOW]
    app = _with_source(make_app(clock=lambda: now[0], url_validity_s=600))
    address = urlsplit(_mezzanine(app)["FileURL"])

    assert _get(app, query="").status == 403
    now[0] += 800
    assert send(app, method="GET", path=address.path, query=address.query).status == 403


def test_source_file_that_was_deleted_is_gone(app: EmulatorApp) -> None:
    """An address from before leads nowhere after."""
    address = urlsplit(_mezzanine(_with_source(app))["FileURL"])
    assert v3(app, "DeleteMezzanines", {"VideoIds": VIDEO}).status == 200

    assert send(app, method="GET", path=address.path, query=address.query).status == 404


def test_source_file_with_an_odd_name_has_an_address_that_opens(app: EmulatorApp) -> None:
    """Separators, blanks and signs of a URL in a file name are escaped."""
    _with_source(app, file_name="../a b?c#d/第一.mp4")

    address = _mezzanine(app)["FileURL"]

    assert "/..%2Fa%20b%3Fc%23d%2F%E7%AC%AC%E4%B8%80.mp4?auth_key=" in address
    assert _get(app).status == 200


def test_large_source_file_has_no_md5(make_app: MakeApp) -> None:
    """From the size on that the settings name the field is left out, as the service may."""
    app = make_app(source_md5_bytes=SIZE)

    assert "FileMD5" in _mezzanine(_with_source(app))
    assert "FileMD5" not in _mezzanine(_with_source(app, size=SIZE + 1))


def test_source_file_is_no_longer_sent_to_who_went_away(app: EmulatorApp) -> None:
    """A caller that breaks off costs no more than it took."""
    address = urlsplit(_mezzanine(_with_source(app, size=1_000_000_000))["FileURL"])
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}])
    sent: list[int] = []

    async def receive() -> Any:
        return next(messages)

    async def collect(message: Any) -> None:
        sent.append(len(message.get("body", b"")))

    scope = {
        "type": "http",
        "method": "GET",
        "path": address.path,
        "query_string": address.query.encode(),
        "headers": [(b"host", b"emulator")],
    }
    asyncio.run(app(scope, receive, collect))

    assert sum(sent) < 1_000_000
