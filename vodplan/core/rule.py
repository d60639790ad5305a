"""What a rule of the manifests asks for."""

from __future__ import annotations

from dataclasses import dataclass

from vodplan.core.diagnostics import SourceRef
from vodplan.core.selector import Selector
from vodplan.core.values import FieldValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One entry of `rules:` (docs/contract.md section 3).

    name:   one of its own among all manifests.
    values: as `DesiredAsset.values`; empty when `absent`.
    absent: whatever is found is to be deleted.
    limit:  a plan in which more is found is held; never None when `absent`, or when old covers go.
    """

    name: str
    selector: Selector
    source: SourceRef
    values: tuple[FieldValue, ...] = ()
    absent: bool = False
    limit: int | None = None
    reason: str | None = None
