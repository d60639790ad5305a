"""Which assets of a library an export is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vodplan.core.address import REFERENCE_PREFIX, URL_PREFIX
from vodplan.core.decide import described
from vodplan.core.selecting import fits
from vodplan.manifests.seen import noted
from vodplan.registry import KINDS

if TYPE_CHECKING:
    from vodplan.api.exporting import ExportWishes
    from vodplan.core.categories import CategoryTree
    from vodplan.core.live import LiveAsset


class Chosen:
    """Tells of an asset whether it is to be exported.

    folder: entries of files whose names begin so do not count as being there already; None when all count.
    """

    def __init__(self, wishes: ExportWishes, tree: CategoryTree, folder: str | None) -> None:
        self._keep = wishes.keep
        self._select = wishes.select
        self._tree = tree
        self._named = frozenset(
            noted(one.kind, one.key)
            for one in (wishes.beside.assets if wishes.beside is not None else ())
            if folder is None or not one.source.file.startswith(folder)
        )

    def wants(self, live: LiveAsset) -> bool:
        """Whether an asset is to be exported."""
        if self._keep is not None and not self._keep(live):
            return False
        if self._named and not self._named.isdisjoint(_names(live)):
            return False
        return self._select is None or self._selected(live)

    def _selected(self, live: LiveAsset) -> bool:
        assert self._select is not None
        kind = KINDS[live.kind]
        return live.kind == self._select.kind and fits(
            self._select, described(live, kind, self._tree), kind.categories(live.values), self._tree
        )


def _names(live: LiveAsset) -> Iterator[str]:
    """Every name that an entry may have for an asset."""
    yield noted(live.kind, live.id)
    for prefix, fact in ((REFERENCE_PREFIX, "reference"), (URL_PREFIX, "url")):
        if live.facts.get(fact):
            yield noted(live.kind, f"{prefix}{live.facts[fact]}")
