"""Whether what an apply says of itself is true, by the library and the call log alone."""

from __future__ import annotations

from collections.abc import Collection

from tests.crash import watching
from tests.crash.stage import Played, Stage, fields_of
from vodplan.core.report import Verdict

WELL = (Verdict.DONE, Verdict.ALREADY)
VIDEO_COVER, IMAGE_PATH = 7, 7
"""Where the two stand in their rows."""

UNDONE = (Verdict.HELD, Verdict.REFUSED)


def check(
    stage: Stage, played: Played, *, edited: Collection[str] = (), late: bool = False, replaced: bool = False
) -> None:
    """Hold one apply to what it promises, however it went.

    edited:   ids of assets that somebody else changed meanwhile; nothing is known of their fields.
    late:     the service carries calls out after they were given up, so that what was not done may be done by now.
    replaced: its answers were replaced on the way, so that the call log does not have what was heard of them.
    """
    _untouched(stage, played, edited)
    _every_cover_is_there(played)
    _journalled_first(played)
    if not (late or replaced):
        # With calls that are late the log has calls in the order in which they were carried out, which is not that of the answers.
        _never_again_what_was_answered(played)
    if played.report is None:
        _nothing_written(stage, played, edited)
        return
    report, changes = played.report, stage.plan.changes
    assert [one.change for one in report.outcomes] == list(range(len(changes)))
    assert sum(report.counts().values()) == len(changes)
    assert played.journal.ended == report
    _failures_hold_removals(stage, played)
    doubted = {str(one.address) for one in report.unconverged or ()}
    for outcome, change in zip(report.outcomes, changes, strict=True):
        if change.id in edited:
            continue
        now, before, after = (fields_of(rows, change) for rows in (played.held, stage.at_start, stage.at_end))
        assert now in (before, after), f"{change.address} is neither as before nor as planned: {now!r}"
        if outcome.verdict in UNDONE and not late:
            assert now == before, f"{change.address} was done, and is said to be {outcome}"
        if outcome.verdict in WELL and str(change.address) not in doubted:
            assert now == after, f"{change.address} was not done, and is said to be {outcome}"
    if report.converged and not edited:
        assert stage.named() == stage.named_end


def _failures_hold_removals(stage: Stage, played: Played) -> None:
    """Nothing is removed once something before the removals went wrong, and no category unless all else went well."""
    assert played.report is not None
    failed = [stage.plan.changes[one.change] for one in played.report.outcomes if one.verdict not in WELL]
    sent = {call.action for call in played.calls if watching.is_write(call)}
    if any(not change.action.removes for change in failed):
        assert not {action for action in sent if action.startswith("Delete")}
    if any(change.kind != "category" or not change.action.removes for change in failed):
        assert "DeleteCategory" not in sent


def _untouched(stage: Stage, played: Played, edited: Collection[str]) -> None:
    """Nothing outside the plan was touched, and every write was one of the plan's."""
    ours = watching.outside(stage.plan, played.held, stage.at_start)
    theirs = watching.outside(stage.plan, stage.at_start, stage.at_start)
    assert {key: row for key, row in ours.items() if key[1] not in edited} == {
        key: row for key, row in theirs.items() if key[1] not in edited
    }
    assert set(watching.writes(played.calls)) <= set(watching.all_meant(stage.plan.changes))


def _every_cover_is_there(played: Played) -> None:
    """No video shows an image that is gone: an old cover goes after its video's new one was read back."""
    paths = {row[IMAGE_PATH] for (table, _), row in played.held.items() if table == "images"}
    shown = {row[VIDEO_COVER] for (table, _), row in played.held.items() if table == "videos"}
    assert {one for one in shown if one and one.startswith("/media/image/")} <= paths


def _journalled_first(played: Played) -> None:
    """Nothing was sent that the journal had not been told of; nothing is open once the run has its end."""
    assert set(watching.writes(played.calls)) <= set(played.journal.intended)
    if played.journal.ended is not None:
        assert not played.journal.open


def _never_again_what_was_answered(played: Played) -> None:
    """What the service has answered for is not sent again: no second deletion, no second category, no second update."""
    answered: set[watching.Written] = set()
    for call in played.calls:
        if not watching.is_write(call) or not call.params:
            continue
        parts = set(watching.written(call))
        assert not parts & answered, f"{call.action} was sent again for {sorted(parts & answered)}"
        if call.status == 200 and not {"cut_after", "truncate", "half_json", "latency", "drip"} & set(call.faults):
            answered |= parts


def _nothing_written(stage: Stage, played: Played, edited: Collection[str]) -> None:
    """An apply that ends with an error has not begun."""
    assert not watching.writes(played.calls), f"it wrote, and then raised {played.error}"
    kept = {key: row for key, row in played.held.items() if key[1] not in edited}
    assert kept == {key: row for key, row in stage.at_start.items() if key[1] not in edited}
