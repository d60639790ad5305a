"""One stage's calls, shared between two operations that do the same."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping

import pytest

from vodplan.core.kind import Call, CallItem, OperationSpec
from vodplan.core.lanes import side_by_side
from vodplan.kinds.operations import OPERATIONS, with_rates

ALONE = {"UpdateVideoInfos": "UpdateVideoInfo"}


def calls(number: int, *, size: int = 20, operation: str = "UpdateVideoInfos") -> list[Call]:
    """So many calls of so many items each."""
    return [
        Call(
            operation=operation,
            kind="video",
            items=tuple(
                CallItem(change=call * size + place, id=f"v{call * size + place}", fields={"title": "t"}, params={})
                for place in range(size)
            ),
        )
        for call in range(number)
    ]


def counted(found: tuple[Call, ...]) -> Mapping[str, int]:
    """Calls of each operation."""
    return Counter(call.operation for call in found)


def test_side_by_side_of_20_000_updates_gives_one_item_in_seven_to_the_operation_for_one() -> None:
    """30 × 20 and 100 × 1 a second: both are through after 28.6 seconds, where batches alone take 33.3."""
    found = side_by_side(calls(1000), ALONE, OPERATIONS)

    assert counted(found) == {"UpdateVideoInfos": 858, "UpdateVideoInfo": 2840}
    assert [item.change for call in found for item in call.items] == list(range(20_000))
    assert {len(call.items) for call in found if call.operation == "UpdateVideoInfo"} == {1}


@pytest.mark.parametrize("number", [0, 1, 30])
def test_side_by_side_of_no_more_calls_than_a_second_allows_leaves_them_whole(number: int) -> None:
    """Few calls are worth more than moments."""
    few = calls(number)

    assert side_by_side(few, ALONE, OPERATIONS) == tuple(few)


def test_side_by_side_of_large_items_gives_more_of_them_to_the_operation_for_one() -> None:
    """Calls that bytes keep at 5 items bring 150 items a second, beside 100."""
    found = side_by_side(calls(100, size=5), ALONE, OPERATIONS)

    assert counted(found) == {"UpdateVideoInfos": 60, "UpdateVideoInfo": 200}


def test_side_by_side_goes_by_the_rates_of_the_account() -> None:
    """An account that may call the batch operation often gives little to the other one."""
    found = side_by_side(calls(1000), ALONE, with_rates({"UpdateVideoInfos": 300}))

    assert counted(found) == {"UpdateVideoInfos": 984, "UpdateVideoInfo": 320}


def test_side_by_side_keeps_one_call_whole_whatever_the_rates_are() -> None:
    """A rate below one a second does not empty the operation for several."""
    slow = dataclasses.replace(OPERATIONS["UpdateVideoInfos"], rate=0.001)
    operations: Mapping[str, OperationSpec] = {**OPERATIONS, "UpdateVideoInfos": slow}

    assert counted(side_by_side(calls(3), ALONE, operations)) == {"UpdateVideoInfos": 1, "UpdateVideoInfo": 40}


def test_side_by_side_leaves_operations_without_a_second_one_alone() -> None:
    """Deletions have one operation; they stay as they are, before what is sent item by item."""
    found = side_by_side([*calls(70), *calls(70, operation="DeleteVideo")], ALONE, OPERATIONS)

    assert counted(found)["DeleteVideo"] == 70
    assert found[-1].operation == "UpdateVideoInfo"
