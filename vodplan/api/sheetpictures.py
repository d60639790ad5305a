"""Pictures for the rows of a sheet, kept on the disk while it is written."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.core.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from vodplan.core.live import LiveAsset
    from vodplan.core.pictures import Fetched, Picture, Wanted
    from vodplan.core.ports import Progress
    from vodplan.manifests.project import Project

MOST = 5_000
"""Rows of a workbook that may have a picture: spreadsheets get slow with more, and those who look at them too."""

INSTALL = "pip install 'vodplan[sheets,pictures]'"


@dataclass(frozen=True, slots=True)
class RowPictures:
    """The files of the pictures that there are, by the addresses of their assets, and what came of fetching them."""

    files: Mapping[str, Path]
    done: Fetched

    def of(self, live: LiveAsset) -> Path | None:
        """The picture of an asset; None where there is none."""
        return self.files.get(_address(live))


def require_drawing() -> None:
    """Refuse at once what needs a library that is not installed; raises UsageError."""
    from vodplan.vod.thumbnails import can_redraw

    if not can_redraw():
        raise UsageError(
            "Pictures in a workbook need the extra pictures, and Pillow is not installed. The workbook without them "
            "needs nothing more.",
            next=INSTALL,
        )


@contextmanager
def row_pictures(
    assets: Iterable[LiveAsset],
    *,
    beside: Path,
    project: Project,
    environ: Mapping[str, str],
    target: str | None,
    progress: Progress,
) -> Iterator[RowPictures]:
    """Fetch the covers of videos, and images and watermarks themselves; the files go when the context is left.

    beside: the file of the export's spool, which no other export has open; the pictures lie beside it.
    raises: UsageError where more than `MOST` have one; ConfigError for a full disk, CredentialsError. Whatever else
            goes wrong with a picture, there is none.
    """
    from vodplan.vod.concurrency import run as run_alone
    from vodplan.wiring import choose, open_target

    wanted = _wanted(assets)
    folder = beside.with_suffix(".pictures")
    files: dict[str, Path] = {}

    def take(address: str, picture: Picture) -> None:
        # Ids are the service's own, and safe in a name once they are a digest.
        path = folder / f"{hashlib.sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.jpg"
        try:
            path.write_bytes(picture.content)
        except OSError as error:
            raise _no_room(folder, error) from error
        files[address] = path

    async def run() -> Fetched:
        choice = choose(project, target, environ)
        async with open_target(choice, project=project, environ=environ, home=Path.home()) as opened:
            return await opened.service.redrawn_pictures(wanted, take=take, progress=progress)

    try:
        # What a killed export left.
        shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise _no_room(folder, error) from error
        yield RowPictures(files, run_alone(run()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wanted(assets: Iterable[LiveAsset]) -> list[Wanted]:
    from vodplan.core.pictures import Wanted, picture_address

    wanted: list[Wanted] = []
    beyond = 0
    for live in assets:
        url = picture_address(_known(live))
        if url and len(wanted) < MOST:
            wanted.append(Wanted(address=_address(live), kind=live.kind, id=live.id, url=url))
        elif url:
            beyond += 1
    if beyond:
        raise UsageError(
            f"{MOST + beyond:,} rows have a picture, and a workbook takes {MOST:,}. Choose fewer rows with --select, "
            "--kind or --unmanaged; without --pictures the same command goes on with what was read.",
            next="vodplan export --help",
        )
    return wanted


def _known(live: LiveAsset) -> dict[str, str]:
    from vodplan.registry import KINDS

    named = zip((field.name for field in KINDS[live.kind].fields), live.values, strict=True)
    return {name: value for name, value in (*live.facts.items(), *named) if isinstance(value, str)}


def _address(live: LiveAsset) -> str:
    return f"{live.kind}/{live.id}"


def _no_room(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"The pictures cannot be kept in {folder}: {error.strerror or error}.", next=f"df -h {folder.parent}"
    )
