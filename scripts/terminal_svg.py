"""Draws what a terminal shows as an SVG: every character stands in its own cell, whatever font the reader has.

Understood is what vodplan writes: SGR colors, carriage return, newline. Anything else is an error, so that a picture
never shows what no terminal would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby

from wcwidth import wcwidth

CELL = 8.4
"""Width of a cell in pixels: 0.6 of the font size, which is what monospaced fonts have."""
LINE = 20
FONT = 14
MARGIN = 18
TITLE_BAR = 34

FONTS = (
    "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', "
    "'PingFang SC', 'Microsoft YaHei', monospace"
)
COLORS = {31: "#ff7b72", 32: "#56d364", 33: "#e3b341", 36: "#76e3ea"}
PAPER, BAR, PLAIN, FAINT = "#0d1117", "#161b22", "#e6edf3", "#8b949e"

_TOKEN = re.compile(r"\x1b\[([0-9;]*)m|(\r)|(\n)|([^\x00-\x1f\x7f]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a cell is painted; `color` is one of SGR's 30 to 37, 0 for the terminal's own."""

    color: int = 0
    bold: bool = False
    faint: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A character with what combines with it, and the cells it takes: 1 or 2."""

    text: str
    width: int
    style: Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Cells next to each other in one style and of one width.

    start: the column of the first cell, from 0.
    """

    start: int
    cells: tuple[Cell, ...]


def screen(text: str) -> list[dict[int, Cell]]:
    """The lines of a terminal that was sent a text: column → cell.

    raises: ValueError for a control sequence that is not known here.
    """
    lines: list[dict[int, Cell]] = [{}]
    column, style, place = 0, Style(), 0
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise ValueError(f"not understood: {text[place : place + 12]!r}")
        place = token.end()
        sequence, carriage_return, newline, written = token.groups()
        if sequence is not None:
            style = _styled(style, sequence)
        elif carriage_return:
            column = 0
        elif newline:
            lines.append({})
        else:
            column = _write(lines[-1], column, written, style)
    return lines


def _styled(style: Style, sequence: str) -> Style:
    for parameter in (int(one or 0) for one in sequence.split(";")):
        match parameter:
            case 0:
                style = Style()
            case 1:
                style = replace(style, bold=True)
            case 2:
                style = replace(style, faint=True)
            case 9:
                style = replace(style, struck=True)
            case number if number in COLORS:
                style = replace(style, color=number)
            case _:
                raise ValueError(f"not understood: SGR {parameter}")
    return style


def _write(line: dict[int, Cell], column: int, text: str, style: Style) -> int:
    for character in text:
        width = wcwidth(character)
        if width < 0:
            raise ValueError(f"has no width: {character!r}")
        if width == 0:
            before = max(at for at in line if at < column)
            line[before] = replace(line[before], text=line[before].text + character)
            continue
        line[column] = Cell(text=character, width=width, style=style)
        for covered in range(column + 1, column + width):
            line.pop(covered, None)
        column += width
    return column


def runs(line: dict[int, Cell]) -> list[Run]:
    """The runs of a line, blanks between and after them left out."""
    found: list[Run] = []
    written = [(at, cell) for at, cell in sorted(line.items()) if cell.text != " "]

    def same(pair: tuple[int, tuple[int, Cell]]) -> tuple[Style, int, int]:
        place, (at, cell) = pair
        return cell.style, cell.width, at - place * cell.width

    for _, group in groupby(enumerate(written), key=same):
        members = [member for _, member in group]
        found.append(Run(start=members[0][0], cells=tuple(cell for _, cell in members)))
    return found


def draw(lines: Sequence[dict[int, Cell]], *, columns: int, title: str) -> str:
    """An SVG document of a window with these lines."""
    width = round(columns * CELL + 2 * MARGIN)
    height = TITLE_BAR + len(lines) * LINE + MARGIN + 4
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>',
        f'<path d="M0 {TITLE_BAR - 8}V8a8 8 0 0 1 8-8h{width - 16}a8 8 0 0 1 8 8v{TITLE_BAR - 16}z" fill="{BAR}"/>',
        *(
            f'<circle cx="{MARGIN + 20 * number}" cy="13" r="5.5" fill="{fill}"/>'
            for number, fill in enumerate(("#ff5f57", "#febc2e", "#28c840"))
        ),
        f'<g font-family="{escape(FONTS)}" font-size="{FONT}" fill="{PLAIN}">',
    ]
    for number, line in enumerate(lines):
        parts += _texts(runs(line), TITLE_BAR + (number + 1) * LINE - 4)
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def _texts(found: Iterable[Run], baseline: int) -> Iterable[str]:
    for run in found:
        # A character of two cells is one font size wide: it goes to the middle of its cells.
        width = run.cells[0].width
        first = MARGIN + run.start * CELL + ((width * CELL - FONT) / 2 if width == 2 else 0)
        xs = " ".join(f"{first + number * width * CELL:.5g}" for number in range(len(run.cells)))
        text = escape("".join(cell.text for cell in run.cells), quote=False)
        yield f'<text x="{xs}" y="{baseline}"{_paint(run.cells[0].style)}>{text}</text>'


def _paint(style: Style) -> str:
    fill = COLORS.get(style.color) or (FAINT if style.faint else "")
    return "".join(
        (
            f' fill="{fill}"' if fill else "",
            ' font-weight="bold"' if style.bold else "",
            ' text-decoration="line-through"' if style.struck else "",
        )
    )
