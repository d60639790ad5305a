"""Temporary keys for one upload each, as UploadAddress and UploadAuth hand them out; nothing about them is kept.

A key follows from the object it is for, its end and the database's own secret, so it is good over restarts, for that
object, until then.
"""

import hmac
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

BUCKET = "outin-0000"
"""The bucket that every upload of the emulator goes to."""

VALID_S = 3_000
"""Seconds that an upload credential is good for, as the service's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadKey:
    """A temporary key; `expires` in seconds since 1970."""

    id: str
    secret: str
    token: str
    expires: int


def upload_key(master: str, object_name: str, expires: int) -> UploadKey:
    """The key for uploading one object until a moment."""
    mark = hmac.digest(master.encode(), f"upload {expires} {object_name}".encode(), "sha256").hex()
    token = f"{expires}-{mark}"
    secret = hmac.digest(master.encode(), f"secret {token}".encode(), "sha256")
    return UploadKey(
        id=f"STS.{sha256(token.encode()).hexdigest()[:24]}",
        secret=b64encode(secret[:24]).decode(),
        token=token,
        expires=expires,
    )


def known_key(master: str, object_name: str, token: str) -> UploadKey | None:
    """The key that a security token belongs to; None for a token of another object, or of nobody's."""
    head = token.partition("-")[0]
    if not (head.isascii() and head.isdigit()) or len(head) > 12:
        return None
    key = upload_key(master, object_name, int(head))
    return key if hmac.compare_digest(key.token, token) else None
