"""The vendor's two Python SDKs behind one call, so that every row of the suite runs on both."""

import importlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vodplan.emulator import RunningEmulator


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client made of one answer; `code` is empty on success.

    modelled: the body went through the client's models, which make an empty list of an absent one.
    """

    status: int
    code: str
    body: Mapping[str, Any]
    modelled: bool = False

    def at(self, path: str) -> object:
        """A value by its path (`VideoList.0.Title`); `#` at the end counts a list; KeyError where there is none."""
        value: Any = self.body
        for step in path.split("."):
            if step == "#":
                value = len(value)
            elif isinstance(value, list):
                if int(step) >= len(value):
                    raise KeyError(path)
                value = value[int(step)]
            else:
                value = value[step]
        return value


Caller = Callable[[str, Mapping[str, str]], Answer]


def old_sdk(emulator: RunningEmulator) -> Caller:
    """aliyun-python-sdk-vod: version 1 signatures."""
    from aliyunsdkcore.acs_exception.exceptions import ServerException
    from aliyunsdkcore.client import AcsClient

    client = AcsClient(emulator.access_key_id, emulator.access_key_secret, emulator.region, auto_retry=False)

    def call(operation: str, params: Mapping[str, str]) -> Answer:
        module = importlib.import_module(f"aliyunsdkvod.request.v20170321.{operation}Request")
        request = getattr(module, f"{operation}Request")()
        request.set_accept_format("JSON")
        request.set_endpoint(emulator.url.removeprefix("http://"))
        for name, value in params.items():
            getattr(request, f"set_{name}")(value)
        try:
            return Answer(200, "", json.loads(client.do_action_with_exception(request)))
        except ServerException as error:
            return Answer(error.get_http_status(), error.get_error_code(), {"RequestId": error.get_request_id()})
        finally:
            # Nobody else closes it: the collector may finalize its socket before the client, with a warning then.
            client.session.close()

    return call


def new_sdk(emulator: RunningEmulator) -> Caller:
    """alibabacloud-vod20170321: version 3 signatures."""
    from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
    from alibabacloud_tea_openapi.models import Config
    from alibabacloud_vod20170321 import models
    from alibabacloud_vod20170321.client import Client

    client = Client(
        Config(
            access_key_id=emulator.access_key_id,
            access_key_secret=emulator.access_key_secret,
            region_id=emulator.region,
            endpoint=emulator.url.removeprefix("http://"),
            protocol="http",
        )
    )

    def call(operation: str, params: Mapping[str, str]) -> Answer:
        request = getattr(models, f"{operation}Request")().from_map(dict(params))
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).lower()
        try:
            return Answer(200, "", getattr(client, name)(request).body.to_map(), modelled=True)
        except AlibabaCloudException as error:
            return Answer(error.status_code, error.code, {"RequestId": error.request_id})

    return call


CLIENTS = {"old": old_sdk, "new": new_sdk}
