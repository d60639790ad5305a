"""Columns line up where characters take two cells, or none."""

from __future__ import annotations

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from vodplan.render.escape import terminal
from vodplan.render.width import cells, clip, pad, wrap

MIXED = "开幕比赛 opening match 第一场比赛的精彩集锦 ⚽ with everything"


@pytest.mark.parametrize(("text", "expected"), [("abc", 3), ("开幕", 4), ("e\u0301", 1), ("⚽", 2), ("❤️", 2), ("", 0)])
def test_cells_wide_and_combining_characters_are_counted_as_shown(text: str, expected: int) -> None:
    """A wide character takes two cells, a combining mark none."""
    assert cells(text) == expected


@pytest.mark.parametrize("room", range(1, 30))
def test_clip_text_too_wide_fits_and_says_so(room: int) -> None:
    """A clipped text never takes more than its room, and ends with the sign."""
    shown = clip(MIXED, room)

    assert cells(shown) <= room
    assert shown.endswith("…")


def test_clip_text_that_fits_is_left_alone() -> None:
    """Nothing is cut for the sake of a sign."""
    assert clip("开幕", 4) == "开幕"
    assert clip("abcdef", 5, "...") == "ab..."


def test_pad_wide_text_fills_cells_not_characters() -> None:
    """Padding counts cells."""
    assert pad("开幕", 6) == "开幕  "


@given(st.text(), st.integers(min_value=10, max_value=60))
def test_wrap_any_escaped_text_fits_and_loses_no_ink(text: str, room: int) -> None:
    """Every line fits, and only blanks may go at a line's end."""
    shown = terminal(text)

    broken = wrap(shown, room)

    assert all(cells(line) <= room for line in broken)
    assert "".join("".join(broken).split()) == "".join(shown.split())


def test_wrap_colored_text_closes_color_on_every_line() -> None:
    """A color never runs on into the next column."""
    broken = wrap(f"\x1b[31m{'word ' * 10}\x1b[0m", 20)

    assert len(broken) > 1
    assert all(line.startswith("\x1b[31m") and line.endswith("\x1b[0m") for line in broken)


@pytest.mark.parametrize("text", ["Old → New", "  新闻 → 体育", "a  →  b", "e\u0301 → é", "→"])
def test_wrap_text_that_fits_is_left_alone(text: str) -> None:
    """The quick way out gives what looking for places to break would give."""
    room = max(cells(text), 10)

    assert wrap(text, room) == [text] == wcwidth.wrap(text, room, break_on_hyphens=False)


def test_wrap_wide_text_that_fits_only_by_its_characters_is_broken() -> None:
    """Ten wide characters take twenty cells."""
    assert wrap("新" * 10, 12) == ["新" * 6, "新" * 4]


def test_wrap_with_hang_goes_on_below_the_first_word() -> None:
    """Each line but the first begins with the blanks, and none is wider than the room for them."""
    first, *rest = wrap(f"+ {MIXED}", 24, hang=2)

    assert first.startswith("+ ")
    assert rest
    assert all(line.startswith("  ") and not line.startswith("   ") for line in rest)
    assert all(cells(line) <= 24 for line in (first, *rest))
