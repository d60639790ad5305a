"""What a row was when it was exported, so that a cell that nobody touched is known and asks for nothing.

A sheet shows the library, the manifests may say something else, and weeks may lie between the export and the import.
Without the stamps an import could not tell what a person changed from what was different all along.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from vodplan.manifests.sheets.columns import FIELDS

_VERSION = "v1"
_LENGTH = 12
_STAMP = re.compile(rf"{_VERSION}\.[0-9a-f]{{{_LENGTH}}}(?:\.(?:[0-9a-f]{{{_LENGTH}}})?){{1,{len(FIELDS)}}}\Z")
"""Of fewer fields where it was exported before a kind brought another, whose place is behind them."""

_ESCAPED_MARK = re.compile(r"x005F_", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-F]{4})_", re.IGNORECASE)


def stamp(kind: str, asset_id: str, reference: str, cells: Mapping[str, str]) -> str:
    """The stamp of a row: of the asset, then of each field in the order of `FIELDS`, nothing where it has no column."""
    row = _digest(kind, asset_id, reference)
    return ".".join([_VERSION, row, *(_of(row, name, cells[name]) if name in cells else "" for name in FIELDS)])


class Stamp:
    """A stamp that was read.

    raises: ValueError for a text that is none.
    """

    __slots__ = ("_fields", "_row")

    def __init__(self, text: str) -> None:
        if not _STAMP.match(text):
            raise ValueError("not a stamp")
        _, self._row, *fields = text.split(".")
        self._fields = dict(zip(FIELDS, fields, strict=False))

    def belongs(self, kind: str, asset_id: str, reference: str) -> bool:
        """Whether it is that of the asset that the row names."""
        return self._row == _digest(kind, asset_id, reference)

    def untouched(self, field: str, cell: str) -> bool:
        """Whether a cell has what was exported; in a column that was not, nothing."""
        known = self._fields.get(field, "")
        return known == _of(self._row, field, cell) if known else not cell


def _of(row: str, field: str, cell: str) -> str:
    return _digest(row, field, _settled(cell))


def _settled(cell: str) -> str:
    """What all the forms share in which spreadsheets give a text back: they write line ends in ways of their own."""
    while _ESCAPED_MARK.search(cell):
        cell = _ESCAPED_MARK.sub("", cell)
    if "_" in cell:
        cell = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]
