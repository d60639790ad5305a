"""Finds what rules look for: candidates by the search index, decided on by values that are read by id."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from vodplan.core.address import Address
from vodplan.core.categories import CategoryTree
from vodplan.core.coverfile import Images
from vodplan.core.decide import described
from vodplan.core.desired import DesiredState
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.kind import Kind
from vodplan.core.live import DEFAULT_TREE, Category, Indexed, LiveAsset, LiveBatch, Members, Parts
from vodplan.core.plan import RuleUse
from vodplan.core.ports import LiveReader
from vodplan.core.rules import Match, merge
from vodplan.core.selecting import categories_below, fits
from vodplan.core.selector import Selector, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Rules turned into entries.

    desired: without rules.
    uses:    what each rule found.
    live:    (kind, id) → the assets found, for `KnownReader`.
    """

    desired: DesiredState
    uses: tuple[RuleUse, ...]
    problems: tuple[Diagnostic, ...]
    live: Mapping[tuple[str, str], LiveAsset]


async def resolve_rules(
    desired: DesiredState,
    *,
    reader: LiveReader,
    kinds: Mapping[str, Kind],
    tree: CategoryTree,
    kept: Callable[[Address], bool] | None = None,
) -> Resolved:
    """Find the assets of every rule, and make entries of them.

    kept: which assets are to be planned; a rule counts what it finds all the same.
    raises: ApiError, CredentialsError; ConfigError when a search cannot show all that it found.
    """
    live: dict[tuple[str, str], LiveAsset] = {}
    matches: list[Match] = []
    uses = []
    for rule in desired.rules:
        found = [one async for one in select(rule.selector, reader=reader, kinds=kinds, tree=tree, known=live)]
        uses.append(
            RuleUse(name=rule.name, query=told(rule.selector), matches=len(found), limit=rule.limit, source=rule.source)
        )
        matches += [Match(rule, one) for one in found if kept is None or kept(Address(one.kind, one.id))]
    merged = merge(desired.assets, matches, kinds)
    return Resolved(
        desired=replace(desired, assets=merged.assets, rules=()),
        uses=tuple(uses),
        problems=merged.problems,
        live=live,
    )


async def select(
    selector: Selector,
    *,
    reader: LiveReader,
    kinds: Mapping[str, Kind],
    tree: CategoryTree,
    known: dict[tuple[str, str], LiveAsset] | None = None,
) -> AsyncIterator[LiveAsset]:
    """The assets that fit, each once, in no fixed order.

    The index only names candidates: what it does not know yet is not found, and what is no longer so is dropped.

    known:   assets that need not be read again; what is found is added to it.
    raises:  as `LiveReader.search` and `LiveReader.read`.
    """
    kind = kinds[selector.kind]
    categories = None
    if selector.category:
        categories = categories_below(selector.category, tree, kind.tree)
        if not categories:
            return
    seen = known if known is not None else {}
    ids: dict[str, None] = {}
    async for page in reader.search(selector, categories):
        ids.update(dict.fromkeys(page))

    def fit(one: LiveAsset) -> bool:
        return fits(selector, described(one, kind, tree), kind.categories(one.values), tree)

    fresh = []
    for one in ids:
        before = seen.get((kind.name, one))
        if before is None:
            fresh.append(one)
        elif fit(before):
            yield before
    if not fresh:
        return
    async for batch in reader.read(kind.name, fresh):
        for _, asset in batch.found:
            if fit(asset):
                seen[kind.name, asset.id] = asset
                yield asset


class KnownReader:
    """Implements `core.ports.LiveReader` by another one and by assets that were read a moment ago."""

    def __init__(self, inner: LiveReader, known: Mapping[tuple[str, str], LiveAsset]) -> None:
        self._inner = inner
        self._known = known

    async def read(self, kind: str, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
        """See `LiveReader.read`."""
        here = tuple((key, self._known[kind, key]) for key in keys if (kind, key) in self._known)
        if here:
            yield LiveBatch(found=here, missing=())
        rest = [key for key in keys if (kind, key) not in self._known]
        if rest:
            async for batch in self._inner.read(kind, rest):
                yield batch

    async def parts(self, ids: Sequence[str]) -> Mapping[str, Parts]:
        """See `LiveReader.parts`."""
        return await self._inner.parts(ids)

    async def categories(self, tree: str = DEFAULT_TREE) -> Sequence[Category]:
        """See `LiveReader.categories`."""
        return await self._inner.categories(tree)

    async def pictures(self, digests: Sequence[str]) -> Images:
        """See `LiveReader.pictures`."""
        return await self._inner.pictures(digests)

    async def images(self, urls: Sequence[str]) -> Mapping[str, LiveAsset]:
        """See `LiveReader.images`."""
        return await self._inner.images(urls)

    async def members(self, category: int) -> Members:
        """See `LiveReader.members`."""
        return await self._inner.members(category)

    async def count(self, kind: str) -> int | None:
        """See `LiveReader.count`."""
        return await self._inner.count(kind)

    async def walk(self, kind: str, fields: Sequence[str]) -> AsyncIterator[Sequence[Indexed]]:
        """See `LiveReader.walk`."""
        async for page in self._inner.walk(kind, fields):
            yield page

    async def search(self, selector: Selector, categories: frozenset[int] | None) -> AsyncIterator[Sequence[str]]:
        """See `LiveReader.search`."""
        async for page in self._inner.search(selector, categories):
            yield page
