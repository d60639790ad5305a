"""Images: fields, limits, and how their changes become calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vodplan.core.change import Action, Change
from vodplan.core.kind import Call, Field, Kind, Style
from vodplan.kinds.batches import single_removals, updates

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
    """See `Kind.calls`. Images are deleted one a call: DeleteImage has no outcome per item."""
    return (
        *updates("image", "UpdateImageInfos", [c for c in changes if c[1].action is Action.UPDATE], category_ids),
        *single_removals("image", "DeleteImage", [c for c in changes if c[1].action is Action.DELETE]),
    )


IMAGE = Kind(
    name="image",
    plural="images",
    fields=FIELDS,
    read_operation="GetImageInfos",
    read_batch=20,
    calls=_calls,
    facts_shown=("size", "status", "created", "snapshots"),
)
