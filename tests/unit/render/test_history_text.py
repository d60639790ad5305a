"""Runs in text: who, what, when, and harmless whatever is in them."""

from __future__ import annotations

import dataclasses
import unicodedata

import pytest

from tests.unit.render.plans import a_change, every_change
from tests.unit.render.runs import HOLDER, RUN, a_record, a_run
from vodplan.core.address import Address
from vodplan.core.history import ChangeState, Holder, RunStatus
from vodplan.core.report import Unconverged
from vodplan.render.canvas import Canvas
from vodplan.render.results import Exported, Result, Runs, RunShown
from vodplan.render.text import TextView
from vodplan.render.width import cells


def _text(result: Result, *, width: int = 80) -> str:
    return "".join(TextView(Canvas(width=width)).show(result))


def test_runs_have_two_lines_each() -> None:
    """Status, id, target and time; then what became of the changes, and whose it was."""
    first = a_run(ChangeState.DONE, ChangeState.DONE).record
    second = a_run(ChangeState.DONE, ChangeState.HELD, status=RunStatus.INCOMPLETE, interrupted=True, resumed=1).record

    assert _text(Runs(runs=[second, first]), width=100) == (
        f"incomplete  {RUN}  production                            2026-11-21 09:30:12 UTC\n"
        "    2 changes: 1 done, 1 held; by ada on runner-7 (process 4242, https://ci.example.com/jobs/9);\n"
        "    interrupted; resumed 1 time\n"
        f"complete    {RUN}  production                            2026-11-21 09:30:12 UTC\n"
        "    2 changes: 2 done; by ada on runner-7 (process 4242, https://ci.example.com/jobs/9)\n"
    )


def test_runs_without_any_say_so() -> None:
    """Nothing printed would leave open whether it worked."""
    assert _text(Runs(runs=[])) == "There are no runs.\n"
    assert _text(Runs(runs=[], asset="video/\x1b")) == "No run has a change of video/\\u001b.\n"


def test_runs_left_out_are_told_of() -> None:
    """A list that was cut short says how to get more."""
    assert _text(Runs(runs=[a_run(ChangeState.DONE).record], more=True)).endswith(
        "Older runs are left out; --limit N lists more.\n"
    )


def test_runs_of_an_asset_show_what_each_did_to_it() -> None:
    """What happened to this video: the values before and after, below the run."""
    record = dataclasses.replace(a_run(ChangeState.DONE).record, touched=(a_record(0, a_change()),))

    text = _text(Runs(runs=[record], asset="video/00f1"))

    assert '\n    title        "Opening match" → "The opening match"\n' in text
    assert "  done     update  video/" in text


def test_run_shows_every_change_with_its_outcome_and_values() -> None:
    """Outcome, code and sentence of the service, before and after, the counts, what reads back, and what to do next."""
    detail = a_run(
        ChangeState.REFUSED, status=RunStatus.INCOMPLETE, code="InvalidParameter", detail="The title is not allowed."
    )

    text = _text(RunShown(detail=detail, next="vodplan plan"))

    assert text == (
        f"Run {RUN} incomplete\n"
        "Target production (cn-shanghai, vod.cn-shanghai.aliyuncs.com)\n"
        "By ada on runner-7 (process 4242, https://ci.example.com/jobs/9)\n"
        "Started 2026-11-21 09:30:12 UTC, ended 2026-11-21 09:31:00 UTC\n"
        "\n"
        'refused  update  video/v0  "Opening match"                manifests/news.yaml:12\n'
        '    title        "Opening match" → "The opening match"\n'
        "    InvalidParameter: The title is not allowed. (request 4B5D)\n"
        "\n"
        "1 change: 1 refused.\n"
        "Everything that was written reads back as planned.\n"
        "Next: vodplan plan\n"
    )


def test_run_that_was_killed_says_what_is_not_known() -> None:
    """A change whose call was on its way has no outcome, and the text says that."""
    text = _text(RunShown(detail=a_run(ChangeState.INTENT, ChangeState.PLANNED, status=RunStatus.UNFINISHED)))

    assert "intent   update  video/v0" in text
    assert "A call was about to be sent; only a read can tell whether it was done." in text
    assert "planned  update  video/v1" in text
    assert "Unfinished: its process ended before it did." in text


def test_run_that_did_not_converge_names_the_field() -> None:
    """In the list as a number, in the run by name."""
    left = (Unconverged(address=Address("video", "v0"), field="title", wanted='"x"', live='"y\x1b"'),)
    detail = a_run(ChangeState.DONE, unconverged=left)

    assert "1 field did not take" in _text(Runs(runs=[detail.record]))
    assert 'video/v0 title: wanted "x", live "y\\u001b"' in _text(RunShown(detail=detail))


@pytest.mark.parametrize("width", [60, 80, 132])
def test_run_of_every_action_fits_the_width_and_obeys_nobody(width: int) -> None:
    """Whatever a title, an owner or a link holds, no line is too wide and nothing reaches the terminal as a control."""
    hostile = Holder(owner="a\x1b]0;x\x07", host="h\u202e", pid=1, ci_link=HOLDER.ci_link)
    changes = [*every_change(), a_change(before={"title": "\x1b[2J\n"}, after={"title": "\u202ex\x00"})]
    detail = a_run(*[ChangeState.DONE] * len(changes), changes=changes, holder=hostile, target="t\x9b")

    text = _text(RunShown(detail=detail), width=width) + _text(Runs(runs=[detail.record]), width=width)

    assert {one for one in text if unicodedata.category(one) in ("Cc", "Cf")} == {"\n"}
    assert [line for line in text.splitlines() if cells(line) > width] == []


def test_export_is_the_lines_themselves() -> None:
    """JSON lines are the same in every format, and can be read twice."""
    exported = Exported(lines=lambda: [b'{"a":1}\n', b'{"b":2}\n'])

    assert _text(exported) == '{"a":1}\n{"b":2}\n'
    assert _text(exported) == '{"a":1}\n{"b":2}\n'
