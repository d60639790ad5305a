"""`export --format xlsx --pictures`: a picture in each row that has one, and nothing that fails for want of one."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image as Pillow

from tests.e2e.helpers import Project, actions, next_step, no_bug, project
from vodplan import api
from vodplan.api import sheetpictures
from vodplan.core.errors import UsageError
from vodplan.core.pictures import Fetched
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.records import ROOT, Attached, Category, Image, Library, Video
from vodplan.manifests.sheets.writing import PICTURE_SIDES

NOWHERE = "/media/nothing/here.png"
POSTER = "/media/image/i1.png"

LIBRARY = Library(
    categories=(Category(id=10, name="News", parent=ROOT, level=0),),
    videos=tuple(
        Video(id=f"v{place}", title=f"Video {place}", created=1_700_000_000 + place, modified=1, cover=cover)
        for place, cover in enumerate((POSTER, None, "/media/cover/v2.svg", NOWHERE, POSTER))
    ),
    images=(
        Image(id="i1", title="Poster", created=1_700_000_000, modified=1, path=POSTER, width=900, height=300),
        Image(
            id="i2", title="Small", created=1_700_000_001, modified=1, path="/media/image/i2.png", width=40, height=80
        ),
    ),
    attached=tuple(
        Attached(
            id=f"m{place}",
            business_type=kind,
            title=kind,
            created=1_700_000_000 + place,
            modified=1,
            path=f"/media/attached/{name}",
        )
        for place, (kind, name) in enumerate((("watermark", "logo.png"), ("subtitle", "en.vtt")))
    ),
)
SHEET = ("export", "--format", "xlsx", "--pictures", "--out", "l.xlsx")
DRAWN = {"video/v0", "video/v4", "image/i1", "image/i2", "attached/m0"}


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """A small library."""
    with running(tmp_path_factory.mktemp("emulator") / "emulator.db") as emulator:
        with emulator.app.state.db.transaction():
            emulator.app.state.db.load(LIBRARY)
        yield emulator


@pytest.fixture
def here(tmp_path: Path, served: RunningEmulator) -> Project:
    """An empty folder."""
    return project(tmp_path, served)


def stopped(here: Project, *argv: str, code: int, says: tuple[str, ...], next: str) -> None:
    """Check how a command line is refused whose format is part of what it asks for."""
    ended = here.call(*argv)

    no_bug(ended)
    assert ended.code == code, ended.said
    assert [one for one in says if one not in " ".join(ended.err.split())] == []
    assert next_step(ended.err).startswith(next)


def drawn(path: Path) -> dict[str, Any]:
    """Address of the row that a picture stands in → the picture, each wholly within its cell of the column."""
    sheet: Any = openpyxl.load_workbook(path)["assets"]
    place = [cell.value for cell in sheet[1]].index("picture")
    found: dict[str, Any] = {}
    for one in sheet._images:
        start, end = one.anchor._from, one.anchor.to
        assert (start.col, end.col, start.row) == (place, place, end.row)
        kind, asset_id = (sheet.cell(start.row + 1, column).value for column in (1, 2))
        assert f"{kind}/{asset_id}" not in found
        found[f"{kind}/{asset_id}"] = one
    return found


def test_export_with_pictures_has_each_in_its_row(here: Project, served: RunningEmulator) -> None:
    """Covers of videos, images and watermarks themselves; what has none, or none that can be had, has an empty cell."""
    done = here.call(*SHEET)

    assert done.code == 0, done.said
    assert "Pictures: 5 of 9 rows have one; 1 could not be fetched; 1 cannot be drawn here, such as SVG.\n" in done.err
    assert "Pictures" not in done.out
    pictures = drawn(here.folder / "l.xlsx")
    assert set(pictures) == DRAWN
    with zipfile.ZipFile(here.folder / "l.xlsx") as archive:
        kept = [name for name in archive.namelist() if name.startswith("xl/media/")]
        # The poster is the cover of two videos, and stands in the file once.
        assert len(kept) == 3
        for name in kept:
            with Pillow.open(io.BytesIO(archive.read(name))) as one:
                assert (one.format, one.mode) == ("JPEG", "RGB")
                assert one.width <= 320
                assert one.height <= 240
        told = archive.read("xl/drawings/drawing1.xml").decode()
    assert all(f'descr="{address}"' in told for address in DRAWN)
    assert "signature" not in told
    assert not list((here.folder / ".vodplan/export").glob("*.pictures"))


def test_export_with_pictures_makes_rows_that_they_fit_into(here: Project) -> None:
    """In their proportions, no larger than they are; rows without one stay as low as ever, and none scrolls away."""
    assert here.call(*SHEET).code == 0

    sheet = openpyxl.load_workbook(here.folder / "l.xlsx")["assets"]
    heights = {sheet.cell(row, 2).value: sheet.row_dimensions[row].height for row in range(2, 11)}
    assert {name for name, height in heights.items() if height == 57} == {"v0", "v4", "i1", "i2", "m0"}
    assert sheet.freeze_panes == "D2"
    # A protected sheet lets people drag a corner of a picture to see more of it.
    assert (sheet.protection.sheet, sheet.protection.objects) == (True, False)
    assert [cell.value for cell in sheet[1]][:4] == ["kind", "id", "picture", "title"]
    sides = {}
    for address, one in drawn(here.folder / "l.xlsx").items():
        start, end = one.anchor._from, one.anchor.to
        sides[address] = ((end.colOff - start.colOff) / 9525, (end.rowOff - start.rowOff) / 9525)
    assert sides["image/i1"] == pytest.approx((126, 42), abs=1)
    assert sides["image/i2"] == pytest.approx((36, 72), abs=1)
    assert all(wide <= PICTURE_SIDES[0] + 1 and high <= PICTURE_SIDES[1] + 1 for wide, high in sides.values())


def test_import_of_a_sheet_with_pictures_asks_for_what_was_typed(here: Project) -> None:
    """Saved by another program with its pictures, and without; whatever stands in their column is passed over."""
    assert here.call("export").code == 0
    assert here.call(*SHEET).code == 0
    path = here.folder / "l.xlsx"
    assert "nothing in them that the manifests do not say" in here.call("import", "l.xlsx", "--no-plan").err
    book = openpyxl.load_workbook(path)
    sheet: Any = book["assets"]
    sheet["C2"], sheet["D2"] = "my note", "Kick-off"
    book.save(path)
    assert set(drawn(path)) == DRAWN

    told = here.call("import", "l.xlsx", "--format", "json")

    assert "9 rows: 1 field in 1 entry." in told.err
    assert [(one["address"], one["after"]) for one in told.document["changes"]] == [("video/v0", {"title": "Kick-off"})]
    sheet._images = []
    sheet.delete_cols(3)
    book.save(path)
    assert "nothing in them that the manifests do not say" in here.call("import", "l.xlsx", "--no-plan").err


def test_export_with_pictures_of_a_library_without_any_is_a_sheet(here: Project, served: RunningEmulator) -> None:
    """No picture is a reason to fail; the column stands there, empty."""
    done = here.call(*SHEET, "--select", "kind: video, title: {contains: Video 1}")

    assert (done.code, drawn(here.folder / "l.xlsx")) == (0, {})
    assert "Pictures: 0 of 1 rows have one.\n" in done.err


def test_export_with_more_pictures_than_a_workbook_takes_is_refused(
    here: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clear word, no sheet, nothing fetched; without them, what was read is gone on with."""
    monkeypatch.setattr(sheetpictures, "MOST", 6)

    stopped(
        here,
        *SHEET,
        code=64,
        says=("7 rows have a picture, and a workbook takes 6", "--select", "without --pictures"),
        next="vodplan export --help",
    )

    assert not list(here.folder.glob("*.xlsx"))
    assert not list((here.folder / ".vodplan/export").glob("*.pictures"))
    again = here.call("export", "--format", "xlsx", "--out", "l.xlsx")
    assert (again.code, "Going on with the export" in again.err) == (0, True)


@pytest.mark.parametrize("words", [(), ("--format", "csv"), ("--format", "csv", "--out", "l.csv"), ("--out", "folder")])
def test_export_with_pictures_of_what_holds_none_is_a_usage_error(
    here: Project, served: RunningEmulator, words: tuple[str, ...]
) -> None:
    """Before anything is read."""
    stopped(
        here,
        "export",
        "--pictures",
        *words,
        code=64,
        says=("only --format xlsx",),
        next="vodplan export --format xlsx --pictures --out library.xlsx",
    )
    assert actions(served) == []


def test_sheet_with_pictures_from_python_is_a_workbook(here: Project, served: RunningEmulator) -> None:
    """The library refuses what the command refuses, and counts what came of the pictures in its report."""
    with pytest.raises(UsageError, match="csv holds none"):
        api.export_sheet("l.csv", format="csv", pictures=True, cwd=here.folder, environ=here.environ)
    assert actions(served) == []

    report = api.export_sheet("l.xlsx", format="xlsx", pictures=True, cwd=here.folder, environ=here.environ)
    bare = api.export_sheet("m.xlsx", format="xlsx", cwd=here.folder, environ=here.environ)

    assert (report.pictures, bare.pictures) == (Fetched(found=5, failed=1, large=1), None)


def test_export_with_pictures_without_pillow_says_what_to_install(
    here: Project, served: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is read, rather than a sheet of empty cells."""
    monkeypatch.setitem(sys.modules, "PIL", None)

    stopped(here, *SHEET, code=64, says=("Pillow",), next="pip install 'vodplan[sheets,pictures]'")

    assert actions(served) == []


def test_export_with_pictures_begins_with_an_empty_folder_for_them(here: Project) -> None:
    """What a killed export left is no picture of this one, and goes."""
    assert here.call(*SHEET).code == 0
    (spool,) = (here.folder / ".vodplan/export").glob("*.db")
    left = spool.with_suffix(".pictures")
    left.mkdir()
    (left / "old.jpg").write_bytes(b"x")

    assert here.call(*SHEET).code == 0
    assert not left.exists()


def test_export_with_pictures_that_cannot_be_kept_says_where(here: Project) -> None:
    """A file in the way stands for a disk that is full: the sheet is not written, and the way on is named."""
    assert here.call(*SHEET).code == 0
    before = (here.folder / "l.xlsx").read_bytes()
    (spool,) = (here.folder / ".vodplan/export").glob("*.db")
    spool.with_suffix(".pictures").write_bytes(b"in the way")

    stopped(here, *SHEET, code=3, says=("The pictures cannot be kept",), next="df -h")

    assert (here.folder / "l.xlsx").read_bytes() == before
