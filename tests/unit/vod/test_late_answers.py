"""Calls that the service may still be at when they are given up."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.unit.vod.fakes import Answer, FakeHttp, Sleeps, caller_over, html, ok
from vodplan.core.errors import UnknownOutcome
from vodplan.vod.client import HttpClient
from vodplan.vod.failures import AnswerLate, AnswerLost
from vodplan.vod.wire import Record


class Unheard(httpx.AsyncBaseTransport):
    """A transport on which every request ends in the same way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`."""
        raise self._error


async def unmade() -> Record | None:
    """The look for what a call may have made finds nothing."""
    return None


@pytest.mark.parametrize("failure", [AnswerLate("it took too long"), html(504)])
def test_add_category_that_may_still_be_under_way_is_not_sent_again(failure: Answer) -> None:
    """It is not there yet, which says nothing: a second one would be made."""
    http = FakeHttp([failure, ok(Done=1)])

    with pytest.raises(UnknownOutcome):
        asyncio.run(caller_over(http, sleeps=Sleeps()).call("AddCategory", {}, settle=unmade))

    assert http.operations == ["AddCategory"]


def test_update_that_may_still_be_under_way_is_sent_again() -> None:
    """It says the same again, whichever comes first."""
    http = FakeHttp([AnswerLate("it took too long"), ok(Done=1)])

    assert asyncio.run(caller_over(http, sleeps=Sleeps()).call("UpdateVideoInfos", {})).integer("Done") == 1


@pytest.mark.parametrize(
    ("error", "late"),
    [
        (httpx.ReadTimeout("no byte"), True),
        (httpx.WriteTimeout("not taken"), True),
        (httpx.ReadError("reset"), False),
        (httpx.RemoteProtocolError("cut"), False),
    ],
)
def test_answer_that_is_late_is_told_from_one_that_is_lost(error: Exception, late: bool) -> None:
    """Only a connection that broke says that the service is not at it any more."""
    client = HttpClient("http://127.0.0.1:1", transport=Unheard(error))

    with pytest.raises(AnswerLost) as raised:
        asyncio.run(client.post("a=b", {}))

    assert isinstance(raised.value, AnswerLate) is late
