"""The edge half of categories: the tree, who stands in them, how their calls are written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from vodplan.core.errors import BugError, NotFound, UnknownOutcome
from vodplan.core.kind import Call, CallItem
from vodplan.core.live import DEFAULT_TREE, Category, Members
from vodplan.core.ports import CallAnswer
from vodplan.kinds.assets import ASSETS
from vodplan.vod import category_api as vod
from vodplan.vod.caller import Api
from vodplan.vod.concurrency import gather
from vodplan.vod.edges import EDGES
from vodplan.vod.search import REACH, Walk, equals
from vodplan.vod.wire import Origin, Record

NO_CATEGORY = "InvalidCateId.NotFound"
DEEPEST = 2
"""The lowest level that a category can stand on; in the tree of attached media it is one less."""

MEMBER_KINDS = {
    media: kind for kind, edge in EDGES.items() if ASSETS[kind].tree == DEFAULT_TREE for media in edge.media
}
"""Type of media that has a category of the default tree → the kind that vodplan counts it to."""


async def categories(api: Api, tree: str = DEFAULT_TREE) -> Sequence[Category]:
    """See `LiveReader.categories`; level by level, by id within a level."""
    known: list[Category] = []
    parents: list[int | None] = [None]
    for level in range(DEEPEST + 1):
        below = await gather(partial(children, api, parent, tree) for parent in parents)
        parents_below: list[int | None] = []
        found: list[Category] = []
        for parent, listed in zip(parents, below, strict=True):
            for child in listed or ():
                found.append(Category(id=child.id, name=child.name, parent=parent, level=level, tree=tree))
                if child.children != 0:
                    parents_below.append(child.id)
        known += sorted(found, key=lambda category: category.id)
        parents = parents_below
    return known


async def children(api: Api, parent: int | None, tree: str = DEFAULT_TREE) -> tuple[vod.Child, ...] | None:
    """The direct children of a category, None when it has gone meanwhile.

    parent: None for the top level.
    """
    found: dict[int, vod.Child] = {}
    page = 1
    while True:
        try:
            listed = await vod.get_categories(api, vod.ROOT if parent is None else parent, page=page, tree=tree)
        except NotFound as error:
            if error.code != NO_CATEGORY or parent is None:
                raise
            return None
        found.update((child.id, child) for child in listed.children)
        if len(found) >= listed.total:
            return tuple(found.values())
        if len(listed.children) < vod.PAGE_SIZE:
            raise listed.answer.invalid(f"it lists {len(found)} categories and says that there are {listed.total}")
        page += 1


async def members(api: Api, category: int) -> Members:
    """See `LiveReader.members`."""
    match = equals("CateId", category)
    walks = [Walk(api, media_type, match, most=REACH) for media_type in MEMBER_KINDS]
    found = await gather(partial(_addresses, walk) for walk in walks)
    return Members(
        addresses=frozenset().union(*found),
        total=sum(walk.total for walk in walks),
        complete=all(walk.complete for walk in walks),
    )


async def write(api: Api, call: Call) -> CallAnswer:
    """See `LiveWriter.write`."""
    item = call.items[0]
    try:
        match call.operation:
            case "AddCategory":
                return await _add(api, item)
            case "UpdateCategory":
                return CallAnswer(request_id=await vod.update_category(api, _id(item), _name(item)))
            case "DeleteCategory":
                return CallAnswer(request_id=await vod.delete_category(api, _id(item)))
    except NotFound as error:
        if error.code != NO_CATEGORY or call.operation == "AddCategory":
            raise
        return CallAnswer(missing=frozenset({item.id}), request_id=error.request_id)
    raise BugError(f"Categories have no operation {call.operation}.")


async def _add(api: Api, item: CallItem) -> CallAnswer:
    """Make a category once, however many answers get lost: the parent is looked at before, and after a lost answer."""
    name = _name(item)
    given = item.params.get("parent_id")
    parent = given if isinstance(given, int) and given > 0 else None
    before = await _named(api, parent, name)

    async def settle() -> Record | None:
        new = sorted(await _named(api, parent, name) - before)
        if not new:
            return None
        return Record({"Category": {"CateId": new[0]}}, Origin(operation="AddCategory", request_id=""))

    answer = await vod.add_category(api, name, parent=parent or vod.ROOT, settle=settle)
    created = _created(answer)
    if created is None:
        settled = await settle()
        created = _created(settled) if settled else None
    if created is None:
        raise UnknownOutcome(
            "AddCategory was answered without the new category's id, and the category cannot be found.",
            operation="AddCategory",
            code="InvalidAnswer",
            request_id=answer.request_id,
            next="vodplan plan",
        )
    return CallAnswer(created_id=created, request_id=answer.request_id)


def _created(answer: Record) -> int | None:
    record = answer.record("Category")
    return record.integer("CateId") if record else None


async def _named(api: Api, parent: int | None, name: str) -> set[int]:
    return {child.id for child in await children(api, parent) or () if child.name == name}


async def _addresses(walk: Walk) -> frozenset[str]:
    kind = MEMBER_KINDS[walk.media_type]
    return frozenset([f"{kind}/{found.id}" async for page in walk.pages() for found in page])


def _id(item: CallItem) -> int:
    try:
        return int(item.id)
    except ValueError:
        raise BugError(f"{item.id!r} is no category id.") from None


def _name(item: CallItem) -> str:
    name = item.fields.get("name")
    if not isinstance(name, str) or not name:
        raise BugError("The call that names a category has no name.")
    return name
