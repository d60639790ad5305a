"""Decides on each asset as it arrives, and drops it at once when it is as wanted."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vodplan.core.address import SNAPSHOT_PREFIX
from vodplan.core.categories import CategoryResolver, CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.decide import decide_delete, decide_update
from vodplan.core.desired import DesiredAsset
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.diff import CategoryProblem, compare
from vodplan.core.guards import CoverUsers, pictures
from vodplan.core.kind import Kind, Style
from vodplan.core.live import Indexed, LiveAsset
from vodplan.core.oldcovers import asks
from vodplan.core.plan import Missing, Scheduled
from vodplan.core.problems import same_asset, too_many_tags
from vodplan.engine.oldcovers import OldCovers


@dataclass(slots=True, kw_only=True)
class Sorter:
    """Takes assets as they arrive and keeps what is to be done; grows with the changes, not with the library.

    resolvers:     one for each tree of categories.
    by_other_keys: kinds of which some entry is known by something else than its id.
    old_covers_go: some entry asks for its old cover to be deleted.
    """

    kinds: Mapping[str, Kind]
    tree: CategoryTree
    resolvers: Mapping[str, CategoryResolver]
    today: datetime.date
    by_other_keys: frozenset[str]
    old_covers_go: bool = False
    changes: list[Change] = field(default_factory=list)
    scheduled: list[Scheduled] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    with_parts: list[tuple[DesiredAsset, LiveAsset]] = field(default_factory=list)
    ids: dict[tuple[str, str], DesiredAsset] = field(default_factory=dict)
    covers: CoverUsers = field(default_factory=CoverUsers)
    old: OldCovers = field(default_factory=OldCovers)
    unchanged: int = 0

    def postponed(self, asset: DesiredAsset) -> bool:
        """Whether the entry's removals wait for a later day."""
        return asset.after is not None and asset.after > self.today

    def found(self, asset: DesiredAsset, live: LiveAsset) -> None:
        """Decide on an asset that exists."""
        if self._doubled(asset, live.id):
            return
        kind = self.kinds[asset.kind]
        if asset.absent:
            deletion = decide_delete(asset, live, kind, tree=self.tree)
            self.changes.append(deletion)
            self.covers.deleted(pictures(deletion))
            return
        for place in self._urls(kind):
            self.covers.add(live.id, live.values[place], asset.values[place])
        for place in self._asking(asset):
            self.old.note(asset, live, place)
        try:
            change = decide_update(asset, live, kind, tree=self.tree, resolve=self.resolvers[kind.tree].resolve)
        except CategoryProblem as problem:
            self.problems.append(problem.diagnostic)
            return
        if change is not None:
            self.changes.append(change)
            excess = too_many_tags(change, kind)
            if excess is not None:
                self.problems.append(excess)
        if (asset.source_absent or asset.streams is not None) and not self.postponed(asset):
            self.with_parts.append((asset, live))
        elif change is None:
            self.unchanged += 1

    def settled(self, asset: DesiredAsset, indexed: Indexed) -> bool:
        """Whether the search index shows an entry to be as wanted, which is all that it is believed; then it counts."""
        live, kind = LiveAsset(asset.kind, indexed.id, indexed.values), self.kinds[asset.kind]
        try:
            if compare(asset, live, kind, self.resolvers[kind.tree].resolve):
                return False
        except CategoryProblem:
            return False
        if not self._doubled(asset, indexed.id):
            self.unchanged += 1
        return True

    def gone(self, asset: DesiredAsset) -> None:
        """Decide on an asset that does not exist."""
        if asset.absent:
            self.unchanged += 1
        else:
            self.missing.append(Missing(address=asset.address, source=asset.source))

    def later(self, asset: DesiredAsset) -> None:
        """Note the removals that wait for their day."""
        actions = [Action.DELETE] if asset.absent else []
        if asset.streams is not None:
            actions.append(Action.DELETE_STREAMS)
        if asset.source_absent:
            actions.append(Action.DELETE_SOURCE)
        assert asset.after is not None
        self.scheduled.extend(
            Scheduled(address=asset.address, action=action, after=asset.after, source=asset.source, reason=asset.reason)
            for action in actions
        )

    def _urls(self, kind: Kind) -> Sequence[int]:
        """The places of the fields that name a picture; none while no picture is deleted."""
        if not self.covers:
            return ()
        return [place for place, one in enumerate(kind.fields) if one.style is Style.URL]

    def _asking(self, asset: DesiredAsset) -> Sequence[int]:
        """The place of the field that asks for its old cover to be deleted; none where no entry does."""
        return [place for place, one in enumerate(asset.values) if asks((one,))] if self.old_covers_go else ()

    def _doubled(self, asset: DesiredAsset, live_id: str) -> bool:
        """Whether another entry, by another key, means the same asset: an id and a reference, or an id and a URL."""
        if asset.kind not in self.by_other_keys:
            return False
        if asset.key == live_id or not live_id or asset.key.startswith(SNAPSHOT_PREFIX):
            key = (asset.kind, asset.key)
        else:
            key = (asset.kind, live_id)
        other = self.ids.setdefault(key, asset)
        if other is asset:
            return False
        self.problems.append(same_asset(other, asset, live_id))
        return True
