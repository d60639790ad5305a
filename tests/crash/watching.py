"""What the service saw and what it holds: calls as single writes to single things, the library as rows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from vodplan.core.change import Action, Change
from vodplan.core.plan import Plan
from vodplan.emulator import RunningEmulator
from vodplan.emulator.calllog import CallRecord
from vodplan.emulator.database import Database
from vodplan.emulator.operations import OPERATIONS

Written = tuple[str, str]
"""One write to one thing: the operation, and the id of what it is about; a stream by its job, a new category by its name."""

Row = tuple[Any, ...]
Rows = Mapping[tuple[str, str], Row]
"""Table and id → everything in that row."""

_TIMES = {"videos": {"modified"}, "images": {"modified"}, "categories": {"created"}, "attached": {"modified"}}
_OF_KIND = {"video": "videos", "image": "images", "category": "categories", "attached": "attached"}


def is_write(call: CallRecord) -> bool:
    """Whether a call could change something."""
    return call.action in OPERATIONS and OPERATIONS[call.action].writes


def writes(calls: Iterable[CallRecord]) -> Counter[Written]:
    """How often the service was asked to write what; a call that it refused or never worked on is left out."""
    return Counter(one for call in calls if is_write(call) and call.params and not call.code for one in written(call))


def written(call: CallRecord) -> Iterator[Written]:
    """The single writes of one call."""
    params, action = call.params, call.action
    if action == "DeleteStream":
        yield from ((action, job) for job in params["JobIds"].split(","))
    elif action == "AddCategory":
        yield action, params["CateName"]
    elif action == "DeleteImage" and params.get("VideoId"):
        yield action, f"{params['VideoId']} {params['ImageType']}"
    elif action in ("UpdateVideoInfos", "UpdateImageInfos", "UpdateAttachedMediaInfos"):
        for item in orjson.loads(params["UpdateContent"]):
            yield action, item.get("VideoId") or item.get("ImageId") or item["MediaId"]
    else:
        yield from ((action, one) for one in call.ids)


def meant(change: Change) -> set[Written]:
    """The single writes that carry one change out."""
    key, params = change.id or "", change.params
    match change.kind, change.action:
        case "video", Action.UPDATE:
            return {("UpdateVideoInfos", key)}
        case "image", Action.UPDATE:
            return {("UpdateImageInfos", key)}
        case "video", Action.DELETE_STREAMS:
            jobs = params["jobs"]
            assert isinstance(jobs, list | tuple)
            return {("DeleteStream", str(job)) for job in jobs}
        case "video", Action.DELETE_SOURCE:
            return {("DeleteMezzanines", key)}
        case "video", Action.DELETE:
            return {("DeleteVideo", key)}
        case "image", Action.DELETE:
            return {("DeleteImage", f"{params['video']} {params['type']}" if "video" in params else key)}
        case "attached", Action.UPDATE:
            return {("UpdateAttachedMediaInfos", key)}
        case "attached", Action.DELETE:
            return {("DeleteAttachedMedia", key)}
        case "category", Action.CREATE:
            return {("AddCategory", change.address.key.rpartition("/")[2])}
        case "category", Action.RENAME:
            return {("UpdateCategory", key)}
        case _:
            return {("DeleteCategory", key)}


def all_meant(changes: Iterable[Change]) -> Counter[Written]:
    """Every single write of these changes, each once."""
    return Counter(one for change in changes for one in meant(change))


def rows(db: Database, *, times: bool = False) -> Rows:
    """The whole library; with `times` also when each thing was last changed."""
    found: dict[tuple[str, str], Row] = {}
    for table, left_out in _TIMES.items():
        names = [str(row[1]) for row in db.rows(f"PRAGMA table_info({table})")]
        shown = ", ".join(name for name in names if times or name not in left_out)
        found.update(((table, str(row[0])), row) for row in db.rows(f"SELECT {shown} FROM {table}"))
    return found


def outside(plan: Plan, held: Rows, start: Rows) -> Rows:
    """What a plan has nothing to do with; categories that did not exist at the start belong to it."""
    named = {(_OF_KIND[change.kind], change.id or "") for change in plan.changes}
    named |= {("videos", str(change.params["video"])) for change in plan.changes if "video" in change.params}
    new = {key for key in held if key[0] == "categories" and key not in start}
    return {key: row for key, row in held.items() if key not in named | new}


def quiet(emulator: RunningEmulator) -> None:
    """Wait until the emulator has dealt with everything that a process sent before it was killed."""
    state = emulator._server.server_state
    deadline = time.monotonic() + 30
    while state.tasks or state.connections:
        assert time.monotonic() < deadline, "the emulator does not come to rest"
        time.sleep(0.001)
