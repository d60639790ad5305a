"""The journal of a process without a store."""

from __future__ import annotations

from tests import build
from tests.fakes import Library, apply_of, plan_of
from vodplan.engine.journal import MemoryJournal


def test_memory_journal_keeps_the_lines_of_a_run_in_order() -> None:
    """Begin, then intent and outcome of each call, then end, under one run id."""
    library = Library(build.live_video("v1", title="Old"))
    journal = MemoryJournal()

    report = apply_of(plan_of(build.desired(build.video("v1", title="New")), library), library, journal=journal)

    assert journal.lines == [
        ("begin", report.run, 1),
        ("intent", "UpdateVideoInfos", 1),
        ("outcome", "UpdateVideoInfos", 1),
        ("end", report.run, 1),
    ]
    assert len(report.run) == 16
