"""Videos and audio: fields, limits, and how their changes become calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from vodplan.core.change import Action, Change
from vodplan.core.kind import Call, Field, Kind, Style
from vodplan.kinds.batches import removals, single_removals, updates

_PAGE = "page «ApsaraVideo VOD:UpdateVideoInfo»"

FIELDS = (
    Field(name="title", style=Style.TEXT, max_bytes=128, nullable=False, source=_PAGE),
    Field(name="description", style=Style.TEXT, max_bytes=1024, source=_PAGE),
    Field(name="tags", style=Style.TAGS, max_bytes=32, max_items=16, source=_PAGE),
    Field(name="category", style=Style.CATEGORY, source=_PAGE),
    Field(name="cover", style=Style.URL, source=_PAGE),
)


def _calls(changes: Sequence[tuple[int, Change]], category_ids: Mapping[str, int]) -> tuple[Call, ...]:
    """See `Kind.calls`."""
    by_action: dict[Action, list[tuple[int, Change]]] = {}
    for place, change in changes:
        by_action.setdefault(change.action, []).append((place, change))
    return (
        *updates("video", "UpdateVideoInfos", by_action.get(Action.UPDATE, ()), category_ids),
        *single_removals("video", "DeleteStream", by_action.get(Action.DELETE_STREAMS, ())),
        *removals("video", "DeleteMezzanines", by_action.get(Action.DELETE_SOURCE, ()), split_by="force"),
        *removals("video", "DeleteVideo", by_action.get(Action.DELETE, ())),
    )


VIDEO = Kind(
    name="video",
    plural="videos",
    fields=FIELDS,
    read_operation="GetVideoInfos",
    read_batch=20,
    calls=_calls,
    identities=("id", "reference"),
    facts_shown=("size", "duration", "status", "created"),
    has_source=True,
    alone=MappingProxyType({"UpdateVideoInfos": "UpdateVideoInfo"}),
)
