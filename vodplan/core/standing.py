"""How a change stands against the live library as it is now: to do, already so, or overtaken."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vodplan.core.address import Address
from vodplan.core.categories import SEPARATOR, CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.coverfile import Images, settled
from vodplan.core.decide import category_ids, described, shown, stamp
from vodplan.core.diff import same
from vodplan.core.kind import Field, Kind, Style
from vodplan.core.live import LiveAsset, Members, Parts
from vodplan.core.report import Unconverged
from vodplan.core.values import FieldValue, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """The live state of everything a plan touches, read just now.

    assets:  address → asset, for those that exist.
    parts:   video id → parts, for the changes that delete parts of videos that exist.
    members: category id → what stands in it, for categories to be deleted that exist.
    owners:  video id → video, None when it does not exist, for the snapshots to be deleted that exist.
    pictures: what the pictures in files are uploaded as, for the updates that are to show one.
    """

    assets: Mapping[Address, LiveAsset]
    parts: Mapping[str, Parts]
    tree: CategoryTree
    members: Mapping[int, Members]
    owners: Mapping[str, LiveAsset | None] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    pictures: Images = dataclasses.field(default_factory=lambda: MappingProxyType({}))


class Standing(enum.StrEnum):
    """Where a change stands when apply begins."""

    PENDING = "pending"
    ALREADY = "already"


@dataclass(frozen=True, slots=True)
class Found:
    """How a change stands: the change, narrowed to what is left of it, and what moved, one line per value."""

    change: Change
    standing: Standing
    moved: tuple[str, ...] = ()


def stand(change: Change, fresh: Fresh, kind: Kind, made: dict[str, int]) -> Found:
    """Hold one change against the live state of now.

    made: filled with path → id of categories that the change was to make and that exist.
    """
    if change.kind == "category":
        return _stand_category(change, fresh, made)
    live = fresh.assets.get(change.address)
    if change.action is Action.UPDATE:
        return _stand_update(change, live, fresh, kind)
    if live is None:
        return Found(change, Standing.ALREADY)
    if change.action is Action.DELETE:
        return _stand_delete(change, live, fresh, kind)
    return _stand_parts(_guarded_now(change, live, fresh, kind), live, fresh)


def stayed(found: Found) -> Found:
    """How a change stands that was recorded as done: it is not to do again, so one that is found undone has moved.

    What cannot be read for certain is taken for done: the record is all there is.
    """
    change = found.change
    if found.standing is Standing.ALREADY or not change.certain:
        return Found(change, Standing.ALREADY)
    if found.moved:
        return found
    return _moved(change, f"{change.address}: this run did what was planned ({change.action}), now it is undone")


def renamed(found: Found, fresh: Fresh) -> Fresh:
    """The live state as it is once a change is carried out, if that is a renaming; the same state otherwise."""
    change = found.change
    if change.action is not Action.RENAME or found.standing is Standing.ALREADY or found.moved:
        return fresh
    tree = fresh.tree.renamed(int(change.id or 0), _last(change.address.key))
    return dataclasses.replace(fresh, tree=tree)


def trees_of(changes: Iterable[Change], kinds: Mapping[str, Kind]) -> tuple[str, ...]:
    """The trees of categories that it takes to hold these changes against the live library, sorted."""
    return tuple(sorted({kinds[change.kind].tree for change in changes if _is_about_categories(change)}))


def _is_about_categories(change: Change) -> bool:
    moves = not {"category", "categories"}.isdisjoint(change.before or {})
    return change.kind == "category" or change.action.removes or moves


def _stand_update(change: Change, live: LiveAsset | None, fresh: Fresh, kind: Kind) -> Found:
    if live is None:
        return _moved(change, f"{change.address}: planned on an asset that exists, now it is gone")
    before, after = change.before or {}, settled(change, live.values, kind, fresh.pictures).after or {}
    fields = [field for field in kind.fields if field.name in before]
    now = {field.name: live.values[kind.index(field.name)] for field in fields}
    params: dict[str, Json] = {
        "category_before": _category(now.get("category")),
        "categories_before": category_ids(now.get("categories")),
    }
    shown_now = {field.name: shown(field.style, now[field.name], fresh.tree) for field in fields}
    if stamp(shown_now, params) == change.fingerprint:
        return Found(change, Standing.PENDING, tuple(_lost_category(change, Standing.PENDING, fresh)))
    standing = Standing.ALREADY
    moved = []
    for field in fields:
        name = field.name
        if _is_as(field, after[name], _wanted_ids(change, field), now[name], fresh.tree):
            continue
        standing = Standing.PENDING
        if not _is_as(field, before[name], _ids_before(change, field), now[name], fresh.tree):
            moved.append(_line(change, name, before[name], shown_now[name]))
    return Found(change, standing, (*moved, *_lost_category(change, standing, fresh)))


def _lost_category(change: Change, standing: Standing, fresh: Fresh) -> Iterator[str]:
    """The category that an asset is to stand in was there when planning, and is no more."""
    if standing is not Standing.PENDING:
        return
    category, several = change.params.get("category_id"), change.params.get("categories_ids")
    if isinstance(category, int) and category and category not in fresh.tree:
        yield f"{change.address} category: planned on category {category}, now that is gone"
    for one in several if isinstance(several, list | tuple) else ():
        if one not in fresh.tree:
            yield f"{change.address} categories: planned on category {one}, now that is gone"


def _stand_delete(change: Change, live: LiveAsset, fresh: Fresh, kind: Kind) -> Found:
    moved = []
    for field, value in zip(kind.fields, live.values, strict=False):
        if not change.certain or change.before is None or field.name not in change.before:
            continue
        planned = change.before[field.name]
        if not _is_as(field, planned, _ids_before(change, field), value, fresh.tree):
            moved.append(_line(change, field.name, planned, shown(field.style, value, fresh.tree)))
    return Found(_guarded_now(change, live, fresh, kind), Standing.PENDING, tuple(moved))


def _stand_parts(change: Change, live: LiveAsset, fresh: Fresh) -> Found:
    parts = fresh.parts.get(live.id)
    if parts is None:
        return Found(change, Standing.ALREADY)
    if change.action is Action.DELETE_SOURCE:
        return Found(change, Standing.ALREADY if parts.source_present is False else Standing.PENDING)
    jobs = change.params.get("jobs")
    planned = [str(job) for job in jobs] if isinstance(jobs, list | tuple) else []
    there = {stream.job for stream in parts.streams}
    left: list[Json] = [job for job in planned if job in there]
    if not left:
        return Found(change, Standing.ALREADY)
    return Found(dataclasses.replace(change, params={**change.params, "jobs": left}), Standing.PENDING)


def _stand_category(change: Change, fresh: Fresh, made: dict[str, int]) -> Found:
    tree = fresh.tree
    if change.action is Action.CREATE:
        found = tree.find(change.address.key)
        if found:
            made[change.address.key] = found[0]
            return Found(change, Standing.ALREADY)
        parent = change.params.get("parent_id")
        if isinstance(parent, int) and parent and parent not in tree:
            return _moved(change, f"{change.address}: planned below category {parent}, now that is gone")
        return Found(change, Standing.PENDING)
    live = tree.get(int(change.id or 0))
    if live is None:
        if change.action is Action.DELETE:
            return Found(change, Standing.ALREADY)
        return _moved(change, f"{change.address}: planned on a category that exists, now it is gone")
    old = _last((change.before or {}).get("path"))
    new = _last((change.after or {}).get("path"))
    if change.action is Action.RENAME and live.name == new:
        return Found(change, Standing.ALREADY)
    if live.name != old:
        return _moved(change, _line(change, "path", old, live.name))
    if change.action is Action.RENAME and tree.sibling(live, new) is not None:
        return _moved(change, f"{change.address}: planned on a free name, now another category has it")
    return Found(change, Standing.PENDING)


def _ids_before(change: Change, field: Field) -> Json:
    """The id, or the ids, that a field about categories had when planning; None where the plan does not know."""
    return change.params.get(f"{field.name}_before")


def _wanted_ids(change: Change, field: Field) -> Json:
    return change.params.get("categories_ids" if field.style is Style.CATEGORIES else f"{field.name}_id")


def _is_as(field: Field, planned: Json, ids: Json, now: FieldValue, tree: CategoryTree) -> bool:
    """Whether a live value is what the plan has; categories are compared by their ids where the plan knows them."""
    if field.style is Style.CATEGORY:
        if isinstance(ids, int):
            return _category(now) == ids
        return shown(Style.CATEGORY, now, tree) == planned
    if field.style is Style.CATEGORIES:
        return isinstance(ids, list | tuple) and category_ids(now) == list(ids)
    if field.style is Style.TAGS:
        return isinstance(planned, list | tuple) and same(field, tuple(str(tag) for tag in planned), now)
    return same(field, "" if planned is None else str(planned), now)


def _guarded_now(change: Change, live: LiveAsset, fresh: Fresh, kind: Kind) -> Change:
    """A removal with the facts and field values of now, which the guards look at again."""
    return dataclasses.replace(change, facts={**change.facts, **described(live, kind, fresh.tree)})


def _category(value: FieldValue) -> int:
    return value if isinstance(value, int) else 0


def _last(path: Json) -> str:
    return str(path or "").rpartition(SEPARATOR)[2]


def _moved(change: Change, line: str) -> Found:
    return Found(change, Standing.PENDING, (line,))


def _line(change: Change, field: str, planned: Json, now: Json) -> str:
    return f"{change.address} {field}: planned on {plain(planned)}, now {plain(now)}"


def plain(value: Json) -> str:
    """A value as `Unconverged` and the lines about what moved have it."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(plain(one) for one in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {plain(one)}" for name, one in value.items()) + "}"
    if isinstance(value, str):
        return f'"{value}"'
    return "none" if value is None else str(value)


def remaining(change: Change, fresh: Fresh, kind: Kind) -> tuple[Unconverged, ...]:
    """What is not yet as the change wanted it, empty when all of it is."""
    return tuple(
        Unconverged(address=change.address, field=field, wanted=plain(wanted), live=plain(live))
        for field, wanted, live in _differences(change, fresh, kind)
    )


def _differences(change: Change, fresh: Fresh, kind: Kind) -> Iterator[tuple[str, Json, Json]]:
    if change.action is Action.UPDATE:
        yield from _update_differences(change, fresh, kind)
        return
    found = stand(change, fresh, kind, {})
    if found.standing is Standing.ALREADY or (change.action is Action.DELETE and not change.certain):
        return
    if change.action is Action.DELETE_STREAMS:
        yield "streams", "deleted", found.change.params.get("jobs")
    elif change.action.removes:
        yield {Action.DELETE_SOURCE: "source"}.get(change.action, "state"), "deleted", "present"
    else:
        yield "path", (change.after or {}).get("path"), (change.before or {}).get("path")


def _update_differences(change: Change, fresh: Fresh, kind: Kind) -> Iterator[tuple[str, Json, Json]]:
    live = fresh.assets.get(change.address)
    if live is None:
        yield "state", "present", "missing"
        return
    change = settled(change, live.values, kind, fresh.pictures)
    for field in kind.fields:
        if change.after is None or field.name not in change.after:
            continue
        wanted, now = change.after[field.name], live.values[kind.index(field.name)]
        if not _is_as(field, wanted, _wanted_ids(change, field), now, fresh.tree):
            yield field.name, wanted, shown(field.style, now, fresh.tree)
