"""What guards look at besides the changes themselves."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from vodplan.core.categories import CategoryTree
from vodplan.core.live import Members, Parts
from vodplan.core.plan import RuleUse
from vodplan.core.values import Json


def _nothing() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMatches:
    """How many assets a rule found, how many it may find, and how many it found when a plan was last applied.

    limit:  None for any number.
    before: None when that is not known.
    """

    name: str
    matches: int
    limit: int | None
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The library and the manifests around a plan's changes. A guard that misses what it must know raises KeyError.

    now:            when the plan was made, UTC; ages count up to it.
    managed:        kind → entries in the manifests.
    managed_before: the same when a plan was last applied to the target; None when that is not known.
    tree:           the live categories, as they are before the plan's own renames.
    members:        category id → what stands in it, for every category the plan deletes.
    gone:           `kind/ID` of assets that a read by id has just found missing; a search may still list them.
    owners:         video id → facts and field values, None when it does not exist, for every video of which the plan
                    deletes snapshots.
    parts:          video id → parts, for every video of which the plan deletes streams or the source.
    covers:         `core.urls.resource_key` → `video/ID` of managed videos with that cover, live or wanted, for the
                    images that the plan deletes.
    rules:          of the manifests.
    """

    now: datetime.datetime
    managed: Mapping[str, int]
    tree: CategoryTree
    members: Mapping[int, Members]
    managed_before: Mapping[str, int] | None = None
    gone: frozenset[str] = frozenset()
    owners: Mapping[str, Mapping[str, Json] | None] = field(default_factory=lambda: MappingProxyType({}))
    parts: Mapping[str, Parts] = field(default_factory=lambda: MappingProxyType({}))
    covers: Mapping[str, tuple[str, ...]] = field(default_factory=_nothing)
    rules: Sequence[RuleMatches] = ()


def matched(rules: Sequence[RuleUse], before: Mapping[str, int]) -> tuple[RuleMatches, ...]:
    """What the rules of a plan found, beside what they found when one was last applied."""
    return tuple(
        RuleMatches(name=one.name, matches=one.matches, limit=one.limit, before=before.get(one.name)) for one in rules
    )


def moment(text: str) -> datetime.datetime:
    """The time that an ISO 8601 text of a plan or of the service names; UTC where it names no zone.

    raises: ValueError.
    """
    found = datetime.datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)
