"""Signatures, against the published example."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from vodplan.vod.signing import EMPTY_BODY_SHA256, Signed, canonical_query, encode, sign


def _published(**changes: str) -> Signed:
    values = {
        "operation": "RunInstances",
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "access_key_id": "YourAccessKeyId",
        "access_key_secret": "YourAccessKeySecret",
        "date": "2023-10-26T10:22:32Z",
        "nonce": "3156853299f313e23d1673dc12e1703d",
        "version": "2014-05-26",
    } | changes
    params = {
        "RegionId": "cn-shanghai",
        "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
    }
    return sign(params=params, security_token=None, **values)


def test_sign_published_example_gives_the_published_signature() -> None:
    """The worked example of the signature page is the one vector that does not come from this code."""
    signed = _published()

    assert signed.string_to_sign.endswith("\n7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259")
    assert signed.headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_sign_empty_body_has_the_published_hash() -> None:
    """Every request has an empty body, and its hash is signed."""
    assert EMPTY_BODY_SHA256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert _published().headers["x-acs-content-sha256"] == EMPTY_BODY_SHA256


def test_sign_every_input_changes_the_signature() -> None:
    """A signature that ignored a nonce, a date, a host or a secret would let requests be repeated or bent."""
    plain = _published().headers["authorization"]

    for name in ("operation", "host", "access_key_secret", "date", "nonce", "version"):
        assert _published(**{name: "other"}).headers["authorization"] != plain


def test_sign_with_a_security_token_signs_it() -> None:
    """The token of a temporary key is a header of its own, and covered."""
    signed = sign(
        operation="GetVideoInfos", params={}, host="h", access_key_id="i", access_key_secret="s",
        security_token="tok", date="d", nonce="n",
    )  # fmt: skip

    assert signed.headers["x-acs-security-token"] == "tok"
    assert ";x-acs-security-token;" in signed.headers["authorization"]


def test_canonical_query_sorts_and_encodes_as_rfc_3986() -> None:
    """The encoded query is what is signed and what is sent, so it has one spelling."""
    query = canonical_query({"b": "a b*~", "a": "", "ü": "视频+/"})

    assert query == "a=&b=a%20b%2A~&%C3%BC=%E8%A7%86%E9%A2%91%2B%2F"
    assert encode("-_.~") == "-_.~"


def test_signed_repr_shows_no_headers() -> None:
    """A signed request may end in a log or a traceback; its signature must not."""
    assert "Signature=" not in repr(_published())


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_encode_is_what_the_standard_library_makes_of_any_text(text: str) -> None:
    """Every UTF-8 byte but letters, digits and `-_.~`, in upper-case hexadecimal."""
    assert encode(text) == quote(text, safe="~")
