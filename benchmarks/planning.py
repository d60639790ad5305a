"""What `validate` and `plan` cost, beside a floor that does only what cannot be left out.

The floor of `validate` is orjson reading the same records; that of `plan` is a bare loop on asyncio streams that signs
and sends the same calls, eight in flight, and reads the answers without looking at them. The emulator is a process of
its own, without quotas, and vodplan's pacing is set out of the way by a rate far above what the machine can do. Every
figure is a median of whole-process runs, taken in turn so that a drift of the machine hits all alike.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PROJECT = """apiVersion: vodplan/v1
targets: {lab: {endpoint: URL, region: cn-shanghai}}
limits: {share: 1, rates: {GetVideoInfos: 100000}}
"""


def run(*, videos: int, runs: int) -> None:
    """Measure a library of so many videos, with 0 %, 1 % and 100 % of them changed, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        database = root / "library.db"
        _quietly(
            [sys.executable, "-m", "vodplan", "emulator", "--make", str(videos), "--db", str(database)], os.environ
        )
        records = _records(database)
        (root / "records.json").write_text(json.dumps(records))
        with _emulator(database) as environ:
            for percent in (0, 1, 100):
                _project(root / f"changed-{percent}", records, percent, environ["VODPLAN_ENDPOINT"])
            _measure(root, environ, videos=videos, runs=runs)


def _measure(root: Path, environ: dict[str, str], *, videos: int, runs: int) -> None:
    vodplan = [sys.executable, "-m", "vodplan"]
    unchanged = str(root / "changed-0/vodplan.yaml")
    commands: dict[str, list[str]] = {
        "orjson reads the records": [sys.executable, "-m", "benchmarks.floor", "read", str(root / "records.json")],
        "validate": [*vodplan, "validate", "--config", unchanged],
        "bare signed calls": [sys.executable, "-m", "benchmarks.floor", "call", str(root / "records.json")],
        **{
            f"plan, {percent} % changed": [
                *vodplan,
                "plan",
                "--config",
                str(root / f"changed-{percent}/vodplan.yaml"),
                "--format",
                "json",
            ]
            for percent in (0, 1, 100)
        },
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            took = _timed(lambda command=command: _quietly(command, environ))  # type: ignore[misc]
            if turn:
                times[name].append(took)
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(f"{videos} videos, median of {runs} runs, whole processes\n")
    print(f"{'':28}{'seconds':>9}{'× floor':>9}")
    for name, median in medians.items():
        floor = "orjson reads the records" if name in ("orjson reads the records", "validate") else "bare signed calls"
        print(f"{name:28}{median:9.2f}{median / medians[floor]:9.1f}")


def _records(database: Path) -> list[dict[str, str]]:
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT id, title, description, tags, cate_id FROM videos ORDER BY id").fetchall()
        shelves = dict(connection.execute("SELECT id, name FROM categories"))
    return [
        {"id": row[0], "title": row[1], "description": row[2] or "", "tags": row[3], "category": shelves[row[4]]}
        for row in rows
    ]


def _project(folder: Path, records: list[dict[str, str]], percent: int, endpoint: str) -> None:
    (folder / "manifests").mkdir(parents=True)
    (folder / "vodplan.yaml").write_text(_PROJECT.replace("URL", json.dumps(endpoint)))
    lines = ["apiVersion: vodplan/v1", "videos:"]
    for place, record in enumerate(records):
        changed = " (changed)" if place % 100 < percent else ""
        lines += [
            f"  - id: {json.dumps(record['id'])}",
            f"    title: {json.dumps(record['title'] + changed, ensure_ascii=False)}",
            f"    description: {json.dumps(record['description'], ensure_ascii=False)}",
            f"    tags: [{record['tags']}]",
            f"    category: {record['category']}",
        ]
    (folder / "manifests/videos.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextmanager
def _emulator(database: Path) -> Iterator[dict[str, str]]:
    command = [sys.executable, "-m", "vodplan", "emulator", "--db", str(database), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            environ = dict(os.environ)
            for line in process.stdout:
                found = re.match(r"\s*export (\w+)=(\S+)", line)
                if found:
                    environ[found[1]] = found[2].strip("'\"")
                if {"VODPLAN_ENDPOINT", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"} <= set(
                    environ
                ):
                    break
            yield environ
        finally:
            process.terminate()


def _quietly(command: list[str], environ: object) -> None:
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # type: ignore[arg-type]


def _timed(act: Callable[[], None]) -> float:
    before = time.perf_counter()
    act()
    return time.perf_counter() - before
