"""Images: GetImageInfo(s), UpdateImageInfos, DeleteImage by id, by address, and by video and type."""

import json
import re
from urllib.parse import unquote, urlsplit

from vodplan.emulator.context import JSON, Context, Operation
from vodplan.emulator.errors import missing, refusal
from vodplan.emulator.params import Params
from vodplan.emulator.rows import ImageRow

from . import shapes
from .playback import auth_timeout
from .updates import content_items, text_columns, too_many
from .video_writes import change_video

_SNAPSHOT = re.compile(r"/media/snapshot/([0-9A-Za-z_-]+)/([A-Za-z]+)/0*([0-9]{1,9})\.png")
_DELETABLE = ("CoverSnapshot", "NormalSnapshot", "SpriteSnapshot", "SpriteOriginSnapshot")


def _visible(ctx: Context, ids: list[str]) -> dict[str, ImageRow]:
    return {key: row for key, row in ctx.images(ids).items() if ctx.may_touch(row.app_id)}


def get_image_info(ctx: Context, params: Params) -> JSON:
    """One uploaded image, as a single object."""
    timeout = auth_timeout(params)
    row = _visible(ctx, [params.required("ImageId")]).get(params["ImageId"])
    if row is None:
        raise refusal("NoSuchResource")
    return {"ImageInfo": shapes.image(ctx, row, timeout)}


def get_image_infos(ctx: Context, params: Params) -> JSON:
    """Up to 20 images; the list stands under the same name as the single object, and is bare."""
    timeout = auth_timeout(params)
    ids = params.ids("ImageIds", limit=20)
    rows = _visible(ctx, ids)
    ctx.refuse_if_all_missing(bool(rows), "NoSuchResource")
    out: JSON = {"ImageInfo": [shapes.image(ctx, rows[image_id], timeout) for image_id in ids if image_id in rows]}
    if absent := [image_id for image_id in ids if image_id not in rows]:
        out["NonExistImageIds"] = absent
    return out


def update_image_infos(ctx: Context, params: Params) -> JSON:
    """Change up to 20 images; the list of unknown ids is wrapped here, and only here."""
    items = content_items(params, ("ImageId",), too_many(ctx))
    absent: list[str] = []
    with ctx.db.transaction():
        rows = _visible(ctx, [item["ImageId"] for item in items])
        for item in items:
            columns = text_columns(ctx, item, emoji=False)
            if "CateId" in item:
                columns["cate_id"] = ctx.category_to_store(item["CateId"])
            if item["ImageId"] in rows:
                ctx.lag.written("images", item["ImageId"], rows[item["ImageId"]], ctx.now)
                ctx.db.update("images", item["ImageId"], {**columns, "modified": int(ctx.now)})
            else:
                absent.append(item["ImageId"])
    return {"NonExistImageIds": {"ImageId": absent}} if absent else {}


def delete_image(ctx: Context, params: Params) -> JSON:
    """Delete images for good; the answer tells nothing about single ones."""
    kind = params.choice("DeleteImageType", ("ImageURL", "ImageId", "VideoId"), params.required("DeleteImageType"))
    with ctx.db.transaction():
        if kind == "ImageId":
            found = _delete_ids(ctx, params.ids("ImageIds", limit=20))
        elif kind == "ImageURL":
            found = sum(_delete_url(ctx, url) for url in params.ids("ImageURLs", limit=20))
        else:
            found = _delete_snapshots(ctx, params)
        if not found:
            raise refusal("NoSuchResource")
    return {}


def _delete_ids(ctx: Context, ids: list[str]) -> int:
    found = _visible(ctx, ids)
    for image_id, row in found.items():
        ctx.lag.written("images", image_id, row, ctx.now)
        ctx.db.write("DELETE FROM images WHERE id = ?", (image_id,))
        ctx.db.write("DELETE FROM objects WHERE path = ?", (row.path,))
    return len(found)


def _delete_url(ctx: Context, url: str) -> int:
    path = urlsplit(unquote(url) if "://" not in url else url).path
    if (snapshot := _SNAPSHOT.fullmatch(path)) is not None:
        video_id, kind, index = snapshot.groups()
        return _drop_snapshots(ctx, video_id, (kind,), int(index))
    rows = ctx.db.images([path], by="path")
    return _delete_ids(ctx, [row.id for row in rows])


def _delete_snapshots(ctx: Context, params: Params) -> int:
    video_id = params.required("VideoId")
    if not params.get("ImageType"):
        raise missing("ImageType")
    kinds = params.choices("ImageType", (*_DELETABLE, "All"))
    return _drop_snapshots(ctx, video_id, _DELETABLE if "All" in kinds else tuple(kinds), None)


def _drop_snapshots(ctx: Context, video_id: str, kinds: tuple[str, ...], index: int | None) -> int:
    rows = ctx.db.videos([video_id])
    if not rows or not ctx.may_touch(rows[0].app_id):
        return 0
    before = rows[0].snapshot_counts()
    after = {
        kind: left
        for kind, indexes in before.items()
        if (left := [n for n in indexes if kind not in kinds or (index is not None and n != index)])
    }
    if after == before:
        return 0
    change_video(ctx, rows[0], {"snapshots": json.dumps(after, separators=(",", ":"))})
    return 1


OPERATIONS = (
    Operation(name="GetImageInfo", run=get_image_info, qps=50),
    Operation(name="GetImageInfos", run=get_image_infos, qps=10),
    Operation(name="UpdateImageInfos", run=update_image_infos, qps=30, writes=True),
    Operation(name="DeleteImage", run=delete_image, qps=50, writes=True),
)
