"""`drift:` of the project file, as data: how much a difference between manifests and library matters."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from vodplan.core.policy import Protection

STATE_FIELDS = ("state", "path", "source", "streams")
"""What can differ beside the fields of a kind."""


class Tier(enum.StrEnum):
    """How much a difference matters: it fails a check, is told, or is only counted."""

    FAIL = "fail"
    REPORT = "report"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRule:
    """Gives a tier to what fits all that it names; what is empty or None is not a condition.

    fields: names of fields, `STATE_FIELDS` included.
    where:  conditions on the live asset. What is not known of it fits none, since that would hide what nobody saw.
    """

    tier: Tier
    kinds: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    where: Protection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRules:
    """`drift:` of the project file; the first rule that fits decides, `default` where none does."""

    default: Tier = Tier.FAIL
    tiers: tuple[TierRule, ...] = ()

    @property
    def by_category(self) -> bool:
        """Whether a rule asks where an asset stands."""
        return any(rule.where is not None and rule.where.category is not None for rule in self.tiers)
