"""A caller without a network: signs requests of either version and hands them to the ASGI application."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from vodplan.emulator import signing
from vodplan.emulator.app import EmulatorApp
from vodplan.emulator.settings import KeyPair

NOW = 1_800_000_000.0
"""The clock of these tests."""

_nonces = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body as JSON."""
        content: dict[str, Any] = json.loads(self.body)
        return content

    @property
    def code(self) -> str:
        """The service's code; empty on success."""
        return "" if self.status == 200 else str(self.json["Code"])


def send(
    app: EmulatorApp,
    *,
    method: str = "POST",
    path: str = "/",
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Reply:
    """One raw request."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def collect(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in (headers or {"host": "emulator"}).items()],
    }
    asyncio.run(app(scope, receive, collect))
    start = sent[0]
    return Reply(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
    )


def stamp(seconds: float) -> str:
    """A time as signatures carry it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def v3(
    app: EmulatorApp,
    action: str,
    params: Mapping[str, str] | None = None,
    *,
    key: KeyPair | None = None,
    version: str = "2017-03-21",
    at: float | str = NOW,
    nonce: str | None = None,
    method: str = "POST",
    extra: Mapping[str, str] | None = None,
    signature: str | None = None,
    plus: bool = False,
    backwards: bool = False,
    form: Mapping[str, str] | None = None,
) -> Reply:
    """A request signed with ACS3-HMAC-SHA256; the options spoil one thing each."""
    key = key or app.state.db.main_key()
    pairs = sorted((params or {}).items())
    query = signing.canonical_query(pairs)
    body = urlencode(form).encode() if form else b""
    headers = {
        "host": "emulator",
        "x-acs-action": action,
        "x-acs-version": version,
        "x-acs-date": at if isinstance(at, str) else stamp(at),
        "x-acs-signature-nonce": nonce or f"nonce-{next(_nonces)}",
        "x-acs-content-sha256": sha256(body).hexdigest(),
        **({"content-type": "application/x-www-form-urlencoded"} if form else {}),
        **({"x-acs-security-token": key.token} if key.token else {}),
        **(extra or {}),
    }
    signed_query = signing.canonical_query(sorted([*pairs, *form.items()])) if form else query
    canonical = signing.v3_canonical_request(
        method=method,
        path="/",
        query=signed_query if form and app.state.settings.v3_form_parameters else query,
        headers=headers,
        signed=headers,
        body_sha256=headers["x-acs-content-sha256"],
    )
    made = signature or signing.v3_signature(key.secret, signing.v3_string_to_sign(canonical))
    names = ";".join(sorted(headers))
    headers["authorization"] = f"{signing.V3} Credential={key.id},SignedHeaders={names},Signature={made}"
    sent = urlencode(pairs) if plus else query
    sent = "&".join(reversed(sent.split("&"))) if backwards else sent
    return send(app, method=method, query=sent, headers=headers, body=body)


def v1(
    app: EmulatorApp,
    action: str,
    params: Mapping[str, str] | None = None,
    *,
    key: KeyPair | None = None,
    at: float = NOW,
    form: bool = False,
    method: str = "GET",
    change: Mapping[str, str | None] | None = None,
) -> Reply:
    """A request signed with HMAC-SHA1; `change` replaces or removes common parameters before signing."""
    key = key or app.state.db.main_key()
    common: dict[str, str | None] = {
        "Action": action,
        "Version": "2017-03-21",
        "Format": "JSON",
        "AccessKeyId": key.id,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": f"nonce-{next(_nonces)}",
        "Timestamp": stamp(at),
        **({"SecurityToken": key.token} if key.token else {}),
        **(change or {}),
    }
    pairs = {name: value for name, value in {**common, **(params or {})}.items() if value is not None}
    method = "POST" if form else method
    if "Signature" not in pairs:
        pairs["Signature"] = signing.v1_signature(key.secret, signing.v1_string_to_sign(method, pairs.items()))
    text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs.items())
    if form:
        headers = {"host": "emulator", "content-type": "application/x-www-form-urlencoded"}
        return send(app, method=method, headers=headers, body=text.encode())
    return send(app, method=method, query=text)
