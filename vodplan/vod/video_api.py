"""The operations on audio and video, one typed function each."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from vodplan.core.urls import strip_signature
from vodplan.vod.caller import Api
from vodplan.vod.search import TIME_FORMAT
from vodplan.vod.updates import BatchOutcome, Item, update_content
from vodplan.vod.wire import Record

BATCH = 20
"""Ids or items in one call of the operations that take several."""


class VideoInfo(Record):
    """One audio or video as the service describes it; texts are "" and lists empty when absent."""

    __slots__ = ()

    @property
    def id(self) -> str:
        """Its id, under whichever name this operation gives it."""
        return self.text("VideoId") or self.text("MediaId") or self.text("AudioId")

    @property
    def reference(self) -> str:
        """The id that the customer gave it."""
        return self.text("ReferenceId")

    @property
    def cover(self) -> str:
        """The cover's URL, without its signature."""
        return strip_signature(self.text("CoverURL"))

    @property
    def snapshots(self) -> tuple[str, ...]:
        """URLs of snapshots and sprites, signatures included."""
        return self.texts("Snapshots") + self.texts("SpriteSnapshots")


class SourceInfo(Record):
    """The source file of one audio or video."""

    __slots__ = ()

    @property
    def deleted(self) -> bool | None:
        """Whether the file is gone, None when the service does not say."""
        status = self.text("Status")
        return status == "Deleted" if status else None

    @property
    def size(self) -> int | None:
        """Bytes."""
        return self.integer("Size")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideosFound:
    """What a look-up of several gave: those that exist, in no order; ids and references that do not; ids not ours."""

    videos: tuple[VideoInfo, ...]
    missing_ids: frozenset[str]
    missing_references: frozenset[str]
    forbidden: frozenset[str]
    answer: Record


async def get_video_info(api: Api, video_id: str) -> VideoInfo:
    """Read one audio or video.

    raises: NotFound.
    source: page «ApsaraVideo VOD:GetVideoInfo».
    """
    answer = await api.call("GetVideoInfo", {"VideoId": video_id})
    return VideoInfo(_one(answer, "Video").raw, answer.origin)


async def get_video_infos(api: Api, *, ids: Sequence[str] = (), references: Sequence[str] = ()) -> VideosFound:
    """Read up to 20 audio or video, by id or by the customer's reference (not both in one call).

    raises: NotFound, with code `InvalidVideo.NotFound`, when none of them exists.
    source: page «ApsaraVideo VOD:GetVideoInfos».
    """
    params = {"VideoIds": ",".join(ids)} if ids else {"ReferenceIds": ",".join(references)}
    answer = await api.call("GetVideoInfos", params)
    return VideosFound(
        videos=tuple([VideoInfo(raw, answer.origin) for raw in answer.objects("VideoList")]),
        missing_ids=answer.ids("NonExistVideoIds"),
        missing_references=answer.ids("NonExistReferenceIds"),
        forbidden=answer.ids("ForbiddenVideoIds"),
        answer=answer,
    )


async def get_video_list(
    api: Api,
    *,
    category: int | None = None,
    status: Sequence[str] = (),
    start: datetime.datetime | None = None,
    end: datetime.datetime | None = None,
    page: int = 1,
    page_size: int = 100,
    oldest_first: bool = False,
) -> tuple[int, tuple[VideoInfo, ...]]:
    """List audio and video by category, status and time of creation; the total, and one page of at most 100.

    raises: RefusedByService, code `VideoListExceededMax`, past the 5,000th record.
    source: page «ApsaraVideo VOD:GetVideoList».
    """
    params = {
        "PageNo": str(page),
        "PageSize": str(page_size),
        "SortBy": f"CreationTime:{'Asc' if oldest_first else 'Desc'}",
    }
    if category is not None:
        params["CateId"] = str(category)
    if status:
        params["Status"] = ",".join(status)
    for name, moment in (("StartTime", start), ("EndTime", end)):
        if moment is not None:
            params[name] = moment.astimezone(datetime.UTC).strftime(TIME_FORMAT)
    answer = await api.call("GetVideoList", params)
    videos = tuple([VideoInfo(raw, answer.origin) for raw in answer.objects("VideoList")])
    total = answer.integer("Total")
    if total is None:
        raise answer.invalid("it has no Total")
    return total, videos


async def batch_get_media_infos(api: Api, ids: Sequence[str]) -> Record:
    """Read up to 20 audio or video with source file and streams: `MediaInfos`, `NonExistMediaIds`, `ForbiddenMediaIds`.

    source: Go SDK, `BatchGetMediaInfosWithOptions`.
    """
    return await api.call("BatchGetMediaInfos", {"MediaIds": ",".join(ids)})


async def get_mezzanine_info(api: Api, video_id: str, *, auth_timeout: int | None = None) -> SourceInfo:
    """Read the source file of one audio or video.

    auth_timeout: seconds for which the file's URL is to stay valid.
    raises: NotFound, code `InvalidFile.NotFound` when there is no record of the file.
    source: page «ApsaraVideo VOD:GetMezzanineInfo».
    """
    params = {"VideoId": video_id}
    if auth_timeout is not None:
        params["AuthTimeout"] = str(auth_timeout)
    answer = await api.call("GetMezzanineInfo", params)
    return SourceInfo(_one(answer, "Mezzanine").raw, answer.origin)


async def get_play_info(api: Api, video_id: str) -> tuple[Record, ...]:
    """Read every stream of one audio or video, encrypted ones and older doubles included.

    raises: NotFound, code `InvalidVideo.NoneStream` without streams; RefusedByService, code `Forbidden.IllegalStatus`,
            while the video is not `Normal`.
    source: page «ApsaraVideo VOD:GetPlayInfo».
    """
    answer = await api.call("GetPlayInfo", {"VideoId": video_id, "ResultType": "Multiple"})
    return tuple(answer.records("PlayInfoList"))


async def update_video_info(api: Api, item: Item) -> str:
    """Change one audio or video; `item` has `VideoId` and the fields to set; returns the request's id.

    raises: NotFound.
    source: page «ApsaraVideo VOD:UpdateVideoInfo».
    """
    return (await api.call("UpdateVideoInfo", {name: str(value) for name, value in item.items()})).request_id


async def update_video_infos(api: Api, items: Sequence[Item]) -> BatchOutcome:
    """Change up to 20 audio or video; each item has `VideoId` and the fields to set.

    raises: RefusedByService, code `CountExceededMax`, above 20.
    source: page «ApsaraVideo VOD:UpdateVideoInfos».
    """
    answer = await api.call("UpdateVideoInfos", {"UpdateContent": update_content(items)})
    return _outcome(answer, "ForbiddenVideoIds")


async def delete_video(api: Api, ids: Sequence[str]) -> BatchOutcome:
    """Delete up to 20 audio or video with streams, source and snapshots, for good.

    raises: NotFound, code `InvalidVideo.NotFound`, when none of them exists.
    source: page «ApsaraVideo VOD:DeleteVideo».
    """
    answer = await api.call("DeleteVideo", {"VideoIds": ",".join(ids)})
    return _outcome(answer, "ForbiddenVideoIds")


async def delete_mezzanines(api: Api, ids: Sequence[str], *, force: bool = False) -> BatchOutcome:
    """Delete the source files of up to 20 audio or video, for good; records and streams stay.

    force:  delete a source that is also served as the original-quality stream.
    source: page «ApsaraVideo VOD:DeleteMezzanines».
    """
    params = {"VideoIds": ",".join(ids)}
    if force:
        params["Force"] = "true"
    answer = await api.call("DeleteMezzanines", params)
    return _outcome(answer, "UnRemoveableVideoIds")


async def delete_stream(api: Api, video_id: str, jobs: Sequence[str]) -> str:
    """Delete up to 20 streams of one audio or video, for good; returns the request's id.

    jobs:   transcoding job ids, all of this video.
    raises: NotFound, code `InvalidVideo.NotFound` or `InvalidStream.NotFound`.
    source: page «ApsaraVideo VOD:DeleteStream».
    """
    return (await api.call("DeleteStream", {"VideoId": video_id, "JobIds": ",".join(jobs)})).request_id


def _outcome(answer: Record, refused: str) -> BatchOutcome:
    return BatchOutcome(
        missing=answer.ids("NonExistVideoIds"), refused=answer.ids(refused), request_id=answer.request_id
    )


def _one(answer: Record, name: str) -> Record:
    record = answer.record(name)
    if record is None:
        raise answer.invalid(f"it has no {name}")
    return record
