"""The storage that files of images are uploaded to: who may, until when, and what comes of it."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from email.utils import formatdate
from hashlib import md5, sha256
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.unit.emulator.conftest import MakeApp
from tests.unit.emulator.wire import NOW, Reply, send, v3
from vodplan.emulator.app import EmulatorApp
from vodplan.emulator.picture_sizes import size_of
from vodplan.emulator.pictures import gradient_png

PNG = gradient_png("cover", 64, 36)


def granted(app: EmulatorApp, **params: str) -> dict[str, Any]:
    """What CreateUploadImage answers, its two Base64 members opened."""
    reply = v3(app, "CreateUploadImage", {"ImageType": "cover", "ImageExt": "png", **params})
    assert reply.status == 200, reply.body
    opened = {name: json.loads(b64decode(reply.json[name])) for name in ("UploadAddress", "UploadAuth")}
    return {**reply.json, **opened}


def put(app: EmulatorApp, grant: Mapping[str, Any], content: bytes = PNG, *, at: float = NOW, **spoil: Any) -> Reply:
    """An upload signed with the storage's first version; `spoil` puts other headers in place after signing."""
    auth, address = grant["UploadAuth"], grant["UploadAddress"]
    resource = f"/{address['Bucket']}/{address['FileName']}"
    date, token = formatdate(at, usegmt=True), auth["SecurityToken"]
    digest = b64encode(md5(content, usedforsecurity=False).digest()).decode()
    text = f"PUT\n{digest}\nimage/png\n{date}\nx-oss-security-token:{token}\n{resource}"
    signature = b64encode(hmac.digest(auth["AccessKeySecret"].encode(), text.encode(), "sha1")).decode()
    headers = {
        "host": "emulator",
        "content-type": "image/png",
        "content-md5": digest,
        "date": date,
        "x-oss-security-token": token,
        "authorization": f"OSS {auth['AccessKeyId']}:{signature}",
    }
    headers |= {name.replace("_", "-"): value for name, value in spoil.items() if value is not None}
    for name in [name.replace("_", "-") for name, value in spoil.items() if value is None]:
        del headers[name]
    return send(app, method="PUT", path=resource, headers=headers, body=content)


def put_v4(app: EmulatorApp, grant: Mapping[str, Any], content: bytes = PNG, *, region: str = "cn-shanghai") -> Reply:
    """An upload signed with the storage's fourth version, one more header signed than must be."""
    auth, address = grant["UploadAuth"], grant["UploadAddress"]
    resource = f"/{address['Bucket']}/{address['FileName']}"
    when = "20270115T080000Z"
    headers = {
        "content-type": "image/png",
        "host": "emulator",
        "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
        "x-oss-date": when,
        "x-oss-security-token": auth["SecurityToken"],
    }
    lines = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
    canonical = f"PUT\n{resource}\n\n{lines}\nhost\nUNSIGNED-PAYLOAD"
    scope = f"{when[:8]}/{region}/oss/aliyun_v4_request"
    text = f"OSS4-HMAC-SHA256\n{when}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = b"aliyun_v4" + auth["AccessKeySecret"].encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    headers["authorization"] = (
        f"OSS4-HMAC-SHA256 Credential={auth['AccessKeyId']}/{scope}, AdditionalHeaders=host, "
        f"Signature={hmac.digest(key, text.encode(), 'sha256').hex()}"
    )
    return send(app, method="PUT", path=resource, headers=headers, body=content)


def status_of(app: EmulatorApp, image_id: str) -> str:
    """The status that GetImageInfo tells."""
    return str(v3(app, "GetImageInfo", {"ImageId": image_id}).json["ImageInfo"]["Status"])


def fetched(app: EmulatorApp, url: str) -> Reply:
    """What stands at the address of a picture."""
    parts = urlsplit(url)
    return send(app, method="GET", path=parts.path, query=parts.query)


@pytest.mark.parametrize("upload", [put, put_v4])
def test_upload_with_the_key_it_was_given_is_served_at_the_images_address(app: EmulatorApp, upload: Any) -> None:
    """A file makes the record Normal, with its size, and its address gives back the same bytes."""
    grant = granted(app, Title="Cover")
    assert status_of(app, grant["ImageId"]) == "Uploading"
    assert fetched(app, grant["ImageURL"]).status == 404

    reply = upload(app, grant)

    assert (reply.status, reply.headers["etag"].strip('"')) == (
        200,
        md5(PNG, usedforsecurity=False).hexdigest().upper(),
    )
    info = v3(app, "GetImageInfo", {"ImageId": grant["ImageId"]}).json["ImageInfo"]
    mezzanine = info["Mezzanine"]
    assert (info["Status"], int(mezzanine["FileSize"])) == ("Normal", len(PNG))
    assert (int(mezzanine["Width"]), int(mezzanine["Height"])) == (64, 36)
    served = fetched(app, info["URL"])
    assert (served.status, served.headers["content-type"], served.body) == (200, "image/png", PNG)


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("SignatureDoesNotMatch", {"content_type": "image/jpeg"}),
        ("SignatureDoesNotMatch", {"x_oss_meta_note": "not signed"}),
        ("InvalidAccessKeyId", {"x_oss_security_token": "9999999999-00"}),
        ("InvalidAccessKeyId", {"x_oss_security_token": None}),
        ("InvalidAccessKeyId", {"authorization": "OSS STS.another:AAAA"}),
        ("AccessDenied", {"authorization": "Bearer token"}),
        ("AccessDenied", {"authorization": None}),
        ("AccessDenied", {"date": "yesterday"}),
        ("AccessDenied", {"date": None}),
    ],
)
def test_upload_that_is_not_signed_as_it_was_granted_is_refused(
    app: EmulatorApp, code: str, spoil: Mapping[str, Any]
) -> None:
    """Whatever is wrong with key, token or signature, nothing is kept."""
    grant = granted(app)

    reply = put(app, grant, **spoil)

    assert (reply.status, f"<Code>{code}</Code>".encode() in reply.body) == (403, True), reply.body
    assert status_of(app, grant["ImageId"]) == "Uploading"


def test_key_of_one_object_does_not_open_another(app: EmulatorApp) -> None:
    """A temporary key is for the object it was made for."""
    one, other = granted(app), granted(app)

    reply = put(app, {**one, "UploadAddress": other["UploadAddress"]})

    assert (reply.status, b"InvalidAccessKeyId" in reply.body) == (403, True)


def test_upload_after_the_keys_end_is_refused(make_app: MakeApp) -> None:
    """A key is good for 3,000 seconds, as the service's."""
    time = [NOW]
    app = make_app(clock=lambda: time[0])
    first, second = granted(app), granted(app)
    time[0] = NOW + 2_990
    assert put(app, first, at=time[0]).status == 200

    time[0] = NOW + 3_010

    assert b"SecurityTokenExpired" in put(app, second, at=time[0]).body


def test_upload_of_another_time_is_refused(app: EmulatorApp) -> None:
    """The storage tolerates a quarter of an hour between the clocks."""
    assert b"RequestTimeTooSkewed" in put(app, granted(app), at=NOW - 901).body


def test_upload_damaged_on_its_way_is_refused(app: EmulatorApp) -> None:
    """Content-MD5 is of the bytes that arrive."""
    grant = granted(app)
    digest = b64encode(md5(PNG, usedforsecurity=False).digest()).decode()
    whole = put(app, grant)
    assert whole.status == 200

    auth, address = grant["UploadAuth"], grant["UploadAddress"]
    resource = f"/{address['Bucket']}/{address['FileName']}"
    date = formatdate(NOW, usegmt=True)
    text = f"PUT\n{digest}\nimage/png\n{date}\nx-oss-security-token:{auth['SecurityToken']}\n{resource}"
    signature = b64encode(hmac.digest(auth["AccessKeySecret"].encode(), text.encode(), "sha1")).decode()
    headers = {
        "content-type": "image/png",
        "content-md5": digest,
        "date": date,
        "x-oss-security-token": auth["SecurityToken"],
        "authorization": f"OSS {auth['AccessKeyId']}:{signature}",
    }
    reply = send(app, method="PUT", path=resource, headers=headers, body=PNG[:-1])

    assert (reply.status, b"<Code>InvalidDigest</Code>" in reply.body) == (400, True)


def test_storage_takes_nothing_but_files_of_records(app: EmulatorApp) -> None:
    """A record that is gone takes no file; other methods are refused."""
    grant = granted(app)
    v3(app, "DeleteImage", {"DeleteImageType": "ImageId", "ImageIds": grant["ImageId"]})

    assert put(app, grant).status == 403
    assert send(app, method="DELETE", path="/outin-0000/x").status == 405


def test_deleted_image_takes_its_file_along(app: EmulatorApp) -> None:
    """What was uploaded is gone with its record."""
    grant = granted(app)
    put(app, grant)

    v3(app, "DeleteImage", {"DeleteImageType": "ImageId", "ImageIds": grant["ImageId"]})

    assert fetched(app, grant["ImageURL"]).status == 404
    assert app.state.db.get_object(urlsplit(grant["ImageURL"]).path) is None


def test_uploads_stand_in_the_call_log_and_follow_the_fault_plan(app: EmulatorApp) -> None:
    """Rules for PutObject strike uploads, and each upload is logged."""
    app.state.faults.replace([{"kind": "error", "operation": "PutObject", "nth": [1], "status": 503}], seed=1)
    grant = granted(app)

    statuses = [put(app, grant).status, put(app, grant).status]

    assert statuses == [503, 200]
    assert [one.status for one in app.state.log.records() if one.action == "PutObject"] == statuses


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PNG, (64, 36)),
        (b"GIF89a\x05\x00\x07\x00", (5, 7)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x0b\x08\x00\x09\x00\x0b", (11, 9)),
        (b"\xff\xd8\xff\xe0\x00\x04ab", None),
        (b"RIFF", None),
    ],
)
def test_size_of_a_picture_is_read_from_its_head(content: bytes, expected: tuple[int, int] | None) -> None:
    """Width and height stand in the first bytes of PNG, GIF and JPEG."""
    assert size_of(content) == expected
