"""Small copies of pictures, from bytes that anybody may have sent."""

from __future__ import annotations

import io
import sys
from unittest import mock

import pytest
from PIL import Image

from vodplan.vod import thumbnails
from vodplan.vod.thumbnails import KEPT_BYTES, SIDES, can_redraw, media_of, redrawn, small_copy


def picture(form: str = "PNG", size: tuple[int, int] = (1280, 720), mode: str = "RGB") -> bytes:
    """A picture with a gradient in it."""
    made = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(made, form)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x00\n\x00\x00WEBPVP8 ", "image/webp"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b"<svg>", "image/svg+xml"),
        (b"<html><svg>", ""),
        (b"<svgx>", ""),
        (b"<!DOCTYPE html>", ""),
        (b"", ""),
    ],
)
def test_media_of_bytes_is_told_by_the_bytes_alone(content: bytes, media: str) -> None:
    """What a server calls a picture does not make it one."""
    assert media_of(content) == media


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_small_copy_of_a_large_picture_is_a_jpeg_that_fits(form: str) -> None:
    """Within the sides, in the same proportions, and small."""
    made = small_copy(picture(form))

    assert made is not None
    assert made.media == "image/jpeg"
    assert media_of(made.content) == "image/jpeg"
    assert len(made.content) < KEPT_BYTES
    assert Image.open(io.BytesIO(made.content)).size == (320, 180)


def test_small_copy_of_a_picture_with_holes_has_white_in_them() -> None:
    """A JPEG has no transparency."""
    made = io.BytesIO()
    Image.new("RGBA", (640, 640), (0, 0, 0, 0)).save(made, "WEBP", lossless=True, exif=b"x" * 5000)

    copy = small_copy(made.getvalue())

    assert copy is not None
    seen = Image.open(io.BytesIO(copy.content))
    assert seen.size == (SIDES[1], SIDES[1])
    assert seen.getpixel((5, 5)) == (255, 255, 255)


def test_small_copy_of_a_small_picture_is_the_picture() -> None:
    """Nothing is gained by making it anew; an SVG is kept as it is."""
    tiny = picture(size=(4, 4))
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"

    assert [one.content for one in (small_copy(tiny), small_copy(svg)) if one] == [tiny, svg]
    assert small_copy(svg + b" " * KEPT_BYTES) is None


def test_small_copy_without_pillow_keeps_small_pictures_only() -> None:
    """The extra `pictures` is wanted for more."""
    large, small = picture(), picture(size=(16, 16))

    with mock.patch.dict(sys.modules, {"PIL": None}):
        assert small_copy(large) is None
        kept = small_copy(small)

    assert kept is not None
    assert kept.media == "image/png"


def test_small_copy_of_a_picture_with_too_many_pixels_is_not_unpacked() -> None:
    """A few bytes can say that they are a billion pixels."""
    with mock.patch.object(thumbnails, "MOST_PIXELS", 100):
        assert small_copy(picture(size=(400, 400))) is None


@pytest.mark.parametrize("cut", [9, 40, 200])
def test_small_copy_of_a_broken_picture_is_refused(cut: int) -> None:
    """Half a picture is none."""
    with pytest.raises(ValueError, match="broken"):
        small_copy(picture()[:cut])


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("size", [(1280, 720), (4, 4)])
def test_redrawn_picture_is_a_jpeg_of_its_own(form: str, size: tuple[int, int]) -> None:
    """However small it is: a workbook opens in programs that know less of strangers' files than browsers do."""
    content = picture(form, size)

    made = redrawn(content)

    assert made is not None
    assert (made.media, media_of(made.content)) == ("image/jpeg", "image/jpeg")
    assert made.content != content
    assert Image.open(io.BytesIO(made.content)).size == ((4, 4) if size == (4, 4) else (320, 180))


def test_redrawn_picture_that_cannot_be_drawn_is_none() -> None:
    """An SVG, one of too many pixels, and any where Pillow is not installed; a broken one is an error."""
    assert redrawn(b"<svg xmlns='http://www.w3.org/2000/svg'/>") is None
    with mock.patch.object(thumbnails, "MOST_PIXELS", 15):
        assert redrawn(picture(size=(4, 4))) is None
    assert can_redraw()
    tiny = picture(size=(4, 4))
    with mock.patch.dict(sys.modules, {"PIL": None}):
        assert not can_redraw()
        assert redrawn(tiny) is None
    with pytest.raises(ValueError, match="broken"):
        redrawn(picture()[:200])
