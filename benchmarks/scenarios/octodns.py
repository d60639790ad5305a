"""octoDNS comparing as many records, one in a hundred changed: per item, beside `plan` of as many videos.

Both sides of octoDNS's comparison are YAML files, so no service slows it down; vodplan's plan reads its library over
HTTP, and from a snapshot once nothing of it has to come over a network, as for octoDNS. octoDNS has packages of its own
(requirements/bench.txt) in an environment of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.answers import planned, printed
from benchmarks.bench import PYTHON, REPOSITORY, Bench, Case, Row, environ_of, forget, rows, tell
from benchmarks.library import write_settings
from benchmarks.processes import quietly, second_core, take_turns
from benchmarks.scenarios.planning import command, counted
from benchmarks.service import Service, serving

OCTODNS = "octoDNS, YAML to YAML, 1 % changed"
PLAN = "plan by id, 1 % changed"
SNAPSHOT = "plan of a snapshot, 1 % changed"
AGAIN = "plan of a snapshot, 1 % changed, manifests cached"
ZONE = 1_000
"""Records of a zone."""

_CONFIG = """providers:
  wanted: {class: octodns.provider.yaml.YamlProvider, directory: WANTED, default_ttl: 3600, enforce_order: false}
  live: {class: benchmarks.octodns_live.LiveYaml, directory: LIVE, default_ttl: 3600, enforce_order: false}
manager: {max_workers: 1}
zones:
"""


def measure(bench: Bench) -> list[Row]:
    """The smallest size."""
    videos = bench.sizes[0]
    folder = bench.library(videos)
    python = _environment(bench)
    config = _zones(folder / "octodns", videos)
    with serving(folder / "library.db", quotas=False) as service:
        plan = plan_case(bench, folder, videos, service)
        octodns = Case(
            name=OCTODNS,
            command=[str(python.with_name("octodns-sync")), "--config-file", str(config)],
            environ={"PYTHONPATH": str(REPOSITORY)},
            cores=second_core(),
            check=printed(r"Summary: Creates=0, Updates=(\d+), Deletes=0", videos // 100, stream="err"),
        )
        cases, calls = counted([plan, *plans_of_snapshot(folder, videos, service), octodns], service)
        usages = take_turns(cases, bench.runs)
    found = [calls.into(row) for row in rows(usages, videos=videos, of={OCTODNS: PLAN})]
    tell(bench, "octodns", found)
    return found


def plan_case(bench: Bench, folder: Path, videos: int, service: Service) -> Case:
    """What the others are set beside: a plan of as many videos, one in a hundred changed."""
    project = folder / "many/1"

    def before() -> None:
        write_settings(project, quotas=False)
        forget(project)

    return Case(
        name=PLAN,
        command=command(project, ("--read-by", "ids") if bench.has("--read-by") else ()),
        environ=environ_of(project, service.environ),
        cores=second_core(),
        before=before,
        check=planned(update=videos // 100, unchanged=videos - videos // 100),
    )


def plans_of_snapshot(folder: Path, videos: int, service: Service) -> list[Case]:
    """Plans of what an earlier one read and kept, with nothing else cached and with the manifests of before.

    Both sides are files then, as with the others.
    """
    return [_of_snapshot(folder, videos, service, cached=cached) for cached in (False, True)]


def _of_snapshot(folder: Path, videos: int, service: Service, *, cached: bool) -> Case:
    project, snapshot = folder / "many/1", folder / "library.snapshot"
    plan = command(project, ("--snapshot", str(snapshot)))
    environ = environ_of(project, service.environ)

    def before() -> None:
        write_settings(project, quotas=False)
        forget(project)
        if cached or not snapshot.exists():
            quietly(plan, environ=environ)
        if not cached:
            forget(project)

    return Case(
        name=AGAIN if cached else SNAPSHOT,
        command=plan,
        environ=environ,
        cores=second_core(),
        before=before,
        check=planned(update=videos // 100, unchanged=videos - videos // 100),
    )


def _environment(bench: Bench) -> Path:
    """The interpreter of octoDNS's environment, made from its lock when it is missing or the lock is another."""
    lock = REPOSITORY / "requirements/bench.txt"
    folder = REPOSITORY / ".make/bench"
    python, note = folder / "bin/python", folder / "lock.txt"
    if not (note.exists() and note.read_bytes() == lock.read_bytes()):
        bench.say("installing octoDNS")
        quietly([PYTHON, "-m", "venv", "--clear", str(folder)])
        quietly([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)])
        note.write_bytes(lock.read_bytes())
    return python


def _zones(folder: Path, records: int) -> Path:
    """Zones of a thousand names; each has an address and a text with what a video would have."""
    config = [_CONFIG.replace("WANTED", str(folder / "wanted")).replace("LIVE", str(folder / "live"))]
    for side in ("wanted", "live"):
        os.makedirs(folder / side, exist_ok=True)
    for zone in range(-(-records // ZONE)):
        name = f"zone{zone:04d}.example.com."
        config.append(f"  {name}: {{sources: [wanted], targets: [live]}}\n")
        numbers = range(zone * ZONE, min(records, (zone + 1) * ZONE))
        for side in ("wanted", "live"):
            lines = ["---\n", *(_record(n, changed=side == "wanted" and n % 100 == 0) for n in numbers)]
            (folder / side / f"{name}yaml").write_text("".join(lines))
    path = folder / "config.yaml"
    path.write_text("".join(config))
    return path


def _record(number: int, *, changed: bool) -> str:
    text = f"Lesson {number:07d} of a course{' changed' if changed else ''}. Made for a benchmark, number {number}"
    return f"v{number:07d}:\n  ttl: 3600\n  type: TXT\n  value: {text}\n"
