"""Strangers' texts on a page: nothing hides, nothing reorders, nothing is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.render.html.corpus import HIDDEN, HOSTILE, read
from vodplan.render.html.marks import CLOSE, OPEN, bare, marked, seen


def raw(text: str) -> str:
    """What a marked text was made from."""
    return re.sub(f"{OPEN}([0-9a-f]+){CLOSE}", lambda found: chr(int(found[1], 16)), text)


@given(st.text(st.characters(exclude_categories=())))
def test_marked_any_text_loses_nothing_and_hides_nothing(text: str) -> None:
    """Marking can be undone, and what it gives can be written as UTF-8 and has no control but the marks."""
    made = marked(text)

    assert raw(made) == text
    made.encode("utf-8")
    without_marks = re.sub(f"{OPEN}[0-9a-f]+{CLOSE}", "", made)
    assert not set(without_marks) & (HIDDEN | {OPEN, CLOSE})


@pytest.mark.parametrize("text", HOSTILE)
def test_seen_hostile_text_is_one_isolated_run_of_text(text: str) -> None:
    """Whatever the text says, the page gets a `bdi` with text and labels in it, and no other element."""
    found = read(str(seen(text)))

    assert next(one.tag for one in found.elements) == "bdi"
    assert {one.tag for one in found.elements} <= {"bdi", "span"}
    assert all(one.attributes.keys() == {"class", "title"} for one in found.all("span"))
    assert not set("".join(one.text for one in found.elements)) & HIDDEN


def test_seen_hidden_characters_have_labels_with_their_names() -> None:
    """A mark that reorders text is shown in its place, and says what it is."""
    (label,) = read(str(seen("a\u202eb"))).all("span")

    assert label.text == "U+202E"
    assert label.attributes["title"] == "U+202E right-to-left override"


def test_marked_emoji_of_several_parts_stays_whole() -> None:
    """The joiner between two signs and the selector behind one are how people type emoji; elsewhere they hide."""
    assert marked("👨\u200d👩 ❤\ufe0f") == "👨\u200d👩 ❤\ufe0f"
    assert marked("a\u200db\ufe0f") == f"a{OPEN}200d{CLOSE}b{OPEN}fe0f{CLOSE}"


def test_marked_pile_of_combining_marks_is_taken_apart() -> None:
    """Four marks on a letter are a script; more paint over other lines."""
    assert marked("a" + "\u0301" * 6) == "a" + "\u0301" * 4 + f"{OPEN}301{CLOSE}" * 2


def test_bare_marked_text_names_code_points() -> None:
    """Where there can be no markup the code point stands in brackets."""
    assert bare(marked("a\u202eb\x1b")) == "a[U+202E]b[U+001B]"
