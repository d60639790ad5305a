"""The state of a library: what `vodplan report` counts and finds. Counts as assets come by, and holds none of them."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from vodplan.core.categories import CategoryTree
from vodplan.core.exported import ExportedAsset
from vodplan.core.live import DEFAULT_TREE, Category
from vodplan.core.neighbours import neighbours
from vodplan.core.unmanaged import Amount, age_of

NORMAL = "Normal"
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_Key = TypeVar("_Key")


class Check(enum.StrEnum):
    """What is looked for, in the order in which it is told."""

    DUPLICATE_TITLES = "duplicate-titles"
    MISSING_COVERS = "missing-covers"
    SHARED_COVERS = "shared-covers"
    EMPTY_CATEGORIES = "empty-categories"
    HUGE_CATEGORIES = "huge-categories"
    STRAY_TAGS = "stray-tags"
    UNTOUCHED = "untouched"
    NOT_NORMAL = "not-normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What counts as a finding.

    only:      these checks; all when empty.
    untouched: days without a modification.
    huge:      a category with more assets of a kind directly in it.
    shared:    videos with one and the same cover, from which on it is taken for a default.
    """

    only: tuple[Check, ...] = ()
    untouched: int = 365
    huge: int = 10_000
    shared: int = 10

    def wants(self, check: Check) -> bool:
        """Whether a check is made."""
        return not self.only or check in self.only


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An asset that a finding is about."""

    kind: str
    id: str
    title: str
    created: str
    tags: tuple[str, ...] = ()


def _nothing() -> Iterable[Member]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found.

    kind:    of its assets; "" for a category that has none.
    subject: the title, cover, category, tag to keep or status; "" where the check says it all.
    parts:   of stray tags: each with its uses.
    members: its assets by time of creation, read anew every time; nothing for tags and categories.
    patch:   YAML that puts it right: entries with the key of the list that they belong in; "" where there is none.
    why:     why there is none, or what it leaves out; a sentence.
    """

    check: Check
    kind: str
    subject: str
    amount: Amount
    parts: tuple[tuple[str, int], ...] = ()
    members: Callable[[], Iterable[Member]] = _nothing
    patch: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The state of a library.

    kinds, ages: all assets, by kind and by age.
    categories:  kind and category → those directly in it; "" for none.
    undated:     assets of which the service does not say when they were modified.
    missed:      assets that the service counts and does not show.
    """

    target: str
    created_at: str
    wishes: Wishes
    kinds: Mapping[str, Amount]
    categories: Mapping[tuple[str, str], Amount]
    ages: Mapping[str, Amount]
    undated: int
    missed: int
    findings: Sequence[Finding]

    @property
    def total(self) -> Amount:
        """All of it."""
        return Amount(sum(one.assets for one in self.kinds.values()), sum(one.size for one in self.kinds.values()))

    def by_category(self) -> dict[str, Amount]:
        """The categories over all kinds, largest first."""
        found: dict[str, Amount] = {}
        for (_, name), one in self.categories.items():
            had = found.get(name, Amount())
            found[name] = Amount(had.assets + one.assets, had.size + one.size)
        return dict(sorted(found.items(), key=lambda one: (-one[1].size, -one[1].assets, one[0])))


@dataclass(slots=True)
class Tally:
    """Counts as assets come by: a number for each kind, category, age, tag and status."""

    now: datetime.datetime
    wishes: Wishes
    kinds: dict[str, Amount] = field(default_factory=dict)
    categories: dict[tuple[str, str], Amount] = field(default_factory=dict)
    ages: dict[str, Amount] = field(default_factory=dict)
    undated: int = 0
    _tags: dict[str, dict[str, int]] = field(default_factory=dict)
    _flagged: dict[tuple[Check, str, str], Amount] = field(default_factory=dict)

    def take(self, row: ExportedAsset) -> tuple[tuple[Check, str], ...]:
        """Count an asset; returns what it is to be found under: check and subject."""
        _add(self.kinds, row.kind, row.size)
        _add(self.categories, (row.kind, row.category), row.size)
        _add(self.ages, age_of(row.created, self.now), row.size)
        uses = self._tags.setdefault(row.kind, {})
        for tag in row.tags:
            uses[tag] = uses.get(tag, 0) + 1
        flags = tuple((check, subject) for check, subject in self._flags(row) if self.wishes.wants(check))
        for check, subject in flags:
            _add(self._flagged, (check, row.kind, subject), row.size)
        return flags

    def _flags(self, row: ExportedAsset) -> Iterator[tuple[Check, str]]:
        if row.kind == "video" and not row.cover and row.status == NORMAL:
            yield Check.MISSING_COVERS, ""
        if row.status and row.status != NORMAL:
            yield Check.NOT_NORMAL, row.status
        try:
            modified = datetime.datetime.strptime(row.modified, _FORMAT).replace(tzinfo=datetime.UTC)
        except ValueError:
            self.undated += 1
        else:
            if self.now - modified > datetime.timedelta(days=self.wishes.untouched):
                yield Check.UNTOUCHED, ""

    def flagged(self) -> tuple[Finding, ...]:
        """What single assets were found under, without its members."""
        return tuple(
            Finding(check=check, kind=kind, subject=subject, amount=amount)
            for (check, kind, subject), amount in sorted(self._flagged.items())
        )

    def strays(self) -> tuple[Finding, ...]:
        """Tags that are probably meant to be one."""
        if not self.wishes.wants(Check.STRAY_TAGS):
            return ()
        return tuple(
            Finding(
                check=Check.STRAY_TAGS,
                kind=kind,
                subject=group.keep,
                amount=Amount(sum(uses for _, uses in group.strays)),
                parts=group.strays,
            )
            for kind, tags in sorted(self._tags.items())
            for group in neighbours(tags)
        )

    def huge(self) -> tuple[Finding, ...]:
        """Categories with too many assets of a kind directly in them."""
        if not self.wishes.wants(Check.HUGE_CATEGORIES):
            return ()
        return tuple(
            Finding(check=Check.HUGE_CATEGORIES, kind=kind, subject=name, amount=amount)
            for (kind, name), amount in sorted(self.categories.items())
            if name and amount.assets > self.wishes.huge
        )

    def empty(self, categories: Iterable[Category], tree: CategoryTree, kinds: Iterable[str]) -> tuple[Finding, ...]:
        """Categories of the default tree with nothing in them or below.

        kinds: those whose assets stand in that tree.
        """
        if not self.wishes.wants(Check.EMPTY_CATEGORIES):
            return ()
        held = {name for kind in kinds for of, name in self.categories if of == kind}
        found = [
            _name(tree, one.id) for one in categories if one.tree == DEFAULT_TREE and not _filled(tree, one.id, held)
        ]
        return tuple(
            Finding(check=Check.EMPTY_CATEGORIES, kind="", subject=name, amount=Amount()) for name in sorted(found)
        )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by check, the weightiest of each first."""
    order = list(Check)
    return tuple(sorted(findings, key=lambda one: (order.index(one.check), -one.amount.assets, one.kind, one.subject)))


def _filled(tree: CategoryTree, category: int, held: set[str]) -> bool:
    return _name(tree, category) in held or any(_filled(tree, one, held) for one in tree.children(category))


def _name(tree: CategoryTree, category: int) -> str:
    """As `ExportedAsset.category` has it."""
    shown = tree.shown(category)
    return shown if isinstance(shown, str) else f"id {category}"


def _add(amounts: dict[_Key, Amount], name: _Key, size: int | None) -> None:
    amounts[name] = amounts.get(name, Amount()).plus(size)
