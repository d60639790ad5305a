"""An upload as the vendor's SDKs begin it, finished by a plain signed PUT over a real connection."""

import hmac
import json
from base64 import b64decode, b64encode
from email.utils import formatdate
from urllib.request import Request, urlopen

from tests.contract.sdk.clients import Caller
from vodplan.emulator import RunningEmulator


def test_image_begun_by_an_sdk_is_uploaded_by_a_plain_put(call: Caller, emulator: RunningEmulator) -> None:
    """UploadAddress and UploadAuth hold all that an upload needs, and the picture stands at ImageURL afterwards."""
    content = b"\x89PNG\r\n\x1a\n" + bytes(40)
    begun = call("CreateUploadImage", {"ImageType": "cover", "ImageExt": "png", "Title": "Uploaded"})
    address = json.loads(b64decode(str(begun.at("UploadAddress"))))
    auth = json.loads(b64decode(str(begun.at("UploadAuth"))))
    resource = f"/{address['Bucket']}/{address['FileName']}"
    date = formatdate(usegmt=True)
    text = f"PUT\n\nimage/png\n{date}\nx-oss-security-token:{auth['SecurityToken']}\n{resource}"
    signature = b64encode(hmac.digest(auth["AccessKeySecret"].encode(), text.encode(), "sha1")).decode()

    request = Request(
        address["Endpoint"] + resource,
        data=content,
        method="PUT",
        headers={
            "Content-Type": "image/png",
            "Date": date,
            "x-oss-security-token": auth["SecurityToken"],
            "Authorization": f"OSS {auth['AccessKeyId']}:{signature}",
        },
    )
    with urlopen(request) as answer:
        assert answer.status == 200

    found = call("GetImageInfo", {"ImageId": str(begun.at("ImageId"))})
    assert found.at("ImageInfo.Status") == "Normal"
    with urlopen(str(found.at("ImageInfo.URL"))) as served:
        assert served.read() == content
    assert [one.status for one in emulator.calls("PutObject")] == [200]
