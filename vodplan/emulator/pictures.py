"""What stands under `/media/`: covers and snapshots drawn on the fly, behind signed URLs that end."""

import re
import struct
import zlib
from functools import lru_cache
from hashlib import blake2b
from html import escape

from . import asgi
from .state import EmulatorState

_COVER = re.compile(r"/media/cover/([0-9A-Za-z_-]+)\.svg")
_SNAPSHOT = re.compile(r"/media/snapshot/([0-9A-Za-z_-]+)/([A-Za-z]+)/0*([0-9]{1,9})\.png")
_VTT = b"WEBVTT\n\n00:00.000 --> 00:04.000\nDrawn by the emulator\n"


class Pictures:
    """Answers `/media/...`; a file that was deleted is gone."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    async def __call__(self, scope: asgi.Scope, send: asgi.Send) -> None:
        path = scope["path"]
        state = self._state
        if scope["method"] not in ("GET", "HEAD"):
            await asgi.respond(send, 405, [(b"content-type", b"text/plain")], b"GET only\n")
            return
        if not state.urls.allows(path, scope["query_string"].decode("latin-1"), state.settings.now()):
            await asgi.respond(send, 403, [(b"content-type", b"text/plain")], b"denied by url authentication\n")
            return
        kind, body = self._draw(path)
        if not body:
            await asgi.respond(send, 404, [(b"content-type", b"text/plain")], b"no such file\n")
            return
        headers = [(b"content-type", kind), (b"cache-control", b"max-age=600"), (b"x-content-type-options", b"nosniff")]
        await asgi.respond(send, 200, headers, body)

    def _draw(self, path: str) -> tuple[bytes, bytes]:
        db = self._state.db
        if (found := _COVER.fullmatch(path)) is not None:
            rows = db.videos([found[1]])
            return b"image/svg+xml", cover_svg(rows[0].id, rows[0].title or "", rows[0].duration) if rows else b""
        if (found := _SNAPSHOT.fullmatch(path)) is not None:
            rows = db.videos([found[1]])
            known = bool(rows) and int(found[3]) in rows[0].snapshot_counts().get(found[2], ())
            return b"image/png", gradient_png(path, 320, 180) if known else b""
        if images := db.images([path], by="path"):
            if (uploaded := db.get_object(path)) is not None:
                return uploaded[0].encode() or b"application/octet-stream", uploaded[1]
            if images[0].status == "Uploading":
                return b"text/plain", b""
            return b"image/png", gradient_png(path, images[0].width, images[0].height)
        if path.startswith("/media/attached/") and db.rows("SELECT 1 FROM attached WHERE path = ?", (path,)):
            return (b"text/vtt", _VTT) if path.endswith(".vtt") else (b"image/png", gradient_png(path, 160, 160))
        return b"text/plain", b""


def _colours(seed: str) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    digest = blake2b(seed.encode(), digest_size=6).digest()
    dark = tuple(30 + byte // 4 for byte in digest[:3])
    light = tuple(120 + byte // 2 for byte in digest[3:])
    return (dark[0], dark[1], dark[2]), (light[0], light[1], light[2])


def cover_svg(video_id: str, title: str, duration: float) -> bytes:
    """A cover: a gradient and a shape of the video's own, its title in at most three lines, its length."""
    dark, light = ("rgb({},{},{})".format(*colour) for colour in _colours(video_id))
    digest = blake2b(video_id.encode(), digest_size=3).digest()
    clean = "".join(char if char.isprintable() else " " for char in title)
    width = 15 if any(ord(char) > 0x2E7F for char in clean) else 26
    lines = [clean[start : start + width] for start in range(0, min(len(clean), width * 3), width)]
    text = "".join(
        f'<text x="28" y="{230 + place * 44}" font-size="34">{escape(line)}</text>' for place, line in enumerate(lines)
    )
    length = f"{int(duration) // 60}:{int(duration) % 60:02d}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360" viewBox="0 0 640 360">'
        f'<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="{dark}"/>'
        f'<stop offset="1" stop-color="{light}"/></linearGradient></defs>'
        '<rect width="640" height="360" fill="url(#g)"/>'
        f'<circle cx="{120 + digest[0] * 400 // 255}" cy="{60 + digest[1] * 120 // 255}" r="{40 + digest[2] // 3}" '
        'fill="white" fill-opacity="0.18"/>'
        f'<g fill="white" font-family="Noto Sans, Noto Sans CJK SC, sans-serif" font-weight="600">{text}'
        f'<text x="612" y="44" font-size="24" text-anchor="end">{length}</text></g></svg>'
    ).encode()


@lru_cache(maxsize=256)
def gradient_png(seed: str, width: int, height: int) -> bytes:
    """A PNG of this size: a vertical gradient with a lighter band, both depending on the seed."""
    dark, light = _colours(seed)
    digest = blake2b(seed.encode(), digest_size=2).digest()
    left = width * digest[0] // 512
    right = min(width, left + width // 3)
    rows: list[bytes] = []
    for line in range(height):
        share = line / max(1, height - 1)
        pixel = bytes(round(a + (b - a) * share) for a, b in zip(dark, light, strict=True))
        band = bytes(min(255, value + 36) for value in pixel)
        rows.append(b"\0" + pixel * left + band * (right - left) + pixel * (width - right))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(rows), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
