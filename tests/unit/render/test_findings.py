"""A diagnostic points at the right cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vodplan.core.diagnostics import Diagnostic, Severity, SourceSpan
from vodplan.render.canvas import Canvas
from vodplan.render.text.findings import finding_text
from vodplan.render.width import cells


def _finding(excerpt: str | None, column: int, length: int = 1, *, detail: str = "Do this.") -> Diagnostic:
    return Diagnostic(
        code="VP104",
        summary="Unknown field",
        detail=detail,
        span=SourceSpan("manifests/news.yaml", 12, column, length),
        excerpt=excerpt,
    )


def _text(one: Diagnostic, width: int = 80) -> str:
    return "".join(finding_text(one, Canvas(width=width)))


def test_finding_shows_place_code_detail_line_and_caret() -> None:
    """The whole form."""
    detail = '"titel" is not a field of a video. Did you mean "title"?'

    assert _text(_finding("    titel: Opening match", 5, 5, detail=detail)) == (
        "manifests/news.yaml:12:5: error[VP104]: Unknown field\n"
        '  "titel" is not a field of a video. Did you mean "title"?\n'
        "   12 |     titel: Opening match\n"
        "      |     ^^^^^\n"
    )


@pytest.mark.parametrize(
    ("excerpt", "column", "length", "before", "carets"),
    [
        ("标题: 开幕比赛", 5, 4, 6, 8),
        ("a\tb: c", 3, 1, 3, 1),
        ("é́: x", 3, 1, 1, 1),
        ("x: \x1b[31m", 4, 1, 3, 6),
        ("short", 6, 1, 5, 1),
        ("", 1, 1, 0, 1),
    ],
)
def test_finding_caret_stands_below_the_cells_of_the_place(
    excerpt: str, column: int, length: int, before: int, carets: int
) -> None:
    """Wide characters, tabs, marks and escapes are counted in cells; a place behind the end has a caret too."""
    bar = _text(_finding(excerpt, column, length)).splitlines()[-1]

    assert bar == "      | " + " " * before + "^" * carets


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("column", [1, 40, 5_000, 10_000])
def test_finding_in_a_long_line_shows_the_part_around_the_place(width: int, column: int) -> None:
    """A line of ten thousand characters is not printed, and the caret is still below the right one."""
    excerpt = "开x" * 5_000

    *_, line, bar = _text(_finding(excerpt, column), width).splitlines()

    assert cells(line) <= width
    caret = bar.index("^")
    marked = next(char for place, char in enumerate(line) if cells(line[:place]) == caret)
    assert marked == excerpt[column - 1]


def test_finding_detail_with_a_command_keeps_it_on_its_own_line() -> None:
    """Commands to copy stand alone."""
    text = _text(_finding(None, 1, detail="Do this:\n    vodplan validate"))

    assert text.splitlines()[1:] == ["  Do this:", "      vodplan validate"]


def test_finding_without_place_or_as_warning_says_so() -> None:
    """What has no place begins with its severity."""
    one = Diagnostic(code="VP001", summary="No manifests", detail="Add one.", severity=Severity.WARNING)

    assert _text(one) == "warning[VP001]: No manifests\n  Add one.\n"


@given(
    excerpt=st.text(max_size=200),
    column=st.integers(min_value=1, max_value=250),
    length=st.integers(min_value=1, max_value=300),
    width=st.sampled_from([60, 80, 200]),
)
def test_finding_any_line_and_place_fits_the_terminal(excerpt: str, column: int, length: int, width: int) -> None:
    """No manifest line breaks the layout."""
    *_, line, bar = _text(_finding(excerpt, column, length), width).splitlines()

    assert cells(line) <= width
    assert cells(bar) <= width
    assert "^" in bar
