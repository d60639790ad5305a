"""Writes rows as a CSV file or as a workbook."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.core.cells import neutral
from vodplan.core.errors import ConfigError, UsageError
from vodplan.manifests.sheets.columns import DELETE, SHEET, Column, Form, Role, frozen
from vodplan.manifests.sheets.rows import Cell, Drawn

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MARK = b"\xef\xbb\xbf"
"""The byte order mark by which Excel knows UTF-8."""

MOST_ROWS = 1_048_575
"""Rows of a workbook, without its header."""

PICTURE_SIDES = (126, 72)
"""Pixels that a picture in a cell has at most; its own are more, for screens that show more, and to be made larger."""

_MOVES_WITH_CELLS = 1
_EDGE = 2
"""Pixels between a picture and the lines around its cell."""

INSTALL = "pip install 'vodplan[sheets]'"

_MOMENT = "%Y-%m-%d %H:%M:%S"
_ROWS_AT_ONCE = 500


def csv_pieces(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """A CSV file as spreadsheets like it: UTF-8 with a mark, CRLF, nothing that could be taken for a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    yield MARK
    for place, row in enumerate(rows, start=1):
        writer.writerow([_csv_cell(cell) for cell in row])
        if place % _ROWS_AT_ONCE == 0:
            yield buffer.getvalue().encode("utf-8")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8")


def require_workbooks() -> None:
    """Refuse at once what needs a library that is not installed; raises UsageError."""
    try:
        import openpyxl
        import xlsxwriter
    except ImportError as error:
        raise UsageError(
            f"Workbooks (.xlsx) need the extra sheets, and {error.name} is not installed. CSV needs nothing more.",
            next=INSTALL,
        ) from error
    del openpyxl, xlsxwriter


def write_workbook(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, count: int) -> None:
    """A workbook with one sheet; rows go to the disk as they come, so memory stays flat.

    count:  how many rows there are; none may come beyond.
    raises: UsageError where they do not fit into a workbook; ConfigError when it cannot be written.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    if count > MOST_ROWS:
        raise UsageError(
            f"A sheet of a workbook has {MOST_ROWS:,} rows, and the library {count:,} assets. Export them as CSV, or "
            "one kind at a time.",
            next="vodplan export --format csv --out library.csv",
        )
    options = {
        "constant_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    try:
        with Workbook(str(path), options) as book:
            _fill(book, columns, rows, count)
    except (XlsxWriterException, OSError) as error:
        raise ConfigError(f"{path} cannot be written: {error}.", next=f"df -h {path.parent}") from error


def _fill(book: Workbook, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], count: int) -> None:
    sheet = book.add_worksheet(SHEET)
    formats = {column.name: _format(book, column) for column in columns}
    head = book.add_format({"bold": True, "bg_color": "#DDE5EE", "locked": True, "bottom": 1})
    for place, column in enumerate(columns):
        hidden = {"hidden": True} if column.role is Role.STAMP else {}
        sheet.set_column(place, place, column.width, formats[column.name], hidden)
        sheet.write_string(0, place, column.name, head)
    sheet.freeze_panes(1, frozen(columns))
    sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    _restrict(sheet, columns, max(count, 1))
    # Objects are pictures, to be made larger, and comments.
    allowed = ("objects", "autofilter", "sort", "format_cells", "format_columns", "format_rows", "select_locked_cells")
    sheet.protect("", dict.fromkeys(allowed, True))
    for number, row in enumerate(rows, start=1):
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            if isinstance(cell, Drawn):
                _draw(sheet, number, place, cell)
            elif cell is not None:
                _write(sheet, number, place, cell, formats[column.name])


def _write(sheet: Worksheet, row: int, column: int, cell: str | float | datetime.datetime, style: Format) -> None:
    if isinstance(cell, str):
        # Never `write`, which makes formulas, links and numbers of texts.
        sheet.write_string(row, column, cell, style)
    elif isinstance(cell, datetime.datetime):
        sheet.write_datetime(row, column, cell, style)
    else:
        sheet.write_number(row, column, cell, style)


def _draw(sheet: Worksheet, row: int, column: int, cell: Drawn) -> None:
    """Put a picture into the middle of its cell, within it, so that it is sorted and filtered with its row."""
    from xlsxwriter.image import Image

    # A path, not bytes: it is read when the workbook is closed, and memory stays flat.
    image = Image(str(cell.file))
    wide, high = image.width * 96 / image.x_dpi, image.height * 96 / image.y_dpi
    scale = min(PICTURE_SIDES[0] / wide, PICTURE_SIDES[1] / high, 1.0)
    room = (PICTURE_SIDES[0] - wide * scale, PICTURE_SIDES[1] - high * scale)
    sheet.set_row_pixels(row, PICTURE_SIDES[1] + 2 * _EDGE)
    sheet.insert_image(
        row,
        column,
        image,
        {
            "x_scale": scale,
            "y_scale": scale,
            "x_offset": _EDGE + int(room[0] / 2),
            "y_offset": _EDGE + int(room[1] / 2),
            "object_position": _MOVES_WITH_CELLS,
            "description": cell.of,
        },
    )


def _format(book: Workbook, column: Column) -> Format:
    look: dict[str, object] = {"locked": not column.role.editable, "valign": "top"}
    # A cell that is text stays text, whatever is typed into it: long ids keep their digits, and = begins no formula.
    look["num_format"] = _NUMBERS.get(column.form, "@")
    if not column.role.editable:
        look["font_color"] = "#666666"
    return book.add_format(look)


_NUMBERS: Mapping[Form, str] = {
    Form.MOMENT: "yyyy-mm-dd hh:mm:ss",
    Form.DAY: "yyyy-mm-dd",
    Form.NUMBER: "#,##0",
    Form.SECONDS: "0.0##",
}


def _restrict(sheet: Worksheet, columns: Sequence[Column], last: int) -> None:
    """Have the spreadsheet say what the two columns of removals take."""
    place = {column.name: number for number, column in enumerate(columns)}
    sheet.data_validation(
        1,
        place["delete"],
        last,
        place["delete"],
        {
            "validate": "list",
            "source": [DELETE],
            "input_title": "delete",
            "input_message": f"{DELETE} asks for the deletion of this asset. Taking a row out deletes nothing.",
            "error_message": f"Only {DELETE}, or nothing.",
        },
    )
    sheet.data_validation(
        1,
        place["after"],
        last,
        place["after"],
        {
            "validate": "date",
            "criteria": ">=",
            "value": datetime.date(2000, 1, 1),
            "input_title": "after",
            "input_message": "The day (UTC) from which on the asset is deleted.",
            "error_message": "A day, such as 2026-12-31.",
        },
    )


def _csv_cell(cell: Cell) -> str:
    if cell is None or isinstance(cell, Drawn):
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.strftime(_MOMENT)
    return neutral(cell) if isinstance(cell, str) else str(cell)
