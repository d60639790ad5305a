"""Addresses: one text for one asset."""

from __future__ import annotations

import pytest

from vodplan.core.address import Address


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("video/00f1", "video", "00f1"),
        ("video/ref:cms-1", "video", "ref:cms-1"),
        ("category/News/Sports", "category", "News/Sports"),
        ("image/url:http://h/a.png", "image", "url:http://h/a.png"),
    ],
)
def test_address_text_is_split_at_the_first_slash_and_joined_again(text: str, kind: str, key: str) -> None:
    """Keys may hold slashes of their own: category paths and URLs do."""
    parsed = Address.parse(text)

    assert (parsed.kind, parsed.key) == (kind, key)
    assert str(parsed) == text


@pytest.mark.parametrize("text", ["", "video", "video/", "/00f1", "/"])
def test_address_without_kind_or_key_is_refused(text: str) -> None:
    """A half address names nothing."""
    with pytest.raises(ValueError, match="an address is KIND/KEY"):
        Address.parse(text)
