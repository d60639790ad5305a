"""Media categories: limits, and how their changes become calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vodplan.core.change import Action, Change
from vodplan.core.kind import Call, CallItem, Kind

MAX_NAME_BYTES = 64
"""UTF-8 bytes of one name (page «ApsaraVideo VOD:AddCategory»)."""

MAX_LEVELS = 3
"""Levels of the `default` type of tree (page «ApsaraVideo VOD:AddCategory»)."""

MAX_CHILDREN = 100
"""Direct children of one category (page «ApsaraVideo VOD:AddCategory»)."""

_OPERATIONS = {Action.CREATE: "AddCategory", Action.RENAME: "UpdateCategory", Action.DELETE: "DeleteCategory"}


def _calls(changes: Sequence[tuple[int, Change]], category_ids: Mapping[str, int]) -> tuple[Call, ...]:
    """See `Kind.calls`. One category a call; a new one's parent is looked up by path when this run makes it too."""
    calls = []
    for place, change in changes:
        path = str((change.after or change.before or {}).get("path", change.address.key))
        parent_path, _, name = path.rpartition("/")
        params = dict(change.params)
        if change.action is Action.CREATE and parent_path and "parent_id" not in params:
            params["parent_id"] = category_ids[parent_path]
        item = CallItem(change=place, id=change.id or "", fields={"name": name}, params=params)
        calls.append(Call(operation=_OPERATIONS[change.action], kind="category", items=(item,)))
    return tuple(calls)


CATEGORY = Kind(
    name="category",
    plural="categories",
    fields=(),
    read_operation="GetCategories",
    read_batch=100,
    calls=_calls,
)
