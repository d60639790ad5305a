"""Rows in the shapes of the wire: fields in the documented spelling, those never set left out."""

import time
from functools import lru_cache
from urllib.parse import quote

import orjson

from vodplan.emulator.content import PREFIX, content_md5, content_seed
from vodplan.emulator.context import JSON, Context
from vodplan.emulator.records import Stream
from vodplan.emulator.rows import AttachedRow, CategoryRow, ImageRow, VideoRow

RENDERED = 10_000
"""Videos whose JSON is kept; about 10 KB each, so that a large library stays small in memory."""


@lru_cache(maxsize=65_536)
def iso(seconds: int) -> str:
    """A time as the service writes it, UTC to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def storage_location(ctx: Context) -> str:
    """The bucket of this emulator's region."""
    return f"outin-0000.oss-{ctx.settings.region}.aliyuncs.com"


def snapshot_url(ctx: Context, video_id: str, kind: str, index: int, timeout: int | None = None) -> str:
    """The signed address of one snapshot."""
    return ctx.urls.url(f"/media/snapshot/{video_id}/{kind}/{index:05d}.png", ctx.now, timeout)


def snapshot_urls(ctx: Context, row: VideoRow) -> list[str]:
    """The addresses that come with a video's basic information: those of its cover snapshots."""
    if row.snapshots == "{}":
        return []
    return [
        snapshot_url(ctx, row.id, "CoverSnapshot", index) for index in row.snapshot_counts().get("CoverSnapshot", ())
    ]


def video(ctx: Context, row: VideoRow, *, wrapped: bool) -> JSON:
    """A video as GetVideoInfo (`wrapped` snapshots) and GetVideoInfos (bare) give it."""
    out: JSON = {"VideoId": row.id}
    if row.reference_id:
        out["ReferenceId"] = row.reference_id
    if row.title:
        out["Title"] = row.title
    if row.description:
        out["Description"] = row.description
    if row.tags:
        out["Tags"] = row.tags
    if row.cate_id is not None:
        category = ctx.category(row.cate_id)
        if category is not None:
            out["CateId"] = category.id
            out["CateName"] = category.name
    if row.cover:
        out["CoverURL"] = ctx.urls.url(row.cover, ctx.now)
    out["Status"] = row.status
    if row.duration:
        out["Duration"] = row.duration
    out["Size"] = row.size
    out["CreationTime"] = iso(row.created)
    out["ModificationTime"] = iso(row.modified)
    out["StorageLocation"] = storage_location(ctx)
    out["StorageClass"] = row.storage_class
    out["AppId"] = row.app_id
    if row.user_data:
        out["UserData"] = row.user_data
    if wrapped:
        out["RegionId"] = ctx.settings.region
    if urls := snapshot_urls(ctx, row):
        out["Snapshots"] = {"Snapshot": urls} if wrapped else urls
    return out


def video_json(ctx: Context, row: VideoRow) -> orjson.Fragment:
    """The same video as JSON, bare, kept until its row, its category or the signatures of its pictures change."""
    category = ctx.category(row.cate_id)
    window = (ctx.urls.base, ctx.urls.window(ctx.now))
    known = ctx.rendered.get(row.id)
    if known is not None and known[0] == row and known[1] == category and known[2] == window:
        return known[3]
    if len(ctx.rendered) >= RENDERED:
        ctx.rendered.clear()
    made = orjson.Fragment(orjson.dumps(video(ctx, row, wrapped=False)))
    ctx.rendered[row.id] = (row, category, window, made)
    return made


def mezzanine(ctx: Context, row: VideoRow, *, id_name: str, extra: list[str], timeout: int | None) -> JSON:
    """The source file of a video; numbers of streams are strings, as on the wire."""
    source = row.source_file()
    out: JSON = {id_name: row.id, "CreationTime": iso(row.created), "OutputType": "cdn"}
    if source is None:
        out["Status"] = row.status if row.status in ("Uploading", "UploadFail") else "Deleted"
        return out
    out |= {
        "FileName": source.file_name,
        "FileURL": ctx.urls.url(f"{PREFIX}{row.id}/{quote(source.file_name, safe='')}", ctx.now, timeout),
        "Status": "Normal",
        "Size": source.size,
        "Width": source.width,
        "Height": source.height,
        "Duration": f"{row.duration:.4f}",
        "Bitrate": f"{source.bitrate:.1f}",
        "Fps": f"{source.fps:.4f}",
    }
    if source.size <= ctx.settings.source_md5_bytes:
        out["FileMD5"] = content_md5(content_seed(row.id, source), source.size)
    if "video" in extra and row.media_type == "video":
        out["VideoStreamList"] = [
            {
                "Index": "0",
                "CodecName": "h264",
                "Width": str(source.width),
                "Height": str(source.height),
                "Fps": f"{source.fps}.0",
                "Duration": f"{row.duration:.6f}",
            }
        ]
    if "audio" in extra:
        out["AudioStreamList"] = [
            {
                "Index": "1",
                "CodecName": "aac",
                "Channels": "2",
                "SampleRate": "44100",
                "Duration": f"{row.duration:.6f}",
            }
        ]
    return out


def play_info(ctx: Context, row: VideoRow, stream: Stream, timeout: int | None) -> JSON:
    """One rendition as GetPlayInfo gives it."""
    return {
        "JobId": stream.job_id,
        "PlayURL": ctx.urls.url(f"/media/stream/{row.id}/{stream.job_id}.{stream.format}", ctx.now, timeout),
        "Format": stream.format,
        "Definition": stream.definition,
        "StreamType": row.media_type,
        "Status": "Normal",
        "Bitrate": str(stream.bitrate),
        "Duration": f"{row.duration:.2f}",
        "Size": stream.size,
        "Width": stream.width,
        "Height": stream.height,
        "Fps": "25",
        "Encrypt": 0,
        "CreationTime": iso(row.created + 300),
        "ModificationTime": iso(row.created + 300),
    }


def image(ctx: Context, row: ImageRow, timeout: int | None) -> JSON:
    """An image as GetImageInfo and GetImageInfos give it."""
    out: JSON = {"ImageId": row.id}
    if row.title:
        out["Title"] = row.title
    if row.description:
        out["Description"] = row.description
    if row.tags:
        out["Tags"] = row.tags
    category = ctx.category(row.cate_id)
    if category is not None:
        out |= {"CateId": category.id, "CateName": category.name}
    url = ctx.urls.url(row.path, ctx.now, timeout)
    return out | {
        "ImageType": row.image_type,
        "Status": row.status,
        "URL": url,
        "CreationTime": iso(row.created),
        "StorageLocation": storage_location(ctx),
        "AppId": row.app_id,
        "Mezzanine": {
            "FileURL": url,
            "OriginalFileName": row.file_name,
            "Width": row.width,
            "Height": row.height,
            "FileSize": str(row.size),
        },
    }


def category(row: CategoryRow) -> JSON:
    """A category without the count of its children."""
    return {
        "CateId": row.id,
        "CateName": row.name,
        "ParentId": row.parent,
        "Level": row.level,
        "Type": row.type,
    }


def attached(ctx: Context, row: AttachedRow, timeout: int | None = None) -> JSON:
    """An auxiliary asset as GetAttachedMediaInfo gives it."""
    out: JSON = {"MediaId": row.id, "Type": row.business_type}
    if row.title:
        out["Title"] = row.title
    if row.description:
        out["Description"] = row.description
    if row.tags:
        out["Tags"] = row.tags
    out |= {
        "Status": row.status,
        "URL": ctx.urls.url(row.path, ctx.now, timeout),
        "CreationTime": iso(row.created),
        "ModificationTime": iso(row.modified),
        "StorageLocation": storage_location(ctx),
        "AppId": row.app_id,
    }
    if categories := attached_categories(ctx, row):
        out["Categories"] = categories
    return out


def attached_categories(ctx: Context, row: AttachedRow) -> list[JSON]:
    """The categories of an auxiliary asset that still exist."""
    known = ctx.db.categories()
    ids = [int(part) for part in row.cate_ids.split(",") if part]
    return [
        {"CateId": node.id, "CateName": node.name, "Level": node.level, "ParentId": node.parent}
        for node in (known[number] for number in ids if number in known)
    ]
