"""Addresses of pictures: which become pictures, from where, until when."""

from __future__ import annotations

import datetime

import pytest

from vodplan.render.html.links import holds_until, linkable, origins


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "//img.example.com/a.png",
        "/a.png",
        "",
        "http:///a.png",
        "https://user:secret@img.example.com/a.png",
        "https://img.example.com;script-src *",
        "https://img.example.com:port/a.png",
        "https://img.example.com/a b.png",
        'https://img.example.com/"><script>',
        "https://img.example.com\\@evil.example/a.png",
        "https://img.example.com/a\u202e.png",
        "https://img.example.com/\n.png",
        "https://[::1]/a.png",
        "httpx://img.example.com/a.png",
        "https://img.example.com/" + "a" * 3000,
    ],
)
def test_linkable_anything_but_plain_http_is_refused(url: str) -> None:
    """What cannot be a picture of the service never reaches an attribute of the page."""
    assert linkable(url) == ""


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://img.example.com/a.jpg", "https://img.example.com/a.jpg"),
        ("http://127.0.0.1:8900/media/x.svg", "http://127.0.0.1:8900/media/x.svg"),
        (
            "https://img.example.com/a.jpg?x-oss-process=style/s&b=1",
            "https://img.example.com/a.jpg?x-oss-process=style/s&b=1",
        ),
        ("https://IMG.example.com/封面.jpg", "https://img.example.com/%E5%B0%81%E9%9D%A2.jpg"),
        ("https://bücher.example/a.jpg", "https://xn--bcher-kva.example/a.jpg"),
        ("https://img.example.com?a=1", "https://img.example.com?a=1"),
    ],
)
def test_linkable_usual_address_is_ascii(url: str, wanted: str) -> None:
    """A page opens the address that the service gave, written so that nothing in it can be misread."""
    assert linkable(url) == wanted


def test_origins_servers_are_named_until_there_are_too_many() -> None:
    """The policy allows the very servers; a plan with covers from everywhere gets the schemes."""
    assert origins(["https://a.example/x", "https://a.example/y", "http://b.example:81?q"]) == (
        "http://b.example:81",
        "https://a.example",
    )
    assert origins([f"https://{number}.example/x" for number in range(21)]) == ("https:",)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://a.example/x.jpg?auth_key=1893456000-0-0-abc", "2030-01-01T00:00:00+00:00"),
        ("https://a.example/x.jpg?Expires=1893456000&Signature=x", "2030-01-01T00:00:00+00:00"),
        ("https://a.example/x.jpg?x-oss-date=20291231T230000Z&x-oss-expires=3600", "2030-01-01T00:00:00+00:00"),
        ("https://a.example/x.jpg", None),
        ("https://a.example/x.jpg?auth_key=never", None),
        ("https://a.example/x.jpg?Expires=99999999999999999999", None),
        ("https://a.example/x.jpg?x-oss-date=today&x-oss-expires=3600", None),
        ("https://[bad", None),
    ],
)
def test_holds_until_signature_tells_its_end(url: str, wanted: str | None) -> None:
    """Each of the three ways to sign says when it ends; what cannot be read is not guessed."""
    end = holds_until(url)

    assert end == (None if wanted is None else datetime.datetime.fromisoformat(wanted))
