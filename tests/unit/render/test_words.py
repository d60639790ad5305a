"""Two texts woven into one, without losing a character of either."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vodplan.render.words import MOST_WORDS, Mark, Piece, difference, split_words


def _text(pieces: tuple[Piece, ...], *marks: Mark) -> str:
    return "".join(piece.text for piece in pieces if piece.mark in marks)


def test_difference_one_word_changed_marks_that_word() -> None:
    """What stayed is not marked."""
    assert difference("First game of the season", "First match of the season") == (
        Piece(Mark.KEPT, "First "),
        Piece(Mark.GONE, "game"),
        Piece(Mark.NEW, "match"),
        Piece(Mark.KEPT, " of the season"),
    )


def test_difference_script_without_blanks_marks_the_character() -> None:
    """Chinese has no blanks: each character counts as a word."""
    assert difference("第三课:配方法与求根公式", "第三课:配方法和求根公式") == (
        Piece(Mark.KEPT, "第三课:配方法"),
        Piece(Mark.GONE, "与"),
        Piece(Mark.NEW, "和"),
        Piece(Mark.KEPT, "求根公式"),
    )


def test_difference_words_next_to_each_other_are_marked_together() -> None:
    """Two changed words with a blank between read as one change."""
    assert difference("the old goal stands here today", "the new rule stands here today") == (
        Piece(Mark.KEPT, "the "),
        Piece(Mark.GONE, "old goal"),
        Piece(Mark.NEW, "new rule"),
        Piece(Mark.KEPT, " stands here today"),
    )


def test_difference_texts_with_nothing_in_common_is_none() -> None:
    """A weave of two strangers reads worse than the two."""
    assert difference("Rights ended in 2025", "Helicopter and bike cameras") is None


def test_difference_texts_too_long_to_compare_is_none() -> None:
    """The work is bounded, whatever a title holds."""
    assert difference("a b " * MOST_WORDS, "c b " * MOST_WORDS) is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_difference_any_texts_both_can_be_read_from_the_weave(old: str, new: str) -> None:
    """Kept and gone pieces join to the old text, kept and new pieces to the new one."""
    pieces = difference(old, new)

    assert "".join(split_words(old)) == old
    if pieces is not None:
        assert _text(pieces, Mark.KEPT, Mark.GONE) == old
        assert _text(pieces, Mark.KEPT, Mark.NEW) == new


@given(st.text(alphabet="ab 中", max_size=60), st.text(alphabet="ab 中", max_size=60))
def test_difference_texts_of_few_words_both_can_be_read_from_the_weave(old: str, new: str) -> None:
    """The same law where the two have much in common."""
    pieces = difference(old, new)

    if pieces is not None:
        assert _text(pieces, Mark.KEPT, Mark.GONE) == old
        assert _text(pieces, Mark.KEPT, Mark.NEW) == new
