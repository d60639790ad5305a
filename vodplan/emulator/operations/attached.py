"""Auxiliary media: GetAttachedMediaInfo, UpdateAttachedMediaInfos, DeleteAttachedMedia."""

from vodplan.emulator.context import JSON, Context, Operation
from vodplan.emulator.errors import invalid, refusal
from vodplan.emulator.params import Params, parse_integer, split
from vodplan.emulator.rows import AttachedRow

from . import shapes
from .playback import auth_timeout
from .updates import content_items, text_columns, too_many


def _visible(ctx: Context, ids: list[str]) -> dict[str, AttachedRow]:
    return {key: row for key, row in ctx.attached(ids).items() if ctx.may_touch(row.app_id)}


def _category_ids(ctx: Context, text: str) -> str:
    ids = [parse_integer(part, "CateIds") for part in split(text)]
    if len(ids) > 5:
        raise invalid("CateIds holds more than 5 ids.")
    if not set(ids) <= ctx.db.categories().keys():
        raise refusal("InvalidCateId.NotFound")
    return ",".join(map(str, ids))


def get_attached_media_info(ctx: Context, params: Params) -> JSON:
    """Up to 20 auxiliary assets."""
    timeout = auth_timeout(params)
    ids = params.ids("MediaIds", limit=20, over=refusal("ExceededMax"))
    rows = _visible(ctx, ids)
    out: JSON = {
        "AttachedMediaList": [shapes.attached(ctx, rows[media_id], timeout) for media_id in ids if media_id in rows]
    }
    if absent := [media_id for media_id in ids if media_id not in rows]:
        out["NonExistMediaIds"] = absent
    return out


def update_attached_media_infos(ctx: Context, params: Params) -> JSON:
    """Change up to 20; their categories come as one comma-separated string."""
    items = content_items(params, ("MediaId",), too_many(ctx))
    absent: list[str] = []
    with ctx.db.transaction():
        rows = _visible(ctx, [item["MediaId"] for item in items])
        for item in items:
            columns = text_columns(ctx, item, emoji=False)
            if "CateIds" in item:
                columns["cate_ids"] = _category_ids(ctx, item["CateIds"])
            if item["MediaId"] in rows:
                ctx.db.update("attached", item["MediaId"], {**columns, "modified": int(ctx.now)})
            else:
                absent.append(item["MediaId"])
    return {"NonExistMediaIds": absent} if absent else {}


def delete_attached_media(ctx: Context, params: Params) -> JSON:
    """Delete up to 20 for good; ids that were not deleted are listed."""
    ids = params.ids("MediaIds", limit=20, over=refusal("ExceededMax"))
    with ctx.db.transaction():
        rows = _visible(ctx, ids)
        for media_id in rows:
            ctx.db.write("DELETE FROM attached WHERE id = ?", (media_id,))
    absent = [media_id for media_id in ids if media_id not in rows]
    return {"NonExistMediaIds": absent} if absent else {}


OPERATIONS = (
    Operation(name="GetAttachedMediaInfo", run=get_attached_media_info, qps=100),
    Operation(name="UpdateAttachedMediaInfos", run=update_attached_media_infos, qps=100, writes=True),
    Operation(name="DeleteAttachedMedia", run=delete_attached_media, qps=50, writes=True),
)
