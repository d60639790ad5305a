"""Drift as the text of an issue, which a daily job updates in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vodplan.core.drift import Drift, DriftItem
from vodplan.core.tiers import Tier
from vodplan.core.values import Json
from vodplan.render.drift_words import counts_text, origin_text
from vodplan.render.escape import markdown
from vodplan.render.results import DriftShown
from vodplan.render.text.fields import value_text

_TOLD = {Tier.FAIL: "Fails the check", Tier.REPORT: "Reported only"}


def drift_head(drift: Drift) -> str:
    """The heading and the numbers."""
    since = f" Live state of {markdown(drift.snapshot)}, from a snapshot." if drift.snapshot else ""
    return f"### vodplan: drift of {markdown(drift.target.name)}\n\n{counts_text(drift)}.{since}\n"


def drift_sections(drift: Drift) -> Iterator[tuple[str, Iterable[str]]]:
    """Heading → one item for each difference, those that fail first; what is ignored is only counted."""
    for tier, heading in _TOLD.items():
        yield heading, (_item(one) for one in drift.of(tier))


def drift_end(shown: DriftShown) -> str:
    """What to do next."""
    if not shown.drift.items:
        return "\nNo drift.\n"
    return f"\nTo put the manifests' values back: {markdown(shown.next)}\n" if shown.next else ""


def _item(one: DriftItem) -> str:
    title = f" {markdown(one.title)}" if one.title else ""
    place = markdown(f"{one.source.file}:{one.source.line}")
    wanted, live = (_value(one.field, value) for value in (one.wanted, one.live))
    return (
        f"- {markdown(str(one.address))}{title} ({place})\n"
        f"  - {markdown(one.field)}: manifest {wanted}, live {live}\n"
        f"  - {markdown(origin_text(one.origin))}\n"
    )


def _value(name: str, value: Json) -> str:
    shown = value_text(name, value)
    return markdown(shown) if shown else "empty"
