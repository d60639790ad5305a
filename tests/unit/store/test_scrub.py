"""No secret is recorded."""

from __future__ import annotations

import pytest

from vodplan.store.scrub import scrub, scrub_text


@pytest.mark.parametrize(
    "text",
    [
        "see https://v.example.com/a.mp4?auth_key=SECRET and more",
        "https://b.example.com/k?OSSAccessKeyId=SECRET&Expires=1&Signature=SECRET&x-oss-process=keep",
        "string to sign is: GET&%2F&AccessKeyId%3DSECRET%26Action%3DGetVideoInfos%26SignatureNonce%3DSECRET",
        "GET&%2F&AccessKeyId%253DSECRET%2526SecurityToken%253DSECRET%252FSECRET%2526Version%253D2017",
        '{"AccessKeyId": "SECRET", "SecurityToken":"SECRET"}',
        "AccessKeySecret=SECRET;",
        "Signature: SECRET",
    ],
)
def test_text_loses_its_secrets(text: str) -> None:
    """Signatures in URLs go; parameters of quoted requests are masked, plain or encoded once or twice."""
    assert "SECRET" not in scrub_text(text)


def test_text_keeps_everything_else() -> None:
    """What is no secret stays: names of codes, other parameters, prose."""
    text = 'SignatureDoesNotMatch: the title "Signature dish" was refused, Action=GetVideoInfos, see http://a/b?c=d'

    assert scrub_text(text) == text
    assert scrub_text("https://b/k?Expires=1&x-oss-process=keep") == "https://b/k?x-oss-process=keep"


def test_values_keep_their_letters() -> None:
    """What an asset was must be put back as it was: only whole URLs lose anything, and only their signature."""
    value = {
        "cover": "https://img/a.jpg?auth_key=SECRET",
        "title": "Signature=dish & AccessKeyId=none",
        "tags": ["a", ("b", 1, None, True, 0.5)],
    }

    assert scrub(value) == {
        "cover": "https://img/a.jpg",
        "title": "Signature=dish & AccessKeyId=none",
        "tags": ["a", ["b", 1, None, True, 0.5]],
    }
