"""The edge half of videos: how they are read, what they are made of, how their calls are written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial

from vodplan.core.address import REFERENCE_PREFIX
from vodplan.core.errors import ApiError, BugError, Forbidden, NotFound, RefusedByService, UnknownOutcome
from vodplan.core.kind import Call, CallItem
from vodplan.core.live import LiveAsset, LiveBatch, Parts, Stream
from vodplan.core.ports import CallAnswer
from vodplan.core.values import Json
from vodplan.vod import updates
from vodplan.vod import video_api as vod
from vodplan.vod.caller import Api
from vodplan.vod.concurrency import as_completed
from vodplan.vod.wire import Origin, Record

NO_VIDEO = "InvalidVideo.NotFound"
NO_STREAM = "InvalidStream.NotFound"
MOST_JOBS = 20
"""Streams that one DeleteStream takes."""

_FACTS = (
    ("status", "Status"),
    ("created", "CreationTime"),
    ("modified", "ModificationTime"),
    ("reference", "ReferenceId"),
    ("cate_name", "CateName"),
    ("storage_class", "StorageClass"),
)
"""Facts that are texts, and their names on the wire."""


async def read(api: Api, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
    """See `LiveReader.read`; keys are ids and `ref:REFERENCE`."""
    ids = [key for key in keys if not key.startswith(REFERENCE_PREFIX)]
    references = [key.removeprefix(REFERENCE_PREFIX) for key in keys if key.startswith(REFERENCE_PREFIX)]

    def work() -> Iterator[Callable[[], Awaitable[LiveBatch]]]:
        for group in _groups(ids, vod.BATCH):
            yield partial(_by_id, api, group)
        for group in _groups(references, vod.BATCH):
            yield partial(_by_reference, api, group)

    async for batch in as_completed(work()):
        yield batch


async def parts(api: Api, ids: Sequence[str]) -> Mapping[str, Parts]:
    """See `LiveReader.parts`."""

    def work() -> Iterator[Callable[[], Awaitable[Mapping[str, Parts]]]]:
        for group in _groups(ids, vod.BATCH):
            yield partial(_parts, api, group)

    found: dict[str, Parts] = {}
    async for group in as_completed(work()):
        found.update(group)
    return {video_id: found[video_id] for video_id in ids if video_id in found}


async def write(api: Api, call: Call) -> CallAnswer:
    """See `LiveWriter.write`."""
    ids = [item.id for item in call.items]
    try:
        match call.operation:
            case "UpdateVideoInfo":
                request_id = await vod.update_video_info(api, updates.wire_item("VideoId", call.items[0]))
                return CallAnswer(request_id=request_id)
            case "UpdateVideoInfos":
                items = [updates.wire_item("VideoId", item) for item in call.items]
                return (await vod.update_video_infos(api, items)).answer()
            case "DeleteVideo":
                return (await vod.delete_video(api, ids)).answer()
            case "DeleteMezzanines":
                force = bool(call.items[0].params.get("force"))
                return (await vod.delete_mezzanines(api, ids, force=force)).answer(updates.UNREMOVEABLE)
            case "DeleteStream":
                return await _delete_streams(api, call.items[0])
    except NotFound as error:
        whole = call.operation.startswith("Delete") or len(ids) == 1
        if error.code != NO_VIDEO or not whole:
            raise
        return CallAnswer(missing=frozenset(ids), request_id=error.request_id)
    raise BugError(f"Videos have no operation {call.operation}.")


async def pictures(api: Api, ids: Sequence[str]) -> list[tuple[str, str]]:
    """See `Edge.pictures`; a video's is its cover."""
    return [(one.id, one.text("CoverURL")) for one in (await vod.get_video_infos(api, ids=ids)).videos]


def asset(info: vod.VideoInfo) -> LiveAsset:
    """Normalise one video; the values stand in the order of `kinds.video.FIELDS`."""
    facts: dict[str, Json] = {}
    size, duration = info.integer("Size"), info.number("Duration")
    if size is not None:
        facts["size"] = size
    if duration is not None:
        facts["duration"] = duration
    raw, text = info.raw, info.text
    for name, member in _FACTS:
        value = raw.get(member)
        if value is not None and value != "":
            facts[name] = value if type(value) is str else text(member)
    values = (text("Title"), text("Description"), info.tags("Tags"), info.category("CateId"), info.cover)
    return LiveAsset("video", info.id, values, facts)


async def _by_id(api: Api, ids: Sequence[str]) -> LiveBatch:
    try:
        found = await vod.get_video_infos(api, ids=ids)
    except NotFound as error:
        if error.code != NO_VIDEO:
            raise
        return LiveBatch((), tuple(ids))
    videos = {info.id: info for info in found.videos}
    return _sorted(found, ids, {key: key for key in ids}, videos, found.missing_ids)


async def _by_reference(api: Api, references: Sequence[str]) -> LiveBatch:
    keys = {reference: REFERENCE_PREFIX + reference for reference in references}
    try:
        found = await vod.get_video_infos(api, references=references)
    except NotFound as error:
        if error.code != NO_VIDEO:
            raise
        return LiveBatch((), tuple(keys.values()))
    videos = {info.reference: info for info in found.videos if info.reference}
    return _sorted(found, references, keys, videos, found.missing_references)


def _sorted(
    found: vod.VideosFound,
    names: Sequence[str],
    keys: Mapping[str, str],
    videos: Mapping[str, vod.VideoInfo],
    missing: frozenset[str],
) -> LiveBatch:
    """Sort what was asked for into found and missing; a name in neither is an error."""
    here: list[tuple[str, LiveAsset]] = []
    gone: list[str] = []
    for name in names:
        info = videos.get(name)
        if info is not None:
            here.append((keys[name], asset(info)))
        elif name in missing:
            gone.append(keys[name])
        elif name in found.forbidden:
            raise forbidden(found.answer, name)
        else:
            raise found.answer.invalid(f"it says nothing about {name}")
    return LiveBatch(tuple(here), tuple(gone))


def forbidden(answer: Record, name: str) -> Forbidden:
    """The error for an id that the service lists as out of bounds for this key."""
    operation = answer.origin.operation
    return Forbidden(
        f"{operation}: the key has no right to {name}; it may belong to another application of the account "
        f"(request {answer.request_id}).",
        operation=operation,
        status=200,
        code="Forbidden",
        request_id=answer.request_id,
        next="Give the key the right to that application in the VOD console, or leave the asset out.",
    )


async def _parts(api: Api, ids: Sequence[str]) -> Mapping[str, Parts]:
    try:
        answer = await vod.batch_get_media_infos(api, ids)
    except NotFound as error:
        if error.code != NO_VIDEO:
            raise
        return {}
    records = {record.text("MediaId"): record for record in answer.records("MediaInfos")}
    missing, out_of_bounds = answer.ids("NonExistMediaIds"), answer.ids("ForbiddenMediaIds")
    found: dict[str, Parts] = {}
    for video_id in ids:
        record = records.get(video_id)
        if record is not None:
            found[video_id] = await _parts_of(api, video_id, record)
        elif video_id in out_of_bounds:
            raise forbidden(answer, video_id)
        elif video_id not in missing:
            raise answer.invalid(f"it says nothing about {video_id}")
    return found


async def _parts_of(api: Api, video_id: str, record: Record) -> Parts:
    """The parts of one video; what the batch leaves out is asked for alone."""
    block = record.record("MezzanineInfo")
    source = vod.SourceInfo(block.raw, block.origin) if block is not None else None
    if source is None or source.deleted is None:
        source = await source_of(api, video_id)
    if record.raw.get("PlayInfoList") is None:
        streams = await streams_of(api, video_id)
    else:
        streams = tuple(record.records("PlayInfoList"))
    return Parts(
        source_present=None if source is None or source.deleted is None else not source.deleted,
        source_size=source.size if source is not None else None,
        streams=tuple(sorted((_stream(s) for s in streams if s.text("JobId")), key=lambda stream: stream.job)),
    )


async def source_of(api: Api, video_id: str, *, auth_timeout: int | None = None) -> vod.SourceInfo:
    """The source file of a video that exists; one without a record of it has the status `Deleted`.

    auth_timeout: as `get_mezzanine_info` takes it.
    """
    try:
        return await vod.get_mezzanine_info(api, video_id, auth_timeout=auth_timeout)
    except NotFound as error:
        if error.code != "InvalidFile.NotFound":
            raise
        return vod.SourceInfo({"Status": "Deleted"}, _origin(error))


async def streams_of(api: Api, video_id: str) -> tuple[Record, ...]:
    """Every stream of a video that exists, none for one that is not ready to play."""
    try:
        return await vod.get_play_info(api, video_id)
    except (NotFound, RefusedByService) as error:
        # What is not ready to play has no streams that could be named, let alone deleted.
        if error.code not in ("InvalidVideo.NoneStream", "Forbidden.IllegalStatus"):
            raise
        return ()


def _stream(record: Record) -> Stream:
    return Stream(
        job=record.text("JobId"),
        definition=record.text("Definition"),
        format=record.text("Format"),
        size=record.integer("Size"),
    )


async def _delete_streams(api: Api, item: CallItem) -> CallAnswer:
    """Delete the streams that `item.params["jobs"]` names, also where some of them are gone already.

    The answer has no outcome per stream, so a call that is refused for one of them is repeated stream by stream.
    """
    jobs = item.params.get("jobs")
    if not isinstance(jobs, Sequence) or isinstance(jobs, str) or not jobs:
        raise BugError(f"The call that deletes streams of {item.id} names none.")
    names = [str(job) for job in jobs]
    groups = list(_groups(names, MOST_JOBS))
    deleted, request_id = 0, ""
    while groups:
        group = groups.pop(0)
        try:
            request_id = await vod.delete_stream(api, item.id, group)
            deleted += 1
        except NotFound as error:
            request_id = error.request_id
            if error.code == NO_VIDEO:
                break
            if error.code != NO_STREAM:
                raise _partly(error) if deleted else error from None
            if len(group) > 1:
                groups = [[job] for job in group] + groups
        except ApiError as error:
            if deleted:
                raise _partly(error) from error
            raise
    return CallAnswer(missing=frozenset() if deleted else frozenset({item.id}), request_id=request_id)


def _partly(error: ApiError) -> UnknownOutcome:
    return UnknownOutcome(
        f"Some of the streams were deleted before this: {error.message}",
        operation=error.operation,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        next="vodplan plan",
    )


def _origin(error: ApiError) -> Origin:
    return Origin(operation=error.operation, request_id=error.request_id)


def _groups(names: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield list(names[start : start + size])
