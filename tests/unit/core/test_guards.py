"""The rules that refuse a plan by counting."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests import build
from tests.unit.core.guarding import deletion, deletions, refusals, updates
from vodplan.core.change import Action
from vodplan.core.guards import RuleMatches
from vodplan.core.policy import Bound, Policy


@pytest.mark.parametrize(
    ("bound", "managed", "count", "held"),
    [
        (Bound(count=2), 100, 2, False),
        (Bound(count=2), 100, 3, True),
        (Bound(count=0), 100, 1, True),
        (Bound(percent=5), 40, 2, False),
        (Bound(percent=5), 40, 3, True),
        (Bound(percent=0.5), 1000, 5, False),
        (Bound(percent=0.5), 1000, 6, True),
        (Bound(percent=100), 3, 3, False),
        (Bound(percent=5), 0, 1, True),
        (None, 1, 1, False),
    ],
)
def test_max_deletes_holds_above_its_count_or_share(bound: Bound | None, managed: int, count: int, held: bool) -> None:
    """Exactly the bound is allowed; a share is of all managed assets, of any number of them."""
    found = refusals(*deletions(count), policy=Policy(max_deletes=bound), managed={"video": managed, "category": 50})

    assert [one.guard for one in found] == (["max_deletes"] if held else [])


def test_max_deletes_counts_everything_that_removes_and_says_what_it_counted() -> None:
    """A source file and a stream are gone for good as a video is."""
    changes = [*deletions(1), *deletions(1, Action.DELETE_SOURCE), *deletions(1, Action.DELETE_STREAMS)]

    (found,) = refusals(*changes, policy=Policy(max_deletes=Bound(percent=5)), managed={"video": 30, "image": 10})

    assert (found.number, found.threshold, found.setting) == ("3", "5% of 40 = 2", "policy.max_deletes")


@pytest.mark.parametrize(
    ("bound", "managed", "count", "held"),
    [
        (Bound(percent=30), 10, 3, False),
        (Bound(percent=30), 10, 4, True),
        (Bound(percent=30), 9, 9, False),
        (Bound(count=4), 10, 5, True),
        (Bound(count=4), 9, 5, True),
        (Bound(count=4), 9, 4, False),
    ],
)
def test_max_updates_share_counts_from_ten_managed_assets_up(
    bound: Bound, managed: int, count: int, held: bool
) -> None:
    """A third of three means nothing; a count means the same in a library of any size."""
    found = refusals(*updates(count), policy=Policy(max_updates=bound), managed={"video": managed})

    assert [one.guard for one in found] == (["max_updates"] if held else [])


def test_max_updates_is_counted_kind_by_kind() -> None:
    """Many videos do not make room for images, and a kind that nothing manages has no share."""
    policy = Policy(max_updates=Bound(percent=30))

    found = refusals(*updates(2), *updates(4, "image"), policy=policy, managed={"video": 100, "image": 10})

    assert [(one.number, one.threshold) for one in found] == [("4", "30% of 10 = 3")]
    assert "kind image" in found[0].message


def test_bound_reads_as_people_write_it() -> None:
    """`5%`, `0.5%`, `10`."""
    assert [str(one) for one in (Bound(percent=5), Bound(percent=0.5), Bound(count=10))] == ["5%", "0.5%", "10"]
