"""The plan: everything that will be done, in order, and what stands in its way."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass

from vodplan.core.address import Address
from vodplan.core.change import Action, Change
from vodplan.core.diagnostics import SourceRef
from vodplan.core.values import Json

FORMAT_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The account and region a plan is made for.

    endpoint: host, with its port where one was given; never a URL with credentials.
    account:  the account's id where it is known.
    """

    name: str
    region: str
    endpoint: str
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRefusal:
    """A guard that holds: apply will refuse this plan.

    guard:     its name, `max_deletes`, `protect`, ….
    number, threshold: what was counted and what is allowed, as people read them (`12`, `5% of 40 = 2`).
    setting:   the setting that governs it, `policy.max_deletes`.
    message:   one or two sentences.
    addresses: the changes it holds for, sorted; empty when it is about the plan as a whole.
    """

    guard: str
    number: str
    threshold: str
    setting: str
    message: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A removal that waits for its day."""

    address: Address
    action: Action
    after: datetime.date
    source: SourceRef
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An entry whose asset the service does not have, though the manifest wants it to have values."""

    address: Address
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConverging:
    """A field that is not as wanted and is not sent: an earlier run sent it, and the service kept another value.

    wanted, live: as in `Change.after` and `Change.before`.
    """

    address: Address
    field: str
    wanted: Json
    live: Json
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many of each; `delete` counts every change that removes something."""

    create: int = 0
    rename: int = 0
    update: int = 0
    delete: int = 0
    unchanged: int = 0
    missing: int = 0
    scheduled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What applying takes.

    calls:       operation → number of calls: the reads before, the writes, the reads after.
    seconds:     at least so long at the allowed rate, one decimal.
    bytes_freed: at least so many bytes.
    """

    calls: Mapping[str, int]
    seconds: float
    bytes_freed: int


class Road(enum.StrEnum):
    """How a plan read the assets: each by its id, or most of them from the search index."""

    IDS = "ids"
    SEARCH = "search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the live values came in; for people, nothing is decided on it.

    why:       one sentence: why this road.
    assets:    entries whose asset was asked for, of every kind.
    by_search: those of them that the search index showed to be as wanted, and that were not read again.
    by_id:     the others: read by id, reference or URL.
    snapshot:  when the snapshot was made that the values are from, UTC ISO 8601; None when the service was read.
    since:     the revision the manifests were compared with, when only what changed since was planned.
    """

    road: Road = Road.IDS
    why: str
    assets: int
    by_search: int = 0
    by_id: int
    snapshot: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleUse:
    """A rule, and how many assets it found; their ids stand in the changes.

    query: what it looked for, in words.
    limit: how many it may find; None for any number.
    """

    name: str
    query: str
    matches: int
    limit: int | None
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that will be done, in the order in which it will be done.

    changes:          in order: categories made (parents first) and renamed, updates, removals (streams, sources,
                      assets, categories with the deepest first); within a rank by address.
    created_at:       UTC ISO 8601 with seconds; the one member that differs between two plans of the same inputs.
    manifests_digest: `DesiredState.digest`.
    unconverged:      fields that are left out of `changes` since they did not take before, by address and field.
    managed:          kind → entries in the manifests, which shares in guards are of.
    reading:          how the live values came in; None in plans of versions that did not say.
    rules:            of the manifests, in their order, and what they found when the plan was made.
    base:             the revision beside which `Change.origins` were told, None where they were not.
    digest:           over everything but `created_at` and itself; empty until `core.planfile.seal` has set it.
    """

    target: Target
    created_at: str
    vodplan_version: str
    manifests_digest: str
    changes: tuple[Change, ...]
    guards: tuple[GuardRefusal, ...]
    scheduled: tuple[Scheduled, ...]
    missing: tuple[Missing, ...]
    summary: Summary
    managed: Mapping[str, int]
    cost: Cost
    unconverged: tuple[NotConverging, ...] = ()
    reading: Reading | None = None
    rules: tuple[RuleUse, ...] = ()
    base: str | None = None
    digest: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.changes
