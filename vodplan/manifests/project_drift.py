"""The shape of `drift:` in the project file, and what it comes to."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from vodplan.core.tiers import STATE_FIELDS, DriftRules, TierRule
from vodplan.core.tiers import Tier as Tiers
from vodplan.kinds.assets import FIELDS as ASSET_FIELDS
from vodplan.manifests.project_parts import KINDS, OPTIONAL, Model, word
from vodplan.manifests.project_policy import Protect, protection_of

FIELDS = (*ASSET_FIELDS, *STATE_FIELDS)
"""Everything that can differ."""

TierName: Any = word(tuple(tier.value for tier in Tiers), "a tier")
FieldName: Any = word(FIELDS, "a field")
KindName: Any = word(KINDS, "a kind")

_SOME: dict[str, Any] = {"anyOf": [{"required": [name]} for name in ("kinds", "fields", "where")]}


class Tier(Model):
    """A tier, and what it is given to: whatever fits all that is named here."""

    model_config = ConfigDict(json_schema_extra=_SOME)

    tier: TierName
    kinds: Annotated[list[KindName], Field(min_length=1)] = OPTIONAL
    fields: Annotated[list[FieldName], Field(min_length=1)] = OPTIONAL
    where: Annotated[Protect, Field(description="The live asset fits all of it, as in policy.protect.")] = OPTIONAL

    @model_validator(mode="after")
    def _some(self) -> Tier:
        if not self.model_fields_set & {"kinds", "fields", "where"}:
            raise ValueError(
                "it needs kinds, fields or where; without one it would mean all, which is what default is for"
            )
        if self.where is not None and not self.where.model_fields_set:
            raise ValueError("where needs a condition, such as tags, category or ids")
        return self


class Drift(Model):
    """How much a difference between manifests and library matters; the first tier that fits decides."""

    default: Annotated[TierName, Field(description="What fits none of the tiers.")] = "fail"
    tiers: list[Tier] = Field(default_factory=list)


def drift_of(model: Drift) -> DriftRules:
    """The rules as the core takes them."""
    return DriftRules(
        default=Tiers(model.default),
        tiers=tuple(
            TierRule(
                tier=Tiers(one.tier),
                kinds=frozenset(one.kinds or ()),
                fields=frozenset(one.fields or ()),
                where=None if one.where is None else protection_of(one.where),
            )
            for one in model.tiers
        ),
    )
