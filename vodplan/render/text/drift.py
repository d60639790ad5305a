"""Drift as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from vodplan.core.drift import Drift, DriftItem
from vodplan.core.tiers import Tier
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.drift_words import counts_text, origin_text
from vodplan.render.escape import terminal
from vodplan.render.results import DriftShown
from vodplan.render.text.fields import labelled_field
from vodplan.render.text.layout import INDENT, LABEL, headline, next_step, paragraph, place_of, quoted

_SIGNS = {Tier.FAIL: ("! fail  ", Ink.ALARM), Tier.REPORT: ("~ report", Ink.CHANGE)}


def drift_text(shown: DriftShown, canvas: Canvas) -> Iterator[str]:
    """One piece for each asset that differs, those that fail first; what is ignored is only counted."""
    drift = shown.drift
    yield from _lines(_head(drift, canvas))
    for tier in _SIGNS:
        for _, items in groupby(drift.of(tier), key=lambda one: one.address):
            yield from _lines(_asset(list(items), canvas))
    if drift.of(Tier.FAIL) or drift.of(Tier.REPORT):
        yield "\n"
    lead = "Drift" if drift.items else "No drift"
    yield from _lines(paragraph(f"{lead}: {counts_text(drift)}.", canvas))
    if shown.next:
        yield from _lines(next_step(shown.next, canvas))


def _head(drift: Drift, canvas: Canvas) -> Iterator[str]:
    target = drift.target
    where = ", ".join(terminal(part) for part in (target.region, target.endpoint) if part)
    yield from paragraph(f"Drift of {terminal(target.name)} ({where}), manifest {canvas.arrow} live", canvas)
    if drift.snapshot is not None:
        yield from paragraph(f"Live state of {terminal(drift.snapshot)}, from a snapshot", canvas)
    yield ""


def _asset(items: list[DriftItem], canvas: Canvas) -> Iterator[str]:
    first = items[0]
    sign, ink = _SIGNS[first.tier]
    title = quoted(first.title) if first.title else ""
    yield from headline(sign, ink, terminal(str(first.address)), title, place_of(first.source), canvas)
    for one in items:
        yield from labelled_field(one.field, one.wanted, one.live, canvas)
        for line in paragraph(terminal(origin_text(one.origin)), canvas, indent=INDENT + LABEL):
            yield canvas.paint(line, Ink.FAINT)


def _lines(parts: Iterator[str]) -> Iterator[str]:
    yield "".join(f"{line}\n" for line in parts)
