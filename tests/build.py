"""Builders: desired entries, live assets, categories and changes in one line each, with defaults that do not matter."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence

from vodplan.core.address import Address
from vodplan.core.assemble import Frame
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.desired import DesiredAsset, DesiredCategory, DesiredState, StreamRemoval
from vodplan.core.diagnostics import SourceRef
from vodplan.core.live import Category, LiveAsset, Members, Parts, Stream
from vodplan.core.plan import Cost, Plan, Summary, Target
from vodplan.core.planfile import seal
from vodplan.core.rule import Rule
from vodplan.core.selector import Selector
from vodplan.core.values import UNSET, FieldValue, Json

TODAY = datetime.date(2026, 6, 15)
FILE = "manifests/library.yaml"
TARGET = Target(name="local", region="cn-shanghai", endpoint="127.0.0.1:8900")
DIGEST = hashlib.sha256(b"manifests").hexdigest()


def at(line: int = 1, file: str = FILE) -> SourceRef:
    """A manifest line."""
    return SourceRef(file, line)


def video(
    key: str,
    *,
    title: FieldValue = UNSET,
    description: FieldValue = UNSET,
    tags: FieldValue = UNSET,
    category: FieldValue = UNSET,
    cover: FieldValue = UNSET,
    absent: bool = False,
    source_absent: bool = False,
    source_force: bool = False,
    streams: StreamRemoval | None = None,
    reason: str | None = None,
    after: datetime.date | None = None,
    rule: str | None = None,
    line: int = 1,
    file: str = FILE,
) -> DesiredAsset:
    """An entry of `videos:`; what is not given is left out."""
    return DesiredAsset(
        kind="video",
        key=key,
        values=() if absent else (title, description, tags, category, cover),
        source=at(line, file),
        absent=absent,
        source_absent=source_absent,
        source_force=source_force,
        streams=streams,
        reason=reason,
        after=after,
        rule=rule,
    )


def image(
    key: str,
    *,
    title: FieldValue = UNSET,
    description: FieldValue = UNSET,
    tags: FieldValue = UNSET,
    category: FieldValue = UNSET,
    absent: bool = False,
    reason: str | None = None,
    after: datetime.date | None = None,
    line: int = 1,
    file: str = FILE,
) -> DesiredAsset:
    """An entry of `images:`; what is not given is left out."""
    return DesiredAsset(
        kind="image",
        key=key,
        values=() if absent else (title, description, tags, category),
        source=at(line, file),
        absent=absent,
        reason=reason,
        after=after,
    )


def attached(
    key: str,
    *,
    title: FieldValue = UNSET,
    description: FieldValue = UNSET,
    tags: FieldValue = UNSET,
    categories: FieldValue = UNSET,
    absent: bool = False,
    line: int = 1,
    file: str = FILE,
) -> DesiredAsset:
    """An entry of `attached:`; what is not given is left out."""
    return DesiredAsset(
        kind="attached",
        key=key,
        values=() if absent else (title, description, tags, categories),
        source=at(line, file),
        absent=absent,
    )


def category(
    path: str,
    *,
    renamed_from: str | None = None,
    absent: bool = False,
    reason: str | None = None,
    after: datetime.date | None = None,
    line: int = 1,
    file: str = FILE,
) -> DesiredCategory:
    """An entry of `categories:`."""
    return DesiredCategory(
        path=path, source=at(line, file), renamed_from=renamed_from, absent=absent, reason=reason, after=after
    )


def rule(
    name: str,
    selector: Selector,
    *,
    values: Sequence[FieldValue] | None = None,
    absent: bool = False,
    limit: int | None = None,
    reason: str | None = None,
    line: int = 1,
) -> Rule:
    """An entry of `rules:`; it sets a title unless something else is given."""
    titled: tuple[FieldValue, ...] = ("T", *(UNSET,) * (4 if selector.kind == "video" else 3))
    return Rule(
        name=name,
        selector=selector,
        source=at(line),
        values=() if absent else tuple(titled if values is None else values),
        absent=absent,
        limit=limit,
        reason=reason,
    )


def desired(*entries: DesiredAsset | DesiredCategory | Rule) -> DesiredState:
    """Everything that all manifests together ask for."""
    return DesiredState(
        assets=tuple(one for one in entries if isinstance(one, DesiredAsset)),
        categories=tuple(one for one in entries if isinstance(one, DesiredCategory)),
        rules=tuple(one for one in entries if isinstance(one, Rule)),
        digest=DIGEST,
    )


def live_attached(
    media_id: str,
    *,
    title: str = "",
    description: str = "",
    tags: Sequence[str] = (),
    categories: Sequence[int] = (),
    facts: Mapping[str, Json] | None = None,
) -> LiveAsset:
    """A live piece of attached media."""
    return LiveAsset("attached", media_id, (title, description, tuple(tags), tuple(categories)), facts or {})


def live_video(
    video_id: str,
    *,
    title: str = "",
    description: str = "",
    tags: Sequence[str] = (),
    category: int | None = None,
    cover: str = "",
    facts: Mapping[str, Json] | None = None,
) -> LiveAsset:
    """A video as a reader normalises it."""
    return LiveAsset("video", video_id, (title, description, tuple(tags), category, cover), facts or {})


def live_image(
    image_id: str,
    *,
    title: str = "",
    description: str = "",
    tags: Sequence[str] = (),
    category: int | None = None,
    facts: Mapping[str, Json] | None = None,
    certain: bool = True,
) -> LiveAsset:
    """An image as a reader normalises it."""
    return LiveAsset("image", image_id, (title, description, tuple(tags), category), facts or {}, certain)


def stream(job: str, definition: str = "HD", format: str = "mp4", size: int | None = 1000) -> Stream:
    """One playable stream."""
    return Stream(job=job, definition=definition, format=format, size=size)


def parts(*streams: Stream, source: bool | None = True, size: int | None = 9000) -> Parts:
    """What a video is made of."""
    return Parts(source_present=source, source_size=size, streams=streams)


def tree(nested: Mapping[str, object] | None = None) -> CategoryTree:
    """A live tree from nested names; ids count up from 1, level by level: `{"News": {"Sports": {}}, "Film": {}}`."""
    return CategoryTree(categories(nested or {}))


def categories(nested: Mapping[str, object]) -> tuple[Category, ...]:
    """The categories of `tree`."""
    made: list[Category] = []
    level: list[tuple[int | None, Mapping[str, object]]] = [(None, nested)]
    depth = 0
    while level:
        below: list[tuple[int | None, Mapping[str, object]]] = []
        for parent, names in level:
            for name, inside in names.items():
                made.append(Category(id=len(made) + 1, name=name, parent=parent, level=depth))
                if isinstance(inside, Mapping):
                    below.append((len(made), inside))
        level, depth = below, depth + 1
    return tuple(made)


def members(*addresses: str, total: int | None = None, complete: bool = True) -> Members:
    """What stands in a category."""
    return Members(addresses=frozenset(addresses), total=len(addresses) if total is None else total, complete=complete)


def change(
    address: str,
    action: Action = Action.UPDATE,
    *,
    id: str | None = None,
    before: Mapping[str, Json] | None = None,
    after: Mapping[str, Json] | None = None,
    params: Mapping[str, Json] | None = None,
    facts: Mapping[str, Json] | None = None,
    bytes_freed: int | None = None,
    line: int = 1,
) -> Change:
    """A change, for what does not look at how it was decided."""
    parsed = Address.parse(address)
    return Change(
        address=parsed,
        id=parsed.key if id is None else id,
        action=action,
        before=before,
        after=after,
        fingerprint="0" * 64,
        source=at(line),
        params=params or {},
        facts=facts or {},
        bytes_freed=bytes_freed,
    )


def frame(created_at: str = "2026-06-15T08:00:00Z", share: float = 1.0) -> Frame:
    """What a plan says of itself."""
    return Frame(target=TARGET, created_at=created_at, vodplan_version="0.1.0", manifests_digest=DIGEST, share=share)


def plan(*changes: Change, managed: Mapping[str, int] | None = None) -> Plan:
    """A sealed plan of these changes, in this order, without guards."""
    removals = sum(one.action.removes for one in changes)
    return seal(
        Plan(
            target=TARGET,
            created_at="2026-06-15T08:00:00Z",
            vodplan_version="0.1.0",
            manifests_digest=DIGEST,
            changes=changes,
            guards=(),
            scheduled=(),
            missing=(),
            summary=Summary(delete=removals),
            managed=managed or {},
            cost=Cost(calls={}, seconds=0.0, bytes_freed=0),
        )
    )
