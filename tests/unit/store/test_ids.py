"""Ids and times of records."""

from __future__ import annotations

import datetime
import re

from vodplan.store.ids import run_id, stamp

NOON = datetime.datetime(2026, 11, 21, 12, 0, 0, 5_999, tzinfo=datetime.UTC)
TOKYO = datetime.timezone(datetime.timedelta(hours=9))


def test_run_ids_are_unique_sort_by_time_and_go_into_urls() -> None:
    """Ids are sorted and typed, and put into file names and links as they are."""
    at_once = {run_id(NOON) for _ in range(200)}
    later = run_id(NOON + datetime.timedelta(milliseconds=1))

    assert len(at_once) == 200
    assert all(re.fullmatch(r"20261121-120000005-[0-9a-hjkmnp-tv-z]{6}", one) for one in at_once)
    assert all(one < later for one in at_once)


def test_times_are_utc_whatever_the_clock_is_set_to() -> None:
    """One instant has one text, which sorts as it passes."""
    assert stamp(NOON) == stamp(NOON.astimezone(TOKYO)) == "2026-11-21T12:00:00.005Z"
    assert run_id(NOON.astimezone(TOKYO))[:18] == run_id(NOON)[:18]
    assert stamp(NOON.replace(microsecond=0)) == "2026-11-21T12:00:00.000Z"
