"""The operations on categories, one typed function each."""

from __future__ import annotations

from dataclasses import dataclass

from vodplan.core.live import DEFAULT_TREE
from vodplan.vod.caller import Api, Settle
from vodplan.vod.wire import Record

ROOT = -1
"""The id under which the top level is listed."""

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One child of a listed category; `children` is how many it has itself, None when the service does not say."""

    id: int
    name: str
    children: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """One page of the direct children of a category, and how many there are in all."""

    total: int
    children: tuple[Child, ...]
    answer: Record


async def get_categories(api: Api, parent: int = ROOT, *, page: int = 1, tree: str = DEFAULT_TREE) -> Children:
    """List the direct children of a category; one page of at most 100.

    tree:   `default`, of audio, video and images, or `material`, of attached media.
    raises: NotFound, code `InvalidCateId.NotFound`.
    source: page «ApsaraVideo VOD:GetCategories».
    """
    params = {"CateId": str(parent), "PageNo": str(page), "PageSize": str(PAGE_SIZE), "Type": tree}
    answer = await api.call("GetCategories", params)
    children = []
    for record in answer.records("SubCategories"):
        child_id = record.integer("CateId")
        if child_id is None:
            raise record.invalid("a category has no CateId")
        if record.text("Type") in ("", tree):
            children.append(Child(id=child_id, name=record.text("CateName"), children=record.integer("SubTotal")))
    total = answer.integer("SubTotal")
    return Children(total=len(children) if total is None else total, children=tuple(children), answer=answer)


async def add_category(api: Api, name: str, *, parent: int = ROOT, settle: Settle | None = None) -> Record:
    """Make a category; the answer's `Category.CateId` is its id.

    settle: how to learn whether it was made when no answer came; without it that ends in UnknownOutcome.
    raises: NotFound, code `InvalidCateId.NotFound`, for the parent; RefusedByService, codes `LevelExceededMax` and
            `SubTotalExceededMax`.
    source: page «ApsaraVideo VOD:AddCategory».
    """
    params = {"CateName": name, "Type": DEFAULT_TREE}
    if parent > 0:
        params["ParentId"] = str(parent)
    return await api.call("AddCategory", params, settle=settle)


async def update_category(api: Api, category: int, name: str) -> str:
    """Rename a category; its id and its media stay. Returns the request's id.

    raises: NotFound, code `InvalidCateId.NotFound`.
    source: page «ApsaraVideo VOD:UpdateCategory».
    """
    return (await api.call("UpdateCategory", {"CateId": str(category), "CateName": name})).request_id


async def delete_category(api: Api, category: int) -> str:
    """Delete a category with its whole subtree; media in it lose their category. Returns the request's id.

    raises: NotFound, code `InvalidCateId.NotFound`.
    source: page «ApsaraVideo VOD:DeleteCategory».
    """
    return (await api.call("DeleteCategory", {"CateId": str(category)})).request_id
