"""What is broken on purpose: the demo library and a plan of 120 changes of every kind in many calls."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

import vodplan
from vodplan.core.plan import Plan
from vodplan.emulator import RunningEmulator
from vodplan.emulator.demo import library
from vodplan.emulator.records import Video

CHANGES = 120

PROJECT = """\
apiVersion: vodplan/v1
manifests: [manifests]
policy: {max_deletes: 60}
"""

SNAPSHOTS_OF = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
SERVED_SOURCE = "23f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
GEOMETRY = 1000303
PLACES = ("Archive/Matches/2025", "News/Football", "Music/Live", "News/Football/Cups")
"""Made by the plan in three levels, renamed by it, there before, and made below the renamed one."""


@cache
def _videos() -> tuple[Video, ...]:
    """Videos that are ready, not meant for anything else here, and not in the category that goes."""
    kept = {SNAPSHOTS_OF, SERVED_SOURCE}
    return tuple(
        one
        for one in library().videos
        if one.status == "Normal"
        and one.media_type == "video"
        and one.streams
        and one.source is not None
        and not one.source.served
        and one.id not in kept
        and one.category not in (GEOMETRY, None)
    )


def manifest() -> str:
    """The manifest of the plan."""
    videos = _videos()
    images = library().images
    entries: list[Mapping[str, object]] = []
    for number, one in enumerate(videos[:64]):
        entry: dict[str, object] = {
            "id": one.id,
            "title": f"New title {number}",
            "description": f"No. {number}: " + "what was on this day, told at length. " * 18,
        }
        if number % 4 == 0:
            entry["category"] = PLACES[number // 4 % len(PLACES)]
        if number % 5 == 0:
            entry["tags"] = {"add": ["kept", "归档"]}
        if number % 9 == 0:
            entry["cover"] = f"https://img.example.com/{number}.jpg"
        if number % 13 == 0:
            # Two changes of one asset, which must not be taken for each other.
            entry["source"] = "absent"
        entries.append(entry)
    entries += [{"id": one.id, "source": "absent"} for one in videos[64:68]]
    entries.append({"id": SERVED_SOURCE, "source": "absent", "force": True})
    entries += [{"id": one.id, "streams": {"keep": {"definitions": ["HD"]}}} for one in videos[68:74]]
    entries += [{"id": one.id, "state": "absent", "reason": "Licence ended"} for one in videos[74:82]]
    entries += [{"id": one.id, "state": "absent"} for one in library().videos if one.category == GEOMETRY]
    pictures: list[Mapping[str, object]] = [
        {"id": one.id, "title": f"Picture {number}", "description": "A picture of it. " * 30}
        for number, one in enumerate(images[:16])
    ]
    pictures += [{"id": one.id, "state": "absent"} for one in images[16:21]]
    pictures.append({"video": SNAPSHOTS_OF, "types": ["SpriteSnapshot"], "state": "absent"})
    document = {
        "apiVersion": "vodplan/v1",
        "categories": [
            {"path": "Archive/Matches/2025"},
            {"path": "News/Football", "renamed_from": "News/Soccer"},
            {"path": "News/Football/Cups"},
            {"path": "Film/Placards", "renamed_from": "Film/Posters"},
            {"path": "Old", "state": "absent"},
            {"path": "Courses/Mathematics/Geometry", "state": "absent"},
        ],
        "videos": entries,
        "images": pictures,
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def environ_of(emulator: RunningEmulator, **more: str) -> dict[str, str]:
    """The environment of an apply against an emulator."""
    return {
        "VODPLAN_ENDPOINT": emulator.url,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": emulator.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": emulator.access_key_secret,
        **more,
    }


def write_project(folder: Path, manifests: str, *, project: str = PROJECT) -> None:
    """Put a project with one manifest into a folder."""
    (folder / "manifests").mkdir(parents=True, exist_ok=True)
    (folder / "vodplan.yaml").write_text(project, encoding="utf-8")
    (folder / "manifests" / "a.yaml").write_text(manifests, encoding="utf-8")


def planned(folder: Path, environ: Mapping[str, str]) -> Plan:
    """Plan the project in a folder."""
    return vodplan.plan(vodplan.load(cwd=folder, environ=environ))
