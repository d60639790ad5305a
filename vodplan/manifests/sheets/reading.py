"""Reads the cells of a CSV file or a workbook, row by row."""

from __future__ import annotations

import csv
import datetime
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from vodplan.core.cells import meant
from vodplan.core.errors import ConfigError
from vodplan.manifests.sheets.columns import BY_NAME, SHEET

MOST_BYTES = 1024 * 1024 * 1024
"""Bytes of a sheet; of a workbook, once it is unpacked."""

_SEPARATORS = (",", ";", "\t")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that is computed, or that failed to be; `text` is what stands in it."""

    text: str


Read = str | int | float | bool | datetime.datetime | datetime.date | datetime.time | Formula | None
"""What a cell has; None for nothing."""


class Unreadable(Exception):
    """A sheet cannot be read on; `row` is the one that is to blame, 1 where it is the file."""

    def __init__(self, why: str, *, row: int = 1) -> None:
        super().__init__(why)
        self.why = why
        self.row = row


def rows(path: Path) -> Iterator[Sequence[Read]]:
    """Every row of a sheet from the first one, which has the names of the columns.

    A workbook is known by its content, whatever its name.
    raises: ConfigError when there is no such file; Unreadable, also in the middle.
    """
    try:
        if not path.is_file():
            raise ConfigError(f"There is no file {path}.", next="vodplan export --format xlsx --out library.xlsx")
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(f"The file has more than {MOST_BYTES:,} bytes.")
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.", next=f"ls -l {path}") from error
    if head == _OLD_WORKBOOK:
        raise Unreadable("This is a workbook of the old format (.xls), or one with a password. Save it as .xlsx.")
    return _workbook_rows(path) if head == _ZIP else _csv_rows(path, head)


def _csv_rows(path: Path, head: bytes) -> Iterator[Sequence[Read]]:
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as file:
            separator = _separator(file)
            for row in csv.reader(file, delimiter=separator, strict=True):
                number += 1
                yield [_csv_cell(cell) for cell in row]
    except UnicodeError as error:
        raise Unreadable(
            'The file is not UTF-8. In Excel, save it as "CSV UTF-8 (comma delimited)", or as .xlsx.', row=number + 1
        ) from error
    except csv.Error as error:
        raise Unreadable(f"The row cannot be read as CSV: {error}.", row=number + 1) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.", next=f"ls -l {path}") from error


def _separator(file: TextIO) -> str:
    """What stands between the names of the columns: spreadsheets save with the one of their country."""
    line = file.readline(10_000)
    file.seek(0)

    def known(separator: str) -> int:
        return sum(name.strip().strip('"').lower() in BY_NAME for name in line.split(separator))

    return max(_SEPARATORS, key=known)


def _csv_cell(text: str) -> Read:
    if not text:
        return None
    return Formula(text) if text[0] == "=" else meant(text)


def _workbook_rows(path: Path) -> Iterator[Sequence[Read]]:
    from vodplan.manifests.sheets.writing import require_workbooks

    require_workbooks()
    from openpyxl import load_workbook

    _require_bounded(path)
    number = 0
    with _told_plainly(lambda: number + 1), warnings.catch_warnings():
        # openpyxl warns of what it does not keep, and nothing is kept here.
        warnings.simplefilter("ignore")
        # A file that is open has no name to be judged by.
        with path.open("rb") as file, closing(load_workbook(file, read_only=True, keep_links=False)) as book:
            sheets: list[Any] = list(book.worksheets)
            if not sheets:
                raise Unreadable("The workbook has no sheet.")
            sheet = next((one for one in sheets if one.title == SHEET), sheets[0])
            # Some programs note a size that is wrong.
            sheet.reset_dimensions()
            for row in sheet.iter_rows():
                number += 1
                yield [_book_cell(cell.value, cell.data_type) for cell in row]


def _book_cell(value: object, data_type: str) -> Read:
    if value is None or value == "":
        return None
    if data_type == "f":
        return Formula(str(getattr(value, "text", value)))
    if data_type == "e":
        return Formula(str(value))
    if isinstance(value, str):
        if "_x" in value:
            value = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        return value.replace("\r\n", "\n").replace("\r", "\n")
    return value if isinstance(value, int | float | datetime.date | datetime.time) else str(value)


def _require_bounded(path: Path) -> None:
    """Refuse a workbook that unpacks to more than is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("The file is damaged, or no workbook (.xlsx).") from error
    if total > MOST_BYTES:
        raise Unreadable(f"The workbook unpacks to {total:,} bytes; {MOST_BYTES:,} are read.")


@contextmanager
def _told_plainly(row: Any) -> Iterator[None]:
    """Tell of what a reader of workbooks raises for a file that is damaged, which may be anything."""
    try:
        yield
    except (Unreadable, GeneratorExit):
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise Unreadable(f"The workbook cannot be read: {str(error) or type(error).__name__}.", row=row()) from error
