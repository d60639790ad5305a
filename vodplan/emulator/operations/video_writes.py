"""Changing and deleting audio and video: UpdateVideoInfo(s), DeleteVideo, DeleteMezzanines, DeleteStream."""

from vodplan.emulator.context import JSON, Context, Operation
from vodplan.emulator.database import Value
from vodplan.emulator.errors import refusal
from vodplan.emulator.params import Params
from vodplan.emulator.rows import VideoRow, streams_json

from .updates import content_items, too_many, video_columns
from .videos import requested


def change_video(ctx: Context, row: VideoRow, columns: dict[str, Value]) -> None:
    """Set columns of a video and its time of modification."""
    ctx.lag.written("videos", row.id, row, ctx.now)
    ctx.db.update("videos", row.id, {**columns, "modified": int(ctx.now)})


def _check_status(ctx: Context, row: VideoRow) -> None:
    if not ctx.settings.update_while_uploading and row.status in ("Uploading", "UploadFail", "Blocked"):
        raise refusal("Forbidden.IllegalStatus")


def update_video_info(ctx: Context, params: Params) -> JSON:
    """Change one; a parameter that is absent leaves its field alone."""
    with ctx.db.transaction():
        row = ctx.one_video(params)
        _check_status(ctx, row)
        change_video(ctx, row, video_columns(ctx, params))
    return {}


def update_video_infos(ctx: Context, params: Params) -> JSON:
    """Change up to 20; unknown and forbidden ids are listed, the rest is done, all of it or nothing."""
    items = content_items(params, ("VideoId", "ReferenceId"), too_many(ctx))
    with ctx.db.transaction():
        by_id = ctx.db.videos([item["VideoId"] for item in items if item.get("VideoId")])
        by_name = ctx.db.videos([item["ReferenceId"] for item in items if not item.get("VideoId")], by="reference_id")
        ids = {row.id: row for row in by_id}
        names = {row.reference_id: row for row in by_name}
        missing_ids: list[str] = []
        missing_names: list[str] = []
        forbidden: list[str] = []
        changes: list[tuple[VideoRow, dict[str, Value]]] = []
        for item in items:
            columns = video_columns(ctx, item)
            given = item.get("VideoId")
            row = ids.get(given) if given else names.get(item["ReferenceId"])
            if row is None and given:
                missing_ids.append(given)
            elif row is None:
                missing_names.append(item["ReferenceId"])
            elif not ctx.may_touch(row.app_id):
                forbidden.append(row.id)
            else:
                _check_status(ctx, row)
                changes.append((row, columns))
        for row, columns in changes:
            change_video(ctx, row, columns)
    out: JSON = {}
    if missing_ids:
        out["NonExistVideoIds"] = missing_ids
    if missing_names:
        out["NonExistReferenceIds"] = missing_names
    if forbidden:
        out["ForbiddenVideoIds"] = forbidden
    return out


def _missing_lists(ctx: Context, missing_ids: list[str], missing_names: list[str]) -> tuple[JSON, list[str]]:
    forbidden = [row.id for row in ctx.db.videos(missing_ids) if not ctx.may_touch(row.app_id)]
    out: JSON = {}
    if absent := [media_id for media_id in missing_ids if media_id not in forbidden]:
        out["NonExistVideoIds"] = absent
    if missing_names:
        out["NonExistReferenceIds"] = missing_names
    return out, forbidden


def _at_most_20(params: Params) -> None:
    if params.get("VideoIds"):
        params.ids("VideoIds", limit=20, over=refusal("VideoIdsExceededMax"))


def delete_video(ctx: Context, params: Params) -> JSON:
    """Delete up to 20 for good, with streams, source and snapshots."""
    _at_most_20(params)
    with ctx.db.transaction():
        rows, missing_ids, missing_names = requested(ctx, params)
        out, forbidden = _missing_lists(ctx, missing_ids, missing_names)
        ctx.refuse_if_all_missing(bool(rows) or bool(forbidden), "InvalidVideo.NotFound")
        for row in rows:
            ctx.lag.written("videos", row.id, row, ctx.now)
            ctx.db.write("DELETE FROM videos WHERE id = ?", (row.id,))
    if forbidden:
        out["ForbiddenVideoIds"] = forbidden
    return out


def delete_mezzanines(ctx: Context, params: Params) -> JSON:
    """Delete the source files of up to 20; one that is played as the original needs `Force`."""
    force = params.boolean("Force")
    _at_most_20(params)
    with ctx.db.transaction():
        rows, missing_ids, missing_names = requested(ctx, params)
        out, kept = _missing_lists(ctx, missing_ids, missing_names)
        for row in rows:
            source = row.source_file()
            if source is None:
                continue
            if source.served and not force:
                kept.append(row.id)
            else:
                change_video(ctx, row, {"source": None})
    if kept:
        out["UnRemoveableVideoIds"] = kept
    return out


def delete_stream(ctx: Context, params: Params) -> JSON:
    """Delete streams of one video by job id; an unknown one refuses the call."""
    jobs = params.ids("JobIds", limit=20, over=refusal("JobIdsExceededMax"))
    with ctx.db.transaction():
        row = ctx.one_video(params)
        streams = row.stream_list()
        if not set(jobs) <= {stream.job_id for stream in streams}:
            raise refusal("InvalidStream.NotFound")
        left = tuple(stream for stream in streams if stream.job_id not in jobs)
        change_video(ctx, row, {"streams": streams_json(left)})
    return {}


OPERATIONS = (
    Operation(name="UpdateVideoInfo", run=update_video_info, qps=100, writes=True),
    Operation(name="UpdateVideoInfos", run=update_video_infos, qps=30, writes=True),
    Operation(name="DeleteVideo", run=delete_video, qps=30, writes=True),
    Operation(name="DeleteMezzanines", run=delete_mezzanines, qps=30, writes=True),
    Operation(name="DeleteStream", run=delete_stream, qps=50, writes=True),
)
