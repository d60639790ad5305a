"""What is live and in no manifest: how many, how large, where, since when."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from vodplan.core.exporting import UNDATED

_DAY = datetime.timedelta(days=1)
AGES = (
    ("up to 30 days", 30 * _DAY),
    ("up to 1 year", 365 * _DAY),
    ("up to 3 years", 3 * 365 * _DAY),
    ("older", datetime.timedelta.max),
)
"""Names of ages, and the oldest that each takes in."""

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Amount:
    """How many assets, and their bytes as far as the service says."""

    assets: int = 0
    size: int = 0

    def plus(self, size: int | None) -> Amount:
        """One asset more."""
        return Amount(self.assets + 1, self.size + (size or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmanagedAsset:
    """One asset that no manifest names.

    category: its path, `id 123` for one without a path of its own, "" for none.
    """

    kind: str
    id: str
    title: str
    category: str
    created: str
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmanaged:
    """What the manifests do not name.

    live:    kind → everything there is.
    kinds, categories, ages: what is unmanaged, by kind, by category (`UnmanagedAsset.category`), by age.
    missed:  assets that the service counts and does not show.
    assets:  each of them, by kind, category and time of creation, read anew every time it is called.
    """

    target: str
    live: Mapping[str, Amount]
    kinds: Mapping[str, Amount]
    categories: Mapping[str, Amount]
    ages: Mapping[str, Amount]
    missed: int
    assets: Callable[[], Iterable[UnmanagedAsset]]

    @property
    def total(self) -> Amount:
        """All of it."""
        return Amount(sum(one.assets for one in self.kinds.values()), sum(one.size for one in self.kinds.values()))


@dataclass(slots=True)
class Tally:
    """Counts as assets come by; holds a number for each kind, category and age, and no asset."""

    now: datetime.datetime
    live: dict[str, Amount] = field(default_factory=dict)
    kinds: dict[str, Amount] = field(default_factory=dict)
    categories: dict[str, Amount] = field(default_factory=dict)
    ages: dict[str, Amount] = field(default_factory=dict)

    def seen(self, kind: str, size: int | None) -> None:
        """Count an asset that exists."""
        _add(self.live, kind, size)

    def unmanaged(self, asset: UnmanagedAsset) -> None:
        """Count one that no manifest names."""
        _add(self.kinds, asset.kind, asset.size)
        _add(self.categories, asset.category, asset.size)
        _add(self.ages, age_of(asset.created, self.now), asset.size)


def age_of(created: str, now: datetime.datetime) -> str:
    """The name of an age."""
    try:
        made = datetime.datetime.strptime(created, _FORMAT).replace(tzinfo=datetime.UTC)
    except ValueError:
        return UNDATED
    return next(name for name, most in AGES if now - made <= most)


def _add(amounts: dict[str, Amount], name: str, size: int | None) -> None:
    amounts[name] = amounts.get(name, Amount()).plus(size)
