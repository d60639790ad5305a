"""Nothing a stranger typed reaches a terminal as anything but ink."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodplan.render.escape import json_text, lines, terminal

CORPUS = [
    ("\x1b[2J\x1b[31mred", "\\u001b[2J\\u001b[31mred"),
    ("\x1b]0;owned\x07", "\\u001b]0;owned\\u0007"),
    ("\x9b31m", "\\u009b31m"),
    ("bell\x07 back\x08 del\x7f nul\x00", "bell\\u0007 back\\u0008 del\\u007f nul\\u0000"),
    ("one\ntwo\r\nthree\tfour", "one\\ntwo\\r\\nthree\\tfour"),
    ("line\u2028paragraph\u2029next\x85", "line\\u2028paragraph\\u2029next\\u0085"),
    ("exe\u202egpj.mp4", "exe\\u202egpj.mp4"),
    ("\u2066isolated\u2069", "\\u2066isolated\\u2069"),
    ("\u200bzero\u200c\u200d\ufeff", "\\u200bzero\\u200c\\u200d\\ufeff"),
    ("soft\u00adhyphen \u061c", "soft\\u00adhyphen \\u061c"),
    ("tags \U000e0041\U000e007f", "tags \\U000e0041\\U000e007f"),
    ("fillers \u3164\u115f\u2800\uffa0", "fillers \\u3164\\u115f\\u2800\\uffa0"),
    ("a\ufe0f\ufe01", "a\\ufe0f\\ufe01"),
    ("\ud800 \udfff", "\\ud800 \\udfff"),
    ("e" + "\u0301" * 7, "e" + "\u0301" * 4 + "\\u0301" * 3),
]

HARMLESS = ["Opening match", "开幕比赛：第一场", "Ünïcode é", "❤️ ⚽ 🎬", "١٢٣ عربي", "한국어", "ก็", "a\\nb", "#️⃣"]


@pytest.mark.parametrize(("hostile", "shown"), CORPUS)
def test_terminal_hostile_text_shows_as_escapes(hostile: str, shown: str) -> None:
    """Whatever has no ink, or orders the terminal about, is shown as what it is."""
    assert terminal(hostile) == shown


@pytest.mark.parametrize("text", HARMLESS)
def test_terminal_text_of_any_script_is_left_alone(text: str) -> None:
    """Titles in every script, emoji with their selector included, read as their authors wrote them."""
    assert terminal(text) == text


@given(st.text())
def test_terminal_any_text_becomes_one_visible_line(text: str) -> None:
    """No control, format character, separator or surrogate is left, and escaping again changes nothing."""
    shown = terminal(text)

    strange = [one for one in shown if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp")]
    assert strange == []
    assert len(shown.splitlines()) <= 1
    assert terminal(shown) == shown
    assert shown.encode("utf-8").decode("utf-8") == shown


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_terminal_printable_ascii_is_left_alone(text: str) -> None:
    """The common case costs and changes nothing."""
    assert terminal(text) == text


def test_lines_message_with_control_keeps_only_its_line_ends() -> None:
    """In a message of our own a line end ends a line; all else is escaped."""
    assert lines("first\nse\x1bcond") == ("first", "se\\u001bcond")


@given(st.recursive(st.text() | st.none() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)))
def test_json_text_any_document_means_the_same_and_is_safe(document: object) -> None:
    """JSON shown on a terminal parses to the same values and holds nothing that the terminal obeys."""
    text = json.dumps(document, ensure_ascii=False)

    shown = json_text(text)

    assert json.loads(shown) == document
    assert [one for one in shown if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")] == [] or any(
        "\u0600" <= one <= "\u08e2" or one in "\U000110bd\U000110cd" for one in shown
    )


def test_json_text_character_beyond_the_basic_plane_becomes_a_surrogate_pair() -> None:
    """JSON knows no longer escapes than four digits."""
    assert json_text('"\U000e0041\u202e\x9b\x7f"') == '"\\udb40\\udc41\\u202e\\u009b\\u007f"'
