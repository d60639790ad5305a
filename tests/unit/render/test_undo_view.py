"""An undo as people and programs read it."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest

from tests.unit.render.plans import OTHER, a_change, a_plan
from tests.unit.render.runs import RUN
from vodplan.core.address import Address
from vodplan.core.change import Action, Change
from vodplan.core.desired import DesiredState
from vodplan.core.undo import Conflict, Stuck, Undo
from vodplan.render.canvas import Canvas
from vodplan.render.jsonview import JsonView
from vodplan.render.results import Undone
from vodplan.render.text import TextView
from vodplan.render.views import view_for
from vodplan.render.width import cells

VIDEO = Address("video", "v1")
LOST = a_change(
    Action.DELETE,
    address=f"video/{OTHER}",
    before={"title": "Licensed concert", "tags": ["music"], "size": 1_234_567_890, "duration": 3725.4},
)


def _shown(
    *changes: Change,
    conflicts: tuple[Conflict, ...] = (),
    stuck: tuple[Stuck, ...] = (),
    lost: tuple[Change, ...] = (),
    made: tuple[str, ...] = (),
    unchanged: int = 0,
    next: str = "",
) -> Undone:
    undo = Undo(
        run=RUN,
        desired=DesiredState(assets=(), categories=(), digest=""),
        conflicts=conflicts,
        stuck=stuck,
        lost=lost,
        made=made,
        unchanged=unchanged,
    )
    return Undone(plan=a_plan(*changes, unchanged=0), undo=undo, next=next)


def _text(shown: Undone, width: int = 80) -> str:
    return "".join(TextView(Canvas(width=width)).show(shown))


def _document(shown: Undone) -> Any:
    return json.loads("".join(JsonView().show(shown)))


def test_undo_text_is_the_plan_and_what_it_leaves_out() -> None:
    """What goes back, what was edited, what cannot, what is gone, what stays, and the next command at the end."""
    shown = _shown(
        a_change(),
        conflicts=(Conflict(address=VIDEO, field="tags", before=["a", "b"], after=["c"], now=["d"]),),
        stuck=(Stuck(address=VIDEO, field="category", before="Old", reason="The category does not exist now."),),
        lost=(LOST,),
        made=("News/New",),
        unchanged=2,
        next="vodplan apply undo.json",
    )

    text = _text(shown)

    assert text.startswith(f"Undo of run {RUN}\nPlan for production (")
    assert text.count("Next: ") == 1
    assert text[text.index("\nEdited since") :] == (
        "\nEdited since, and left as they are (1):\n"
        "! video/v1  tags\n"
        "    before       a, b\n"
        "    by the run   c\n"
        "    now          d\n"
        "\nCannot be put back (1):\n"
        "! video/v1  category\n"
        "    before       Old\n"
        "    why          The category does not exist now.\n"
        "\nGone for good, nothing undoes a removal (1):\n"
        f"- delete  video/{OTHER}\n"
        '    "Licensed concert"                                    manifests/news.yaml:12\n'
        "    goes         1.2 GB, 1:02:05\n"
        "    tags         music\n"
        "\nMade by the run, and left in place (1):\n"
        "  category/News/New\n"
        "\n2 values are as before the run already.\n"
        "Next: vodplan apply undo.json\n"
    )


def test_undo_text_of_an_asset_that_is_gone_lists_its_values() -> None:
    """What it held stays readable."""
    stuck = Stuck(address=VIDEO, field="", before={"title": "Old", "cover": ""}, reason="It does not exist now.")

    text = _text(_shown(stuck=(stuck,)))

    assert (
        '! video/v1\n    title        "Old"\n    cover        (none)\n    why          It does not exist now.\n' in text
    )


@pytest.mark.parametrize("width", [60, 80, 132])
def test_undo_text_fits_and_obeys_nobody(width: int) -> None:
    """Values come from strangers, and may be long."""
    hostile = "片\x1b[2J\u202e" * 60
    shown = _shown(
        conflicts=(Conflict(address=VIDEO, field="title", before=hostile, after=hostile, now=hostile),),
        stuck=(Stuck(address=Address("video", "\x9b"), field="", before={"title": hostile}, reason="r"),),
        made=("\x07",),
        unchanged=1,
    )

    text = _text(shown, width)

    assert {one for one in text if unicodedata.category(one) in ("Cc", "Cf")} == {"\n"}
    assert [line for line in text.splitlines() if cells(line) > width] == []


def test_undo_document_has_the_plan_and_what_it_leaves_out() -> None:
    """The plan is its plan file's document; every list is there, empty or not."""
    shown = _shown(
        a_change(),
        conflicts=(Conflict(address=VIDEO, field="tags", before=["a"], after=["c"], now=["d"]),),
        stuck=(Stuck(address=VIDEO, field="", before={"title": "x"}, reason="Gone."),),
        lost=(LOST,),
        made=("News",),
        unchanged=2,
        next="vodplan apply undo.json",
    )

    document = _document(shown)

    assert document["plan"]["digest"] == shown.plan.digest
    assert document["plan"]["changes"][0]["after"] == {"title": "The opening match"}
    assert document["conflicts"] == [
        {"address": "video/v1", "field": "tags", "before": ["a"], "after": ["c"], "now": ["d"]}
    ]
    assert document["stuck"] == [{"address": "video/v1", "field": None, "before": {"title": "x"}, "reason": "Gone."}]
    (lost,) = document["not_undoable"]
    assert (lost["address"], lost["action"], lost["before"]["title"]) == (
        f"video/{OTHER}",
        "delete",
        "Licensed concert",
    )
    assert (document["run"], document["made"], document["unchanged"]) == (RUN, ["category/News"], 2)
    assert document["next"] == "vodplan apply undo.json"
    assert set(_document(_shown())) == set(document)


def test_undo_comment_says_what_it_leaves_out() -> None:
    """Whoever approves an undo in a pull request sees what does not come back."""
    shown = _shown(
        a_change(),
        conflicts=(Conflict(address=VIDEO, field="tags", before=["a"], after=["c"], now=[]),),
        stuck=(Stuck(address=VIDEO, field="", before="Old", reason="It does not exist now."),),
        lost=(LOST,),
        made=("News/New",),
    )

    text = "".join(view_for("markdown", Canvas()).show(shown))

    assert "- `video/v1` `tags`: was `a`, the run left `c`, now empty\n" in text
    assert "- `video/v1`: `It does not exist now.`\n" in text
    assert f"- delete `video/{OTHER}`\n" in text
    assert "#### Categories that stay\n\n- `News/New`\n" in text
