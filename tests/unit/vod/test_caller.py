"""One call carried to its end: what is repeated, how often, and what it ends with."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Mapping

import pytest

from tests.unit.vod.fakes import (
    LOST,
    NOW,
    SECRET,
    UNSENT,
    Answer,
    FakeHttp,
    FixedClock,
    Keys,
    Sleeps,
    caller_over,
    error,
    html,
    ok,
)
from vodplan.core.errors import (
    CredentialsError,
    InvalidAnswer,
    NotFound,
    RefusedByService,
    Throttled,
    Unavailable,
    UnknownOutcome,
    VodplanError,
)
from vodplan.vod import retry
from vodplan.vod.caller import Caller
from vodplan.vod.credentials import Credentials
from vodplan.vod.failures import Trouble
from vodplan.vod.signing import sign
from vodplan.vod.wire import Origin, Record

READ, UPDATE, ADD = "GetVideoInfos", "UpdateVideoInfos", "AddCategory"
BUSY = error("ServiceUnavailable", 503)
THROTTLED = error("Throttling.User", x_acs_retry_after="700")


def made(category: int) -> Record:
    return Record({"Category": {"CateId": category}}, Origin(operation=ADD, request_id=""))


@pytest.mark.parametrize("operation", [READ, UPDATE, "DeleteVideo", "UpdateCategory"])
@pytest.mark.parametrize("failure", [BUSY, THROTTLED, LOST, UNSENT, html(502), html(200), error("InternalError", 500)])
def test_call_that_may_be_repeated_is_repeated(operation: str, failure: Answer) -> None:
    """Reads, updates of fields and deletions do the same when done twice."""
    http = FakeHttp([failure, ok(Done=1)])

    record = asyncio.run(caller_over(http).call(operation, {}))

    assert record.integer("Done") == 1
    assert http.operations == [operation, operation]


@pytest.mark.parametrize("failure", [THROTTLED, UNSENT])
def test_add_category_that_was_surely_not_done_is_repeated(failure: Answer) -> None:
    """Nothing was made, so nothing can be made twice."""
    http = FakeHttp([failure, ok(Done=1)])

    assert asyncio.run(caller_over(http).call(ADD, {})).integer("Done") == 1


@pytest.mark.parametrize("failure", [LOST, BUSY, html(200), error("SignatureNonceUsed")])
def test_add_category_in_doubt_without_a_way_to_tell_is_not_repeated(failure: Answer) -> None:
    """It has no client token: sent twice it makes two categories."""
    http = FakeHttp([failure])

    with pytest.raises(UnknownOutcome):
        asyncio.run(caller_over(http).call(ADD, {}))

    assert http.operations == [ADD]


def test_add_category_in_doubt_that_turns_out_done_is_not_repeated() -> None:
    """The look-up gives the answer that was lost."""
    http = FakeHttp([LOST])

    async def settle() -> Record:
        return made(7)

    record = asyncio.run(caller_over(http).call(ADD, {}, settle=settle))

    assert record.record("Category") is not None
    assert http.operations == [ADD]


def test_add_category_in_doubt_that_turns_out_undone_is_repeated() -> None:
    """Only once several looks, some seconds apart, show that it is not there: it may not be listed at once."""
    http = FakeHttp([LOST, ok(Done=1)])
    sleeps = Sleeps()
    looks: list[tuple[int, list[float]]] = []

    async def settle() -> None:
        looks.append((len(http.requests), sleeps[1:]))

    assert asyncio.run(caller_over(http, sleeps=sleeps).call(ADD, {}, settle=settle)).integer("Done") == 1
    assert looks == [(1, []), (1, [0.5]), (1, [0.5, 1.0]), (1, [0.5, 1.0, 2.0])]


def test_add_category_lost_every_time_is_looked_for_after_the_last_try_too() -> None:
    """The last try may be the one that was done."""
    http = FakeHttp([LOST] * 5)

    async def settle() -> Record | None:
        return made(9) if len(http.requests) == 5 else None

    record = asyncio.run(caller_over(http).call(ADD, {}, settle=settle))

    assert record.record("Category") is not None
    assert len(http.requests) == 5


def test_add_category_whose_look_up_fails_has_an_unknown_outcome() -> None:
    """Not knowing is not the same as not done."""
    http = FakeHttp([LOST])

    async def settle() -> Record | None:
        raise Unavailable("down", operation="GetCategories")

    with pytest.raises(UnknownOutcome):
        asyncio.run(caller_over(http).call(ADD, {}, settle=settle))


@pytest.mark.parametrize(
    ("operation", "failure", "kind", "tries"),
    [
        (READ, THROTTLED, Throttled, 10),
        (READ, BUSY, Unavailable, 6),
        (READ, LOST, Unavailable, 5),
        (READ, UNSENT, Unavailable, 4),
        (READ, html(200), InvalidAnswer, 3),
        (UPDATE, THROTTLED, Throttled, 10),
        (UPDATE, BUSY, UnknownOutcome, 6),
        (UPDATE, LOST, UnknownOutcome, 5),
        (UPDATE, UNSENT, Unavailable, 4),
        (UPDATE, html(200), UnknownOutcome, 3),
        (UPDATE, html(414), RefusedByService, 1),
        (UPDATE, error("InvalidParameter"), RefusedByService, 1),
        ("DeleteVideo", error("DeleteVideoFailed", 503), UnknownOutcome, 6),
        (READ, error("SignatureDoesNotMatch"), CredentialsError, 1),
        (READ, error("SignatureNonceUsed"), CredentialsError, 2),
        (READ, error("InvalidTimeStamp.Expired"), CredentialsError, 2),
        (READ, error("InvalidSecurityToken.Expired"), CredentialsError, 2),
    ],
)
def test_call_that_keeps_failing_ends_with_its_class(
    operation: str, failure: Answer, kind: type[VodplanError], tries: int
) -> None:
    """Given up undone and perhaps done are different endings; so are the number of tries."""
    http = FakeHttp([failure] * 12)

    with pytest.raises(VodplanError) as raised:
        asyncio.run(caller_over(http).call(operation, {}))

    assert type(raised.value) is kind
    assert len(http.requests) == tries


def test_write_lost_once_and_then_only_throttled_has_an_unknown_outcome() -> None:
    """The first try may have been done, whatever happened to the others."""
    http = FakeHttp([LOST, *[THROTTLED] * 10])

    with pytest.raises(UnknownOutcome):
        asyncio.run(caller_over(http).call(UPDATE, {}))


@pytest.mark.parametrize(
    ("failure", "kind"),
    [(error("InvalidParameter"), RefusedByService), (error("InvalidVideo.NotFound", 404), NotFound)],
)
def test_write_lost_once_and_then_judged_ends_with_the_judgement(failure: Answer, kind: type[VodplanError]) -> None:
    """The same request gets the same verdict, so the lost one was refused too, or the asset is gone."""
    http = FakeHttp([LOST, failure])

    with pytest.raises(kind):
        asyncio.run(caller_over(http).call("DeleteVideo", {}))


def test_call_past_the_total_time_is_not_repeated() -> None:
    """A call that takes half a minute per try ends after two."""
    now = 0.0

    def monotonic() -> float:
        nonlocal now
        now += 30
        return now

    http = FakeHttp([LOST] * 9)

    with pytest.raises(Unavailable):
        asyncio.run(caller_over(http, monotonic=monotonic).call(READ, {}))

    assert len(http.requests) < retry.RULES[Trouble.LOST].tries


def test_retries_wait_longer_every_time_and_as_long_as_asked() -> None:
    """Exponential, with the service's own wish on top."""
    sleeps = Sleeps()
    http = FakeHttp([BUSY, BUSY, THROTTLED, ok()])

    asyncio.run(caller_over(http, sleeps=sleeps).call(READ, {}))

    assert sleeps == [0.125, 0.25, 0.5 + 0.7]


def test_every_try_is_signed_anew() -> None:
    """A nonce that comes twice is refused, and so is an old time."""
    http = FakeHttp([BUSY, LOST, ok()])

    asyncio.run(caller_over(http).call(READ, {"VideoIds": "a"}))

    nonces = {headers["x-acs-signature-nonce"] for _, headers in http.requests}
    assert len(nonces) == 3
    assert {query for query, _ in http.requests} == {"VideoIds=a"}


def test_wrong_clock_is_corrected_from_the_answer() -> None:
    """The Date header says what time it is there; the request is sent again with that time, and so are later ones."""
    late = error("InvalidTimeStamp.Expired", date="Fri, 01 May 2026 12:20:00 GMT")
    http = FakeHttp([late, ok(), ok()])
    caller = caller_over(http)

    asyncio.run(caller.call(READ, {}))
    asyncio.run(caller.call(READ, {}))

    dates = [headers["x-acs-date"] for _, headers in http.requests]
    assert dates[0] == "2026-05-01T12:00:00Z"
    assert dates[1:] == ["2026-05-01T12:20:00Z", "2026-05-01T12:20:00Z"]


def test_wrong_clock_that_cannot_be_corrected_shows_the_difference() -> None:
    """The remedy is to set this machine's clock, so the message says how far off it is."""
    late = error("InvalidTimeStamp.Expired", date="Fri, 01 May 2026 12:20:00 GMT")

    with pytest.raises(CredentialsError, match="20 minutes behind"):
        asyncio.run(caller_over(FakeHttp([late, late])).call(READ, {}))


@pytest.mark.parametrize(("seconds", "skew"), [(0, 0.0), (1, 0.0), (90, 90.5), (-90, -89.5)])
def test_skew_of_a_second_is_none(seconds: int, skew: float) -> None:
    """The header has whole seconds, so a second says nothing."""
    moment = (NOW + datetime.timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    reply = ok()
    caller = caller_over(FakeHttp([type(reply)(status=200, headers={"date": moment}, body=reply.body)]))

    asyncio.run(caller.call(READ, {}))

    assert caller.skew == skew


@pytest.mark.parametrize(("same", "words"), [(True, "does not belong"), (False, "changes requests")])
def test_wrong_signature_tells_a_wrong_secret_from_a_changed_request(same: bool, words: str) -> None:
    """The service repeats what it signed: ours, or something that a proxy made of it."""

    def answer(headers: Mapping[str, str]) -> Answer:
        signed = sign(
            operation=READ, params={}, host="vod.example.com", access_key_id="id", access_key_secret=SECRET,
            security_token=None, date=headers["x-acs-date"], nonce=headers["x-acs-signature-nonce"],
        )  # fmt: skip
        theirs = signed.string_to_sign if same else "ACS3-HMAC-SHA256\n0123"
        return error("SignatureDoesNotMatch", message=f"No match. server string to sign is:{theirs}")

    with pytest.raises(CredentialsError, match=words):
        asyncio.run(caller_over(FakeHttp([answer])).call(READ, {}))


def test_expired_token_is_renewed_once_for_all_calls_under_way() -> None:
    """Eight calls find the token expired; one asks for a new one; all go through with it."""
    old, new = (Credentials("id", SECRET, token, "role") for token in ("old", "new"))
    keys = Keys(old, new)

    def answer(headers: Mapping[str, str]) -> Answer:
        return ok() if headers["x-acs-security-token"] == "new" else error("InvalidSecurityToken.Expired")

    http = FakeHttp([answer] * 16)
    caller = caller_over(http, keys=keys)

    async def eight() -> None:
        await asyncio.gather(*(caller.call(READ, {}) for _ in range(8)))

    asyncio.run(eight())

    assert keys.refreshed == 1


def test_calls_are_counted_as_sent() -> None:
    """A repeated call costs the account's rate twice."""
    caller = caller_over(FakeHttp([BUSY, ok(), ok()]))

    asyncio.run(caller.call(READ, {}))
    asyncio.run(caller.call("SearchMedia", {}))

    assert caller.calls == {READ: 2, "SearchMedia": 1}


def test_log_has_one_line_per_request_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """Operation, attempt, status, request and time help; keys, tokens and signatures never stand there."""
    keys = Keys(Credentials("AKIDEXAMPLE", SECRET, "the-token", "the test"))
    http = FakeHttp([BUSY, LOST, ok()])

    with caplog.at_level(logging.DEBUG, logger="vodplan.vod"):
        asyncio.run(caller_over(http, keys=keys).call(READ, {"VideoIds": "a"}))

    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(" ms=")[0] for line in lines] == [
        "GetVideoInfos attempt=1 status=503 outcome=ServiceUnavailable request=R-2",
        "GetVideoInfos attempt=2 status=- outcome=NoAnswer request=-",
        "GetVideoInfos attempt=3 status=200 outcome=ok request=R-1",
    ]
    text = "\n".join(lines)
    for secret in (SECRET, "the-token", "AKIDEXAMPLE", "Signature"):
        assert secret not in text


def test_pacing_lowers_the_rate_on_throttling() -> None:
    """A throttling answer tells the lane of that operation, and no other."""
    http = FakeHttp([THROTTLED, ok(), ok()])
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    caller = Caller(
        http=http, endpoint="https://h", credentials=Keys(), share=1.0, clock=FixedClock(), monotonic=lambda: now,
        random=lambda: 0.0, sleep=sleep, paced=True,
    )  # fmt: skip
    asyncio.run(caller.call(READ, {}))
    first = now
    asyncio.run(caller.call("SearchMedia", {}))

    assert first == pytest.approx(0.7, abs=0.05)
    assert now == first


def test_pacing_keeps_the_rate_that_the_account_has() -> None:
    """A rate from the project file stands in place of the documented one, and the share is of it."""
    http = FakeHttp([ok() for _ in range(9)])
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    caller = Caller(
        http=http, endpoint="https://h", credentials=Keys(), share=0.5, rates={READ: 4}, clock=FixedClock(),
        monotonic=lambda: now, random=lambda: 0.0, sleep=sleep, paced=True,
    )  # fmt: skip
    for _ in range(9):
        asyncio.run(caller.call(READ, {}))

    assert now == pytest.approx(4.0, abs=0.2)
