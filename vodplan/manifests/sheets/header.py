"""The first row of a sheet: which column is which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vodplan.manifests.findings import Findings, Place
from vodplan.manifests.sheets.columns import BY_NAME
from vodplan.manifests.sheets.reading import Read
from vodplan.manifests.wording import did_you_mean, one_of, quoted

Columns = Mapping[str, int]
"""Name of a column → its place, zero-based."""


def letter(place: int) -> str:
    """How spreadsheets call a column: `A`, `Z`, `AA`."""
    name = ""
    place += 1
    while place:
        place, left = divmod(place - 1, 26)
        name = chr(ord("A") + left) + name
    return name


def cell_name(row: int, place: int) -> str:
    """How spreadsheets call a cell: `C12`; `row` is one-based."""
    return f"{letter(place)}{row}"


def read_header(cells: Sequence[Read], found: Findings) -> Columns:
    """The columns that a sheet has, with a finding for every one that cannot be used."""
    columns: dict[str, int] = {}
    for place, cell in enumerate(cells):
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        name = str(cell).strip().lower() if isinstance(cell, str) else ""
        if name not in BY_NAME:
            found.error(
                "VP161",
                f"Column {letter(place)} is called {quoted(str(cell))}, and there is no such column; there are "
                f"{', '.join(BY_NAME)}.{did_you_mean(str(cell), BY_NAME)} Notes of your own go to another sheet.",
                Place(0, place, None),
            )
        elif name in columns:
            found.error(
                "VP162",
                f"Columns {letter(columns[name])} and {letter(place)} are both called {name}. Keep one of the two.",
                Place(0, place, None),
            )
        else:
            columns[name] = place
    wanted = ["kind", "id"]
    if "exported" in columns:
        wanted.append("reference")
    missing = [name for name in wanted if name not in columns]
    if missing and not found.errors:
        found.error(
            "VP162",
            f"The sheet has no column {one_of(missing)}. Its first row has the names of the columns, and rows are "
            "known by kind and id.",
            Place(0, 0, None),
        )
    return columns
