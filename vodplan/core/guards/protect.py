"""The guard of `policy.protect`: what is never deleted."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vodplan.core.address import REFERENCE_PREFIX, URL_PREFIX, Address
from vodplan.core.categories import SEPARATOR, CategoryTree, named_in
from vodplan.core.change import Action, Change
from vodplan.core.guards.surroundings import Surroundings, moment
from vodplan.core.plan import GuardRefusal
from vodplan.core.policy import Protection
from vodplan.core.urls import resource_key
from vodplan.core.values import Json

_CATEGORY = "category"
_IMAGE_URL = f"image/{URL_PREFIX}"


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a protection is held against: an asset, or a category, by its names and its values."""

    kind: str
    names: frozenset[str]
    facts: Mapping[str, Json]


def protected(
    changes: Sequence[Change], protections: Sequence[Protection], around: Surroundings
) -> Iterator[GuardRefusal]:
    """Hold every removal of something that fits a protection.

    It fits by its live values, or by those that the plan's own update gives it: a plan neither takes a protection away
    and deletes, nor deletes what it protects. Streams, the source and the snapshots of a video are protected as it is.
    """
    if not protections:
        return
    removals = [change for change in changes if change.action.removes]
    updates = {
        (change.kind, change.id or ""): change.after or {} for change in changes if change.action is Action.UPDATE
    }
    places = _Places(around.tree, _renamed(around.tree, changes))
    subjects = [(change, tuple(_subjects(change, updates, around))) for change in removals]
    for place, protection in enumerate(protections):
        hit = [change for change, them in subjects if any(_fits(protection, one, places, around.now) for one in them)]
        if hit:
            yield GuardRefusal(
                guard="protect",
                number=str(len(hit)),
                threshold="0",
                setting=f"policy.protect[{place}]",
                message=f"The plan removes {len(hit)} protected {'thing' if len(hit) == 1 else 'things'} "
                f"({_describe(protection)}).",
                addresses=tuple(sorted({str(change.address) for change in hit})),
            )


def owner_of(change: Change) -> str | None:
    """The id of the video whose snapshots a deletion takes away, None when it is about something else."""
    if change.kind != "image" or change.action is not Action.DELETE:
        return None
    video = change.params.get("video") or change.facts.get("video")
    return str(video) if video else None


def described_by(
    protection: Protection,
    *,
    address: Address,
    asset_id: str,
    facts: Mapping[str, Json],
    tree: CategoryTree,
    now: datetime.datetime,
) -> bool:
    """Whether one asset or category fits every condition of a protection as it is now; what is not known of it fits."""
    names = _names(address.kind, asset_id, facts) | {_normal(str(address))}
    return _fits(protection, _Subject(address.kind, names, facts), _Places(tree, tree), now)


def _subjects(
    change: Change, updates: Mapping[tuple[str, str], Mapping[str, Json]], around: Surroundings
) -> Iterator[_Subject]:
    if change.kind == _CATEGORY:
        named = frozenset({str(change.address), f"{_CATEGORY}/{change.id}", change.id or ""})
        # By the path that the plan's renames give it, and by its id, which leads to the path that it has now.
        yield _Subject(_CATEGORY, named, {"category": change.address.key})
        yield _Subject(_CATEGORY, named, {"category": {"id": int(change.id or 0)}})
        return
    video = owner_of(change)
    names = _names(change.kind, change.id or "", change.facts) | {_normal(str(change.address))}
    if video is None:
        yield from _before_and_after(change.kind, change.id or "", names, change.facts, updates)
        return
    owner = around.owners[video]
    if owner is None:
        yield _Subject(_CATEGORY, names, {})
    else:
        yield from _before_and_after("video", video, names | _names("video", video, owner), owner, updates)


def _before_and_after(
    kind: str,
    asset_id: str,
    names: frozenset[str],
    facts: Mapping[str, Json],
    updates: Mapping[tuple[str, str], Mapping[str, Json]],
) -> Iterator[_Subject]:
    yield _Subject(kind, names, facts)
    after = updates.get((kind, asset_id))
    if after and asset_id:
        yield _Subject(kind, names, {**facts, **after})


def _names(kind: str, asset_id: str, facts: Mapping[str, Json]) -> frozenset[str]:
    names = {asset_id, f"{kind}/{asset_id}"} if asset_id else set()
    if facts.get("reference"):
        names |= {str(facts["reference"]), f"{kind}/{REFERENCE_PREFIX}{facts['reference']}"}
    if facts.get("url"):
        names.add(_normal(f"{kind}/{URL_PREFIX}{facts['url']}"))
    return frozenset(names)


def _normal(name: str) -> str:
    """An address by which equal things are equal: a URL counts as the resource that it names."""
    return _IMAGE_URL + resource_key(name.removeprefix(_IMAGE_URL)) if name.startswith(_IMAGE_URL) else name


def _fits(protection: Protection, subject: _Subject, places: _Places, now: datetime.datetime) -> bool:
    if protection.ids and subject.names.isdisjoint(_normal(one) for one in protection.ids):
        return False
    if protection.category is not None and not places.within(protection.category, subject):
        return False
    return _fits_tags(protection, subject) and _fits_status(protection, subject) and _fits_age(protection, subject, now)


def _fits_tags(protection: Protection, subject: _Subject) -> bool:
    found = subject.facts.get("tags")
    tags = {str(tag) for tag in found} if isinstance(found, list | tuple) else set()
    return protection.all_tags <= tags and not (protection.any_tags and protection.any_tags.isdisjoint(tags))


def _fits_status(protection: Protection, subject: _Subject) -> bool:
    """An asset without a known status fits: what is not known to be free is kept. A category has none."""
    if not protection.statuses:
        return True
    status = subject.facts.get("status")
    return subject.kind != _CATEGORY and (not status or str(status).lower() in {s.lower() for s in protection.statuses})


def _fits_age(protection: Protection, subject: _Subject, now: datetime.datetime) -> bool:
    """An asset of which nobody knows when it was made fits, as above."""
    after, before, younger = protection.created_after, protection.created_before, protection.younger_than
    if after is None and before is None and younger is None:
        return True
    if subject.kind == _CATEGORY:
        return False
    created = _created(subject.facts)
    if created is None:
        return True
    day = created.astimezone(datetime.UTC).date()
    return (
        (after is None or day >= after)
        and (before is None or day < before)
        and (younger is None or created > now - younger)
    )


def _created(facts: Mapping[str, Json]) -> datetime.datetime | None:
    try:
        return moment(str(facts.get("created") or ""))
    except ValueError:
        return None


class _Places:
    """Whether something stands in a category, by the categories of now and by those that the plan's renames leave."""

    __slots__ = ("_future", "_tree")

    def __init__(self, tree: CategoryTree, future: CategoryTree) -> None:
        self._tree = tree
        self._future = future

    def within(self, category: str, subject: _Subject) -> bool:
        """Whether a subject is the category, or stands in it or below it."""
        paths, ids = self._of(subject)
        if any(path == category or path.startswith(f"{category}{SEPARATOR}") for path in paths):
            return True
        return any(_below(tree, one, category) for tree in (self._tree, self._future) for one in ids)

    def _of(self, subject: _Subject) -> tuple[frozenset[str], frozenset[int]]:
        """The paths and ids of the categories that a subject is, or stands in, as far as they are known."""
        places = named_in(subject.facts)
        paths = frozenset(one for one in places if isinstance(one, str))
        # A plan renames categories of the default tree only, in which a kind has one category.
        one = subject.facts.get("category")
        ids = set(self._tree.find(one)) if isinstance(one, str) else set()
        for place in places:
            found = place.get("id") if isinstance(place, Mapping) else None
            if isinstance(found, int):
                ids.add(found)
        return paths, frozenset(ids)


def _below(tree: CategoryTree, category_id: int, category: str) -> bool:
    """Whether a category has this path, or one above it has."""
    above: int | None = category_id
    while above is not None:
        if tree.path(above) == category:
            return True
        found = tree.get(above)
        above = found.parent if found else None
    return False


def _renamed(tree: CategoryTree, changes: Sequence[Change]) -> CategoryTree:
    """The categories as the plan's renames leave them."""
    for change in changes:
        if change.action is Action.RENAME and int(change.id or 0) in tree:
            tree = tree.renamed(int(change.id or 0), change.address.key.rpartition(SEPARATOR)[2])
    return tree


def _describe(protection: Protection) -> str:
    parts = []
    if protection.any_tags:
        parts.append(f"tags: any of {', '.join(sorted(protection.any_tags))}")
    if protection.all_tags:
        parts.append(f"tags: all of {', '.join(sorted(protection.all_tags))}")
    if protection.category is not None:
        parts.append(f"category: {protection.category}")
    if protection.ids:
        parts.append(f"ids: {', '.join(sorted(protection.ids))}")
    if protection.created_after is not None:
        parts.append(f"created on {protection.created_after} or later")
    if protection.created_before is not None:
        parts.append(f"created before {protection.created_before}")
    if protection.younger_than is not None:
        parts.append(f"younger than {_span(protection.younger_than)}")
    if protection.statuses:
        parts.append(f"status: {', '.join(sorted(protection.statuses))}")
    return "; ".join(parts)


def _span(span: datetime.timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours} h" if hours % 24 else f"{hours // 24} days" if hours != 24 else "1 day"
