"""From a live asset to the cells of its row."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vodplan.core.categories import CategoryTree
from vodplan.core.kind import Field, Kind, Style
from vodplan.core.live import LiveAsset
from vodplan.core.values import FieldValue, Json
from vodplan.manifests import limits
from vodplan.manifests.sheets.columns import Column, Form, Role
from vodplan.manifests.sheets.stamps import stamp


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture: a JPEG on the disk, which stays there until the sheet is written, and what it is of."""

    file: Path
    of: str


Cell = str | int | float | datetime.datetime | Drawn | None
"""What a row has in one column; None for nothing. A moment is UTC, without its zone."""

ID_PREFIX = "id:"
"""How a category is written that has no path of its own: `id:123`."""

SEPARATOR = ","
"""What stands between tags, and between categories where there are several."""

LONGEST = 32_000
"""Characters of a cell; a workbook takes 32,767."""

_BY_ID = re.compile(rf"{ID_PREFIX}[0-9]+\Z")
_NO_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold or a terminal obeys; no manifest can say it either."""


def row_of(
    live: LiveAsset, kind: Kind, columns: Sequence[Column], tree: CategoryTree, picture: Path | None = None
) -> list[Cell]:
    """The cells of an asset, in the order of the columns.

    picture: a JPEG of it, where there is one.

    What no manifest can say stands there all the same; nobody who leaves it alone asks for it.
    """
    fields = {
        field.name: _shown(field_text(field, have, tree)) for field, have in zip(kind.fields, live.values, strict=True)
    }
    reference = _shown(str(live.facts.get("reference", "")))
    known = {column.name for column in columns if column.role is Role.FIELD}
    cells = {name: text for name, text in fields.items() if name in known}
    row: list[Cell] = []
    for column in columns:
        if column.role is Role.FIELD:
            row.append(fields.get(column.name) or None)
        elif column.role is Role.FACT:
            row.append(_fact(live.facts.get(column.name), column.form))
        elif column.role is Role.STAMP:
            row.append(stamp(live.kind, live.id, reference, {name: cells.get(name, "") for name in known}))
        elif column.role is Role.REMOVAL:
            row.append(None)
        elif column.role is Role.PICTURE:
            row.append(None if picture is None else Drawn(picture, f"{live.kind}/{live.id}"))
        else:
            row.append({"kind": live.kind, "id": live.id, "reference": reference or None}[column.name])
    return row


def field_text(field: Field, value: FieldValue, tree: CategoryTree) -> str:
    """A live value as its cell has it: tags and categories with commas between, a category as path or as `id:123`."""
    if isinstance(value, tuple):
        return f"{SEPARATOR} ".join(_items(field, value, tree))
    if field.style is Style.CATEGORY:
        return _category(value, tree) if isinstance(value, int) else ""
    if field.style is Style.TEXT and isinstance(value, str):
        # As in an exported manifest: a line end that the service added is not asked for.
        return value.removesuffix("\n")
    return value if isinstance(value, str) else ""


def _items(field: Field, values: Sequence[str | int], tree: CategoryTree) -> Iterator[str]:
    for value in values:
        text = _category(value, tree) if field.style is Style.CATEGORIES and isinstance(value, int) else str(value)
        # A path with a comma would read as two.
        yield f"{ID_PREFIX}{value}" if isinstance(value, int) and SEPARATOR in text else text


def _category(category: int, tree: CategoryTree) -> str:
    shown = tree.shown(category)
    by_path = isinstance(shown, str) and limits.path_problem(shown) is None and not _BY_ID.match(shown)
    return str(shown) if by_path else f"{ID_PREFIX}{category}"


def _shown(text: str) -> str:
    return _NO_CELL.sub("\ufffd", text[:LONGEST])


def _fact(value: Json, form: Form) -> Cell:
    if value is None or value == "":
        return None
    if form is Form.MOMENT:
        try:
            return datetime.datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            return _shown(str(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return _shown(str(value))
