"""The vendor's SDKs reading a library, as its documentation has it: GetVideoInfos of 20 ids, one call after another.

    python -m benchmarks.vendor old FILE         aliyun-python-sdk-vod, as in the pages «Media management»
    python -m benchmarks.vendor new FILE         alibabacloud-vod20170321
    python -m benchmarks.vendor new FILE 8       the same from so many threads; a throttled call is repeated after a
                                                 second

FILE holds the records of a library as JSON; the address and the keys are in the environment.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BATCH = 20


def main() -> None:
    """Read everything, count what came, and fail when it is not all."""
    ids = [record["id"] for record in json.loads(Path(sys.argv[2]).read_bytes())]
    batches = [",".join(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)]
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    read = {"old": _old, "new": _new}[sys.argv[1]]()
    if threads == 1:
        found = sum(map(read, batches))
    else:
        with ThreadPoolExecutor(threads) as pool:
            found = sum(pool.map(lambda batch: _patiently(read, batch), batches))
    if found != len(ids):
        raise SystemExit(f"{found} videos came for {len(ids)} ids")


def _patiently(read: Callable[[str], int], batch: str) -> int:
    while True:
        try:
            return read(batch)
        except Exception as error:
            if "Throttling" not in str(error):
                raise
            time.sleep(1)


def _old() -> Callable[[str], int]:
    from aliyunsdkcore.client import AcsClient
    from aliyunsdkvod.request.v20170321.GetVideoInfosRequest import GetVideoInfosRequest

    client = AcsClient(
        os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"], "cn-shanghai"
    )
    netloc = os.environ["VODPLAN_ENDPOINT"].removeprefix("http://")

    def read(batch: str) -> int:
        request = GetVideoInfosRequest()
        request.set_accept_format("JSON")
        request.set_endpoint(netloc)
        request.set_VideoIds(batch)
        return len(json.loads(client.do_action_with_exception(request))["VideoList"])

    return read


def _new() -> Callable[[str], int]:
    from alibabacloud_tea_openapi.models import Config
    from alibabacloud_vod20170321.client import Client
    from alibabacloud_vod20170321.models import GetVideoInfosRequest

    client = Client(
        Config(
            access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
            access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
            endpoint=os.environ["VODPLAN_ENDPOINT"].removeprefix("http://"),
            protocol="http",
        )
    )

    def read(batch: str) -> int:
        return len(client.get_video_infos(GetVideoInfosRequest(video_ids=batch)).body.video_list)

    return read


if __name__ == "__main__":
    main()
