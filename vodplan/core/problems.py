"""Entries that are valid by themselves and impossible in this library."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from vodplan.core.categories import problem
from vodplan.core.change import Change
from vodplan.core.desired import DesiredAsset
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.kind import Kind, Style

_OF_EACH_ASSET = "VP306"


def same_asset(first: DesiredAsset, second: DesiredAsset, live_id: str) -> Diagnostic:
    """Two entries, by different keys, turn out to mean one asset; placed at the later of the two."""
    earlier, later = sorted((first, second), key=lambda one: (one.source.file, one.source.line, one.source.column))
    return problem(
        "VP305",
        f"{later.address} and {earlier.address} ({earlier.source.file}:{earlier.source.line}) are the same asset, "
        f"{live_id}. Keep one of the two entries.",
        later.source,
    )


def too_many_tags(change: Change, kind: Kind) -> Diagnostic | None:
    """Adding tags to those that are live takes an asset over the service's limit; None when it does not."""
    for field in kind.fields:
        if field.style is not Style.TAGS or field.max_items is None:
            continue
        tags = (change.after or {}).get(field.name)
        if isinstance(tags, list) and len(tags) > field.max_items:
            return problem(
                _OF_EACH_ASSET,
                f"{change.address} would have {len(tags)} tags; the service allows {field.max_items}. Remove some with "
                "tags: {remove: [...]}, or write the whole set.",
                change.source,
            )
    return None


def once_each(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each mistake once, in order: what a rule asks for may be wrong in the same way for every asset that it finds."""
    first: dict[object, Diagnostic] = {}
    more: dict[object, int] = {}
    for one in dict.fromkeys(problems):
        key = (one.code, one.span) if one.code == _OF_EACH_ASSET else one
        more[key] = more.get(key, -1) + 1
        # Assets come in whatever order they were read.
        first[key] = min(first.get(key, one), one, key=lambda each: each.detail)
    return [
        dataclasses.replace(one, detail=f"{one.detail} So it is with {more[key]:,} more that the rule finds.")
        if more[key]
        else one
        for key, one in first.items()
    ]
