"""Results that are tables, as CSV."""

from __future__ import annotations

import csv
import io

import pytest

from tests.unit.render.test_export_views import HOSTILE, asset, unmanaged
from vodplan.core.errors import UsageError
from vodplan.core.values import Json
from vodplan.render.results import Failure, Selected, Toured, UnmanagedShown
from vodplan.render.tables import CsvView


def table(text: str) -> list[list[str]]:
    """The cells."""
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_selected_is_a_row_for_each_asset() -> None:
    """Lists with commas, a category by id, nothing for what is not known; no cell is a formula."""
    facts: dict[str, Json] = {
        "title": "=1+1",
        "tags": ["a", "b"],
        "category": {"id": 12},
        "size": 5,
        "cover": None,
        "status": "\ud800",
    }

    text = "".join(CsvView().show(Selected(target="lab", query="q", assets={"video/v1": facts, "video/v2": {}})))

    names, first, second = table(text)
    shown = dict(zip(names, first, strict=True))
    assert shown["address"] == "video/v1"
    assert (shown["title"], shown["tags"], shown["category"]) == ("'=1+1", "a, b", "id:12")
    assert (shown["size"], shown["cover"], shown["status"]) == ("5", "", "?")
    assert second == ["video/v2", *[""] * (len(names) - 1)]
    assert text.endswith("\r\n")


def test_unmanaged_is_a_row_for_each_asset() -> None:
    """Also for titles with line ends and quotes in them."""
    text = "".join(CsvView().show(UnmanagedShown(found=unmanaged(asset(HOSTILE)))))

    names, first = table(text)
    assert names == ["address", "title", "category", "created", "bytes"]
    assert first[1] == HOSTILE


def test_failure_is_no_table() -> None:
    """It is told on stderr; what is no table at all cannot be asked for."""
    assert "".join(CsvView().show(Failure(error=UsageError("no")))) == ""
    with pytest.raises(ValueError, match="no table"):
        CsvView().show(Toured(steps=()))
