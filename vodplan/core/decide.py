"""From what differs to what will be done: one asset, or one category, at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vodplan.core.address import SNAPSHOT_PREFIX, URL_PREFIX, Address
from vodplan.core.categories import CategoryDecision, CategoryTree
from vodplan.core.change import Action, Change
from vodplan.core.coverfile import as_json
from vodplan.core.desired import DesiredAsset, StreamRemoval
from vodplan.core.diff import FieldChange, Resolve, compare
from vodplan.core.kind import Kind, Style
from vodplan.core.live import LiveAsset, Parts, Stream
from vodplan.core.urls import strip_signature
from vodplan.core.values import CoverFile, FieldValue, Json, fingerprint

_CATEGORIES = ("category", "categories")
"""Fields that are compared by ids, which stand in a change's params."""


def decide_update(
    desired: DesiredAsset, live: LiveAsset, kind: Kind, *, tree: CategoryTree, resolve: Resolve
) -> Change | None:
    """The update that makes an asset as wanted, None when it is so.

    tree:   the live categories as they are now, for what the reviewer is shown as the value before.
    raises: core.diff.CategoryProblem.
    """
    differing = compare(desired, live, kind, resolve)
    if not differing:
        return None
    params: dict[str, Json] = {}
    for change in differing:
        if change.field.style is Style.CATEGORY:
            params["category_before"] = _category_id(change.before)
            if not isinstance(change.after, str):
                params["category_id"] = _category_id(change.after)
        elif change.field.style is Style.CATEGORIES:
            params["categories_before"] = category_ids(change.before)
            params["categories_ids"] = category_ids(change.after)
        elif isinstance(change.after, CoverFile) and change.after.urls:
            params["cover_uploaded"] = True
    before = {change.field.name: shown(change.field.style, change.before, tree) for change in differing}
    after = {change.field.name: _shown_after(change, desired, kind, tree) for change in differing}
    for name, value in after.items():
        # The old path of a renamed category that the plan gives to a new one: only the id tells the two apart.
        if before[name] == value:
            before[name] = {"id": params["category_before"]}
    return Change(
        address=desired.address,
        id=live.id,
        action=Action.UPDATE,
        before=before,
        after=after,
        fingerprint=stamp(before, params),
        source=desired.source,
        params=params,
        facts=described(live, kind, tree),
        rule=desired.rule,
        reason=desired.reason,
    )


def decide_delete(desired: DesiredAsset, live: LiveAsset, kind: Kind, *, tree: CategoryTree) -> Change:
    """The deletion of an asset that exists, with everything it takes along in `before`."""
    before: dict[str, Json] = {}
    params: dict[str, Json] = {}
    for field, value in zip(kind.fields, live.values, strict=False):
        before[field.name] = shown(field.style, value, tree)
        if field.style is Style.CATEGORY:
            params["category_before"] = _category_id(value)
        elif field.style is Style.CATEGORIES:
            params["categories_before"] = category_ids(value)
    compared = dict(before)
    before.update((fact, live.facts[fact]) for fact in kind.facts_shown if live.facts.get(fact) is not None)
    params.update(_addressed_by(desired.key))
    size = live.facts.get("size")
    return Change(
        address=desired.address,
        id=live.id or None,
        action=Action.DELETE,
        before=before,
        after=None,
        fingerprint=stamp(compared, params),
        source=desired.source,
        params=params,
        facts=described(live, kind, tree),
        rule=desired.rule,
        reason=desired.reason,
        certain=live.certain,
        bytes_freed=size if isinstance(size, int) else None,
    )


def decide_parts(
    desired: DesiredAsset, live: LiveAsset, parts: Parts, kind: Kind, *, tree: CategoryTree
) -> Iterator[Change]:
    """The deletions of streams and of the source file that an entry asks for and that are still there to do.

    A source of which the service does not say whether it exists is deleted, and the change says `certain: False`.
    """
    if desired.streams is not None:
        going = streams_to_delete(desired.streams, parts)
        if going:
            yield _streams_change(desired, live, going, kind, tree)
    if desired.source_absent and parts.source_present is not False:
        before: dict[str, Json] = {"source": "present"}
        size = parts.source_size
        if size is not None:
            before["size"] = size
        params: dict[str, Json] = {"force": desired.source_force}
        yield Change(
            address=desired.address,
            id=live.id,
            action=Action.DELETE_SOURCE,
            before=before,
            after=None,
            fingerprint=stamp({"source": "present"}, {}),
            source=desired.source,
            params=params,
            facts=described(live, kind, tree),
            rule=desired.rule,
            reason=desired.reason,
            certain=parts.source_present is not None,
            bytes_freed=size,
        )


def streams_to_delete(wanted: StreamRemoval, parts: Parts) -> tuple[Stream, ...]:
    """The live streams that an entry wants gone, by job id.

    A stream named by job id that is not live is already gone. With `keep` filters a stream stays when it fits all of
    them.
    """
    if wanted.jobs is not None:
        return tuple(stream for stream in parts.streams if stream.job in wanted.jobs)
    return tuple(stream for stream in parts.streams if not _kept(stream, wanted))


def _kept(stream: Stream, wanted: StreamRemoval) -> bool:
    definitions, formats = wanted.keep_definitions, wanted.keep_formats
    return (definitions is None or stream.definition in definitions) and (formats is None or stream.format in formats)


def _streams_change(
    desired: DesiredAsset, live: LiveAsset, going: tuple[Stream, ...], kind: Kind, tree: CategoryTree
) -> Change:
    jobs: list[Json] = [stream.job for stream in going]
    listed: list[Json] = [
        {"job": one.job, "definition": one.definition, "format": one.format, "size": one.size} for one in going
    ]
    sizes = [stream.size for stream in going if stream.size is not None]
    return Change(
        address=desired.address,
        id=live.id,
        action=Action.DELETE_STREAMS,
        before={"streams": listed},
        after=None,
        fingerprint=stamp({"streams": jobs}, {}),
        source=desired.source,
        params={"jobs": jobs},
        facts=described(live, kind, tree),
        rule=desired.rule,
        reason=desired.reason,
        bytes_freed=sum(sizes) if sizes else None,
    )


def category_changes(decision: CategoryDecision) -> Iterator[Change]:
    """The changes that a decision about categories comes to."""
    for made in decision.creations:
        params: dict[str, Json] = {} if made.parent_id is None else {"parent_id": made.parent_id}
        yield Change(
            address=Address("category", made.path),
            id=None,
            action=Action.CREATE,
            before=None,
            after={"path": made.path},
            fingerprint=stamp({}, {}),
            source=made.source,
            params=params,
        )
    for rename in decision.renames:
        yield Change(
            address=Address("category", rename.path),
            id=str(rename.id),
            action=Action.RENAME,
            before={"path": rename.before},
            after={"path": rename.path},
            fingerprint=stamp({"path": rename.before}, {}),
            source=rename.source,
            reason=rename.reason,
        )
    for removal in decision.removals:
        yield Change(
            address=Address("category", removal.path),
            id=str(removal.id),
            action=Action.DELETE,
            before={"path": removal.path},
            after=None,
            fingerprint=stamp({"path": removal.path}, {}),
            source=removal.entry.source,
            reason=removal.entry.reason,
        )


def described(live: LiveAsset, kind: Kind, tree: CategoryTree) -> Mapping[str, Json]:
    """What people and guards want to know of an asset: its facts and every field's live value."""
    facts: dict[str, Json] = dict(live.facts)
    for field, value in zip(kind.fields, live.values, strict=False):
        facts[field.name] = value if type(value) is str else shown(field.style, value, tree)
    return facts


def shown(style: Style, value: FieldValue, tree: CategoryTree) -> Json:
    """A live value, or a picture that is wanted, as a plan writes it."""
    if style is Style.CATEGORY:
        return tree.shown(value if isinstance(value, int) else None)
    if style is Style.CATEGORIES:
        return [tree.shown(one) for one in value if isinstance(one, int)] if isinstance(value, tuple) else []
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, CoverFile):
        return as_json(value)
    return value if isinstance(value, str | int) else None


def stamp(before: Mapping[str, Json], params: Mapping[str, Json]) -> str:
    """The fingerprint of the values that a change was decided on.

    Tags count as a set and a category by its id, so that neither their order nor a new name of the category makes a
    plan stale.
    """
    compared: dict[str, Json] = {}
    for name, value in before.items():
        if name == "tags" and isinstance(value, list):
            compared[name] = sorted({str(tag) for tag in value})
        elif name in _CATEGORIES and f"{name}_before" in params:
            compared[name] = params[f"{name}_before"]
        else:
            compared[name] = value
    return fingerprint(compared)


def _shown_after(change: FieldChange, desired: DesiredAsset, kind: Kind, tree: CategoryTree) -> Json:
    if change.field.style is not Style.CATEGORY:
        return shown(change.field.style, change.after, tree)
    wanted = desired.values[kind.index(change.field.name)]
    if isinstance(wanted, str):
        return wanted
    return shown(Style.CATEGORY, change.after, tree)


def _category_id(value: FieldValue) -> int:
    return value if isinstance(value, int) else 0


def category_ids(value: FieldValue) -> list[Json]:
    """The ids of a live value of several categories, in ascending order, as a change's params have them."""
    return [one for one in value if isinstance(one, int)] if isinstance(value, tuple) else []


def _addressed_by(key: str) -> Mapping[str, Json]:
    if key.startswith(URL_PREFIX):
        return {"url": strip_signature(key.removeprefix(URL_PREFIX))}
    if key.startswith(SNAPSHOT_PREFIX):
        video, _, snapshot_type = key.removeprefix(SNAPSHOT_PREFIX).partition(":")
        return {"video": video, "type": snapshot_type}
    return {}
