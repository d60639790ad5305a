"""Manifest files that were changed, as people and programs read them."""

from __future__ import annotations

import json

from vodplan.core.edited import FileEdit, FileEdits, LeftAlone
from vodplan.render.canvas import Canvas
from vodplan.render.html import HtmlView
from vodplan.render.jsonview import JsonView
from vodplan.render.results import FilesEdited
from vodplan.render.text import TextView

HOSTILE = "a\x1b[31m\u202e.yaml"
LEFT = LeftAlone(why="A key stands twice\x07.", advice="Edit it by hand.", line=3, column=4)


def shown(**more: object) -> FilesEdited:
    """A file of each sort."""
    files = [
        FileEdit(file=HOSTILE, changed=True, diff="--- a\n+++ a\n@@ -1 +1 @@\n-one\x1b[0m\n+two\n"),
        FileEdit(file="b.yaml"),
        FileEdit(file="c.yaml", left=LEFT),
    ]
    edits = FileEdits.of(reversed(files), written=True)
    return FilesEdited(edits=edits, what="edited", next="vodplan validate", **more)  # type: ignore[arg-type]


def test_edited_files_are_in_order_whatever_order_they_came_in() -> None:
    """The result of two runs can be compared."""
    assert [one.file for one in shown().edits.files] == [HOSTILE, "b.yaml", "c.yaml"]
    assert [one.file for one in shown().edits.changed] == [HOSTILE]
    assert [one.file for one in shown().edits.left] == ["c.yaml"]


def test_edited_files_as_text_say_what_became_of_each_and_escape_what_strangers_wrote() -> None:
    """Neither a name nor a line of a manifest moves the cursor of a terminal."""
    text = "".join(TextView(Canvas(width=80)).show(shown(diffs=True, proved="Compared again: 1 of 1.")))

    assert text.splitlines()[0].startswith("edited  a")
    assert "left alone  c.yaml:3:4\n" in text
    assert (
        "3 files: 1 edited, 1 fine as they are, 1 left alone.\nCompared again: 1 of 1.\nNext: vodplan validate\n"
        in text
    )
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "+two\n" in text


def test_edited_files_that_were_only_tried_say_so() -> None:
    """Nobody takes a check for a change."""
    edits = FileEdits(files=(FileEdit(file="a.yaml", changed=True),), written=False)
    text = "".join(TextView(Canvas(width=80)).show(FilesEdited(edits=edits, what="formatted")))

    assert text == "would be formatted  a.yaml\n1 file: 1 would be formatted, 0 fine as they are.\n"


def test_edited_files_as_json_have_differences_only_where_they_were_asked_for() -> None:
    """And what was left alone, with its place, and what was refused apart from it."""
    document = json.loads("".join(JsonView().show(shown(refused=[FileEdit(file="d.yaml", left=LEFT)]))))

    assert document["changed"] == [{"file": HOSTILE}]
    assert document["left_alone"][0]["line"] == 3
    assert document["refused"][0]["file"] == "d.yaml"
    assert document["files"] == 3
    with_diffs = json.loads("".join(JsonView().show(shown(diffs=True))))
    assert with_diffs["changed"][0]["diff"].startswith("--- a\n")


def test_edited_files_as_a_page_have_what_the_text_has() -> None:
    """There is no layout of their own."""
    page = "".join(HtmlView().show(shown()))

    assert "left alone" in page
    assert "\x1b" not in page
