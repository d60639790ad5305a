"""Drift as a JSON document in the canonical form of plans (schemas/drift.v1.json)."""

from __future__ import annotations

from vodplan.core.drift import Drift, DriftItem
from vodplan.core.tiers import Tier
from vodplan.core.values import Json, canonical_json

FORMAT_VERSION = "1"


def drift_bytes(drift: Drift) -> bytes:
    """The canonical document, with a final newline; the same inputs give the same bytes, but for `created_at`."""
    return canonical_json(drift_document(drift)) + b"\n"


def drift_document(drift: Drift) -> dict[str, Json]:
    """The document; items of every tier are in it."""
    target = drift.target
    return {
        "format_version": FORMAT_VERSION,
        "vodplan_version": drift.vodplan_version,
        "created_at": drift.created_at,
        "target": {
            "name": target.name,
            "region": target.region,
            "endpoint": target.endpoint,
            "account": target.account,
        },
        "manifests_digest": drift.manifests_digest,
        "snapshot": drift.snapshot,
        "items": [_item(one) for one in drift.items],
        "summary": {
            **{tier.value: len(drift.of(tier)) for tier in Tier},
            "assets": len({one.address for one in drift.items}),
            "unchanged": drift.unchanged,
            "scheduled": drift.scheduled,
            "uncertain": drift.uncertain,
        },
    }


def _item(one: DriftItem) -> dict[str, Json]:
    return {
        "address": str(one.address),
        "kind": one.address.kind,
        "id": one.id,
        "title": one.title,
        "field": one.field,
        "wanted": one.wanted,
        "live": one.live,
        "tier": one.tier.value,
        "rule": one.rule,
        "origin": {
            "kind": one.origin.kind.value,
            "run": one.origin.run,
            "at": one.origin.at,
            "left": one.origin.left,
        },
        "source": {"file": one.source.file, "line": one.source.line},
    }
