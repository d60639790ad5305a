"""The rules of `policy:` in the project file, as data."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What is never deleted: an asset that fits every condition given.

    any_tags: it has at least one of them.
    category: it stands in this category or below it.
    ids:      its id or address is one of these.
    """

    any_tags: frozenset[str] = frozenset()
    category: str | None = None
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The team's rules (docs/contract.md section 2).

    require:    kind → fields that every entry of that kind must set; checked by `validate`.
    vocabulary: the closed list of tags, None when any tag may be used; checked by `validate`.
    """

    max_deletes: Bound | None = None
    max_updates: Bound | None = None
    protect: tuple[Protection, ...] = ()
    require: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    vocabulary: frozenset[str] | None = None
