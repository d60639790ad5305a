"""Records and credentials for uploads, thawing, and resource groups; files of images arrive at `storage`."""

import secrets
from base64 import b64encode
from urllib.parse import unquote, urlsplit

import orjson

from vodplan.emulator.context import JSON, Context, Operation
from vodplan.emulator.errors import invalid, refusal
from vodplan.emulator.params import Params, split
from vodplan.emulator.records import Image, Video
from vodplan.emulator.rows import image_row, video_row
from vodplan.emulator.storage_keys import BUCKET, VALID_S, upload_key

from . import shapes

_SESSION_S = 600


def _credential(ctx: Context, object_name: str) -> JSON:
    """UploadAddress and UploadAuth: Base64 of JSON, good for 3,000 seconds and this one object."""
    key = upload_key(ctx.db.meta("url_key") or "", object_name, int(ctx.now) + VALID_S)
    address = {"Endpoint": ctx.urls.base, "Bucket": BUCKET, "FileName": object_name}
    auth = {
        "AccessKeyId": key.id,
        "AccessKeySecret": key.secret,
        "SecurityToken": key.token,
        "ExpireUTCTime": shapes.iso(key.expires),
        "Expiration": str(VALID_S),
        "Region": ctx.settings.region,
    }
    return {
        "UploadAddress": b64encode(orjson.dumps(address)).decode(),
        "UploadAuth": b64encode(orjson.dumps(auth)).decode(),
    }


def create_upload_image(ctx: Context, params: Params) -> JSON:
    """Make an image record in status Uploading; each call makes another."""
    kind = params.choice("ImageType", ("default", "cover"), params.required("ImageType"))
    suffix = params.choice("ImageExt", ("png", "jpg", "jpeg", "gif", "heic", "webp"), "png")
    texts = ctx.texts
    image_id = secrets.token_hex(16)
    path = f"/media/image/{kind}/{image_id}.{suffix}"
    image = Image(
        id=image_id,
        title=texts.text("Title", params.get("Title", "") or image_id, 128, emoji=False),
        description=texts.text("Description", params.get("Description", ""), 1_024, emoji=False) or None,
        tags=texts.tags(params.get("Tags", ""), emoji=False) or None,
        category=ctx.category_to_store(params["CateId"]) if params.get("CateId") else None,
        created=int(ctx.now),
        modified=int(ctx.now),
        path=path,
        image_type=kind,
        status="Uploading",
        file_name=params.get("OriginalFileName") or f"{image_id}.{suffix}",
        app_id=params.get("AppId") or "app-1000000",
    )
    ctx.lag.written("images", image_id, None, ctx.now)
    ctx.db.insert("images", [image_row(image)])
    url = ctx.urls.url(path, ctx.now)
    return {"ImageId": image_id, "ImageURL": url, "FileURL": url, **_credential(ctx, path[1:])}


def refresh_upload_video(ctx: Context, params: Params) -> JSON:
    """A new upload credential for a video that exists."""
    row = ctx.one_video(params)
    return {"VideoId": row.id, **_credential(ctx, f"media/source/{row.id}/upload.mp4")}


def upload_media_by_url(ctx: Context, params: Params) -> JSON:
    """Queue pulls of up to 20 addresses: each makes a video in status Uploading, which stays there."""
    over = refusal("InvalidParameter.UploadURLs")
    urls = [unquote(part) for part in split(params.required("UploadURLs"))]
    if len(urls) > 20 or not all(urlsplit(url).scheme in ("http", "https") for url in urls):
        raise over
    for name in ("EnableFirstFrameCover", "GenerateThumbnail"):
        params.boolean(name)
    session = params.get("SessionId", "")
    if len(session) > 50:
        raise invalid("SessionId is longer than 50 characters.")
    if session and (known := ctx.db.meta(f"session:{session}")) is not None:
        made, _, jobs = known.partition(" ")
        if ctx.now - int(made) < _SESSION_S:
            return {"UploadJobs": orjson.loads(jobs)}
    details = _metadata(params)
    texts = ctx.texts
    answer: list[JSON] = []
    with ctx.db.transaction():
        for url in urls:
            about = details.get(url, {})
            video = Video(
                id=secrets.token_hex(16),
                title=texts.text(
                    "Title", about.get("Title") or urlsplit(url).path.rpartition("/")[2], 128, emoji=False
                ),
                description=texts.text("Description", about.get("Description", ""), 1_024, emoji=False) or None,
                tags=texts.tags(about.get("Tags", ""), emoji=False) or None,
                category=ctx.category_to_store(about["CateId"]) if about.get("CateId") else None,
                cover=ctx.urls.path(about["CoverURL"]) if about.get("CoverURL") else None,
                created=int(ctx.now),
                modified=int(ctx.now),
                status="Uploading",
                app_id=params.get("AppId") or "app-1000000",
                user_data=params.get("UserData") or None,
            )
            ctx.lag.written("videos", video.id, None, ctx.now)
            ctx.db.insert("videos", [video_row(video)])
            answer.append({"JobId": secrets.token_hex(16), "SourceURL": url})
        if session:
            ctx.db.set_meta(f"session:{session}", f"{int(ctx.now)} {orjson.dumps(answer).decode()}")
    return {"UploadJobs": answer}


def _metadata(params: Params) -> dict[str, dict[str, str]]:
    try:
        content = orjson.loads(params.get("UploadMetadatas") or "[]")
    except orjson.JSONDecodeError as error:
        raise invalid("UploadMetadatas is not JSON.") from error
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        raise invalid("UploadMetadatas is not a JSON array of objects.")
    for item in content:
        for name in ("SourceURL", "Title"):
            if not item.get(name):
                raise invalid(f"UploadMetadatas: {name} is mandatory.")
    return {
        unquote(str(item["SourceURL"])): {name: str(value) for name, value in item.items() if value is not None}
        for item in content
    }


def restore_media(ctx: Context, params: Params) -> JSON:
    """Thaw archived media; those in standard storage are ignored, as unknown ones are."""
    ids = params.ids("MediaIds", limit=20)
    params.integer("RestoreDays", 1, low=1, high=365)
    params.choice("RestoreTier", ("Expedited", "Standard", "Bulk"), "Standard")
    params.choice("Scope", ("All", "SourceFile"), "All")
    rows = ctx.videos(ids)
    ignored = [media_id for media_id in ids if media_id not in rows or rows[media_id].storage_class == "Standard"]
    out: JSON = {"Success": True}
    if forbidden := [row.id for row in rows.values() if not ctx.may_touch(row.app_id)]:
        out["ForbiddenList"] = {
            "MediaForbiddenReasonDTO": [{"MediaId": media_id, "Reason": "NoPermission"} for media_id in forbidden]
        }
    if ignored:
        out["IgnoredList"] = {"MediaId": ignored}
    return out


def change_resource_group(ctx: Context, params: Params) -> JSON:
    """Accepts a move of an application to another resource group; single media have none."""
    for name in ("ResourceId", "ResourceGroupId", "ResourceRegionId"):
        params.required(name)
    if params["ResourceRegionId"] != ctx.settings.region:
        raise invalid("ResourceRegionId is not this region.")
    return {}


OPERATIONS = (
    Operation(name="CreateUploadImage", run=create_upload_image, qps=80, elsewhere=40, writes=True),
    Operation(name="UploadMediaByURL", run=upload_media_by_url, per_day=200_000, writes=True),
    Operation(name="RefreshUploadVideo", run=refresh_upload_video, qps=80, elsewhere=40),
    Operation(name="RestoreMedia", run=restore_media, qps=50, writes=True),
    Operation(name="ChangeResourceGroup", run=change_resource_group, qps=10, writes=True),
)
