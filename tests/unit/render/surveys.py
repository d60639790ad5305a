"""A small library, surveyed, with texts that strangers typed."""

from __future__ import annotations

from vodplan.core.survey import Check, Finding, Member, Survey, Wishes
from vodplan.core.unmanaged import Amount

HOSTILE = 'a"\x1b[31m\u202e\n<script>b'


def a_survey(*findings: Finding, **more: object) -> Survey:
    """Three videos in two categories; with one finding of each kind of layout unless others are given."""
    member = Member(kind="video", id="v1", title=HOSTILE, created="2020-01-01T00:00:00Z")
    usual = (
        Finding(
            check=Check.DUPLICATE_TITLES,
            kind="video",
            subject=HOSTILE,
            amount=Amount(2, 2_000),
            members=lambda: (member, member),
            patch="videos:\n  - id: v1\n    title: b (2)\n",
        ),
        Finding(check=Check.EMPTY_CATEGORIES, kind="", subject="体育/旧", amount=Amount()),
        Finding(
            check=Check.STRAY_TAGS, kind="video", subject="sports", amount=Amount(1), parts=(("Sport", 1),), why="No."
        ),
    )
    known: dict[str, object] = {
        "target": "lab",
        "created_at": "2026-11-21T00:00:00Z",
        "wishes": Wishes(),
        "kinds": {"video": Amount(3, 3_000)},
        "categories": {("video", "体育"): Amount(2, 3_000), ("video", ""): Amount(1, 0)},
        "ages": {"older": Amount(3, 3_000)},
        "undated": 0,
        "missed": 0,
        "findings": findings or usual,
    }
    return Survey(**{**known, **more})  # type: ignore[arg-type]
