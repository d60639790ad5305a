"""Which files can be uploaded as pictures."""

from __future__ import annotations

import pytest

from vodplan.core.picturefile import MEDIA, MOST_BYTES, content_problem, name_problem, type_of

CONTENTS = {
    "png": b"\x89PNG\r\n\x1a\n....",
    "jpg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a..",
    "webp": b"RIFF\x00\n\x00\x00WEBPVP8 ",
    "heic": b"\x00\x00\x00\x18ftypheic",
}


@pytest.mark.parametrize("kind", sorted(CONTENTS))
def test_picture_is_told_by_its_first_bytes_and_fits_its_name(kind: str) -> None:
    """Each type that the service takes, under its own ending in any letter case, and under no other."""
    content = CONTENTS[kind]

    assert (type_of(content), kind in MEDIA) == (kind, True)
    assert name_problem(f"covers/a.{kind.upper()}") == ""
    assert content_problem(f"a.{kind}", content) == ""
    other = "png" if kind != "png" else "jpeg"
    assert kind in content_problem(f"a.{other}", content)


def test_jpeg_has_two_endings() -> None:
    """Both are names of one type."""
    assert content_problem("a.jpeg", CONTENTS["jpg"]) == content_problem("a.jpg", CONTENTS["jpg"]) == ""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "is empty"),
        ("a\x00.png", "U+0000"),
        ("a\u2028.png", "U+2028"),
        ("é" * 600 + ".png", "1,024 bytes"),
        ("covers\\a.png", "backslash"),
        ("/a.png", "without a slash"),
        ("~/a.png", "without a slash"),
        ("C:/a.png", "without a slash"),
        ("../a.png", "plain path"),
        ("a/./b.png", "plain path"),
        ("a//b.png", "plain path"),
        ("a.svg", "does not end"),
        ("png", "does not end"),
        ("a.png/b", "does not end"),
    ],
)
def test_name_that_is_no_plain_path_to_a_picture_is_told(name: str, says: str) -> None:
    """The clause says what is wrong with it."""
    assert says in name_problem(name)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"<svg>", "no picture"),
        (b"RIFF1234WAVE", "no picture"),
        (CONTENTS["png"] + bytes(MOST_BYTES), "20,971,520"),
    ],
)
def test_content_that_cannot_be_uploaded_is_told(content: bytes, says: str) -> None:
    """The clause says what is wrong with it."""
    assert says in content_problem("a.png", content)
