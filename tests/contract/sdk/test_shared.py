"""What is common to every operation, with the vendor's SDKs: keys that end, rights, throttling, form bodies."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

import pytest

from tests.contract.sdk.rows import LIB
from vodplan.emulator import KeyPair, RunningEmulator
from vodplan.emulator.demo.tidy import OPENING_MATCH

TOKEN = "token"
GONE = {"VideoIds": "deadbeefdeadbeefdeadbeefdeadbeef"}


def _old(emulator: RunningEmulator, key: KeyPair, operation: str, params: Mapping[str, str]) -> tuple[int, str]:
    body = _common(emulator, key, operation, params)
    return body if isinstance(body, tuple) else (200, "")


def _common(
    emulator: RunningEmulator,
    key: KeyPair,
    operation: str,
    params: Mapping[str, str],
    *,
    form: bool = False,
) -> bytes | tuple[int, str]:
    """A call by the old SDK's request for everything; the body, or status and code of a refusal."""
    from aliyunsdkcore.acs_exception.exceptions import ServerException
    from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
    from aliyunsdkcore.client import AcsClient
    from aliyunsdkcore.request import CommonRequest

    credential = (
        StsTokenCredential(key.id, key.secret, key.token) if key.token else AccessKeyCredential(key.id, key.secret)
    )
    client = AcsClient(region_id=emulator.region, credential=credential, auto_retry=False)
    request = CommonRequest()
    request.set_domain(emulator.url.removeprefix("http://"))
    request.set_version("2017-03-21")
    request.set_action_name(operation)
    request.set_method("POST")
    request.set_protocol_type("http")
    request.set_accept_format("JSON")
    for name, value in params.items():
        (request.add_body_params if form else request.add_query_param)(name, value)
    try:
        answer: bytes = client.do_action_with_exception(request)
        return answer
    except ServerException as error:
        return error.get_http_status(), error.get_error_code()


def _new(emulator: RunningEmulator, key: KeyPair, operation: str, params: Mapping[str, str]) -> tuple[int, str]:
    from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
    from alibabacloud_tea_openapi.models import Config
    from alibabacloud_vod20170321 import models
    from alibabacloud_vod20170321.client import Client

    client = Client(
        Config(
            access_key_id=key.id,
            access_key_secret=key.secret,
            security_token=key.token,
            region_id=emulator.region,
            endpoint=emulator.url.removeprefix("http://"),
            protocol="http",
        )
    )
    method = {"GetVideoInfos": client.get_video_infos, "DeleteVideo": client.delete_video}[operation]
    try:
        method(getattr(models, f"{operation}Request")().from_map(dict(params)))
    except AlibabaCloudException as error:
        return error.status_code, error.code
    return 200, ""


CALLS = {"old": _old, "new": _new}


def _main_key(emulator: RunningEmulator) -> KeyPair:
    return KeyPair(id=emulator.access_key_id, secret=emulator.access_key_secret)


@pytest.mark.parametrize("client", sorted(CALLS))
@pytest.mark.parametrize(
    ("lasts", "token", "outcome"),
    [
        (900, TOKEN, (200, "")),
        (-1, TOKEN, (400, "InvalidSecurityToken.Expired")),
        (900, "another", (400, "InvalidSecurityToken.MismatchWithAccessKey")),
    ],
)
def test_temporary_key_is_good_with_its_token_in_its_time(
    emulator: RunningEmulator, client: str, lasts: int, token: str, outcome: tuple[int, str]
) -> None:
    """The token is part of what is signed."""
    key = KeyPair(id="STS.one", secret="s", token=TOKEN, expires=int(time.time()) + lasts)
    emulator.add_key(key)
    used = KeyPair(id=key.id, secret=key.secret, token=token)

    assert CALLS[client](emulator, used, "GetVideoInfos", {"VideoIds": OPENING_MATCH}) == outcome


@pytest.mark.parametrize("client", sorted(CALLS))
def test_key_may_do_what_its_policy_lists(emulator: RunningEmulator, client: str) -> None:
    """`vod:GetVideoInfos` allowed, `vod:DeleteVideo` not."""
    key = KeyPair(id="reader", secret="s", allow=("vod:GetVideoInfos",))
    emulator.add_key(key)

    assert CALLS[client](emulator, key, "GetVideoInfos", {"VideoIds": OPENING_MATCH}) == (200, "")
    assert CALLS[client](emulator, key, "DeleteVideo", GONE) == (403, "NoPermission")


@pytest.mark.parametrize("client", sorted(CALLS))
def test_unknown_key_and_wrong_secret_are_told_apart(emulator: RunningEmulator, client: str) -> None:
    """404 for the one, 400 for the other."""
    stranger = KeyPair(id="nobody", secret="s")
    thief = KeyPair(id=emulator.access_key_id, secret="guess")

    assert CALLS[client](emulator, stranger, "GetVideoInfos", GONE) == (404, "InvalidAccessKeyId.NotFound")
    assert CALLS[client](emulator, thief, "GetVideoInfos", GONE)[0] == 400


def test_new_sdk_takes_throttling_for_its_own_exception_only_with_the_header(emulator: RunningEmulator) -> None:
    """It wants the code and `x-acs-retry-after`; without the header it is a client's mistake to it."""
    from alibabacloud_tea_openapi.exceptions import AlibabaCloudException, ClientException, ThrottlingException

    emulator.set_faults([{"kind": "throttle", "nth": 1}, {"kind": "throttle", "nth": 2, "ms": 1_500}])
    caught: list[AlibabaCloudException] = []
    for _ in range(2):
        with pytest.raises(AlibabaCloudException) as raised:
            _read_one(emulator)
        caught.append(raised.value)
    _read_one(emulator)
    emulator.set_faults([])

    assert [type(error) for error in caught] == [ClientException, ThrottlingException]
    assert [error.code for error in caught] == ["Throttling.User"] * 2
    assert caught[1].retry_after == 1_500


def _read_one(emulator: RunningEmulator) -> None:
    from alibabacloud_tea_openapi.models import Config
    from alibabacloud_vod20170321.client import Client
    from alibabacloud_vod20170321.models import GetVideoInfosRequest

    key = _main_key(emulator)
    address = emulator.url.removeprefix("http://")
    config = Config(access_key_id=key.id, access_key_secret=key.secret, endpoint=address, protocol="http")
    Client(config).get_video_infos(GetVideoInfosRequest(video_ids=OPENING_MATCH))


def test_form_body_takes_the_largest_batch_that_a_query_does_not(emulator: RunningEmulator) -> None:
    """Twenty items at every limit are over 90 KB once encoded: 414 as a query, done as a form of version 1."""
    tags = ",".join(f"{'标' * 10}{number:02d}" for number in range(16))
    items = [
        {"VideoId": video.id, "Title": "题" * 42, "Description": "字" * 341, "Tags": tags} for video in LIB.videos[:20]
    ]
    content = {"UpdateContent": json.dumps(items, ensure_ascii=False)}
    key = _main_key(emulator)

    in_query = _common(emulator, key, "UpdateVideoInfos", content)
    in_form = _common(emulator, key, "UpdateVideoInfos", content, form=True)

    assert isinstance(in_query, tuple)
    assert in_query[0] == 414
    assert set(json.loads(in_form if isinstance(in_form, bytes) else b"{}")) == {"RequestId"}
