"""Sources, streams and snapshots: GetMezzanineInfo, GetPlayInfo, ListSnapshots."""

from vodplan.emulator.context import JSON, Context, Operation
from vodplan.emulator.errors import invalid, refusal
from vodplan.emulator.params import Params

from . import shapes

FORMATS = ("mp4", "m3u8", "mp3", "flv", "mpd")
DEFINITIONS = ("FD", "LD", "SD", "HD", "OD", "2K", "4K", "SQ", "HQ", "AUTO")
SNAPSHOT_TYPES = ("CoverSnapshot", "NormalSnapshot", "SpriteSnapshot", "SpriteOriginSnapshot", "WebVttSnapshot")
OSS_LIMIT = 2_592_000


def auth_timeout(params: Params, *, oss_limit: int = OSS_LIMIT) -> int | None:
    """AuthTimeout in seconds, None when absent; bounded for OutputType=oss only."""
    kind = params.choice("OutputType", ("oss", "cdn"), "cdn")
    value = params.integer("AuthTimeout", 0, low=1, high=oss_limit if kind == "oss" else None)
    return value or (3_600 if kind == "oss" else None)


def get_mezzanine_info(ctx: Context, params: Params) -> JSON:
    """The source file of one video; its status says `Deleted` once it is gone."""
    timeout = auth_timeout(params)
    extra = params.choices("AdditionType", ("video", "audio"))
    row = ctx.one_video(params)
    info = shapes.mezzanine(ctx, row, id_name="VideoId", extra=extra, timeout=timeout)
    info["OutputType"] = params.get("OutputType") or "cdn"
    return {"Mezzanine": info}


def get_play_info(ctx: Context, params: Params) -> JSON:
    """The streams of one video in status Normal, filtered; refused when none fits."""
    timeout = auth_timeout(params, oss_limit=604_800)
    formats = params.choices("Formats", FORMATS)
    definitions = params.choices("Definition", DEFINITIONS)
    kinds = params.choices("StreamType", ("video", "audio"))
    params.choice("ResultType", ("Single", "Multiple"), "Single")
    for name, options in (("AdditionType", ("danmu",)), ("DigitalWatermarkType", ("TraceMark", "CopyrightMark"))):
        params.choices(name, options)
    for name in ("PlayConfig", "ReAuthInfo"):
        params.json(name)
    if len(params.get("Trace", "")) > 1_024:
        raise invalid("Trace is longer than 1,024 characters.")
    row = ctx.one_video(params)
    if row.status != "Normal":
        raise refusal("Forbidden.IllegalStatus")
    infos = [
        shapes.play_info(ctx, row, stream, timeout)
        for stream in row.stream_list()
        if (not formats or stream.format in formats)
        and (not definitions or stream.definition in definitions)
        and (not kinds or row.media_type in kinds)
    ]
    if not infos:
        raise refusal("InvalidVideo.NoneStream")
    base: JSON = {
        "VideoId": row.id,
        "Status": row.status,
        "MediaType": row.media_type,
        "Duration": f"{row.duration:.2f}",
        "CreationTime": shapes.iso(row.created),
        "StorageClass": row.storage_class,
        "OutputType": params.get("OutputType") or "cdn",
    }
    if row.title:
        base["Title"] = row.title
    if row.cover:
        base["CoverURL"] = ctx.urls.url(row.cover, ctx.now, timeout)
    return {"VideoBase": base, "PlayInfoList": {"PlayInfo": infos}}


def list_snapshots(ctx: Context, params: Params) -> JSON:
    """One page of a video's snapshots of one type."""
    kind = params.choice("SnapshotType", SNAPSHOT_TYPES, "CoverSnapshot")
    page, size = params.page(size=20)
    timeout = params.integer("AuthTimeout", 3_600, low=3_600, high=OSS_LIMIT)
    params.required("VideoId")
    row = ctx.one_video(params)
    if row.status not in ("UploadSucc", "Normal", "Checking", "Blocked"):
        raise refusal("Forbidden.IllegalStatus", status=400)
    indexes = row.snapshot_counts().get(kind)
    if not indexes:
        raise refusal("NoSuchResource")
    shown = indexes[(page - 1) * size : page * size]
    return {
        "MediaSnapshot": {
            "Total": len(indexes),
            "Regular": ctx.urls.base + f"/media/snapshot/{row.id}/{kind}/{{SnapshotCount}}.png",
            "CreationTime": shapes.iso(row.created + 360),
            "JobId": row.id[::-1],
            "Snapshots": {
                "Snapshot": [
                    {"Index": index, "Url": shapes.snapshot_url(ctx, row.id, kind, index, timeout)} for index in shown
                ]
            },
        }
    }


OPERATIONS = (
    Operation(name="GetMezzanineInfo", run=get_mezzanine_info, qps=50),
    Operation(name="GetPlayInfo", run=get_play_info, qps=360),
    Operation(name="ListSnapshots", run=list_snapshots, qps=50),
)
