"""Images: fields, limits, and how their changes become calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vodplan.core.change import Action, Change
from vodplan.core.kind import Call, Field, Kind, Style
from vodplan.kinds.batches import removals, single_removals, updates

_PAGE = "page «ApsaraVideo VOD:UpdateImageInfos»"

FIELDS = (
    Field(name="title", style=Style.TEXT, max_bytes=128, emoji=False, nullable=False, source=_PAGE),
    Field(name="description", style=Style.TEXT, max_bytes=1024, emoji=False, source=_PAGE),
    Field(name="tags", style=Style.TAGS, max_bytes=32, max_items=16, emoji=False, source=_PAGE),
    Field(name="category", style=Style.CATEGORY, source=_PAGE),
)

SNAPSHOT_TYPES = ("CoverSnapshot", "NormalSnapshot", "SpriteSnapshot", "SpriteOriginSnapshot", "All")
"""The values of DeleteImage's `ImageType` (page «ApsaraVideo VOD:DeleteImage»)."""


def _calls(changes: Sequence[tuple[int, Change]], category_ids: Mapping[str, int]) -> tuple[Call, ...]:
    """See `Kind.calls`. What has no image id (an image known by its URL only, snapshots) is deleted one a call."""
    updated = [member for member in changes if member[1].action is Action.UPDATE]
    deleted = [member for member in changes if member[1].action is Action.DELETE]
    return (
        *updates("image", "UpdateImageInfos", updated, category_ids),
        *removals("image", "DeleteImage", [member for member in deleted if _by_id(member[1])]),
        *single_removals("image", "DeleteImage", [member for member in deleted if not _by_id(member[1])]),
    )


def _by_id(change: Change) -> bool:
    return bool(change.id) and "video" not in change.params


IMAGE = Kind(
    name="image",
    plural="images",
    fields=FIELDS,
    read_operation="GetImageInfos",
    read_batch=20,
    calls=_calls,
    identities=("id", "url", "video"),
    facts_shown=("size", "status", "created", "snapshots"),
)
