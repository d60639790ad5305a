"""The rules that refuse a plan by counting."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests import build
from tests.unit.core.guarding import deletions, refusals, updates
from vodplan.core.change import Action, Change
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


@pytest.mark.parametrize(
    ("bounds", "held"),
    [
        ({"video": Bound(count=2), "image": Bound(count=1)}, []),
        ({"video": Bound(count=1)}, [("2", "1", "policy.max_deletes.video")]),
        ({"video": Bound(percent=20)}, []),
        ({"video": Bound(percent=19.9)}, [("2", "19.9% of 10 = 1", "policy.max_deletes.video")]),
        ({"category": Bound(count=0)}, [("1", "0", "policy.max_deletes.category")]),
        ({"category": Bound(percent=100)}, [("1", "100% of 0 = 0", "policy.max_deletes.category")]),
        (
            {"video": Bound(count=0), "image": Bound(count=0)},
            [("1", "0", "policy.max_deletes.image"), ("2", "0", "policy.max_deletes.video")],
        ),
        ({}, []),
    ],
)
def test_max_deletes_by_kind_holds_each_kind_by_its_own_bound(
    bounds: Mapping[str, Bound], held: list[tuple[str, str, str]]
) -> None:
    """A share is of the managed assets of that kind; a kind without a bound has none."""
    category = build.change("category/News", Action.DELETE, id="2")
    changes = [*deletions(1), *deletions(1, Action.DELETE_SOURCE), *deletions(1, kind="image"), category]

    found = refusals(
        *changes, policy=Policy(max_deletes=bounds), managed={"video": 10, "image": 50}, members={2: build.members()}
    )

    assert [(one.number, one.threshold, one.setting) for one in found] == held
    assert all(one.message.endswith(f"{one.setting} allows {one.threshold}.") for one in found)


@pytest.mark.parametrize(
    ("bounds", "managed", "held"),
    [
        ({"video": Bound(count=2)}, 1, []),
        ({"video": Bound(count=1)}, 1, [("2", "1", "policy.max_updates.video")]),
        ({"video": Bound(percent=10)}, 9, []),
        ({"video": Bound(percent=10)}, 10, [("2", "10% of 10 = 1", "policy.max_updates.video")]),
        ({"category": Bound(count=0)}, 1, [("1", "0", "policy.max_updates.category")]),
        (Bound(count=0), 1, [("2", "0", "policy.max_updates")]),
    ],
)
def test_max_updates_by_kind_counts_a_renamed_category_where_that_has_a_bound(
    bounds: Bound | Mapping[str, Bound], managed: int, held: list[tuple[str, str, str]]
) -> None:
    """One bound for all is about assets; one for categories is about their names."""
    renaming = build.change("category/Paper", Action.RENAME, id="2")

    found = refusals(*updates(2), renaming, policy=Policy(max_updates=bounds), managed={"video": managed})

    assert [(one.number, one.threshold, one.setting) for one in found] == held


def freeing(*sizes: int | None) -> list[Change]:
    """Deletions that free so many bytes each."""
    return [build.change(f"video/v{place}", Action.DELETE, bytes_freed=size) for place, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("sizes", "bound", "numbers"),
    [
        ((600, 400), 1_000, None),
        ((600, 401), 1_000, ("1,001 bytes", "1,000 bytes")),
        ((2_000_000_000_000, None), 500_000_000_000, ("2.0 TB", "500.0 GB")),
        ((3 * 10**18, None), 2 * 10**15, ("3000.0 PB", "2.0 PB")),
        ((500_000_000_001,), 500_000_000_000, ("500,000,000,001 bytes", "500,000,000,000 bytes")),
        ((None, None), 0, None),
        ((1,), 0, ("1 byte", "0 bytes")),
        ((10**18,), None, None),
    ],
)
def test_max_delete_bytes_holds_above_its_amount(
    sizes: tuple[int | None, ...], bound: int | None, numbers: tuple[str, str] | None
) -> None:
    """Known sizes count; two amounts that read alike are written out."""
    found = refusals(*freeing(*sizes), policy=Policy(max_delete_bytes=bound))

    assert [(one.number, one.threshold) for one in found] == ([] if numbers is None else [numbers])


def test_max_delete_bytes_says_how_many_sizes_it_does_not_know() -> None:
    """What is freed is at least the sum; categories hold no bytes of their own, updates free none."""
    category = build.change("category/News", Action.DELETE, id="2")
    streams = build.change("video/v9", Action.DELETE_STREAMS)

    (found,) = refusals(
        *freeing(10, None),
        streams,
        category,
        *updates(3),
        policy=Policy(max_delete_bytes=9),
        members={2: build.members()},
    )

    assert (found.guard, found.setting) == ("max_delete_bytes", "policy.max_delete_bytes")
    assert found.message == (
        "The plan frees at least 10 bytes; policy.max_delete_bytes allows 9 bytes. The size of 2 things that it removes "
        "is not known, and not counted."
    )


@pytest.mark.parametrize(
    ("bound", "before", "now", "held"),
    [
        (Bound(percent=50), {"video": 15, "image": 5}, {"video": 10}, False),
        (Bound(percent=50), {"video": 15, "image": 5}, {"video": 9}, True),
        (Bound(percent=50), {"video": 19}, {"video": 1}, False),
        (Bound(count=3), {"video": 5}, {"video": 2}, False),
        (Bound(count=3), {"video": 5}, {"video": 1}, True),
        (Bound(count=0), {"video": 5}, {"video": 9}, False),
        (Bound(percent=0), {"video": 20}, {"image": 20}, False),
        (Bound(percent=0), {"video": 20}, {"video": 19}, True),
        (Bound(percent=0), None, {"video": 1}, False),
        (None, {"video": 500}, {"video": 1}, False),
    ],
)
def test_managed_dropped_holds_when_the_manifests_lost_too_many_entries(
    bound: Bound | None, before: Mapping[str, int] | None, now: Mapping[str, int], held: bool
) -> None:
    """A share counts from twenty entries up; where nothing is known of before, nothing is held."""
    found = refusals(policy=Policy(max_managed_drop=bound), managed=now, managed_before=before)

    assert [one.guard for one in found] == (["managed_dropped"] if held else [])


def test_managed_dropped_says_what_there_was_and_what_is_left() -> None:
    """Half a folder that was not checked out shows in the numbers."""
    (found,) = refusals(
        policy=Policy(max_managed_drop=Bound(percent=50)), managed={"video": 1}, managed_before={"video": 120}
    )

    assert (found.number, found.threshold, found.setting) == ("119", "50% of 120 = 60", "policy.max_managed_drop")
    assert found.message == (
        "The manifests have 1 entry, and had 120 when a plan was last applied: 119 fewer; policy.max_managed_drop allows "
        "50% of 120 = 60."
    )


def test_rule_that_finds_more_than_its_limit_is_held() -> None:
    """Exactly the limit is allowed; each rule is told by its name."""
    rules = [RuleMatches(name=name, matches=count, limit=5) for name, count in (("b", 6), ("a", 7), ("c", 5))]

    found = refusals(rules=rules)

    assert [(one.guard, one.number, one.threshold, one.setting) for one in found] == [
        ("rule_limit", "7", "5", "rules[a].limit"),
        ("rule_limit", "6", "5", "rules[b].limit"),
    ]


@pytest.mark.parametrize(
    ("matches", "before", "bound", "held"),
    [
        (15, 10, Bound(percent=50), False),
        (16, 10, Bound(percent=50), True),
        (12, 10, Bound(count=2), False),
        (13, 10, Bound(count=2), True),
        (3, 10, Bound(count=0), False),
        (1, 0, Bound(percent=50), True),
        (900, None, Bound(count=0), False),
        (900, 1, None, False),
    ],
)
def test_rule_growth_counts_what_is_more_than_last_time(
    matches: int, before: int | None, bound: Bound | None, held: bool
) -> None:
    """Exactly the bound is allowed; a rule that was not there is not held."""
    rule = RuleMatches(name="r", matches=matches, limit=None, before=before)

    found = refusals(policy=Policy(max_rule_growth=bound), rules=[rule])

    assert [one.guard for one in found] == (["rule_growth"] if held else [])


def test_rule_without_a_limit_finds_any_number() -> None:
    """What sets fields needs none."""
    assert refusals(rules=[RuleMatches(name="r", matches=10**6, limit=None)]) == ()
