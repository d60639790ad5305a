"""Signatures in URLs, and when two URLs name one resource."""

from __future__ import annotations

import pytest

from vodplan.core.urls import resource_key, strip_signature


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h/a.jpg", "http://h/a.jpg"),
        ("http://h/a.jpg?auth_key=170-0-0-ab", "http://h/a.jpg"),
        ("http://h/a.jpg?b=2&auth_key=170&a=1", "http://h/a.jpg?b=2&a=1"),
        ("http://h/a.jpg?Expires=1&OSSAccessKeyId=k&Signature=s&security-token=t", "http://h/a.jpg"),
        (
            "https://h/a?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=1&x-oss-expires=2&x-oss-credential=c"
            "&x-oss-signature=s&x-oss-security-token=t&x-oss-additional-headers=host",
            "https://h/a",
        ),
        ("http://h/a.jpg?x-oss-process=image/resize,w_9&AUTH_KEY=1", "http://h/a.jpg?x-oss-process=image/resize,w_9"),
        ("http://h/a?auth%5Fkey=1&x=%2B+", "http://h/a?x=%2B+"),
        ("http://h/a?auth_key=1#top", "http://h/a#top"),
        ("http://h/a#part?auth_key=1", "http://h/a#part?auth_key=1"),
        ("http://h/a?", "http://h/a?"),
        ("http://h/a?my_auth_key=1&&b", "http://h/a?my_auth_key=1&&b"),
    ],
)
def test_strip_signature_takes_out_the_signature_only(url: str, expected: str) -> None:
    """Every other byte stays, in order; a question mark behind the hash sign starts no query."""
    assert strip_signature(url) == expected


@pytest.mark.parametrize(
    "same",
    [
        "https://IMG.example.com/a.jpg?v=1",
        "http://img.example.com:80/a.jpg?v=1#top",
        "https://img.example.com:443/a.jpg?v=1&auth_key=9",
        "//img.example.com/a.jpg?v=1",
    ],
)
def test_resource_key_ignores_scheme_default_port_fragment_and_signature(same: str) -> None:
    """None of them makes another resource."""
    assert resource_key(same) == "img.example.com/a.jpg?v=1"


@pytest.mark.parametrize(
    "other",
    ["http://img.example.com/A.jpg?v=1", "http://img.example.com:8080/a.jpg?v=1", "http://img.example.com/a.jpg"],
)
def test_resource_key_tells_path_port_and_query_apart(other: str) -> None:
    """Paths and queries count to the byte, other ports are other servers."""
    assert resource_key(other) != resource_key("http://img.example.com/a.jpg?v=1")


def test_resource_key_of_a_host_alone_is_the_host() -> None:
    """A URL need not have a path."""
    assert resource_key("http://Img.example.com") == "img.example.com"
