"""Libraries and the manifests that describe them, the same on every machine.

    python -m benchmarks.library FOLDER VIDEOS

makes FOLDER/library.db, FOLDER/records.json, and projects: `one/PERCENT` has all videos in one file, `many/PERCENT` in
a hundred, with PERCENT of the titles changed. `many/0` is a git repository with one commit. Files are written through,
so that a million videos take little memory; it is a process of its own for the same reason.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from vodplan.kinds.operations import OPERATIONS

FILES = 100
PERCENTS = (0, 1, 100)
LARGEST_FILE = 200_000
"""Videos; one file of more is over the 64 MiB that vodplan reads."""

ABOUT = (
    "A recording from the archive, cut to length, with captions in two languages and music that is cleared for the web "
    "and for the apps"
)
"""Makes a description as long as people write them; an entry then has 290 bytes on average."""

FAST = 1_000_000
"""Calls a second: a rate that no client reaches, where the service is played without limits."""


def main() -> None:
    """Make what `python -m benchmarks.library FOLDER VIDEOS` asks for."""
    folder, videos = Path(sys.argv[1]), int(sys.argv[2])
    database = folder / "library.db"
    subprocess.run(
        [sys.executable, "-m", "vodplan", "emulator", "--make", str(videos), "--db", str(database)],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE videos SET description = description || ?", (f". {ABOUT}",))
    with (folder / "records.json").open("w", encoding="utf-8") as out:
        out.write("[")
        for place, record in enumerate(_records(database)):
            out.write((",\n" if place else "\n") + json.dumps(record, ensure_ascii=False))
        out.write("\n]\n")
    for percent in PERCENTS:
        _project(folder / "many" / str(percent), database, percent=percent, size=-(-videos // FILES))
        if videos <= LARGEST_FILE:
            _project(folder / "one" / str(percent), database, percent=percent, size=videos)
    _commit(folder / "many/0")


def write_settings(project: Path, *, quotas: bool) -> None:
    """Write `vodplan.yaml`: the documented rates, all of them for vodplan; or none, to be as fast as the machine."""
    fast = "" if quotas else ", rates: {" + ", ".join(f"{name}: {FAST}" for name in OPERATIONS) + "}"
    (project / "vodplan.yaml").write_text(
        f"apiVersion: vodplan/v1\ntargets: {{lab: {{endpoint: 'http://127.0.0.1:9', region: cn-shanghai}}}}\n"
        f"limits: {{share: 1{fast}}}\n"
    )


def retitle(manifest: Path, count: int, suffix: str) -> None:
    """Give the first titles of a manifest a suffix, each in its line."""
    lines = manifest.read_text(encoding="utf-8").splitlines(keepends=True)
    places = [place for place, line in enumerate(lines) if line.startswith("    title: ")][:count]
    for place in places:
        lines[place] = lines[place].rstrip("\n")[:-1] + suffix + '"\n'
    manifest.write_text("".join(lines), encoding="utf-8")


def ids(folder: Path) -> list[str]:
    """The ids of a library's videos."""
    return [record["id"] for record in json.loads((folder / "records.json").read_bytes())]


def _records(database: Path) -> Iterator[dict[str, str]]:
    with sqlite3.connect(database) as connection:
        shelves = dict(connection.execute("SELECT id, name FROM categories"))
        rows = connection.execute("SELECT id, title, description, tags, cate_id FROM videos ORDER BY id")
        for row in rows:
            description = {"description": row[2]} if row[2] else {}
            yield {"id": row[0], "title": row[1], **description, "tags": row[3], "category": shelves[row[4]]}


def _project(project: Path, database: Path, *, percent: int, size: int) -> None:
    (project / "manifests").mkdir(parents=True)
    write_settings(project, quotas=True)
    out: TextIO | None = None
    for place, record in enumerate(_records(database)):
        if place % size == 0:
            if out:
                out.close()
            out = (project / f"manifests/videos-{place // size:03d}.yaml").open("w", encoding="utf-8")
            out.write("apiVersion: vodplan/v1\nvideos:\n")
        assert out
        out.write(_entry(record, " (changed)" if place % 100 < percent else ""))
    if out:
        out.close()


def _entry(record: dict[str, str], suffix: str) -> str:
    lines = [f"  - id: {json.dumps(record['id'])}", f"    title: {_quoted(record['title'] + suffix)}"]
    if "description" in record:
        lines.append(f"    description: {_quoted(record['description'])}")
    lines += [f"    tags: [{record['tags']}]", f"    category: {record['category']}", ""]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _commit(project: Path) -> None:
    (project / ".gitignore").write_text(".vodplan/\nvodplan.yaml\n")
    for arguments in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-q", "-m", "As it is")):
        git(project, arguments)


def git(project: Path, arguments: Sequence[str]) -> None:
    """Run git in a project, as nobody in particular."""
    person = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.com", "-c", "gc.auto=0")
    subprocess.run(["git", *person, *arguments], cwd=project, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
