"""Cells of tables that spreadsheets open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodplan.core.cells import meant, neutral

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\tx",
    "\rx",
    "\nx",
    " =1",
    "\u3000=1",
    "＝1",
    "'=x",
    "''-x",
    "=cmd|' /C calc'!A0",
]
HARMLESS = ["", "a=1", "'", "''", "'Tis the season", "News", "1-0", "《海龟》", " x"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_neutral_of_what_a_spreadsheet_computes_begins_with_a_quote(text: str) -> None:
    """Nothing that a stranger typed into a title is computed on an editor's machine."""
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_neutral_of_other_texts_is_the_text(text: str) -> None:
    """People see what they wrote, also where it begins with a quote."""
    assert neutral(text) == text
    assert meant(text) == text


@given(st.one_of(st.text(), st.text(alphabet="'=+-@\t\r\n \u3000＝a1")))
def test_meant_takes_back_exactly_what_neutral_did(text: str) -> None:
    """Nothing is lost or gained on the way through a file."""
    assert meant(neutral(text)) == text
