"""One decided action on one address."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from vodplan.core.address import Address
from vodplan.core.diagnostics import SourceRef
from vodplan.core.values import Json


class Action(enum.StrEnum):
    """Everything a change can do; a closed set (docs/contract.md section 5)."""

    CREATE = "create"
    RENAME = "rename"
    UPDATE = "update"
    DELETE_STREAMS = "delete_streams"
    DELETE_SOURCE = "delete_source"
    DELETE = "delete"

    @property
    def removes(self) -> bool:
        """Whether it takes something away for good; such changes are what `--allow-deletes` counts."""
        return self in _REMOVING


_REMOVING = frozenset({Action.DELETE, Action.DELETE_SOURCE, Action.DELETE_STREAMS})


def _nothing() -> Mapping[str, Json]:
    return MappingProxyType({})


def _no_origins() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One action on one address, with everything that apply needs and a reviewer should see.

    id:          the service's id; None for a category that is yet to be made.
    before:      field → live value, only fields that change; for a removal everything that goes; None for a creation.
    after:       field → wanted value, the same fields; None for a removal.
                 Values in both are plain JSON: texts, lists of tags in order, a category as its path or `{"id": N}` or
                 None.
    fingerprint: over `before` as it is compared (`core.approve`), so that a change that moved meanwhile is noticed.
    params:      what the call needs beyond `after`: `category_id` (int, 0 for none; absent while the category is yet to
                 be made), `jobs` (stream job ids), `force`, `parent_id`, `url`, `video`, `type`,
                 `cover_uploaded` (the file that is to be the cover is uploaded already).
    facts:       for people and guards, as `LiveAsset.facts`; never compared, never sent.
    origins:     field → `core.origins.ChangeOrigin`, where the plan was made beside a base revision; `state`, `source`
                 and `streams` for what has no field. For people and for the guard `foreign`.
    certain:     False when the service cannot say whether there is anything to do.
    bytes_freed: at least so many bytes go away; None when not known.
    """

    address: Address
    id: str | None
    action: Action
    before: Mapping[str, Json] | None
    after: Mapping[str, Json] | None
    fingerprint: str
    source: SourceRef
    params: Mapping[str, Json] = field(default_factory=_nothing)
    facts: Mapping[str, Json] = field(default_factory=_nothing)
    rule: str | None = None
    reason: str | None = None
    origins: Mapping[str, str] = field(default_factory=_no_origins)
    certain: bool = True
    bytes_freed: int | None = None

    @property
    def kind(self) -> str:
        """The kind of its address."""
        return self.address.kind

    @property
    def name(self) -> str:
        """`ACTION ADDRESS`, unique within a plan."""
        return f"{self.action} {self.address}"
