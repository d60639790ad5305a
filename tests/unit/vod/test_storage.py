"""Uploads to the object storage: where they may go, how they are signed, what is sent again."""

from __future__ import annotations

import asyncio
import datetime
import json
from base64 import b64encode

import httpx
import pytest

from vodplan.vod.storage import Grant, NotStored, ObjectStorage, grant_of, signed_headers

NOW = datetime.datetime(2026, 6, 15, 8, 0, 0, tzinfo=datetime.UTC)
KEY = {"AccessKeyId": "STS.id", "AccessKeySecret": "very-secret", "SecurityToken": "token-of-sts"}


def packed(**members: object) -> str:
    """As UploadAddress and UploadAuth come."""
    return b64encode(json.dumps(members).encode()).decode()


def granted(endpoint: str, name: str = "image/cover/a+b.png", bucket: str = "outin-0000", **key: object) -> Grant:
    """A grant for one object."""
    address = packed(Endpoint=endpoint, Bucket=bucket, FileName=name)
    return grant_of(address, packed(**{**KEY, **key}), region="cn-beijing")


@pytest.mark.parametrize(
    ("endpoint", "url", "region"),
    [
        ("https://oss-cn-shanghai.aliyuncs.com", "https://outin-0000.oss-cn-shanghai.aliyuncs.com/", "cn-shanghai"),
        ("http://oss-cn-shanghai.aliyuncs.com", "https://outin-0000.oss-cn-shanghai.aliyuncs.com/", "cn-shanghai"),
        ("oss-ap-southeast-1-internal.aliyuncs.com", "https://outin-0000.oss-ap-southeast-1-internal.aliyuncs.com/",
         "ap-southeast-1"),
        ("https://storage.example.com", "https://outin-0000.storage.example.com/", "cn-beijing"),
        ("http://127.0.0.1:8900", "http://127.0.0.1:8900/outin-0000/", "cn-beijing"),
        ("http://[::1]:8900", "http://[::1]:8900/outin-0000/", "cn-beijing"),
        ("http://192.0.2.7", "https://192.0.2.7/outin-0000/", "cn-beijing"),
    ],
)  # fmt: skip
def test_grant_leads_to_the_bucket_and_never_over_plain_http_to_another_machine(
    endpoint: str, url: str, region: str
) -> None:
    """The bucket is part of the host, or of the path where the host is a number."""
    grant = granted(endpoint)

    assert (grant.url, grant.region) == (f"{url}image/cover/a%2Bb.png", region)
    assert grant.resource == "/outin-0000/image/cover/a%2Bb.png"


def test_region_that_the_key_names_is_taken() -> None:
    """What the service says comes before what an address lets guess."""
    assert granted("https://oss-cn-shanghai.aliyuncs.com", Region="cn-hangzhou").region == "cn-hangzhou"


@pytest.mark.parametrize(
    ("address", "auth"),
    [
        ("not base64!", packed(**KEY)),
        (b64encode(b"[1]").decode(), packed(**KEY)),
        (packed(Endpoint="https://oss.example.com", Bucket="outin-0000"), packed(**KEY)),
        (packed(Endpoint="ftp://oss.example.com", Bucket="outin-0000", FileName="a"), packed(**KEY)),
        (packed(Endpoint="https://a:b@oss.example.com", Bucket="outin-0000", FileName="a"), packed(**KEY)),
        (packed(Endpoint="https://oss.example.com", Bucket="evil.example/", FileName="a"), packed(**KEY)),
        (packed(Endpoint="https://oss.example.com", Bucket="outin-0000", FileName="a"), packed(AccessKeyId="x")),
        (packed(Endpoint="https://oss.example.com", Bucket="outin-0000", FileName="a"),
         packed(**{**KEY, "SecurityToken": "a\r\nhost: b"})),
    ],
)  # fmt: skip
def test_grant_that_is_no_place_for_a_file_is_refused(address: str, auth: str) -> None:
    """Nothing that comes from outside makes a request that was not meant."""
    with pytest.raises(ValueError, match=r"it is no JSON|cannot be used|address is none"):
        grant_of(address, auth, region="cn-shanghai")


def test_secrets_of_a_grant_are_never_shown() -> None:
    """Not in a log, not in a traceback."""
    shown = repr(granted("https://oss-cn-shanghai.aliyuncs.com"))

    assert "very-secret" not in shown
    assert "token-of-sts" not in shown


def test_upload_is_signed_as_the_storage_documents_it() -> None:
    """Every header that the storage holds to is signed; the bytes are held to by their MD5."""
    headers = signed_headers(granted("https://oss-cn-shanghai.aliyuncs.com"), b"abc", "image/png", NOW)

    assert headers["content-md5"] == "kAFQmDzST7DWlj99KOF/cg=="
    assert headers["x-oss-date"] == "20260615T080000Z"
    assert headers["authorization"].startswith(
        "OSS4-HMAC-SHA256 Credential=STS.id/20260615/cn-shanghai/oss/aliyun_v4_request,Signature="
    )


def put(answers: list[httpx.Response | Exception]) -> tuple[int, list[float], str]:
    """Upload against these answers: requests sent, seconds waited, and what went wrong."""
    sent = 0
    waited: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal sent
        sent += 1
        given = answers[min(sent, len(answers)) - 1]
        if isinstance(given, Exception):
            raise given
        return given

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async def run() -> str:
        storage = ObjectStorage(now=lambda: NOW, sleep=sleep, transport=httpx.MockTransport(answer))
        try:
            await storage.put(granted("https://oss-cn-shanghai.aliyuncs.com"), b"abc", "image/png")
        except NotStored as error:
            return str(error)
        finally:
            await storage.close()
        return ""

    told = asyncio.run(run())
    return sent, waited, told


def test_upload_in_trouble_is_sent_again_and_given_up_in_the_end() -> None:
    """Four tries, the waits growing; a broken connection counts like a storage that is busy."""
    assert put([httpx.ConnectError("no"), httpx.Response(503), httpx.Response(200)]) == (3, [0.5, 1.0], "")
    sent, waited, told = put([httpx.Response(503, content=b"<Error><Code>ServiceUnavailable</Code></Error>")])
    assert (sent, waited) == (4, [0.5, 1.0, 2.0])
    assert "ServiceUnavailable" in told


def test_upload_that_is_refused_is_not_sent_again_and_tells_no_address() -> None:
    """A refusal stays one; its sentence has the storage's code and nothing that opens anything."""
    body = b"<Error><Code>AccessDenied</Code><Message>http://x/?Signature=1</Message></Error>"
    sent, waited, told = put([httpx.Response(403, content=body)])

    assert (sent, waited, told) == (1, [], "the object storage refuses it (AccessDenied)")
    assert put([httpx.Response(403, content=b"<html>")])[2] == "the object storage refuses it (HTTP 403)"
    assert "aliyuncs" not in put([httpx.ReadError("https://outin.oss.aliyuncs.com/secret")])[2]
