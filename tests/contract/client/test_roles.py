"""Fetched credentials, with the vendor's package itself."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.contract.client.recorder import http, recording
from vodplan.core.errors import CredentialsError
from vodplan.vod.credentials import default_chain

GIVEN = {
    "Code": "Success",
    "AccessKeyId": "STS.id",
    "AccessKeySecret": "hush",
    "SecurityToken": "tok",
    "Expiration": "2099-01-01T00:00:00Z",
}


def test_key_served_at_an_address_is_fetched_once(tmp_path: Path) -> None:
    """The package keeps it until shortly before it expires; a refresh asks again."""
    pytest.importorskip("alibabacloud_credentials")
    second = {**GIVEN, "SecurityToken": "newer"}
    with recording(http(json.dumps(GIVEN).encode()), http(json.dumps(second).encode())) as recorder:
        chain = default_chain(
            environ={"ALIBABA_CLOUD_CREDENTIALS_URI": f"{recorder.url}/key"}, profile=None, home=tmp_path
        )

        async def main() -> list[str | None]:
            first = await chain.get()
            again = await chain.get()
            assert (first.access_key_id, first.access_key_secret) == ("STS.id", "hush")
            assert "ALIBABA_CLOUD_CREDENTIALS_URI" in first.provider
            return [first.security_token, again.security_token, (await chain.get(refresh=True)).security_token]

        tokens = asyncio.run(main())

    assert tokens == ["tok", "tok", "newer"]
    assert recorder.targets == ["/key", "/key"]


def test_key_served_incompletely_is_an_error_without_the_secret(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The package puts the whole answer into its message and into its log."""
    pytest.importorskip("alibabacloud_credentials")
    with recording(http(json.dumps({**GIVEN, "SecurityToken": None, "Expiration": "never"}).encode())) as recorder:
        chain = default_chain(environ={"ALIBABA_CLOUD_CREDENTIALS_URI": recorder.url}, profile=None, home=tmp_path)

        with pytest.raises(CredentialsError) as raised:
            asyncio.run(chain.get())

    assert "hush" not in str(raised.value)
    out, err = capfd.readouterr()
    assert "hush" not in out + err
