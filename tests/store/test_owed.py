"""What the store remembers of old covers that were to be deleted."""

from __future__ import annotations

import dataclasses

import pytest

from tests.store.build import HOLDER, TARGET, a_delete, a_plan, an_update
from tests.store.test_history import STAGING, ended
from vodplan.core.address import Address
from vodplan.core.change import Change
from vodplan.core.oldcovers import Owed
from vodplan.core.report import Verdict
from vodplan.store.store import Store

URL = "http://img.example.com/image/cover/old.jpg"


def old_cover(key: str = "i1", *videos: str) -> Change:
    """The deletion of an image that was a cover."""
    return dataclasses.replace(
        a_delete(key),
        address=Address("image", key),
        params={"old_cover": list(videos or ("video/a",)), "waits_for": ["video/a"]},
        facts={"url": URL, "title": "Old"},
    )


def test_deletions_of_old_covers_are_owed_until_they_are_done(store: Store) -> None:
    """By the newest run that was to do it, on this target; its videos go with it."""
    assert store.owed(TARGET) == ()
    ended(store, a_plan(an_update("a"), old_cover("i1", "video/a", "video/ref:b")), Verdict.DONE, Verdict.HELD)
    ended(store, a_plan(old_cover("i2")), Verdict.UNKNOWN)
    ended(store, a_plan(old_cover("i3")), Verdict.HELD, target=STAGING)

    assert store.owed(TARGET) == (
        Owed(id="i1", url=URL, videos=("video/a", "video/ref:b")),
        Owed(id="i2", url=URL, videos=("video/a",)),
    )
    ended(store, a_plan(old_cover("i1")), Verdict.DONE)
    ended(store, a_plan(old_cover("i2")), Verdict.ALREADY)
    assert store.owed(TARGET) == ()


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.HELD, Verdict.UNKNOWN])
def test_newest_run_decides_what_is_owed(store: Store, verdict: Verdict) -> None:
    """An image that was deleted under its id before does not come back, so nothing older counts."""
    ended(store, a_plan(old_cover()), Verdict.DONE)
    ended(store, a_plan(old_cover("i1", "video/b")), verdict)

    assert [one.videos for one in store.owed(TARGET)] == [("video/b",)]


def test_run_that_was_cut_off_owes_what_it_did_not_come_to(store: Store) -> None:
    """It has no end, and nothing was sent."""
    store.journal(TARGET, holder=HOLDER, allow_deletes=1).begin(a_plan(an_update("a"), old_cover()))

    assert [one.id for one in store.owed(TARGET)] == ["i1"]


def test_other_deletions_are_not_owed(store: Store) -> None:
    """What an entry asks for is planned again by that entry, whatever stands in its texts."""
    named = dataclasses.replace(a_delete("b"), reason='"old_cover": [', before={"old_cover": "x"})
    ended(store, a_plan(a_delete("a"), named), Verdict.HELD, Verdict.HELD)

    assert store.owed(TARGET) == ()
