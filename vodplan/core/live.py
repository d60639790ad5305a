"""What the service reports now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from vodplan.core.values import FieldValue, Json

DEFAULT_TREE = "default"
"""The tree of categories that manifests make, rename and remove; a kind may stand in another (`Kind.tree`)."""


@dataclass(frozen=True, slots=True)
class LiveAsset:
    """One asset as the service reports it.

    kind:    as in `Address`.
    id:      the service's own id: what writes are addressed to. For the snapshots of a video, the video's id; for an
             image found by its URL the image id, or "" when only the URL is known.
    values:  one per `Kind.fields`, in that order, normalised: texts as they are ("" when absent), tags trimmed without
             repeats in the service's order, category as id or None, several categories as ids in ascending order, cover
             without its signature query ("" when absent).
    facts:   what the plan shows and guards look at, JSON values: `size` (bytes), `duration` (seconds), `status`,
             `created`, `modified` (UTC ISO 8601), `reference`, `cate_name`, `storage_class`; for images `url` (without
             its signature); for snapshots `snapshots` (how many), `urls` (of those that may be covers), and for one
             known by its URL `video` (whose it is). A fact that is not known is left out.
    certain: False when the service cannot be asked whether the thing exists (docs/contract.md section 3).
    """

    kind: str
    id: str
    values: tuple[FieldValue, ...]
    facts: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One playable stream: its job id, definition (`HD`), format (`mp4`) and size in bytes where known."""

    job: str
    definition: str
    format: str
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one video is made of.

    source_present: False once the source file is gone; None when the service does not say.
    source_size:    bytes, where known.
    streams:        every stream, encrypted ones included, in the order of their job ids.
    """

    source_present: bool | None
    source_size: int | None
    streams: tuple[Stream, ...]


@dataclass(frozen=True, slots=True)
class LiveBatch:
    """Part of an answer to `LiveReader.read`: each key asked for is in exactly one batch, as found or as missing."""

    found: tuple[tuple[str, LiveAsset], ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indexed:
    """One asset as the search index has it, which may be behind.

    values: as in `LiveAsset.values`; `UNSET` for every field that was not asked for or that the index left out.
    recent: whether it was modified lately, by the service's clock, or may have been.
    """

    id: str
    values: tuple[FieldValue, ...]
    recent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One live category. `parent` is None at the top; `level` 0 to 2; ids are unique over all trees."""

    id: int
    name: str
    parent: int | None
    level: int
    tree: str = DEFAULT_TREE


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The assets that stand directly in one category.

    addresses: `kind/ID` strings, complete when `complete`; at least one of them when `total` is above 0.
    total:     how many there are by the service's own count, all kinds.
    """

    addresses: frozenset[str]
    total: int
    complete: bool
