"""Reading audio and video: GetVideoInfo, GetVideoInfos, GetVideoList, BatchGetMediaInfos."""

from vodplan.emulator.context import JSON, Context, Operation
from vodplan.emulator.database import Value
from vodplan.emulator.errors import invalid, refusal
from vodplan.emulator.params import Params, parse_time
from vodplan.emulator.rows import VideoRow

from . import shapes

STATUSES = (
    "Uploading",
    "UploadFail",
    "UploadSucc",
    "Transcoding",
    "TranscodeFail",
    "Checking",
    "Blocked",
    "Normal",
    "ProduceFail",
)
LIST_CAP = 5_000


def requested(ctx: Context, params: Params, ids_name: str = "VideoIds") -> tuple[list[VideoRow], list[str], list[str]]:
    """The media asked for by id or by reference: the rows found, the ids missing, the references missing.

    Rows come in the order asked for; those of an application closed to the caller count as missing.
    """
    found: dict[str, VideoRow] = {}
    missing_ids: list[str] = []
    missing_references: list[str] = []
    by_reference = bool(params.get("ReferenceIds"))
    if params.get(ids_name) or not by_reference:
        rows = ctx.videos(ids := params.ids(ids_name, limit=20))
        for media_id in ids:
            if (row := rows.get(media_id)) is not None and ctx.may_touch(row.app_id):
                found[row.id] = row
            else:
                missing_ids.append(media_id)
    if by_reference:
        rows = ctx.videos(names := params.ids("ReferenceIds", limit=20), by="reference_id")
        for name in names:
            if (row := rows.get(name)) is not None and ctx.may_touch(row.app_id):
                found[row.id] = row
            else:
                missing_references.append(name)
    return [*found.values()], missing_ids, missing_references


def get_video_info(ctx: Context, params: Params) -> JSON:
    """One audio or video; its snapshots are wrapped."""
    return {"Video": shapes.video(ctx, ctx.one_video(params), wrapped=True)}


def get_video_infos(ctx: Context, params: Params) -> JSON:
    """Up to 20; everything is a bare list."""
    rows, missing_ids, missing_references = requested(ctx, params)
    ctx.refuse_if_all_missing(bool(rows), "InvalidVideo.NotFound")
    out: JSON = {"VideoList": [shapes.video_json(ctx, row) for row in rows]}
    if missing_ids:
        out["NonExistVideoIds"] = missing_ids
    if missing_references:
        out["NonExistReferenceIds"] = missing_references
    return out


def get_video_list(ctx: Context, params: Params) -> JSON:
    """Videos and audios by category, status and time of creation; the first 5,000 only."""
    page, size = params.page()
    order = params.choice("SortBy", ("CreationTime:Desc", "CreationTime:Asc"), "CreationTime:Desc")
    if page * size > LIST_CAP:
        raise refusal("VideoListExceededMax")
    where: list[str] = ["1"]
    args: list[Value] = []
    if params.get("CateId"):
        where.append("cate_id = ?")
        args.append(params.integer("CateId", 0))
    if statuses := params.choices("Status", STATUSES):
        where.append(f"status IN ({','.join('?' * len(statuses))})")
        args.extend(statuses)
    start = parse_time(params["StartTime"], "StartTime") if params.get("StartTime") else None
    end = parse_time(params["EndTime"], "EndTime") if params.get("EndTime") else None
    if start is not None and end is not None and end <= start:
        raise invalid("EndTime must be later than StartTime.")
    if start is not None:
        where.append("created >= ?")
        args.append(start)
    if end is not None:
        where.append("created <= ?")
        args.append(end)
    if params.get("StorageLocation") and params["StorageLocation"] != shapes.storage_location(ctx):
        where.append("0")
    if params.get("ReferenceIds"):
        names = params.ids("ReferenceIds", limit=20)
        where.append(f"reference_id IN ({','.join('?' * len(names))})")
        args.extend(names)
    if ctx.caller.apps is not None:
        where.append(f"app_id IN ({','.join('?' * len(ctx.caller.apps))})")
        args.extend(ctx.caller.apps)
    clause = " AND ".join(where)
    direction = order.partition(":")[2]
    rows = ctx.db.rows(
        f"SELECT * FROM videos WHERE {clause} ORDER BY created {direction}, id {direction} LIMIT ? OFFSET ?",
        (*args, size, (page - 1) * size),
    )
    videos = [shapes.video(ctx, VideoRow._make(row), wrapped=True) for row in rows]
    for item in videos:
        item.pop("RegionId", None)
    total = ctx.db.number(f"SELECT count(*) FROM videos WHERE {clause}", args)
    return {"Total": total, "VideoList": {"Video": videos}}


def batch_get_media_infos(ctx: Context, params: Params) -> JSON:
    """Up to 20 with source and playback details; every list is bare."""
    if not params.get("ReferenceIds"):
        params.required("MediaIds")
    rows, missing_ids, missing_references = requested(ctx, params, "MediaIds")
    infos: list[JSON] = []
    for row in rows:
        info = shapes.video(ctx, row, wrapped=False)
        info["MediaId"] = info.pop("VideoId")
        infos.append(
            {
                "MediaId": row.id,
                "MediaInfo": info,
                "MezzanineInfo": shapes.mezzanine(ctx, row, id_name="MediaId", extra=["video", "audio"], timeout=None),
                "PlayInfoList": [shapes.play_info(ctx, row, stream, None) for stream in row.stream_list()],
            }
        )
        if row.reference_id:
            infos[-1]["ReferenceId"] = row.reference_id
    out: JSON = {"MediaInfos": infos}
    forbidden = {row.id for row in ctx.db.videos(missing_ids) if not ctx.may_touch(row.app_id)}
    if absent := [media_id for media_id in missing_ids if media_id not in forbidden]:
        out["NonExistMediaIds"] = absent
    if forbidden:
        out["ForbiddenMediaIds"] = sorted(forbidden)
    if missing_references:
        out["NonExistReferenceIds"] = missing_references
    return out


OPERATIONS = (
    Operation(name="GetVideoInfo", run=get_video_info, qps=100),
    Operation(name="GetVideoInfos", run=get_video_infos, qps=100),
    Operation(name="GetVideoList", run=get_video_list, qps=50),
    Operation(name="BatchGetMediaInfos", run=batch_get_media_infos, qps=50),
)
