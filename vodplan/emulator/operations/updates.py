"""What the update operations share: reading `UpdateContent` and turning its items into columns."""

from collections.abc import Mapping

import orjson

from vodplan.emulator.context import Context
from vodplan.emulator.database import Value
from vodplan.emulator.errors import Refusal, invalid, missing, refusal
from vodplan.emulator.params import Params


def content_items(params: Params, id_names: tuple[str, ...], over: Refusal) -> list[dict[str, str]]:
    """The items of `UpdateContent`, their values as text; numbers are taken for what they say."""
    try:
        content = orjson.loads(params.required("UpdateContent"))
    except orjson.JSONDecodeError as error:
        raise invalid("UpdateContent is not JSON.") from error
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        raise invalid("UpdateContent is not a JSON array of objects.")
    if len(content) > 20:
        raise over
    items: list[dict[str, str]] = []
    for item in content:
        texts: dict[str, str] = {}
        for name, value in item.items():
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, str | int):
                raise invalid(f"UpdateContent: {name} is neither text nor a number.")
            texts[name] = str(value)
        if not any(texts.get(name) for name in id_names):
            raise missing(id_names[0])
        items.append(texts)
    return items


def text_columns(ctx: Context, item: Mapping[str, str], *, emoji: bool = True) -> dict[str, Value]:
    """Title, Description and Tags of an item as columns; only those present."""
    rules = ctx.texts
    columns: dict[str, Value] = {}
    if "Title" in item:
        columns["title"] = rules.text("Title", item["Title"], 128, emoji=emoji)
    if "Description" in item:
        columns["description"] = rules.text("Description", item["Description"], 1_024, emoji=emoji)
    if "Tags" in item:
        columns["tags"] = rules.tags(item["Tags"], emoji=emoji)
    return cleared(ctx, columns)


def cleared(ctx: Context, columns: dict[str, Value]) -> dict[str, Value]:
    """An empty text as NULL where it clears the field, left out where the settings say it does nothing."""
    if ctx.settings.empty_clears:
        return {name: value or None for name, value in columns.items()}
    return {name: value for name, value in columns.items() if value}


def video_columns(ctx: Context, item: Mapping[str, str]) -> dict[str, Value]:
    """All changeable fields of a video as columns; refused as a whole when one is over its limit."""
    columns = text_columns(ctx, item)
    if "CoverURL" in item:
        columns |= cleared(ctx, {"cover": ctx.urls.path(item["CoverURL"])})
    if "CateId" in item:
        columns["cate_id"] = ctx.category_to_store(item["CateId"])
    if "UserData" in item:
        columns |= cleared(ctx, {"user_data": item["UserData"]})
    return columns


def too_many(ctx: Context) -> Refusal:
    """More than 20 items."""
    return refusal("CountExceededMax", status=ctx.settings.count_exceeded_status)
