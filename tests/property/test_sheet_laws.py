"""Laws of spreadsheets: what nobody touched asks for nothing, what somebody typed is exactly what changes."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from tests.e2e.helpers import keys
from tests.property.test_export_laws import UNPACED, fill, libraries
from vodplan import api
from vodplan.core.cells import neutral
from vodplan.core.values import UNSET, FieldValue
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.records import ROOT, Attached, Category, Image, Library, Video
from vodplan.kinds.assets import ASSETS
from vodplan.manifests.sheets.columns import COLUMNS
from vodplan.manifests.sheets.values import ERRORS, Bad, value_of

PLACES = {column.name: place for place, column in enumerate(COLUMNS)}
FORMATS = st.sampled_from(["csv", "xlsx"])

SMALL = Library(
    categories=(
        Category(id=10, name="News", parent=ROOT, level=0),
        Category(id=20, name="Logos", parent=ROOT, level=0, type="material"),
    ),
    videos=tuple(
        Video(
            id=f"v{number}",
            title=f"Video {number}",
            created=1_700_000_000 + number,
            modified=1,
            tags="a,b",
            category=10,
        )
        for number in range(3)
    ),
    images=(Image(id="i1", title="Poster", created=1_700_000_009, modified=1, path="/media/image/i1.png"),),
    attached=(
        Attached(
            id="m1",
            business_type="watermark",
            title="Logo",
            created=1_700_000_020,
            modified=1,
            path="/media/attached/m1.png",
            tags="a,b",
            categories=(20,),
        ),
    ),
)
CELLS = st.sampled_from([("video", "v1", 2), ("image", "i1", 4), ("attached", "m1", 5)]).flatmap(
    lambda one: st.tuples(st.just(one), st.sampled_from([field.name for field in ASSETS[one[0]].fields]))
)
"""Kind, id and row of an asset of `SMALL`, the first asset having row 1; and a field that it has."""

TYPED = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text(" \t\n\r=+-@'\"#,;:id0123456789./_x【，】é世\u00a0\u3000\u202e\ufeff👍", max_size=12),
    st.sampled_from(
        ["", "=1+1", "'=x", "''", "-1", "+1", "@x", "1.23E+30", "007", "TRUE", "#N/A", "id:10", "News", "null"]
    ),
)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """An emulator that each example fills anew."""
    with running(tmp_path_factory.mktemp("emulator") / "emulator.db") as one:
        yield one


def contents_of(library: Library) -> list[object]:
    """Every asset."""
    return [*library.videos, *library.images, *library.attached]


def contents(folder: Path) -> dict[str, bytes]:
    """Every manifest."""
    return {path.name: path.read_bytes() for path in folder.rglob("*.yaml")}


@given(library=libraries(), format=FORMATS, managed=st.sampled_from([tuple(ASSETS), ("video",), ()]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sheet_of_any_library_untouched_changes_no_byte(
    emulator: RunningEmulator, library: Library, format: str, managed: tuple[str, ...]
) -> None:
    """Whatever stands in it, whether the manifests name all of it, some, or nothing."""
    fill(emulator, library)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vodplan.yaml").write_text(UNPACED)
        if managed:
            api.export("manifests", wishes=api.ExportWishes(kinds=managed), cwd=folder, environ=keys(emulator))
        before = contents(folder)
        report = api.export_sheet("l", format=format, cwd=folder, environ=keys(emulator))

        done = api.import_sheet("l", cwd=folder, environ=keys(emulator))

        assert done.rows == sum(report.entries.values()) == len(contents_of(library))
        assert done.edits.files == ()
        assert contents(folder) == before


@given(text=TYPED, cell=CELLS, format=FORMATS, managed=st.booleans())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cell_of_any_text_is_exactly_what_the_plan_changes(
    emulator: RunningEmulator, text: str, cell: tuple[tuple[str, str, int], str], format: str, managed: bool
) -> None:
    """One cell, one field of one asset, to the code point; also where the asset has no entry yet."""
    (kind, asset_id, row), field = cell
    wanted = _wanted(text, kind, field, format)
    fill(emulator, SMALL)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vodplan.yaml").write_text(UNPACED)
        if managed:
            api.export("manifests", cwd=folder, environ=keys(emulator))
        api.export_sheet("l", format=format, cwd=folder, environ=keys(emulator))
        _type(folder / "l", row, field, text, format)

        done = api.import_sheet("l", cwd=folder, environ=keys(emulator))
        if not done.edits.files:
            # What was typed is what was there, or cleared what was empty.
            assert wanted in (_live(kind, field), UNSET)
            return

        workspace = api.load(cwd=folder, environ=keys(emulator))
        (entry,) = [one for one in workspace.desired.assets if one.key == asset_id]
        assert _as_set(entry.values[ASSETS[kind].index(field)]) == _as_set(wanted)
        # Rather than a plan of its own: the category need not be there.
        others = [one for one in workspace.desired.assets if one.key != asset_id]
        assert len(others) == (4 if managed else 0)
        if field not in ("category", "categories"):
            (change,) = api.plan(workspace).changes or [None]
            if change is not None:
                assert (str(change.address), list(change.after or {})) == (f"{kind}/{asset_id}", [field])


def _wanted(text: str, kind: str, field: str, format: str) -> FieldValue:
    if format == "xlsx":
        # Spreadsheets write line ends in ways of their own, and what looks like their escapes is one.
        assume("_x" not in text)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        assume(not ILLEGAL_CHARACTERS_RE.search(text))
    assume(text.strip() not in ERRORS)
    try:
        return value_of(text, ASSETS[kind].fields[ASSETS[kind].index(field)], None)
    except Bad:
        assume(False)
        raise


def _live(kind: str, field: str) -> FieldValue:
    empty: dict[str, FieldValue] = {"description": "", "tags": (), "category": None, "cover": ""}
    known: dict[str, dict[str, FieldValue]] = {
        "video": {"title": "Video 1", "tags": ("a", "b"), "category": "News"},
        "image": {"title": "Poster"},
        "attached": {"title": "Logo", "tags": ("a", "b"), "categories": ("Logos",)},
    }
    return (empty | known[kind])[field]


def _as_set(value: FieldValue) -> object:
    return frozenset(value) if isinstance(value, tuple) else value


def _type(path: Path, row: int, field: str, text: str, format: str) -> None:
    """Put a text into a cell as a person does; row 1 is the first asset."""
    if format == "xlsx":
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file)
        cell = book["assets"].cell(row + 1, PLACES[field] + 1)
        cell.value = text
        if text:
            cell.data_type = "s"
        book.save(path)
        return
    table = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    table[row][PLACES[field]] = neutral(text)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(table)
