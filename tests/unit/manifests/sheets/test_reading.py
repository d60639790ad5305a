"""Reading what calls itself a sheet: any file ends in rows or in one sentence."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.unit.manifests.sheets.sheets import attached, image, rows, video, workbook
from vodplan.core.errors import ConfigError, UsageError
from vodplan.manifests.sheets import reading, writing
from vodplan.manifests.sheets.columns import COLUMNS, FIELDS, columns_for
from vodplan.manifests.sheets.reading import Formula, Unreadable
from vodplan.manifests.sheets.rows import LONGEST

HOSTILE = [
    "=1+1",
    "'=x",
    "+1",
    "@x",
    " x ",
    "\tx",
    "a\nb",
    "_x000D_",
    "_x005F_",
    "x005F_",
    '<&>"',
    "《海龟》 👍",
    "\u202ea",
    "1e3",
    "TRUE",
]


def read(path: Path) -> list[list[object]]:
    """Every row."""
    return [list(row) for row in reading.rows(path)]


def refusal(path: Path) -> Unreadable | None:
    """Why a file cannot be read; None when it can."""
    try:
        read(path)
    except Unreadable as error:
        return error
    return None


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_text_of_any_sort_is_read_as_it_was_written(tmp_path: Path, form: str, title: str) -> None:
    """In a workbook as in a CSV file."""
    path = tmp_path / "l"
    written = rows(video(title=title))
    if form == "xlsx":
        writing.write_workbook(path, COLUMNS, written, count=1)
    else:
        path.write_bytes(b"".join(writing.csv_pieces(COLUMNS, written)))

    assert read(path)[1][2] == title


def test_workbook_that_a_spreadsheet_saved_again_has_the_same_texts(tmp_path: Path) -> None:
    """Other programs write texts into a table of their own; here openpyxl plays one."""
    path = workbook(
        tmp_path / "l.xlsx", *(video(f"v{number}", title=title) for number, title in enumerate(HOSTILE[:7]))
    )
    book = openpyxl.load_workbook(path)
    for row, title in enumerate(HOSTILE[:7], 2):
        book["assets"].cell(row, 3).value = title
        book["assets"].cell(row, 3).data_type = "s"
    book.save(path)

    assert [row[2] for row in read(path)[1:]] == HOSTILE[:7]


def test_value_that_no_cell_can_hold_is_shown_as_far_as_it_can_be() -> None:
    """Control characters, half characters and very long texts would break the file; no manifest can say them either."""
    (row,) = rows(video(title="a\x00\ud800b", description="x" * 40_000))

    assert row[2] == "a\ufffd\ufffdb"
    assert row[3] == "x" * LONGEST


def test_category_without_a_path_of_its_own_is_written_by_id() -> None:
    """A slash in its name, a name that looks like an id, an id that is gone."""
    cells = [row[5] for row in rows(*(video(category=one) for one in (11, 12, 13, 99, None)), image())]

    assert cells == ["News/Sports", "id:12", "id:13", "id:99", None, None]


def test_categories_of_an_attached_medium_stand_in_one_cell() -> None:
    """With commas between; one whose name has a comma, or that is gone, by its id."""
    cells = [row[7] for row in rows(*(attached(categories=one) for one in ((20, 21), (22, 99), ())), video())]

    assert cells == ["Stickers, Stickers/Seasons", "id:22, id:99", None, None]


def test_columns_are_those_that_some_exported_kind_has() -> None:
    """An export of one kind has no column that nothing could stand in."""
    fields = {"title", "category", "cover", "categories"}

    def names(*kinds: str) -> list[str]:
        found = [one.name for one in columns_for(fields, kinds)]
        assert found[:2] == ["kind", "id"]
        assert found[-3:] == ["reference", "url", "exported"]
        return found[2:-3]

    removal = ["delete", "after", "reason"]
    assert names("video") == ["title", "category", "cover", *removal, "created", "status", "duration", "size"]
    assert names("image") == ["title", "category", *removal, "created", "status", "size"]
    assert names("attached") == ["title", "categories", *removal, "created", "status", "type"]
    assert columns_for(FIELDS, ("video", "image", "attached")) == COLUMNS


def test_facts_are_dates_and_numbers(tmp_path: Path) -> None:
    """As people filter and sum them; what is no time stays as it is."""
    path = workbook(
        tmp_path / "l.xlsx", video(created="2026-03-01T10:00:00Z", size=5, duration=1.5), video("v2", created="then")
    )

    cells = [row[11:15] for row in read(path)]

    assert cells[0] == ["created", "status", "duration", "size"]
    assert [str(one) for one in cells[1]] == ["2026-03-01 10:00:00", "None", "1.5", "5"]
    assert cells[2][0] == "then"


def test_formula_of_either_form_is_known_as_one(tmp_path: Path) -> None:
    """A text that begins with = is none."""
    path = workbook(tmp_path / "l.xlsx", video(title="=x"))
    book = openpyxl.load_workbook(path)
    book["assets"]["D2"] = "=SUM(A1:A2)"
    book["assets"]["E2"] = "#REF!"
    book["assets"]["E2"].data_type = "e"
    book.save(path)
    (tmp_path / "l.csv").write_text("kind,id\n=1+1,x\n")

    # Saved by openpyxl, which takes the text for a formula when it reads the file.
    assert read(path)[1][3:5] == [Formula("=SUM(A1:A2)"), Formula("#REF!")]
    assert read(tmp_path / "l.csv")[1] == [Formula("=1+1"), "x"]


def test_workbook_with_the_sheet_behind_others_is_read_by_its_name(tmp_path: Path) -> None:
    """People put notes in front."""
    path = workbook(tmp_path / "l.xlsx", video())
    book = openpyxl.load_workbook(path)
    book.create_sheet("notes", 0)["A1"] = "mine"
    book.save(path)

    assert read(path)[0][:2] == ["kind", "id"]


@pytest.mark.parametrize("seed", range(24))
def test_damaged_workbook_is_read_or_refused_with_a_sentence(tmp_path: Path, seed: int) -> None:
    """Bytes that flipped, a file that was cut: never a traceback."""
    chance = random.Random(seed)
    path = workbook(tmp_path / "l.xlsx", *(video(f"v{number}") for number in range(20)))
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 30)):
        data[chance.randrange(4, len(data))] = chance.randrange(256)
    path.write_bytes(bytes(data[: chance.randint(4, len(data))] if seed % 3 == 0 else data))

    found = refusal(path)

    assert found is None or (found.why.endswith((".", "!")) and found.row >= 1)


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"]
)
@pytest.mark.parametrize("content", [b"", b"<x/>", b"not xml", b"\x00" * 100])
def test_workbook_with_a_part_that_is_something_else_is_read_or_refused(
    tmp_path: Path, part: str, content: bytes
) -> None:
    """What is in the parts is anybody's word."""
    path = rezipped(workbook(tmp_path / "l.xlsx", video()), part, content)

    found = refusal(path)

    assert found is None or found.why


def test_workbook_that_unpacks_to_more_than_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes can unpack to very many."""
    path = workbook(tmp_path / "l.xlsx", video())
    monkeypatch.setattr(reading, "MOST_BYTES", path.stat().st_size + 1)

    with pytest.raises(Unreadable, match="unpacks to"):
        read(path)


def test_workbook_of_entities_that_multiply_is_refused(tmp_path: Path) -> None:
    """Entities within entities take no memory here."""
    bomb = '<!DOCTYPE x [<!ENTITY a "0123456789">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    content = f"{bomb}]><worksheet><sheetData><row><c t='str'><v>&j;</v></c></row></sheetData></worksheet>".encode()
    path = rezipped(workbook(tmp_path / "l.xlsx", video()), "xl/worksheets/sheet1.xml", content)

    with pytest.raises(Unreadable):
        read(path)


def rezipped(path: Path, part: str, content: bytes) -> Path:
    """A workbook with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, content if one == part else old.read(one))
    path.write_bytes(out.getvalue())
    return path


def test_file_that_is_too_large_or_a_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything of it is read."""
    (tmp_path / "l.csv").write_text("kind,id\n")
    monkeypatch.setattr(reading, "MOST_BYTES", 3)

    with pytest.raises(Unreadable, match="more than 3 bytes"):
        read(tmp_path / "l.csv")
    with pytest.raises(ConfigError, match="There is no file"):
        read(tmp_path)


def test_workbook_with_more_rows_than_there_can_be_is_refused(tmp_path: Path) -> None:
    """Excel would cut them off without a word."""
    with pytest.raises(UsageError, match="1,048,575 rows"):
        writing.write_workbook(tmp_path / "l.xlsx", COLUMNS, [], count=1_048_576)
    assert not (tmp_path / "l.xlsx").exists()


def test_csv_is_the_same_bytes_each_time() -> None:
    """With a mark, CRLF, and empty cells for what is not there."""
    written = b"".join(writing.csv_pieces(COLUMNS, rows(video(created="2026-03-01T10:00:00Z", size=5))))

    assert written.startswith(
        b"\xef\xbb\xbfkind,id,title,description,tags,category,cover,categories,delete,after,reason,created,"
    )
    assert b'\r\nvideo,v1,Opening match,,"sports, final",News/Sports,https://img.example.com/a.jpg,,,,,' in written
    assert b",2026-03-01 10:00:00,,,5,,,,v1." in written
    assert written.endswith(b"\r\n")
