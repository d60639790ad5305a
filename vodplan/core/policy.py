"""The rules of `policy:` in the project file, as data."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The most that a plan may touch: a `count`, or a `percent` (0 to 100) of the managed assets; one of the two."""

    count: int | None = None
    percent: float | None = None

    def __str__(self) -> str:
        return f"{self.percent:g}%" if self.percent is not None else str(self.count)


Bounds = Bound | Mapping[str, Bound]
"""One bound, or kind → bound; a kind that is left out has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What is never deleted: an asset that fits every condition given.

    any_tags, all_tags: it has at least one of them, all of them.
    category:       it stands in this category or below it.
    ids:            its id, reference or address is one of these.
    created_after:  it was made on this day (UTC) or later.
    created_before: it was made before this day (UTC).
    younger_than:   it was made less than so long before the plan.
    statuses:       the service gives it one of these.
    """

    any_tags: frozenset[str] = frozenset()
    all_tags: frozenset[str] = frozenset()
    category: str | None = None
    ids: frozenset[str] = frozenset()
    created_after: datetime.date | None = None
    created_before: datetime.date | None = None
    younger_than: datetime.timedelta | None = None
    statuses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The team's rules (docs/guards.md).

    max_delete_bytes: the most that a plan may free, as far as sizes are known.
    max_managed_drop: how many fewer entries the manifests may have than when a plan was last applied.
    max_rule_growth: how many more assets a rule may find than when a plan was last applied.
    require:          kind → fields that every entry of that kind must set; checked by `validate`.
    vocabulary:       the closed list of tags, None when any tag may be used; checked by `validate`.
    backup:           the folder, as written, that source files are saved to before they are deleted; None for not.
    """

    max_deletes: Bounds | None = None
    max_updates: Bounds | None = None
    max_delete_bytes: int | None = None
    max_managed_drop: Bound | None = None
    max_rule_growth: Bound | None = None
    protect: tuple[Protection, ...] = ()
    require: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    vocabulary: frozenset[str] | None = None
    backup: str | None = None
