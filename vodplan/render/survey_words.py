"""What a report calls its findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from vodplan.core.survey import Check, Finding
from vodplan.render.amounts import many, size

HEADINGS = {
    Check.DUPLICATE_TITLES: "Duplicate titles",
    Check.MISSING_COVERS: "Videos without a cover",
    Check.SHARED_COVERS: "Covers of many videos",
    Check.EMPTY_CATEGORIES: "Empty categories",
    Check.HUGE_CATEGORIES: "Huge categories",
    Check.STRAY_TAGS: "Stray tags",
    Check.UNTOUCHED: "Untouched assets",
    Check.NOT_NORMAL: "Not in status Normal",
}

_WITHOUT_SUBJECT = {Check.MISSING_COVERS: "no cover, though Normal", Check.UNTOUCHED: "not modified for long"}


def by_check(findings: Sequence[Finding]) -> Iterator[tuple[Check, list[Finding]]]:
    """Each check that found something, with its findings in their order."""
    for check, found in groupby(findings, key=lambda one: one.check):
        yield check, list(found)


def subject_of(finding: Finding) -> str:
    """What a finding is about; a stranger's text, to be escaped."""
    if finding.check is Check.STRAY_TAGS:
        return f"{', '.join(tag for tag, _ in finding.parts)} → {finding.subject}"
    return finding.subject or _WITHOUT_SUBJECT.get(finding.check, "(empty)")


def amount_of(finding: Finding) -> str:
    """How much it is: `3 videos, 1.2 GB`."""
    if finding.check is Check.EMPTY_CATEGORIES:
        return ""
    number = finding.amount.assets
    if finding.check is Check.STRAY_TAGS:
        return f"{number:,} {'use' if number == 1 else 'uses'} by {many(finding.kind)}"
    said = f"{number:,} {finding.kind if number == 1 else many(finding.kind)}"
    return f"{said}, {size(finding.amount.size)}" if finding.amount.size else said
