"""Groups changes into calls that are bounded in items and in bytes."""

from __future__ import annotations

import json
import string
from collections.abc import Iterable, Mapping, Sequence

from vodplan.core.change import Change
from vodplan.core.kind import Call, CallItem
from vodplan.core.values import FieldValue, Json

MAX_ITEMS = 20
MAX_BYTES = 8_000
"""Bytes of one encoded `UpdateContent`. The service's gateway answers longer addresses with an HTML page (414) at a
limit it does not publish; 8,000 stays below the smallest limit in common use."""

ITEM_OVERHEAD = 24
"""Bytes that an item's braces, its id's name and the comma between items take, percent-encoded, beyond its members."""


_PLAIN = f"{string.ascii_letters}{string.digits}_.-~".encode()
"""What a query holds as it is; every other byte takes three."""


def updates(
    kind: str, operation: str, changes: Sequence[tuple[int, Change]], category_ids: Mapping[str, int]
) -> tuple[Call, ...]:
    """Group updates into calls of up to 20 items and about 8,000 encoded bytes, in the order given.

    category_ids: path → id of categories made by this run; a change whose category is among them gets that id.
    """
    items = [
        CallItem(change=place, id=change.id or "", fields=_sent(change, category_ids), params={})
        for place, change in changes
    ]
    return tuple(
        Call(operation=operation, kind=kind, items=tuple(group)) for group in _bounded(items, MAX_ITEMS, MAX_BYTES)
    )


def removals(
    kind: str, operation: str, changes: Sequence[tuple[int, Change]], *, split_by: str = ""
) -> tuple[Call, ...]:
    """Group removals into calls of up to 20 ids.

    split_by: a member of `Change.params` whose value is a parameter of the whole call, so that a call never mixes two.
    """
    groups: dict[Json, list[CallItem]] = {}
    for place, change in changes:
        value = change.params.get(split_by) if split_by else None
        groups.setdefault(value, []).append(CallItem(change=place, id=change.id or "", fields={}, params=change.params))
    return tuple(
        Call(operation=operation, kind=kind, items=tuple(group))
        for members in groups.values()
        for group in _bounded(members, MAX_ITEMS, MAX_BYTES)
    )


def single_removals(kind: str, operation: str, changes: Sequence[tuple[int, Change]]) -> tuple[Call, ...]:
    """One call per change, for operations that take several things of one asset but not several assets."""
    return tuple(
        Call(
            operation=operation,
            kind=kind,
            items=(CallItem(change=place, id=change.id or "", fields={}, params=change.params),),
        )
        for place, change in changes
    )


def encoded_bytes(item: CallItem) -> int:
    """Estimate, never below the truth, how many bytes an item takes in a percent-encoded query."""
    wire = {name: joined(value) if isinstance(value, tuple) else value for name, value in item.fields.items()}
    text = json.dumps({"id": item.id, **wire}, ensure_ascii=False, separators=(",", ":"), default=str)
    content = text.encode("utf-8", "surrogatepass")
    return len(content) + 2 * len(content.translate(None, _PLAIN)) + ITEM_OVERHEAD


def joined(value: tuple[str | int, ...]) -> str:
    """Several tags or categories as the service takes them: in one text, commas between."""
    return ",".join(map(str, value))


def _sent(change: Change, category_ids: Mapping[str, int]) -> Mapping[str, FieldValue]:
    fields: dict[str, FieldValue] = {}
    for name, value in (change.after or {}).items():
        if name == "category":
            fields[name] = _category_id(change, value, category_ids)
        elif name == "categories":
            ids = change.params.get("categories_ids")
            fields[name] = tuple(one for one in ids if isinstance(one, int)) if isinstance(ids, list | tuple) else ()
        elif isinstance(value, list | tuple):
            fields[name] = tuple(str(tag) for tag in value)
        else:
            fields[name] = "" if value is None else str(value)
    return fields


def _category_id(change: Change, value: Json, category_ids: Mapping[str, int]) -> int:
    known = change.params.get("category_id")
    if isinstance(known, int):
        return known
    return 0 if value is None else category_ids[str(value)]


def _bounded(items: Iterable[CallItem], most: int, most_bytes: int) -> Iterable[list[CallItem]]:
    group: list[CallItem] = []
    size = 0
    for item in items:
        weight = encoded_bytes(item)
        if group and (len(group) == most or size + weight > most_bytes):
            yield group
            group, size = [], 0
        group.append(item)
        size += weight
    if group:
        yield group
