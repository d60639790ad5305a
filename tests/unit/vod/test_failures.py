"""Which failure is which."""

from __future__ import annotations

import pytest

from tests.unit.vod.fakes import error, html, ok
from vodplan.core.errors import (
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
from vodplan.vod import failures
from vodplan.vod.failures import Fault, Reply, Trouble


def a_fault(reply: Reply, operation: str = "GetVideoInfos") -> Fault:
    fault = failures.read(operation, reply)
    assert isinstance(fault, Fault)
    return fault


@pytest.mark.parametrize(
    ("reply", "trouble", "code"),
    [
        (error("Throttling.User"), Trouble.THROTTLED, "Throttling.User"),
        (error("Throttling", 403), Trouble.THROTTLED, "Throttling"),
        (error("Throttling.Api", 429), Trouble.THROTTLED, "Throttling.Api"),
        (error("Rejected.Throttling"), Trouble.THROTTLED, "Rejected.Throttling"),
        (html(429), Trouble.THROTTLED, "TooManyRequests"),
        (error("InternalError", 500), Trouble.BUSY, "InternalError"),
        (error("ServiceUnAvailable", 503), Trouble.BUSY, "ServiceUnAvailable"),
        (error("ServiceUnavailable", 400), Trouble.BUSY, "ServiceUnavailable"),
        (error("DeleteVideoFailed", 503), Trouble.BUSY, "DeleteVideoFailed"),
        (html(502), Trouble.BUSY, "BadGateway"),
        (html(504), Trouble.BUSY, "GatewayTimeout"),
        (html(414), Trouble.REFUSED, "UriTooLong"),
        (html(200), Trouble.INVALID, "InvalidAnswer"),
        (html(302), Trouble.INVALID, "Found"),
        (html(404), Trouble.INVALID, "NotFound"),
        (html(403), Trouble.INVALID, "Forbidden"),
        (html(599), Trouble.BUSY, "Http599"),
        (error("SignatureNonceUsed"), Trouble.NONCE, "SignatureNonceUsed"),
        (error("InvalidTimeStamp.Expired"), Trouble.CLOCK, "InvalidTimeStamp.Expired"),
        (error("InvalidSecurityToken.Expired"), Trouble.TOKEN, "InvalidSecurityToken.Expired"),
        (error("InvalidSecurityToken.Malformed"), Trouble.KEY, "InvalidSecurityToken.Malformed"),
        (error("InvalidAccessKeyId.NotFound", 404), Trouble.KEY, "InvalidAccessKeyId.NotFound"),
        (error("SignatureDoesNotMatch", 403), Trouble.KEY, "SignatureDoesNotMatch"),
        (error("NoPermission", 403), Trouble.FORBIDDEN, "NoPermission"),
        (error("Forbidden.RAM", 403), Trouble.FORBIDDEN, "Forbidden.RAM"),
        (error("InvalidVideo.NotFound", 404), Trouble.NOT_FOUND, "InvalidVideo.NotFound"),
        (error("NoSuchResource", 404), Trouble.NOT_FOUND, "NoSuchResource"),
        (error("InvalidAction.NotFound", 404), Trouble.REFUSED, "InvalidAction.NotFound"),
        (error("InvalidParameter"), Trouble.REFUSED, "InvalidParameter"),
        (error("Forbidden.IllegalStatus", 400), Trouble.REFUSED, "Forbidden.IllegalStatus"),
        (error("Forbidden.IllegalStatus", 403), Trouble.REFUSED, "Forbidden.IllegalStatus"),
        (error("Forbidden.AliyunVoDEncryption", 403), Trouble.REFUSED, "Forbidden.AliyunVoDEncryption"),
        (error("", 404), Trouble.INVALID, "NotFound"),
        (error(" ", 404), Trouble.INVALID, "NotFound"),
        (error("Evil\nNext: rm -rf /"), Trouble.REFUSED, "Evil Next: rm -rf /"),
    ],
)
def test_read_sorts_by_status_and_code(reply: Reply, trouble: Trouble, code: str) -> None:
    """Code and status decide; the sentence, which may be translated or reworded, never does."""
    fault = a_fault(reply)

    assert (trouble, code) == (fault.trouble, fault.code)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"RequestId": "R", "VideoL', b"\xff", b'"text"', b"{}"])
def test_read_success_without_a_whole_answer_is_invalid(body: bytes) -> None:
    """Half an answer, or one that names no request, is no answer."""
    assert a_fault(Reply(status=200, headers={}, body=body)).trouble is Trouble.INVALID


def test_read_request_id_comes_from_the_header_first() -> None:
    """The header is the gateway's own; the body is what is left without it."""
    reply = Reply(status=200, headers={"x-acs-request-id": "H"}, body=b'{"RequestId": "B"}')

    record = failures.read("GetVideoInfos", reply)

    assert not isinstance(record, Fault)
    assert record.request_id == "H"


@pytest.mark.parametrize(("header", "seconds"), [("1500", 1.5), ("x", None), ("-1", None), ("inf", None)])
def test_read_retry_after_is_in_milliseconds(header: str, seconds: float | None) -> None:
    """The vendor's SDK reads this header in milliseconds; nonsense in it is ignored."""
    assert seconds == a_fault(error("Throttling.User", x_acs_retry_after=header)).retry_after


def test_read_long_message_is_cut() -> None:
    """A refusal may repeat a whole request; a person needs its beginning."""
    fault = a_fault(error("InvalidParameter", message="long " * 1000))

    assert len(fault.message) == failures.LONGEST_MESSAGE
    assert fault.message.endswith("…")


@pytest.mark.parametrize(
    ("reply", "kind", "exit_code"),
    [
        (error("Throttling.User"), Throttled, 1),
        (error("InternalError", 500), Unavailable, 1),
        (html(200), InvalidAnswer, 1),
        (html(414), RefusedByService, 1),
        (error("InvalidVideo.NotFound", 404), NotFound, 1),
        (error("InvalidParameter"), RefusedByService, 1),
        (error("NoPermission", 403), Forbidden, 1),
        (error("SignatureDoesNotMatch"), CredentialsError, 8),
        (error("InvalidTimeStamp.Expired"), CredentialsError, 8),
        (error("InvalidSecurityToken.Expired"), CredentialsError, 8),
    ],
)
def test_error_for_each_class_has_its_type_and_facts(reply: Reply, kind: type[VodplanError], exit_code: int) -> None:
    """Whoever reports a failure finds operation, code, status and request in the message."""
    fault = a_fault(reply, "UpdateVideoInfos")

    raised = failures.error_for(fault, provider="the test", clock_offset=0, tries=3)

    assert type(raised) is kind
    assert raised.exit_code == exit_code
    assert raised.next
    for fact in ("UpdateVideoInfos", fault.code, f"HTTP {fault.status}", fault.request_id):
        assert fact in raised.message


def test_error_for_a_forbidden_operation_names_the_action_to_grant() -> None:
    """The remedy is a line in a policy, so the message has it."""
    raised = failures.error_for(
        a_fault(error("NoPermission", 403), "DeleteVideo"), provider="", clock_offset=0, tries=1
    )

    assert "vod:DeleteVideo" in raised.message


@pytest.mark.parametrize(
    ("code", "words"), [("OperationDenied", "not activated"), ("OperationDenied.Suspended", "overdue")]
)
def test_error_for_a_closed_account_says_so(code: str, words: str) -> None:
    """No policy helps an account without the service."""
    raised = failures.error_for(a_fault(error(code, 403)), provider="", clock_offset=0, tries=1)

    assert words in raised.message
    assert "RAM" not in raised.message


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("InvalidAccessKeyId.NotFound", "is not known"),
        ("InvalidAccessKeyId.Inactive", "is disabled"),
        ("SignatureDoesNotMatch", "secret from the vault"),
        ("InvalidSecurityToken.Malformed", "token from the vault"),
        ("InvalidSecurityToken.Expired", "has expired"),
        ("SignatureNonceUsed", "came twice"),
        ("IncompleteSignature", "could not check"),
    ],
)
def test_error_for_refused_keys_says_which_part_is_wrong(code: str, words: str) -> None:
    """Key, secret, token and clock have different remedies."""
    raised = failures.error_for(a_fault(error(code)), provider="the vault", clock_offset=0, tries=1)

    assert words in raised.message


def test_error_for_a_wrong_signature_repeats_nothing_that_was_signed() -> None:
    """The service's sentence ends in what it signed, tokens included."""
    message = "Specified signature does not match. server string to sign is:GET&%2F&SecurityToken%3Dabc"

    raised = failures.error_for(
        a_fault(error("SignatureDoesNotMatch", message=message)), provider="", clock_offset=0, tries=1
    )

    assert "SecurityToken" not in str(raised)


@pytest.mark.parametrize(
    ("offset", "words"), [(1200.0, "20 minutes behind"), (-1200.0, "20 minutes ahead of"), (60.0, "60 seconds behind")]
)
def test_error_for_a_wrong_clock_shows_by_how_much(offset: float, words: str) -> None:
    """Behind and ahead are told apart, as this machine's side."""
    raised = failures.error_for(a_fault(error("InvalidTimeStamp.Expired")), provider="", clock_offset=offset, tries=2)

    assert words in raised.message


def test_unknown_outcome_keeps_the_facts() -> None:
    """Reading decides such a write, and the request's id helps the service's support."""
    raised = failures.unknown_outcome(a_fault(error("InternalError", 500), "DeleteVideo"), tries=4)

    assert isinstance(raised, UnknownOutcome)
    assert (raised.operation, raised.status, raised.request_id) == ("DeleteVideo", 500, "R-2")


def test_read_a_success_gives_its_record() -> None:
    """The request id is taken from the body where the header lacks it."""
    record = failures.read("GetVideoInfos", ok(VideoList=[]))

    assert not isinstance(record, Fault)
    assert record.request_id == "R-1"
