"""What went wrong with a call, told by status and code, never by the sentence."""

from __future__ import annotations

import dataclasses
import enum
import http
import math
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from vodplan.core.errors import (
    ApiError,
    CredentialsError,
    Forbidden,
    InvalidAnswer,
    NotFound,
    RefusedByService,
    Throttled,
    Unavailable,
    UnknownOutcome,
    VodplanError,
)
from vodplan.vod.wire import Origin, Record

URI_TOO_LONG = "UriTooLong"
"""The code of a call that the gateway found too long; a batch that gets it is to be split."""

LONGEST_MESSAGE = 400
"""Characters of the service's own sentence that are passed on."""


class Trouble(enum.StrEnum):
    """The classes of failure that are treated alike."""

    THROTTLED = "throttled"
    BUSY = "busy"
    LOST = "lost"
    NOT_SENT = "not sent"
    NONCE = "nonce used"
    CLOCK = "clock"
    TOKEN = "token expired"
    KEY = "key refused"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    REFUSED = "refused"
    INVALID = "invalid answer"


class NotSent(Exception):
    """No connection came about: the request surely never left."""


class AnswerLost(Exception):
    """The request was sent, or part of it, and no whole answer came back."""


class AnswerLate(AnswerLost):
    """The request was sent, and no answer came in time: the service may still be at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer, as bytes; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failed try.

    status:      None when no answer came.
    retry_after: seconds that the service asks to wait.
    altered:     whether the service saw another request than the one that was signed.
    late:        whether the service may still be at it, so that what it does not show now may be there later.
    """

    trouble: Trouble
    operation: str
    code: str
    message: str = ""
    status: int | None = None
    request_id: str = ""
    retry_after: float | None = None
    altered: bool = False
    late: bool = False

    def __str__(self) -> str:
        facts = [f"HTTP {self.status}"] if self.status is not None else []
        if self.request_id:
            facts.append(f"request {self.request_id}")
        told = f": {self.message}" if self.message else ""
        where = f" ({', '.join(facts)})" if facts else ""
        return f"{self.code}{where}{told}".rstrip(".")


_KEY_PREFIXES = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidSecurityToken")
_KEY_CODES = frozenset({"MissingSecurityToken", "MissingAccessKeyId"})
_BUSY_CODES = frozenset({"internalerror", "serviceunavailable", "deletevideofailed", "deletestreamfailed"})
_STATE_CODES = frozenset({"Forbidden.IllegalStatus", "Forbidden.AliyunVoDEncryption"})
"""Refusals for the state of one asset; pages give them with 403 as well as with 400, and no permission helps."""
_CLOCK_CODES = frozenset({"InvalidTimeStamp.Expired", "IllegalTimestamp"})


def read(operation: str, reply: Reply) -> Record | Fault:
    """Tell a success from a failure.

    source: pages «Responses», «Error codes», «Limits»; HTML pages come from the gateway, with 414 and 502.
    """
    body = _json_object(reply.body)
    request_id = reply.headers.get("x-acs-request-id", "")
    if body is None:
        return _not_json(operation, reply, request_id)
    in_body = body.get("RequestId")
    if not request_id and isinstance(in_body, str):
        request_id = _sentence(in_body)
    if 200 <= reply.status < 300:
        if request_id:
            return Record(body, Origin(operation=operation, request_id=request_id))
        return Fault(
            trouble=Trouble.INVALID,
            operation=operation,
            code="InvalidAnswer",
            message="the answer names no request id, so it is not from the VOD service",
            status=reply.status,
        )
    code = body.get("Code")
    code = _sentence(code) if isinstance(code, str) else ""
    code_text = code or status_code_name(reply.status)
    message = body.get("Message")
    return Fault(
        trouble=_trouble(reply.status, code_text, named=bool(code)),
        operation=operation,
        code=code_text,
        message=_sentence(message) if isinstance(message, str) else "",
        status=reply.status,
        request_id=request_id,
        retry_after=_retry_after(reply.headers),
    )


def altered(fault: Fault, reply: Reply, string_to_sign: str) -> Fault:
    """Tell a request that was changed on its way from a wrong secret, by the string that the service signed."""
    ours = string_to_sign.rpartition("\n")[2].encode()
    changed = fault.code.startswith("SignatureDoesNotMatch") and b"string to sign is" in reply.body
    return dataclasses.replace(fault, altered=changed and ours not in reply.body)


def lost(operation: str, error: AnswerLost) -> Fault:
    """The fault of a call that was sent, or may have been, and got no whole answer."""
    late = isinstance(error, AnswerLate)
    return Fault(trouble=Trouble.LOST, operation=operation, code="NoAnswer", message=str(error), late=late)


def not_sent(operation: str, reason: str) -> Fault:
    """The fault of a call that surely never left."""
    return Fault(trouble=Trouble.NOT_SENT, operation=operation, code="NoConnection", message=reason)


def status_code_name(status: int) -> str:
    """A code for an answer that has none: `BadGateway` for 502, `UriTooLong` for 414."""
    if status == 414:
        return URI_TOO_LONG
    try:
        return "".join(word.capitalize() for word in http.HTTPStatus(status).phrase.replace("-", " ").split())
    except ValueError:
        return f"Http{status}"


def error_for(fault: Fault, *, provider: str, clock_offset: float, tries: int) -> VodplanError:
    """The error that a failed call ends with, when nothing of it was done.

    provider:     where the key came from.
    clock_offset: seconds that the service's clock is ahead of this machine's.
    tries:        how often the call was sent.
    """
    operation = fault.operation
    times = f" after {tries} tries" if tries > 1 else ""
    match fault.trouble:
        case Trouble.KEY | Trouble.TOKEN | Trouble.CLOCK | Trouble.NONCE:
            return _key_error(fault, provider=provider, clock_offset=clock_offset)
        case Trouble.FORBIDDEN:
            return _forbidden(fault)
        case Trouble.THROTTLED:
            return _api(
                Throttled,
                fault,
                f"The service kept throttling {operation}{times}: {fault}. Something else may be using the account's "
                "rate.",
                next="Wait a while, or lower limits.share in vodplan.yaml, and run the command again.",
            )
        case Trouble.BUSY:
            return _api(Unavailable, fault, f"The service could not carry {operation} out{times}: {fault}.")
        case Trouble.LOST | Trouble.NOT_SENT:
            return _api(Unavailable, fault, f"The service could not be reached for {operation}{times}: {fault}.")
        case Trouble.INVALID:
            return _api(InvalidAnswer, fault, f"The answer to {operation} is not one of the VOD service: {fault}.")
        case Trouble.NOT_FOUND:
            return _api(NotFound, fault, f"{operation} names something that does not exist: {fault}.")
        case Trouble.REFUSED:
            return _api(RefusedByService, fault, f"The service refused {operation}: {fault}.")


def unknown_outcome(fault: Fault, *, tries: int) -> UnknownOutcome:
    """The error of a write that may have been done."""
    times = f" in {tries} tries" if tries > 1 else ""
    return UnknownOutcome(
        f"{fault.operation} was sent, but no answer says whether it was done{times}: {fault}.",
        operation=fault.operation,
        status=fault.status,
        code=fault.code,
        request_id=fault.request_id,
        next="vodplan plan",
    )


def _api(kind: type[ApiError], fault: Fault, message: str, *, next: str = "vodplan doctor") -> ApiError:
    return kind(
        message,
        operation=fault.operation,
        status=fault.status,
        code=fault.code,
        request_id=fault.request_id,
        next=next,
    )


def _forbidden(fault: Fault) -> Forbidden:
    action = f"vod:{fault.operation}"
    if fault.code == "OperationDenied":
        why, next = "ApsaraVideo VOD is not activated for this account", "Activate the service in the console."
    elif fault.code == "OperationDenied.Suspended":
        why, next = "the account is overdue, so the service is suspended", "Settle the account's bill."
    else:
        why = f"the key may not call {action}"
        next = f"Grant the RAM action {action} to the key's user or role; docs/credentials.md has whole policies."
    message = f"{fault.operation} is forbidden: {why}. The service said {fault}."
    return Forbidden(
        message,
        operation=fault.operation,
        status=fault.status,
        code=fault.code,
        request_id=fault.request_id,
        next=next,
    )


def _key_error(fault: Fault, *, provider: str, clock_offset: float) -> CredentialsError:
    code = fault.code
    next = "vodplan doctor"
    if fault.trouble is Trouble.CLOCK:
        off = f", and correcting for that did not help: this machine's clock is {_offset(clock_offset)}"
        why = f"the time of the request is too far from its own{off if clock_offset else ''}"
        next = "Set the clock of this machine (NTP) and run the command again."
    elif fault.trouble is Trouble.NONCE:
        why = "it says that the request came twice, so something between here and the service repeats requests"
    elif fault.trouble is Trouble.TOKEN:
        why = f"the temporary key from {provider} has expired, and asking for it again gave no newer one"
        next = "Get a new temporary key and set it, then run the command again."
    elif code.startswith("InvalidAccessKeyId"):
        inactive = code.endswith("Inactive")
        why = f"the access key from {provider} {'is disabled' if inactive else 'is not known to it'}"
        next = "Check the access key ID, and that the key is enabled in the RAM console."
    elif fault.altered:
        why = "it received another request than the one that was signed, so something on the way changes requests"
        next = "Check the proxy between this machine and the service."
    elif code.startswith("SignatureDoesNotMatch"):
        why = f"the access key secret from {provider} does not belong to its access key ID"
        next = "Set the secret that belongs to the key, without blanks or line breaks around it."
    elif code.startswith("InvalidSecurityToken") or code == "MissingSecurityToken":
        why = f"the security token from {provider} is missing, garbled, or belongs to another key"
        next = "Set the key ID, the secret and the token of one and the same temporary key."
    else:
        why = f"it could not check the signature made with the key from {provider}"
    status = f"HTTP {fault.status}" if fault.status is not None else "no status"
    request = f", request {fault.request_id}" if fault.request_id else ""
    # The service's own sentence stays out: for a wrong signature it repeats what was signed.
    return CredentialsError(
        f"The service refused the credentials on {fault.operation}: {why} ({code}, {status}{request}).", next=next
    )


def _offset(seconds: float) -> str:
    side = "behind" if seconds > 0 else "ahead of"
    size = abs(seconds)
    amount = f"{size / 60:.0f} minutes" if size >= 120 else f"{size:.0f} seconds"
    return f"{amount} {side} the service's"


def _trouble(status: int, code: str, *, named: bool) -> Trouble:
    if status == 429 or code.startswith("Throttling") or code == "Rejected.Throttling":
        return Trouble.THROTTLED
    if code == "SignatureNonceUsed":
        return Trouble.NONCE
    if code in _CLOCK_CODES:
        return Trouble.CLOCK
    if code == "InvalidSecurityToken.Expired":
        return Trouble.TOKEN
    if code.startswith(_KEY_PREFIXES) or code in _KEY_CODES:
        return Trouble.KEY
    if status >= 500 or code.lower() in _BUSY_CODES:
        return Trouble.BUSY
    if code == URI_TOO_LONG:
        return Trouble.REFUSED
    if not named:
        return Trouble.INVALID
    if code in _STATE_CODES:
        return Trouble.REFUSED
    if status in (401, 403):
        return Trouble.FORBIDDEN
    if status == 404 and not code.startswith("InvalidAction"):
        return Trouble.NOT_FOUND
    return Trouble.REFUSED


def _not_json(operation: str, reply: Reply, request_id: str) -> Fault:
    code = status_code_name(reply.status)
    trouble = _trouble(reply.status, code, named=False)
    kind = reply.headers.get("content-type", "").partition(";")[0].strip()
    what = "an HTML page" if kind == "text/html" else "a body that is not one whole JSON object"
    if 200 <= reply.status < 300:
        code, trouble = "InvalidAnswer", Trouble.INVALID
    return Fault(
        trouble=trouble,
        operation=operation,
        code=code,
        message=f"the answer was {what}",
        status=reply.status,
        request_id=request_id,
        retry_after=_retry_after(reply.headers),
        late=reply.status == http.HTTPStatus.GATEWAY_TIMEOUT,
    )


def _json_object(body: bytes) -> Mapping[str, object] | None:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        seconds = float(headers.get("x-acs-retry-after", "")) / 1000
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def _sentence(message: str) -> str:
    text = " ".join(message.split())
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"
