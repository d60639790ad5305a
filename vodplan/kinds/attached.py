"""Attached media (watermarks, subtitles, material): fields, limits, and how their changes become calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vodplan.core.change import Action, Change
from vodplan.core.kind import Call, Field, Kind, Style
from vodplan.kinds.batches import removals, updates

TREE = "material"
"""The tree of categories that attached media stand in (page «ApsaraVideo VOD:AddCategory», `Type`)."""

_PAGE = "page «ApsaraVideo VOD:UpdateAttachedMediaInfos»"

FIELDS = (
    Field(name="title", style=Style.TEXT, max_bytes=128, emoji=False, nullable=False, source=_PAGE),
    Field(name="description", style=Style.TEXT, max_bytes=1024, emoji=False, source=_PAGE),
    Field(name="tags", style=Style.TAGS, max_bytes=32, max_items=16, emoji=False, source=_PAGE),
    # How many is only told of uploads (page «ApsaraVideo VOD:CreateUploadAttachedMedia», `CateIds`).
    Field(name="categories", style=Style.CATEGORIES, max_items=5, source=_PAGE),
)


def _calls(changes: Sequence[tuple[int, Change]], category_ids: Mapping[str, int]) -> tuple[Call, ...]:
    """See `Kind.calls`."""
    updated = [member for member in changes if member[1].action is Action.UPDATE]
    deleted = [member for member in changes if member[1].action is Action.DELETE]
    return (
        *updates("attached", "UpdateAttachedMediaInfos", updated, category_ids),
        *removals("attached", "DeleteAttachedMedia", deleted),
    )


ATTACHED = Kind(
    name="attached",
    plural="attached",
    noun="attached medium",
    fields=FIELDS,
    read_operation="GetAttachedMediaInfo",
    read_batch=20,
    calls=_calls,
    tree=TREE,
    facts_shown=("type", "status", "created"),
)
