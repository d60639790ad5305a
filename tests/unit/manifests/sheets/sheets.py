"""Helpers: sheets as an export writes them, edited as people edit them, imported into manifests of a folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from vodplan import api
from vodplan.core.categories import CategoryTree
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.errors import ManifestError
from vodplan.core.live import Category, LiveAsset
from vodplan.core.values import FieldValue, Json
from vodplan.kinds.assets import ASSETS
from vodplan.manifests.sheets.columns import COLUMNS, Column
from vodplan.manifests.sheets.rows import Cell, row_of
from vodplan.manifests.sheets.writing import csv_pieces, write_workbook

HEAD = "apiVersion: vodplan/v1\n"
TREE = CategoryTree(
    [
        Category(id=10, name="News", parent=None, level=0),
        Category(id=11, name="Sports", parent=10, level=1),
        Category(id=12, name="a/b", parent=None, level=0),
        Category(id=13, name="id:5", parent=None, level=0),
        Category(id=20, name="Stickers", parent=None, level=0, tree="material"),
        Category(id=21, name="Seasons", parent=20, level=1, tree="material"),
        Category(id=22, name="Logos, old", parent=None, level=0, tree="material"),
    ]
)
PLACES = {column.name: place for place, column in enumerate(COLUMNS)}

Edit = Callable[[list[list[str]]], None]


def video(
    video_id: str = "v1",
    *,
    title: str = "Opening match",
    description: str = "",
    tags: tuple[str, ...] = ("sports", "final"),
    category: int | None = 11,
    cover: str = "https://img.example.com/a.jpg",
    **facts: Json,
) -> LiveAsset:
    """A live video."""
    values: tuple[FieldValue, ...] = (title, description, tags, category, cover)
    return LiveAsset("video", video_id, values, facts)


def image(image_id: str = "i1", *, title: str = "Poster", **facts: Json) -> LiveAsset:
    """A live image."""
    return LiveAsset("image", image_id, (title, "", (), None), facts)


def attached(
    media_id: str = "m1", *, title: str = "Logo", categories: tuple[int, ...] = (20, 21), **facts: Json
) -> LiveAsset:
    """A live attached medium."""
    return LiveAsset("attached", media_id, (title, "", ("brand",), categories), facts)


def rows(*assets: LiveAsset, columns: Sequence[Column] = COLUMNS) -> list[list[Cell]]:
    """The rows of an export."""
    return [row_of(one, ASSETS[one.kind], columns, TREE) for one in assets]


def csv_of(*assets: LiveAsset, edit: Edit | None = None, columns: Sequence[Column] = COLUMNS) -> bytes:
    """A CSV export, edited: `edit` is given its cells as they stand in the file, the first row with the names."""
    content = b"".join(csv_pieces(columns, rows(*assets, columns=columns)))
    if edit is None:
        return content
    cells = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    edit(cells)
    return csv_text(cells)


def csv_text(cells: Sequence[Sequence[str]], *, separator: str = ",") -> bytes:
    """Cells as a CSV file."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(cells)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def setting(row: int, **cells: str) -> Edit:
    """An edit that sets cells of one row; 1 is the first asset."""

    def edit(table: list[list[str]]) -> None:
        for name, value in cells.items():
            table[row][table[0].index(name)] = value

    return edit


def edits(*several: Edit) -> Edit:
    """Several edits, one after the other."""

    def edit(table: list[list[str]]) -> None:
        for one in several:
            one(table)

    return edit


def workbook(path: Path, *assets: LiveAsset) -> Path:
    """A workbook of an export."""
    write_workbook(path, COLUMNS, rows(*assets), count=len(assets))
    return path


def brought(
    folder: Path, sheet: bytes, manifests: Mapping[str, str] | str = "", *, project: str = "", **more: object
) -> api.SheetImport:
    """Import a CSV file into a folder.

    manifests: name → text without its first line; a text alone is `a.yaml`.
    """
    (folder / "vodplan.yaml").write_text(f"{HEAD}targets: {{lab: {{region: cn-shanghai}}}}\n{project}")
    (folder / "manifests").mkdir(exist_ok=True)
    files = {"a.yaml": manifests} if isinstance(manifests, str) else manifests
    for name, text in files.items():
        if text:
            (folder / "manifests" / name).write_bytes((HEAD + text).encode())
    path = folder / "library.csv"
    path.write_bytes(sheet)
    return again(folder, path, **more)


def again(folder: Path, path: Path, **more: object) -> api.SheetImport:
    """Import a sheet into a folder as it is."""
    return api.import_sheet(path.name, cwd=folder, environ={"VODPLAN_CACHE": "off"}, **more)  # type: ignore[arg-type]


def refused(
    folder: Path, sheet: bytes, manifests: Mapping[str, str] | str = "", **more: object
) -> Sequence[Diagnostic]:
    """What is wrong with an import, which leaves every manifest as it was."""
    try:
        brought(folder, sheet, manifests, **more)  # type: ignore[arg-type]
    except ManifestError as error:
        files = {"a.yaml": manifests} if isinstance(manifests, str) else manifests
        there = {path.name: path.read_bytes() for path in (folder / "manifests").iterdir()}
        assert there == {name: (HEAD + text).encode() for name, text in files.items() if text}
        return error.diagnostics
    raise AssertionError("the sheet was imported")


def told(found: Sequence[Diagnostic]) -> list[tuple[str, int, int]]:
    """Code, row and column of each."""
    return [(one.code, one.span.line if one.span else 0, one.span.column if one.span else 0) for one in found]


def text_of(folder: Path, name: str = "a.yaml") -> str:
    """A manifest without its first line."""
    return (folder / "manifests" / name).read_bytes().decode().removeprefix(HEAD)
