"""Small copies of pictures, made from whatever bytes a server sent."""

from __future__ import annotations

import io
import re
import warnings
from importlib.util import find_spec

from vodplan.core.pictures import Picture

KEPT_BYTES = 40_000
"""A picture of at most so many bytes can be kept as it is."""

SIDES = (320, 240)
"""Pixels that a copy has at most."""

MOST_PIXELS = 40_000_000
"""Beyond so many a picture is not unpacked."""

QUALITY = 74

_SIGNS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    # A browser runs no script of an SVG that is shown as a picture, and loads nothing for it.
    (re.compile(rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<svg[\s>]"), "image/svg+xml"),
)
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def media_of(content: bytes) -> str:
    """The media type that the first bytes tell; empty for what is no picture of a known kind."""
    return next((media for sign, media in _SIGNS if sign.match(content)), "")


def small_copy(content: bytes) -> Picture | None:
    """A copy that fits into a page; None when the picture is large and nothing here can make it smaller.

    content: of a kind that `media_of` knows.
    raises:  ValueError for a picture that is broken.
    """
    media = media_of(content)
    smaller = None if media == "image/svg+xml" else _smaller(content)
    if smaller is not None and len(smaller) < len(content):
        return Picture(media="image/jpeg", content=smaller)
    return Picture(media=media, content=content) if len(content) <= KEPT_BYTES else None


def redrawn(content: bytes) -> Picture | None:
    """A copy as a JPEG, however small the picture is; None for what cannot be drawn here: an SVG, too many pixels.

    For documents that programs open which know less of strangers' files than browsers do.
    content, raises: as for `small_copy`.
    """
    made = None if media_of(content) == "image/svg+xml" else _smaller(content)
    return None if made is None else Picture(media="image/jpeg", content=made)


def can_redraw() -> bool:
    """Whether pictures can be drawn anew: Pillow is installed."""
    return find_spec("PIL") is not None


def _smaller(content: bytes) -> bytes | None:
    """The picture as a JPEG within `SIDES`; None where Pillow is not installed, or the picture has too many pixels."""
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                image.thumbnail(SIDES)
                plain = Image.new("RGB", image.size, "white")
                seen = image.convert("RGBA")
                plain.paste(seen, mask=seen.getchannel("A"))
        made = io.BytesIO()
        plain.save(made, "JPEG", quality=QUALITY, optimize=True)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, EOFError, IndexError) as error:
        raise ValueError("the picture is broken") from error
    return made.getvalue()
