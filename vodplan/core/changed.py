"""What is asked for now and was not asked for before: entry by entry, whatever file an entry stands in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from operator import attrgetter

from vodplan.core.desired import DesiredAsset, DesiredCategory, DesiredState
from vodplan.core.kind import Kind, Style
from vodplan.core.rule import Rule
from vodplan.core.urls import strip_signature

# Every field that there is or will be counts, but for the place in a file.
_ASSET = attrgetter(*(one.name for one in fields(DesiredAsset) if one.name != "source"))
_RULE = attrgetter(*(one.name for one in fields(Rule) if one.name != "source"))
_CATEGORY = attrgetter(*(one.name for one in fields(DesiredCategory) if one.name != "source"))


def changed(before: DesiredState, now: DesiredState) -> DesiredState:
    """The entries of `now` to which `before` has no equal at the same address.

    Where an entry stands does not count, what it asks for does: to move it to another file is no change, and new
    `defaults:` change every entry that gets another value from them. What `before` has and `now` has not is left out:
    to remove an entry asks for nothing, see `removed`.

    returns: `now` with fewer entries, in its order, and with its digest.
    """
    assets = {_key(one): one for one in before.assets}
    categories = {one.path: one for one in before.categories}
    rules = {one.name: one for one in before.rules}
    return replace(
        now,
        assets=tuple(one for one in now.assets if not _same(assets.get(_key(one)), one, _ASSET)),
        categories=tuple(one for one in now.categories if not _same(categories.get(one.path), one, _CATEGORY)),
        rules=tuple(one for one in now.rules if not _same(rules.get(one.name), one, _RULE)),
    )


def removed(before: DesiredState, now: DesiredState) -> int:
    """How many entries of `before` have an address that `now` does not have."""
    gone = {_key(one) for one in before.assets}
    gone.difference_update(map(_key, now.assets))
    paths = {one.path for one in before.categories} - {one.path for one in now.categories}
    return len(gone) + len(paths)


def with_places(part: DesiredState, whole: DesiredState, kinds: Mapping[str, Kind]) -> DesiredState:
    """A part of the manifests, with the category entries of the whole that it cannot do without.

    Those are the entries, not of deletions, of each category that the part names and of the categories above it: where
    one of them is still to be made or renamed, the part cannot be carried out before it is.

    kinds:   tells which field of a kind names a category.
    returns: `part`, its categories in the order of `whole`.
    """
    own = {one.path for one in part.categories}
    needed = {above for path in (*own, *_named(part.assets, kinds)) for above in _upwards(path)}
    if not needed:
        return part
    return replace(
        part,
        categories=tuple(one for one in whole.categories if one.path in own or (one.path in needed and not one.absent)),
    )


def _key(asset: DesiredAsset) -> tuple[str, str]:
    """What `Address` compares by; a URL goes without its signature."""
    key = asset.key
    return (asset.kind, strip_signature(key) if "?" in key else key)


def _same(before: object, now: object, content: attrgetter[object]) -> bool:
    return before is not None and bool(content(before) == content(now))


def _named(assets: Iterable[DesiredAsset], kinds: Mapping[str, Kind]) -> set[str]:
    """The paths that entries want their assets in."""
    places = {
        kind.name: place
        for kind in kinds.values()
        for place, field in enumerate(kind.fields)
        if field.style is Style.CATEGORY
    }
    values = (one.values[places[one.kind]] for one in assets if one.values and one.kind in places)
    return {value for value in values if isinstance(value, str)}


def _upwards(path: str) -> Iterable[str]:
    """A path, then the paths above it."""
    while path:
        yield path
        path = path.rpartition("/")[0]
