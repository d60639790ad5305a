"""What the core may ask of any kind of asset."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from vodplan.core.change import Change
from vodplan.core.live import DEFAULT_TREE
from vodplan.core.values import FieldValue, Json


class Style(enum.StrEnum):
    """How a field is compared and shown.

    CATEGORIES are several, a set, all of them there already: no plan makes one that only such a field names.
    """

    TEXT = "text"
    TAGS = "tags"
    CATEGORY = "category"
    CATEGORIES = "categories"
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a kind.

    name:     as in the manifest: `title`.
    style:    how it is compared and shown.
    max_bytes: the service's limit for the value (for tags: of each tag), UTF-8 bytes; None without one.
    max_items: for tags and categories, how many; None for other styles.
    emoji:    whether characters outside the basic plane are allowed.
    nullable: whether `null` clears it.
    source:   the API page that states the limits.
    """

    name: str
    style: Style
    max_bytes: int | None = None
    max_items: int | None = None
    emoji: bool = True
    nullable: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallItem:
    """One change's part of a call.

    change: index of the change in `Plan.changes`.
    id:     the service's id of what is written; "" for an image of which only the URL is known (`params`).
    fields: field → value to send, a category as its id (0 for none), categories as ids, tags as a tuple; empty for
            removals.
    params: as `Change.params`.
    """

    change: int
    id: str
    fields: Mapping[str, FieldValue]
    params: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One write to the service, ready but for its wire form.

    operation: the API operation, `UpdateVideoInfos`.
    kind:      whose writer carries it out.
    items:     at most `OperationSpec.batch` of them.
    """

    operation: str
    kind: str
    items: tuple[CallItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSpec:
    """One API operation as the service documents it.

    rate:       calls per second and account.
    batch:      most items a call.
    writes:     whether it changes anything.
    repeatable: whether it may be sent again when no answer came.
    source:     the API page.
    """

    name: str
    rate: float
    batch: int
    writes: bool
    repeatable: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The pure half of one kind of asset.

    name, plural: `video`, `videos` (the manifest's key).
    noun:         what one of them is called in a sentence; its name when empty.
    fields:       in the order of `DesiredAsset.values` and `LiveAsset.values`.
    tree:         the tree of categories that its assets stand in; the paths of its fields are of that one.
    identities:   the keys of an entry that name an asset, of which each entry has one.
    read_operation, read_batch: what reading by id calls, and how many ids a call; for the cost of a plan.
    calls:        turns changes of this kind and one action, with their plan indexes, into calls; `category_ids` has the
                  ids of the categories made by this run, by path. Deterministic; bounded in items and bytes.
    facts_shown:  facts that stand in `before` of a deletion, in order.
    has_source:   whether assets of this kind have a source file that is deleted with them.
    alone:        operation that takes several items → the one with a rate of its own that does the same to one.
    """

    name: str
    plural: str
    fields: tuple[Field, ...]
    read_operation: str
    read_batch: int
    calls: Callable[[Sequence[tuple[int, Change]], Mapping[str, int]], tuple[Call, ...]]
    noun: str = ""
    tree: str = DEFAULT_TREE
    identities: tuple[str, ...] = ("id",)
    facts_shown: tuple[str, ...] = ()
    has_source: bool = False
    alone: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def called(self) -> str:
        """What one of them is called in a sentence: `video`, `attached medium`."""
        return self.noun or self.name

    def index(self, field: str) -> int:
        """The place of a field in `values`; raises KeyError for a field this kind does not have."""
        for place, candidate in enumerate(self.fields):
            if candidate.name == field:
                return place
        raise KeyError(field)

    def categories(self, values: Sequence[FieldValue]) -> tuple[int, ...]:
        """The ids of the categories that an asset stands in, by its live values."""
        found: list[int] = []
        for one, value in zip(self.fields, values, strict=False):
            if one.style is Style.CATEGORY and isinstance(value, int):
                found.append(value)
            elif one.style is Style.CATEGORIES and isinstance(value, tuple):
                found.extend(each for each in value if isinstance(each, int))
        return tuple(found)
