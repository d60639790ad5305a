"""The live library as a sheet: one row for each asset."""

from __future__ import annotations

import contextlib
import datetime
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.exporting import FIELDS, ExportWishes, LiveLibrary, opened_spool, read_library
from vodplan.api.projects import StrPath, find_project
from vodplan.api.quiet import Quiet
from vodplan.api.sheetpictures import RowPictures, require_drawing, row_pictures
from vodplan.core.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from vodplan.core.exported import ExportReport
    from vodplan.core.live import LiveAsset
    from vodplan.core.ports import Progress
    from vodplan.manifests.sheets.columns import Column
    from vodplan.manifests.sheets.rows import Cell

CSV = "csv"
WORKBOOK = "xlsx"

STDOUT = "-"
"""What a sheet is called that is handed over piece by piece."""


def export_sheet(
    path: StrPath | None,
    *,
    format: str,
    sink: Callable[[bytes], object] | None = None,
    wishes: ExportWishes | None = None,
    walk_by: str = "search",
    fresh: bool = False,
    pictures: bool = False,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    resumed: Callable[[str], None] | None = None,
    now: datetime.datetime | None = None,
) -> ExportReport:
    """Write the library as a spreadsheet, to be edited and imported again; the service is only read.

    path:   the file, written whole or not at all; None hands a CSV to `sink`, piece by piece.
    format: `csv` or `xlsx`.
    wishes: kinds, fields, `keep`, `select` and `beside` count; a sheet is not divided, and shows what is empty.
    pictures: put a small copy of its cover, or of the image itself, into each row of a workbook; a row whose picture
            cannot be had has none, and the report counts them.
    raises: UsageError where a workbook cannot be had, or its pictures; else as `export`.
    """
    from vodplan.manifests.sheets.columns import columns_for
    from vodplan.manifests.sheets.writing import require_workbooks

    wishes = wishes or ExportWishes()
    if pictures and format != WORKBOOK:
        raise UsageError(
            f"--pictures puts pictures into a workbook, and {format} holds none.",
            next="vodplan export --format xlsx --pictures --out library.xlsx",
        )
    if format == WORKBOOK:
        if path is None:
            raise UsageError("A workbook goes to a file.", next="vodplan export --format xlsx --out library.xlsx")
        require_workbooks()
        if pictures:
            require_drawing()
    environment = os.environ if environ is None else environ
    base = Path.cwd() if cwd is None else Path(cwd)
    project = find_project(config=config, cwd=base, environ=environment)
    watched = progress or Quiet()
    with opened_spool(project, base / (path or STDOUT)) as spool:
        library = read_library(
            spool,
            project=project,
            environ=environment,
            target=target,
            kinds=wishes.kinds,
            select=wishes.select,
            walk_by=walk_by,
            fresh=fresh,
            progress=watched,
            resumed=resumed,
            now=now,
        )
        columns = columns_for(wishes.fields or FIELDS, wishes.kinds, pictures=pictures)
        rows = _Rows(library, wishes, columns)
        with contextlib.ExitStack() as stack:
            if pictures:
                fetching = row_pictures(
                    rows.assets(),
                    beside=spool.path,
                    project=project,
                    environ=environment,
                    target=target,
                    progress=watched,
                )
                rows.pictures = stack.enter_context(fetching)
            watched.start("writing", rows.count)
            try:
                if path is None:
                    _hand_over(rows, sink)
                else:
                    _write(base / path, format, rows)
            finally:
                watched.finish()
        report = _report(rows, library, wishes, shown="stdout" if path is None else str(path))
        spool.finish()
        return report


class _Rows:
    """The rows of a library, by kind, then time of creation; read from the disk as they are wanted.

    count:    how many there are.
    entries:  kind → how many.
    pictures: of the assets, once they were fetched.
    """

    def __init__(self, library: LiveLibrary, wishes: ExportWishes, columns: Sequence[Column]) -> None:
        from vodplan.api.exportchoice import Chosen
        from vodplan.core.exporting import created_of

        chosen = Chosen(wishes, library.tree, None)

        def place(live: LiveAsset) -> tuple[str, str] | None:
            return ("", created_of(live)) if chosen.wants(live) else None

        self.columns = columns
        self.pictures: RowPictures | None = None
        self._library = library
        library.spool.place(place)
        self.entries = Counter({kind: total for kind, _, total in library.spool.groups()})
        self.count = self.entries.total()

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        from vodplan.manifests.sheets.rows import row_of
        from vodplan.registry import KINDS

        for live in self.assets():
            picture = None if self.pictures is None else self.pictures.of(live)
            yield row_of(live, KINDS[live.kind], self.columns, self._library.tree, picture)

    def assets(self) -> Iterator[LiveAsset]:
        """What the rows are about, in their order."""
        from vodplan.registry import KINDS

        for name in KINDS:
            if self.entries[name]:
                yield from self._library.spool.members(name, "")


def _hand_over(rows: _Rows, sink: Callable[[bytes], object] | None) -> None:
    from vodplan.manifests.sheets.writing import csv_pieces

    for piece in csv_pieces(rows.columns, rows):
        if sink is not None:
            sink(piece)


def _write(path: Path, format: str, rows: _Rows) -> None:
    """Write a sheet aside and give it its name when it is whole."""
    from vodplan.manifests.sheets.writing import csv_pieces, write_workbook

    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        aside = Path(name)
        try:
            if format == WORKBOOK:
                write_workbook(aside, rows.columns, rows, count=rows.count)
            else:
                with aside.open("wb") as file:
                    file.writelines(csv_pieces(rows.columns, rows))
            aside.chmod(0o644)
            os.replace(aside, path)
        except BaseException:
            with contextlib.suppress(OSError):
                aside.unlink()
            raise
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror or error}. What was read is kept; the same command goes on "
            "from there.",
            next=f"df -h {path.parent}",
        ) from error


def _report(rows: _Rows, library: LiveLibrary, wishes: ExportWishes, *, shown: str) -> ExportReport:
    from vodplan.core.exported import ExportReport
    from vodplan.registry import KINDS

    _, _, gone = library.spool.counts()
    return ExportReport(
        target=library.target.name,
        folder=shown,
        since=library.since,
        entries={KINDS[one].plural: rows.entries[one] for one in wishes.kinds},
        written=1,
        unchanged=0,
        removed=0,
        gone=gone,
        missed=library.spool.missed(),
        not_written={},
        examples=(),
        pictures=None if rows.pictures is None else rows.pictures.done,
    )
