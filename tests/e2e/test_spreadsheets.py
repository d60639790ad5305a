"""A bulk edit in a spreadsheet, on the installed command: exported, edited, imported, applied."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from tests.e2e.helpers import Project, actions, no_bug, project, refused
from tests.unit.cli import harness
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.demo import library as demo_library

pytestmark = pytest.mark.e2e


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningEmulator]:
    """The demo library on an emulator of its own."""
    with running(tmp_path / "emulator.db", demo=True) as emulator:
        yield emulator


@pytest.fixture
def library(tmp_path: Path, served: RunningEmulator) -> Project:
    """A folder with nothing in it but settings, and a library behind it."""
    (tmp_path / "work").mkdir()
    one = project(tmp_path / "work", served)
    one.write("apiVersion: vodplan/v1\ntargets: {lab: {region: cn-shanghai}}\nlimits: {share: 1}\n", "vodplan.yaml")
    return one


def test_workbook_is_edited_imported_and_applied(library: Project, served: RunningEmulator) -> None:
    """Two titles, a set of tags and a deletion become exactly that plan; the comments of the manifests stay."""
    assert library.call("export").code == 0
    exported = library.run("export", "--format", "xlsx", "--out", "library.xlsx")
    assert exported.code == 0, exported.said
    assert "1,020 videos, 200 images, 30 attached" in exported.out
    assert exported.out.endswith("Next: vodplan import library.xlsx\n")
    path = library.folder / "library.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["assets"]
    ids = [sheet[f"B{row}"].value for row in range(2, 6)]
    sheet["C2"], sheet["C3"] = "Kick-off", "'=1+1"
    sheet["E4"] = "one, two"
    sheet["I5"], sheet["K5"] = "yes", "Licence ended"
    sheet.delete_rows(100, 50)
    book.save(path)
    served.clear_calls()

    dry = library.run("import", "library.xlsx", "--dry-run")
    assert (dry.code, actions(served)) == (0, [])
    assert '+    title: "Kick-off"\n' in dry.out
    assert library.call("plan", "--detailed-exitcode").code == 0
    planned = library.run("import", "library.xlsx", "--format", "json")

    assert "1,200 rows: 3 fields in 3 entries, 1 deletion." in planned.err
    no_bug(planned)
    changes = {one["id"]: (one["action"], one["after"], one["reason"]) for one in planned.document["changes"]}
    assert changes == {
        ids[0]: ("update", {"title": "Kick-off"}, None),
        ids[1]: ("update", {"title": "'=1+1"}, None),
        ids[2]: ("update", {"tags": ["one", "two"]}, None),
        ids[3]: ("delete", None, "Licence ended"),
    }
    again = library.call("import", "library.xlsx", "--no-plan")
    assert "nothing in them that the manifests do not say" in again.err
    assert library.call("apply", "--auto-approve", "--allow-deletes", "1").code == 0
    assert library.call("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_attached_media_are_rows_like_the_others(library: Project, served: RunningEmulator, form: str) -> None:
    """Untouched they change no byte; a cell that is edited is exactly that change, in plan and library."""
    logo, subtitle, *_ = (one.id for one in demo_library().attached)
    assert library.call("export", "--kind", "attached").code == 0
    before = {path: path.read_bytes() for path in library.folder.rglob("*.yaml")}
    exported = library.call("export", "--kind", "attached", "--format", form, "--out", "l.sheet")
    assert (exported.code, "30 attached" in exported.out) == (0, True), exported.said

    assert "nothing in them that the manifests do not say" in library.call("import", "l.sheet", "--no-plan").err
    assert {path: path.read_bytes() for path in library.folder.rglob("*.yaml")} == before

    retyped(library.folder / "l.sheet", {logo: "Stickers/Seasons, Subtitles/English"}, column="categories")
    planned = library.run("import", "l.sheet", "--format", "json")

    no_bug(planned)
    assert "30 rows: 1 field in 1 entry." in planned.err
    (change,) = planned.document["changes"]
    assert (change["address"], change["action"]) == (f"attached/{logo}", "update")
    assert change["after"] == {"categories": ["Stickers/Seasons", "Subtitles/English"]}
    assert library.call("apply", "--auto-approve").code == 0
    assert library.call("plan", "--detailed-exitcode").code == 0

    library.write(f"kind,id,category\nattached,{subtitle},News\n".encode(), "wrong.csv")
    refused(
        library.call,
        "import",
        "wrong.csv",
        code=3,
        says=("C2: No attached medium has the field category; there are title, description, tags, categories.",),
        at="wrong.csv:2:3",
        next="vodplan import wrong.csv --dry-run",
    )


def retyped(path: Path, wanted: dict[str, str], *, column: str) -> None:
    """Type into one column of a sheet, by the ids of its rows."""
    if path.read_bytes().startswith(b"PK"):
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file)
        sheet = book["assets"]
        place = [cell.value for cell in sheet[1]].index(column) + 1
        for row in range(2, sheet.max_row + 1):
            asset_id = str(sheet.cell(row, 2).value)
            if asset_id in wanted:
                sheet.cell(row, place).value = wanted[asset_id]
        book.save(path)
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    for line in table:
        line[column] = wanted.get(line["id"], line[column])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)


def test_workbook_of_an_export_is_one_that_people_can_work_in(library: Project) -> None:
    """Ids are locked text, dates are dates, formulas are texts, the stamps are out of the way."""
    assert library.call("export", "--format", "xlsx", "--out", "l.xlsx", "--kind", "video").code == 0

    sheet = openpyxl.load_workbook(library.folder / "l.xlsx")["assets"]

    names = [cell.value for cell in sheet[1]]
    column = {name: get_column_letter(place) for place, name in enumerate(names, 1)}
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C2", f"A1:{column['exported']}1021")
    assert sheet.protection.sheet
    assert not sheet.protection.password
    first = {name: sheet[f"{letter}2"] for name, letter in column.items()}
    assert (first["id"].protection.locked, first["id"].data_type, first["id"].number_format) == (True, "s", "@")
    assert (first["title"].protection.locked, first["title"].number_format) == (False, "@")
    assert isinstance(first["created"].value, datetime.datetime)
    assert isinstance(first["size"].value, int)
    assert sheet.column_dimensions[column["exported"]].hidden
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    (choice,) = [one for one in sheet.data_validations.dataValidation if one.type == "list"]
    assert (choice.formula1, str(choice.sqref)) == ('"yes"', f"{column['delete']}2:{column['delete']}1021")


def test_workbook_with_pictures_is_edited_and_imported_like_any(library: Project) -> None:
    """On the installed command: each picture in the row of its image; saved with them, it asks for what was typed."""
    exported = library.run("export", "--format", "xlsx", "--pictures", "--kind", "image", "--out", "l.xlsx", "-v")

    assert exported.code == 0, exported.said
    no_bug(exported)
    book = openpyxl.load_workbook(library.folder / "l.xlsx")
    sheet: Any = book["assets"]
    rows = {one.anchor._from.row + 1 for one in sheet._images}
    assert f"Pictures: {len(rows)} of 200 rows have one; {200 - len(rows)} could not be fetched." in exported.err
    assert 180 < len(rows) == len(sheet._images)
    bare = {f"picture of image/{sheet.cell(row, 2).value}: " for row in range(2, 202) if row not in rows}
    assert bare == {one for one in bare if one in exported.err}
    sheet["D3"] = "Kick-off"
    book.save(library.folder / "l.xlsx")

    planned = library.run("import", "l.xlsx", "--format", "json")

    assert "200 rows: 1 new entry." in planned.err
    (change,) = planned.document["changes"]
    assert (change["address"], change["after"]) == (f"image/{sheet['B3'].value}", {"title": "Kick-off"})


def test_csv_goes_to_stdout_and_back(library: Project, served: RunningEmulator) -> None:
    """With a mark for Excel, in one piece, and nothing else beside it; imported it adds what was edited."""
    exported = library.run("export", "--format", "csv", "--fields", "title,tags")
    assert exported.code == 0, exported.said
    assert exported.out.startswith("\ufeffkind,id,title,tags,delete,")
    table = list(csv.reader(io.StringIO(exported.out.removeprefix("\ufeff"), newline="")))
    assert len(table) == 1 + 1_020 + 200 + 30
    table[1][2] = "Kick-off"
    with (library.folder / "l.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(table)
    served.clear_calls()

    done = library.run("import", "l.csv", "--no-plan", "--into", "manifests/edited.yaml")

    assert done.code == 0, done.said
    assert actions(served) == []
    assert done.out == "edited  manifests/edited.yaml\n1 file: 1 edited, 0 fine as they are.\nNext: vodplan plan\n"
    assert (library.folder / "manifests/edited.yaml").read_text() == (
        f"apiVersion: vodplan/v1\nvideos:\n  - id: {table[1][1]}\n    title: Kick-off\n"
    )


def test_sheet_that_is_wrong_is_refused_as_a_whole(library: Project, served: RunningEmulator) -> None:
    """Every cell is named, in text and in JSON; the manifests stay, and the service is not asked."""
    library.manifest("videos:\n  - {id: a1, title: A}\n")
    library.write(b"kind,id,title,delete\nvideo,a1,B,\nvideo,1.23E+30,C,\nvideo,a2,,maybe\n", "l.csv")

    refused(
        library.call,
        "import",
        "l.csv",
        code=3,
        says=("B3: 1.23E+30 is a number", 'D4: "maybe" is neither yes nor empty'),
        at="l.csv:4:4",
        next="vodplan import l.csv --dry-run",
    )

    assert (library.folder / "manifests/a.yaml").read_text().endswith("title: A}\n")
    assert actions(served) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--format", "xlsx"), "A workbook goes to a file"),
        (("--format", "csv", "--split", "month"), "--split is about the files"),
        (("--format", "xlsx", "--out", "l.xlsx", "--with-empty"), "--with-empty is about the files"),
        (("--format", "csv", "--output", "json=x.json"), "--output"),
        (("--format", "csv", "--out", "nowhere/l.csv"), "there is no folder"),
    ],
)
def test_sheet_that_cannot_be_written_is_refused_before_any_work(
    library: Project, served: RunningEmulator, words: tuple[str, ...], says: str
) -> None:
    """A usage error, not a library that was read for nothing."""
    ended = library.call("export", *words)

    assert ended.code == 64
    assert says in ended.err
    assert actions(served) == []


def test_workbook_without_its_packages_says_what_to_install(library: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named; CSV works without it."""
    import sys

    monkeypatch.setitem(sys.modules, "xlsxwriter", None)

    ended = library.call("export", "--format", "xlsx", "--out", "l.xlsx")

    assert ended.code == 64
    assert ended.err.endswith("Next: pip install 'vodplan[sheets]'\n")


def test_sheet_of_what_is_unmanaged_or_selected_has_only_that(library: Project) -> None:
    """The same choices as for manifests; in one file with a name of its own."""
    legal = library.call("select", "kind: video, category: Legal", "--format", "json").document["assets"]
    ids = [one["address"].removeprefix("video/") for one in legal]
    library.manifest(f"videos:\n  - {{id: {ids[0]}, title: A}}\n")
    selected = ("export", "--format", "csv", "--select", "kind: video, category: Legal")

    every = list(csv.DictReader(io.StringIO(library.call(*selected).out.removeprefix("\ufeff"))))
    rest = list(csv.DictReader(io.StringIO(library.call(*selected, "--unmanaged").out.removeprefix("\ufeff"))))
    kept = library.call(*selected, "--out", "a b.csv", "--target", "lab")

    assert sorted(row["id"] for row in every) == sorted(ids)
    assert sorted(row["id"] for row in rest) == sorted(ids[1:])
    assert kept.out.endswith("Next: vodplan import 'a b.csv' --target lab\n")
    library.write((library.folder / "a b.csv").read_bytes().replace(b",Legal,", b",a/b/c/d,"), "a b.csv")
    assert library.call("import", "a b.csv").err.endswith("Next: vodplan import 'a b.csv' --dry-run\n")


def test_csv_on_a_terminal_has_nothing_that_it_obeys(library: Project, served: RunningEmulator) -> None:
    """In a pipe or a file a cell is the title as it is; a terminal is shown what would move its cursor or its text."""
    video = library.call("select", "kind: video, category: Legal", "--format", "json").document["assets"][0]
    served.edit_video(video["address"].removeprefix("video/"), {"Title": "a\u202eb\x9b31m"})

    for words in (("select", "kind: video, category: Legal"), ("export",)):
        stream = harness.Stream(terminal=True)
        argv = [*words, "--format", "csv"]
        harness.run(*argv, cwd=library.folder, environ=library.environ, stdout=stream)
        piped = library.call(*argv).out

        assert not {"\u202e", "\x9b", "\r", "\ufeff"} & set(stream.getvalue())
        assert "a\\u202eb" in stream.getvalue()
        assert "a\u202eb" in piped


def test_tables_of_select_and_unmanaged_are_csv(library: Project) -> None:
    """One table on stdout, or in a file; a failure leaves neither."""
    found = library.run("select", "kind: video, category: Legal", "--format", "csv")
    library.manifest("videos:\n  - {id: a1, title: A}\n")
    unmanaged = library.call("unmanaged", "--output", "csv=u.csv")
    failed = library.call("select", "kind: video, nothing: 1", "--format", "csv", "--output", "csv=no.csv")

    assert found.code == 0, found.said
    rows = list(csv.DictReader(io.StringIO(found.out.removeprefix("\ufeff"))))
    assert {row["category"] for row in rows} == {"Legal"}
    assert all(row["address"].startswith("video/") for row in rows)
    assert unmanaged.code == 0
    table = (library.folder / "u.csv").read_bytes().decode("utf-8-sig")
    assert table.startswith("address,title,category,created,bytes\r\n")
    assert sum(line.startswith(("video/", "image/")) for line in table.split("\r\n")) == 1_220
    assert (failed.code, failed.out) == (3, "")
    assert "Bad condition" in failed.err or "Unknown field" in failed.err
    assert not (library.folder / "no.csv").exists()
