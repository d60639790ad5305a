"""Counts of what no manifest names."""

from __future__ import annotations

import datetime

import pytest

from vodplan.core.unmanaged import Amount, Tally, Unmanaged, UnmanagedAsset, age_of

NOW = datetime.datetime(2026, 6, 15, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("created", "name"),
    [
        ("2026-06-15T12:00:00Z", "up to 30 days"),
        ("2026-05-16T12:00:00Z", "up to 30 days"),
        ("2026-05-16T11:59:59Z", "up to 1 year"),
        ("2024-01-01T00:00:00Z", "up to 3 years"),
        ("2001-01-01T00:00:00Z", "older"),
        ("2027-01-01T00:00:00Z", "up to 30 days"),
        ("", "undated"),
    ],
)
def test_age_of_has_a_name_for_every_time(created: str, name: str) -> None:
    """A clock that is behind makes nothing older, and a time that cannot be read is no age."""
    assert age_of(created, NOW) == name


def test_tally_adds_up_by_kind_category_and_age() -> None:
    """A size that the service does not say counts as nothing."""
    tally = Tally(NOW)
    for number, (kind, category, size) in enumerate((("video", "News", 5), ("video", "", None), ("image", "News", 2))):
        tally.seen(kind, size)
        created = "2026-06-01T00:00:00Z"
        tally.unmanaged(
            UnmanagedAsset(kind=kind, id=f"a{number}", title="", category=category, created=created, size=size)
        )
    tally.seen("video", 100)

    assert tally.live == {"video": Amount(3, 105), "image": Amount(1, 2)}
    assert tally.kinds == {"video": Amount(2, 5), "image": Amount(1, 2)}
    assert tally.categories == {"News": Amount(2, 7), "": Amount(1, 0)}
    assert tally.ages == {"up to 30 days": Amount(3, 7)}
    found = Unmanaged(
        target="lab",
        live=tally.live,
        kinds=tally.kinds,
        categories=tally.categories,
        ages=tally.ages,
        missed=0,
        assets=list,
    )
    assert found.total == Amount(3, 7)
