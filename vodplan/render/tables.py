"""Results that are tables, as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vodplan.core.cells import neutral
from vodplan.core.values import Json
from vodplan.render.results import Failure, Result, Selected, UnmanagedShown

_MARK = "\ufeff"
"""By which Excel knows UTF-8."""

_SELECTED = (
    *("title", "description", "tags", "category", "cover"),
    *("created", "status", "duration", "size", "reference", "url"),
)
"""What is shown of an asset that a selector found, behind its address."""


class CsvView:
    """The view behind `--format csv`, for what is a table. See `View`."""

    def show(self, result: Result) -> Iterable[str]:
        """See `View.show`. A failure gives nothing: a table has no place for it, and people read it on stderr."""
        match result:
            case Selected():
                assets = result.assets.items()
                lines = ([address, *(facts.get(name) for name in _SELECTED)] for address, facts in assets)
                return _table(("address", *_SELECTED), lines)
            case UnmanagedShown():
                found = (
                    [f"{one.kind}/{one.id}", one.title, one.category, one.created, one.size]
                    for one in result.found.assets()
                )
                return _table(("address", "title", "category", "created", "bytes"), found)
            case Failure():
                return ()
            case _:
                raise ValueError(f"{type(result).__name__} is no table")


def _table(names: Sequence[str], lines: Iterable[Sequence[Json]]) -> Iterator[str]:
    yield _MARK + _line(names)
    for line in lines:
        yield _line([_cell(value) for value in line])


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, str):
        # What UTF-8 cannot hold would stop the writing.
        return neutral(value.encode("utf-8", "replace").decode("utf-8"))
    if isinstance(value, Mapping):
        return neutral(", ".join(f"{name}:{_cell(one)}" for name, one in value.items()))
    return neutral(", ".join(_cell(one) for one in value))
