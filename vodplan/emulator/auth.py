"""Who calls, and with what: the checks that stand between the wire and an operation, in the gateway's order."""

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from hmac import compare_digest

from . import signing
from .database import Database
from .errors import Refusal, missing, refusal
from .request import WireRequest
from .settings import EmulatorSettings, KeyPair

WINDOW_S = 900
"""How far a time stamp may be off, in seconds."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_V3 = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)")
_COMMON = frozenset(
    (
        *("Action", "Version", "Format", "AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion"),
        *("SignatureNonce", "SignatureType", "Timestamp", "SecurityToken", "RegionId"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A verified call: the caller, the operation's name, and its business parameters."""

    caller: KeyPair
    action: str
    params: dict[str, str]


class Keyring:
    """The access keys, read once and again when an unknown one comes."""

    def __init__(self, db: Database, extra: Iterable[KeyPair]) -> None:
        self._db = db
        self._extra = {key.id: key for key in extra}
        self._keys: dict[str, KeyPair] = {}

    def find(self, key_id: str) -> KeyPair:
        """The key of this id; `InvalidAccessKeyId.*` when unknown or disabled."""
        if key_id not in self._keys:
            self.reload()
        key = self._keys.get(key_id)
        if key is None:
            raise refusal("InvalidAccessKeyId.NotFound")
        if not key.active:
            raise refusal("InvalidAccessKeyId.Inactive")
        return key

    def reload(self) -> None:
        """Read the keys again."""
        self._keys = {key.id: key for key in self._db.access_keys()} | self._extra


class Nonces:
    """The nonces of the last minutes; a second use is refused."""

    def __init__(self, memory_s: float) -> None:
        self._memory = memory_s
        self._seen: OrderedDict[str, float] = OrderedDict()

    def use(self, nonce: str, now: float) -> None:
        """Note a nonce; `SignatureNonceUsed` when it is known."""
        seen = self._seen
        while seen and (next(iter(seen.values())) < now - self._memory or len(seen) > 1_000_000):
            seen.popitem(last=False)
        if nonce in seen:
            raise refusal("SignatureNonceUsed")
        seen[nonce] = now

    def clear(self) -> None:
        """Forget all of them."""
        self._seen.clear()


class Gate:
    """Checks version, key, token, time, signature, nonce and permission of each request."""

    def __init__(self, settings: EmulatorSettings, keyring: Keyring) -> None:
        self._settings = settings
        self.keyring = keyring
        self.nonces = Nonces(settings.nonce_memory_s)

    def admit(self, request: WireRequest, known: Iterable[str], now: float) -> Call:
        """The verified call, or the refusal that the service would give."""
        call = self._v3(request, known, now) if request.is_v3 else self._v1(request, known, now)
        self._permit(call)
        return call

    def _v1(self, request: WireRequest, known: Iterable[str], now: float) -> Call:
        pairs = request.query + request.form
        params = dict(pairs)
        action = _operation(params.get("Action", ""), params.get("Version", ""), known)
        for name in ("AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp"):
            if not params.get(name):
                raise missing(name)
        if params["SignatureMethod"] != "HMAC-SHA1" or params["SignatureVersion"] != "1.0":
            raise refusal("IncompleteSignature", "SignatureMethod must be HMAC-SHA1 and SignatureVersion 1.0.")
        caller = self.keyring.find(params["AccessKeyId"])
        check_token(caller, params.get("SecurityToken"), now)
        check_time(params["Timestamp"], now)
        to_sign = signing.v1_string_to_sign(request.method, pairs)
        if not compare_digest(signing.v1_signature(caller.secret, to_sign).encode(), params["Signature"].encode()):
            raise _mismatch(to_sign)
        self.nonces.use(params["SignatureNonce"], now)
        business = {name: value for name, value in params.items() if name not in _COMMON}
        return Call(caller=caller, action=action, params=business)

    def _v3(self, request: WireRequest, known: Iterable[str], now: float) -> Call:
        headers = request.headers
        action = _operation(headers.get("x-acs-action", ""), headers.get("x-acs-version", ""), known)
        if "authorization" not in headers:
            raise missing("Authorization")
        found = _V3.fullmatch(headers["authorization"].strip())
        if found is None:
            raise refusal("IncompleteSignature", "The Authorization header is not of the form of ACS3-HMAC-SHA256.")
        key_id, names, signature = found.groups()
        for name in ("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"):
            if not headers.get(name):
                raise missing(name)
        signed = names.split(";")
        unsigned = {name for name in headers if name.startswith("x-acs-")} | {"host"}
        if left := sorted(unsigned - set(signed)):
            raise refusal("IncompleteSignature", f"These headers must be signed: {', '.join(left)}.")
        caller = self.keyring.find(key_id)
        check_token(caller, headers.get("x-acs-security-token"), now)
        check_time(headers["x-acs-date"], now)
        digest = sha256(request.body).hexdigest() if request.body else signing.EMPTY_SHA256
        if headers["x-acs-content-sha256"] != digest:
            raise refusal("SignatureDoesNotMatch", "x-acs-content-sha256 is not the SHA-256 of the body.")
        self._check_v3(request, caller, signed, signature, digest)
        self.nonces.use(headers["x-acs-signature-nonce"], now)
        pairs = request.query + request.form if self._settings.v3_form_parameters else request.query
        return Call(caller=caller, action=action, params=dict(pairs))

    def _check_v3(self, request: WireRequest, caller: KeyPair, signed: list[str], signature: str, digest: str) -> None:
        def to_sign(query: str) -> str:
            return signing.v3_string_to_sign(
                signing.v3_canonical_request(
                    method=request.method,
                    path="/",
                    query=query,
                    headers=request.headers,
                    signed=signed,
                    body_sha256=digest,
                )
            )

        def fits(made: str) -> bool:
            return compare_digest(signing.v3_signature(caller.secret, made).encode(), signature.encode())

        lenient = self._settings.v3_form_parameters
        if request.form and not lenient:
            raise _mismatch(to_sign(signing.canonical_query(request.query + request.form)))
        # Clients send the query sorted and encoded already, but for the blank: try that before re-encoding it all.
        if fits(to_sign(request.raw_query.replace("+", "%20"))):
            return
        again = to_sign(signing.canonical_query(request.query))
        if fits(again):
            return
        if not (request.form and fits(to_sign(signing.canonical_query(request.query + request.form)))):
            raise _mismatch(again)

    def _permit(self, call: Call) -> None:
        if not allowed(call.caller, call.action):
            code = self._settings.denied_code
            raise refusal(code, f"The caller is not authorized to perform vod:{call.action}.")


def allowed(key: KeyPair, action: str) -> bool:
    """Whether a key's lists let it call an operation; a denial wins."""

    def listed(patterns: Iterable[str]) -> bool:
        return any(fnmatchcase(action, pattern.removeprefix("vod:")) for pattern in patterns)

    return listed(key.allow) and not listed(key.deny)


def check_time(text: str, now: float) -> None:
    """Refuse a time stamp that is malformed or more than 15 minutes off."""
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise refusal("InvalidTimeStamp.Format") from None
    if abs(moment - now) > WINDOW_S:
        raise refusal("InvalidTimeStamp.Expired")


def check_token(key: KeyPair, token: str | None, now: float) -> None:
    """Refuse a temporary key without its token, with another's, or past its end."""
    if key.token is None:
        if token:
            raise refusal("InvalidSecurityToken.MismatchWithAccessKey")
        return
    if not token:
        raise refusal("MissingSecurityToken")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise refusal("InvalidSecurityToken.Malformed")
    if token != key.token:
        raise refusal("InvalidSecurityToken.MismatchWithAccessKey")
    if key.expires is not None and key.expires <= now:
        raise refusal("InvalidSecurityToken.Expired")


def _operation(action: str, version: str, known: Iterable[str]) -> str:
    if not action:
        raise missing("Action")
    if not version:
        raise missing("Version")
    if version != "2017-03-21" or action not in known:
        raise refusal("InvalidAction.NotFound", f"There is no action {action} in version {version}.")
    return action


def _mismatch(to_sign: str) -> Refusal:
    message = f"The request signature does not match; server string to sign is:{to_sign}"
    return refusal("SignatureDoesNotMatch", message)
