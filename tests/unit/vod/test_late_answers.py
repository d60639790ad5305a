"""Calls that the service may still be at when they are given up."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.vod.fakes import Answer, FakeHttp, Sleeps, caller_over, html, ok
from vodplan.core.errors import UnknownOutcome
from vodplan.vod.failures import AnswerLate
from vodplan.vod.wire import Record


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
