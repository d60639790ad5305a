"""What every format says of drift in words; our own, and ids and times of runs."""

from __future__ import annotations

from vodplan.core.drift import Drift, Origin, OriginKind
from vodplan.core.tiers import Tier
from vodplan.render.amounts import count


def origin_text(origin: Origin) -> str:
    """Where a difference came from; raw, as the run's id is."""
    run = f"run {origin.run} of {origin.at[:10]}" if origin.run and origin.at else "a run"
    match origin.kind:
        case OriginKind.EDITED:
            return f"edited outside vodplan after {run}"
        case OriginKind.KEPT:
            return f"{run} wrote it, and the service kept another value"
        case OriginKind.PENDING if origin.run:
            return f"pending: as {run} left it, the manifest is ahead"
        case OriginKind.PENDING:
            return "never applied by vodplan: pending, or edited since"
        case OriginKind.UNKNOWN if origin.run:
            return f"unknown: what {run} left there is not known for sure"
        case OriginKind.UNKNOWN:
            return "unknown: no run on this target is on record"


def counts_text(drift: Drift) -> str:
    """`2 fail, 1 reported, 4 ignored, 120 as in the manifests`, and what is left aside."""
    parts = [f"{len(drift.of(Tier.FAIL))} fail", f"{len(drift.of(Tier.REPORT))} reported"]
    parts += [f"{len(drift.of(Tier.IGNORE))} ignored", f"{drift.unchanged} as in the manifests"]
    parts += [f"{drift.scheduled} scheduled"] if drift.scheduled else []
    if drift.uncertain:
        parts.append(f"{count(drift.uncertain, 'removal')} that the service cannot tell")
    return ", ".join(parts)
