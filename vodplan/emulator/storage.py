"""The object storage that uploads go to: takes the files of image records, checked as the real one checks them.

Only images are taken: CreateUploadImage makes a record in status Uploading, the file makes it Normal, and from then on
its address serves that file.
"""

import asyncio
import re
import uuid
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import md5
from hmac import compare_digest
from html import escape
from urllib.parse import unquote

from . import asgi
from .calllog import CallRecord
from .faults import FaultKind
from .picture_sizes import size_of
from .state import EmulatorState
from .storage_keys import BUCKET, known_key
from .storage_signing import claim_of, signature_of

PREFIX = f"/{BUCKET}/"
"""Where the storage stands under the emulator's address: the bucket in the path, as with any IP address."""

ACTION = "PutObject"
"""What an upload is called in the call log, and in fault plans."""

WINDOW_S = 900
MOST_BYTES = 67_108_864
_MEDIA = re.compile(r"[A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,60}")


class _Refused(Exception):
    """The storage's refusal: HTTP status, code, sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Storage:
    """Answers `PUT /outin-0000/OBJECT`."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        state = self._state
        rules = {rule.kind: rule for rule in (state.faults.strike(ACTION) if state.faults.rules else [])}
        object_name = unquote((scope.get("raw_path") or scope["path"].encode()).decode("latin-1"))[len(PREFIX) :]
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status, code = 200, ""
        answer = [(b"content-type", b"application/xml")]
        body = b""
        try:
            try:
                content = await asgi.read_body(receive, MOST_BYTES)
            except asgi.BodyTooLarge:
                raise _Refused(
                    400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size."
                ) from None
            if (rule := rules.get(FaultKind.LATENCY)) is not None:
                await asyncio.sleep(state.faults.latency_s(rule))
            if FaultKind.CUT_BEFORE in rules:
                self._log(object_name, 0, "", rules)
                await asgi.cut(scope, receive)
                return
            if (rule := rules.get(FaultKind.ERROR)) is not None:
                raise _Refused(rule.status or 503, rule.code or "ServiceUnavailable", "Please try again.")
            self._put(scope["method"], object_name, headers, content)
            answer.append((b"etag", f'"{md5(content, usedforsecurity=False).hexdigest().upper()}"'.encode()))
        except _Refused as refused:
            status, code = refused.status, refused.code
            body = _error(refused, object_name)
        if FaultKind.CUT_AFTER in rules:
            self._log(object_name, 0, code, rules)
            await asgi.cut(scope, receive)
            return
        self._log(object_name, status, code, rules)
        await asgi.respond(send, status, answer, body)

    def _put(self, method: str, object_name: str, headers: Mapping[str, str], content: bytes) -> None:
        if method != "PUT":
            raise _Refused(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        self._admit(method, object_name, headers)
        told = headers.get("content-md5")
        if told and told != b64encode(md5(content, usedforsecurity=False).digest()).decode():
            raise _Refused(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
        state = self._state
        with state.db.transaction():
            rows = state.db.images([f"/{object_name}"], by="path")
            if not rows:
                raise _Refused(403, "AccessDenied", "You have no right to access this object.")
            media = headers.get("content-type", "")
            state.db.put_object(f"/{object_name}", media if _MEDIA.fullmatch(media) else "", content)
            width, height = size_of(content) or (0, 0)
            now = int(state.settings.now())
            state.lag.written("images", rows[0].id, rows[0], now)
            sizes = {"size": len(content), "width": width, "height": height}
            state.db.update("images", rows[0].id, {"status": "Normal", "modified": now, **sizes})

    def _admit(self, method: str, object_name: str, headers: Mapping[str, str]) -> None:
        """Check who signs, with which key, and when."""
        claim = claim_of(headers)
        if claim is None:
            raise _Refused(403, "AccessDenied", "You have no right to access this object: the request is not signed.")
        token = headers.get("x-oss-security-token", "")
        key = known_key(self._state.db.meta("url_key") or "", object_name, token)
        if key is None or key.id != claim.key_id:
            raise _Refused(403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist.")
        now = self._state.settings.now()
        if now > key.expires:
            raise _Refused(403, "SecurityTokenExpired", "The security token you provided has expired.")
        if claim.at is None:
            raise _Refused(403, "AccessDenied", "OSS authentication requires a valid Date.")
        if abs((claim.at - datetime.fromtimestamp(now, UTC)).total_seconds()) > WINDOW_S:
            message = "The difference between the request time and the current time is too large."
            raise _Refused(403, "RequestTimeTooSkewed", message)
        wanted = signature_of(
            claim, method=method, resource=f"{PREFIX}{object_name}", headers=headers, secret=key.secret
        )
        if not compare_digest(wanted.encode(), claim.signature.encode("utf-8", "replace")):
            message = "The request signature we calculated does not match the signature you provided."
            raise _Refused(403, "SignatureDoesNotMatch", message)

    def _log(self, object_name: str, status: int, code: str, rules: Mapping[FaultKind, object]) -> None:
        self._state.log.add(
            CallRecord(
                at=self._state.settings.now(),
                action=ACTION,
                params={"Object": object_name},
                status=status,
                code=code,
                key="",
                request_id="",
                faults=tuple(kind.value for kind in rules),
            )
        )


def _error(refused: _Refused, object_name: str) -> bytes:
    members = {
        "Code": refused.code,
        "Message": refused.message,
        "RequestId": uuid.uuid4().hex[:24].upper(),
        "BucketName": BUCKET,
        "Key": "".join(char if char.isprintable() else "?" for char in object_name),
    }
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in members.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>\n'.encode("utf-8", "replace")
