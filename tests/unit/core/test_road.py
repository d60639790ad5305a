"""Which way a plan reads the library, and what the search index may say at all."""

from __future__ import annotations

import datetime

import pytest

from tests import build
from vodplan.core.desired import DesiredAsset, StreamRemoval
from vodplan.core.plan import Road
from vodplan.core.road import FEW, LEAST, Rates, ReadBy, choose, comparable, without_counting
from vodplan.core.values import TagEdit

DOCUMENTED = Rates(ids=2_000, search=5_000)


def test_road_of_a_library_that_is_mostly_managed_is_the_walk() -> None:
    """100,000 of 100,000: 20 seconds in place of 50."""
    choice = choose(ReadBy.AUTO, asked=100_000, entries=100_000, total=100_000, rates=DOCUMENTED)

    assert choice.road is Road.SEARCH
    assert choice.why == (
        "At the allowed rate a walk through 100,000 videos takes 20 s, and reading 100,000 by id 50 s."
    )


@pytest.mark.parametrize(
    ("asked", "entries", "total", "road"),
    [
        (100_000, 100_000, 125_000, Road.SEARCH),
        (100_000, 100_000, 125_001, Road.IDS),
        (100_000, 50_000, 100_000, Road.SEARCH),
        (100_000, 49_999, 100_000, Road.IDS),
        (100_000, 100_000, 49_999, Road.IDS),
    ],
    ids=["just half", "a library too large", "half comparable", "less comparable", "an index without most of them"],
)
def test_road_is_the_walk_where_it_takes_at_most_half_the_time(
    asked: int, entries: int, total: int, road: Road
) -> None:
    """What the index cannot settle is read by id meanwhile, and the longer of the two counts."""
    assert choose(ReadBy.AUTO, asked=asked, entries=entries, total=total, rates=DOCUMENTED).road is road


def test_road_that_was_asked_for_is_taken() -> None:
    """Whatever it costs."""
    by_search = choose(ReadBy.SEARCH, asked=1, entries=1, total=1_000_000, rates=DOCUMENTED)
    by_ids = without_counting(ReadBy.IDS, entries=1_000_000, pictures_go=False)

    assert (by_search.road, by_search.why) == (Road.SEARCH, "--read-by search asks for it.")
    assert by_ids is not None
    assert (by_ids.road, by_ids.why) == (Road.IDS, "--read-by ids asks for it.")


@pytest.mark.parametrize("read_by", ReadBy)
def test_road_of_an_index_that_cannot_be_walked_is_by_id(read_by: ReadBy) -> None:
    """A snapshot, for one, has none."""
    assert choose(read_by, asked=9_000, entries=9_000, total=None, rates=DOCUMENTED).road is Road.IDS


@pytest.mark.parametrize(
    ("read_by", "entries", "pictures_go", "clear"),
    [
        (ReadBy.AUTO, LEAST, False, False),
        (ReadBy.AUTO, LEAST - 1, False, True),
        (ReadBy.SEARCH, 1, False, False),
        (ReadBy.SEARCH, 0, False, True),
        (ReadBy.AUTO, LEAST, True, True),
        (ReadBy.SEARCH, LEAST, True, True),
    ],
)
def test_road_is_clear_without_counting_for_few_entries_and_where_pictures_go(
    read_by: ReadBy, entries: int, pictures_go: bool, clear: bool
) -> None:
    """Then not even one search is sent."""
    choice = without_counting(read_by, entries=entries, pictures_go=pictures_go)

    assert (choice is not None and choice.road is Road.IDS) is clear
    assert choice is None or (choice.why == FEW) is not pictures_go


@pytest.mark.parametrize(
    ("asset", "can"),
    [
        (build.video("v", title="a", tags=("x",), category="News", cover="http://h/a.jpg"), True),
        (build.video("v"), True),
        (build.video("v", tags=TagEdit(add=("a",), remove=())), True),
        (build.video("v", title="a", after=datetime.date(2030, 1, 1)), True),
        (build.video("ref:cms-1", title="a"), False),
        (build.video("v", absent=True), False),
        (build.video("v", title="a", source_absent=True), False),
        (build.video("v", title="a", streams=StreamRemoval(jobs=("j",))), False),
        (build.video("v", title="a", description=""), False),
        (build.video("v", tags=()), False),
        (build.video("v", category=None), False),
    ],
)
def test_index_may_settle_only_entries_that_set_values_by_id(asset: DesiredAsset, can: bool) -> None:
    """Removals, references and cleared fields are never left to it."""
    assert comparable(asset) is can
