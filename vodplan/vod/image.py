"""The edge half of images: uploaded ones by id and by URL, and the snapshots of videos."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from functools import partial

from vodplan.core.address import SNAPSHOT_PREFIX, URL_PREFIX
from vodplan.core.errors import BugError, NotFound, RefusedByService
from vodplan.core.kind import Call, CallItem
from vodplan.core.live import LiveAsset, LiveBatch
from vodplan.core.ports import CallAnswer
from vodplan.core.urls import resource_key, strip_signature
from vodplan.core.values import FieldValue, Json
from vodplan.vod import image_api as vod
from vodplan.vod import updates
from vodplan.vod.caller import Api
from vodplan.vod.concurrency import as_completed, gather
from vodplan.vod.search import Walk
from vodplan.vod.video_api import BATCH, VideoInfo

NOTHING_THERE = frozenset({"NoSuchResource", "InvalidVideo.NotFound"})
ILLEGAL_STATUS = "Forbidden.IllegalStatus"

COVER_SNAPSHOT = "CoverSnapshot"

SNAPSHOT_TYPES = (COVER_SNAPSHOT, "NormalSnapshot", "SpriteSnapshot", "SpriteOriginSnapshot")
"""What `All` stands for."""

NO_VALUES: tuple[FieldValue, ...] = ("", "", (), None)
"""The values of an image that has no fields of its own: a snapshot, or one of which only the URL is known."""


async def read(api: Api, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
    """See `LiveReader.read`; keys are ids, `url:URL` and `video:VIDEOID:TYPE`."""
    urls = [key for key in keys if key.startswith(URL_PREFIX)]
    snapshots = [key for key in keys if key.startswith(SNAPSHOT_PREFIX)]
    ids = [key for key in keys if not key.startswith((URL_PREFIX, SNAPSHOT_PREFIX))]

    def work() -> Iterator[Callable[[], Awaitable[LiveBatch]]]:
        if urls:
            yield partial(_by_url, api, urls)
        for start in range(0, len(ids), BATCH):
            yield partial(_by_id, api, ids[start : start + BATCH])
        for key in snapshots:
            yield partial(_snapshots, api, key)

    async for batch in as_completed(work()):
        yield batch


async def write(api: Api, call: Call) -> CallAnswer:
    """See `LiveWriter.write`."""
    match call.operation:
        case "UpdateImageInfos":
            return await _update(api, call.items)
        case "DeleteImage":
            return await _delete(api, call.items)
    raise BugError(f"Images have no operation {call.operation}.")


async def located(api: Api, urls: Sequence[str]) -> dict[str, LiveAsset]:
    """See `LiveReader.images`. The index names candidates; the address of each is that which it has by its id."""
    wanted = {url: resource_key(url) for url in urls}
    ids = await _image_ids(Walk(api, "image", fields=("URL", "Title")), set(wanted.values()))
    known = await _read_all(api, sorted(set(ids.values())))
    images = {resource_key(str(one.facts.get("url") or "")): one for one in known.values()}
    return {url: images[resource] for url, resource in wanted.items() if resource in images}


async def pictures(api: Api, ids: Sequence[str]) -> list[tuple[str, str]]:
    """See `Edge.pictures`."""
    return [(one.id, one.text("URL")) for one in (await vod.get_image_infos(api, ids)).images]


def asset(info: vod.ImageInfo) -> LiveAsset:
    """Normalise one image; the values stand in the order of `kinds.image.FIELDS`."""
    facts: dict[str, Json] = {
        "size": info.size,
        "status": info.text("Status"),
        "created": info.text("CreationTime"),
        "cate_name": info.text("CateName"),
        "url": info.url,
    }
    return LiveAsset(
        "image",
        info.id,
        (info.text("Title"), info.text("Description"), info.tags("Tags"), info.category("CateId")),
        {name: value for name, value in facts.items() if value is not None and value != ""},
    )


async def _by_id(api: Api, ids: Sequence[str]) -> LiveBatch:
    try:
        found = await vod.get_image_infos(api, ids)
    except NotFound as error:
        if error.code not in NOTHING_THERE:
            raise
        return LiveBatch((), tuple(ids))
    images = {info.id: info for info in found.images}
    here: list[tuple[str, LiveAsset]] = []
    gone: list[str] = []
    for image_id in ids:
        if image_id in images:
            here.append((image_id, asset(images[image_id])))
        elif image_id in found.missing:
            gone.append(image_id)
        else:
            raise found.answer.invalid(f"it says nothing about {image_id}")
    return LiveBatch(tuple(here), tuple(gone))


async def _by_url(api: Api, keys: Sequence[str]) -> LiveBatch:
    """Find images by their URL, which no operation does: first among the images, then among the videos' snapshots."""
    wanted = {key: resource_key(key.removeprefix(URL_PREFIX)) for key in keys}
    images = Walk(api, "image", fields=("URL", "Title"))
    ids = await _image_ids(images, set(wanted.values()))
    here: list[tuple[str, LiveAsset]] = []
    gone: list[str] = []
    known = await _read_all(api, sorted(set(ids.values())))
    for key, resource in wanted.items():
        if resource not in ids:
            continue
        live = known.get(ids[resource])
        if live is None:
            gone.append(key)
        else:
            here.append((key, live))
    left = {key: resource for key, resource in wanted.items() if resource not in ids}
    if left:
        snapshots, doubtful, complete = await _among_videos(api, set(left.values()))
        for key, resource in left.items():
            facts: dict[str, Json] = {"url": strip_signature(key.removeprefix(URL_PREFIX))}
            video = snapshots.get(resource) or doubtful.get(resource)
            if video:
                facts["video"] = video
            if resource in snapshots:
                here.append((key, LiveAsset("image", "", NO_VALUES, facts)))
            elif resource in doubtful or not (complete and images.complete):
                here.append((key, LiveAsset("image", "", NO_VALUES, facts, certain=False)))
            else:
                gone.append(key)
    return LiveBatch(tuple(here), tuple(gone))


async def _image_ids(walk: Walk, wanted: set[str]) -> dict[str, str]:
    ids: dict[str, str] = {}
    async for page in walk.pages():
        for found in page:
            resource = resource_key(found.fields.text("URL"))
            if resource in wanted:
                ids[resource] = found.id
        if len(ids) == len(wanted):
            break
    return ids


async def _read_all(api: Api, ids: Sequence[str]) -> dict[str, LiveAsset]:
    groups = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    batches = await gather(partial(_by_id, api, group) for group in groups)
    return {key: live for batch in batches for key, live in batch.found}


async def _among_videos(api: Api, wanted: set[str]) -> tuple[dict[str, str], dict[str, str], bool]:
    """Look for URLs among the snapshots and covers of all videos.

    returns: those that are snapshots; those that only serve as a cover, which says nothing about whether the picture
             is still there; both with the id of their video; whether every video was seen.
    """
    snapshots: dict[str, str] = {}
    covers: dict[str, str] = {}
    complete = True
    for media_type in ("video", "audio"):
        walk = Walk(api, media_type, fields=("CoverURL", "Snapshots", "SpriteSnapshots"))
        async for page in walk.pages():
            for found in page:
                info = VideoInfo(found.fields.raw, found.fields.origin)
                seen = wanted & {resource_key(url) for url in info.snapshots}
                snapshots.update(dict.fromkeys(seen, found.id))
                cover = resource_key(info.cover)
                if cover in wanted:
                    covers[cover] = found.id
            if snapshots.keys() == wanted:
                return snapshots, {}, True
        complete = complete and walk.complete
    for cover, video_id in covers.items():
        if cover not in snapshots and cover in await _cover_snapshots(api, video_id):
            snapshots[cover] = video_id
    return snapshots, {cover: video for cover, video in covers.items() if cover not in snapshots}, complete


async def _cover_snapshots(api: Api, video_id: str) -> set[str]:
    try:
        listed = await vod.list_snapshots(api, video_id, COVER_SNAPSHOT)
    except (NotFound, RefusedByService) as error:
        if error.code not in NOTHING_THERE and error.code != ILLEGAL_STATUS:
            raise
        return set()
    return {resource_key(url) for url in listed.urls}


async def _snapshots(api: Api, key: str) -> LiveBatch:
    video_id, _, kind = key.removeprefix(SNAPSHOT_PREFIX).rpartition(":")
    kinds = SNAPSHOT_TYPES if kind == "All" else (kind,)
    listed = await gather(partial(_listed, api, video_id, kind) for kind in kinds)
    total = sum(one.total for one in listed if one is not None)
    if total:
        facts: dict[str, Json] = {"snapshots": total}
        urls = [strip_signature(url) for one in listed if one is not None for url in one.urls]
        if urls:
            facts["urls"] = sorted(urls)
        return LiveBatch(((key, LiveAsset("image", video_id, NO_VALUES, facts)),), ())
    if None in listed:
        return LiveBatch(((key, LiveAsset("image", video_id, NO_VALUES, certain=False)),), ())
    return LiveBatch((), (key,))


async def _listed(api: Api, video_id: str, kind: str) -> vod.Snapshots | None:
    """How many snapshots there are; None while the video has a status in which the service does not say.

    Those that may be in use as a cover come with the addresses of the first hundred, the others without.
    """
    covers = kind == COVER_SNAPSHOT
    try:
        found = await vod.list_snapshots(api, video_id, kind, page_size=100 if covers else 1)
        return found if covers else vod.Snapshots(total=found.total, urls=())
    except (NotFound, RefusedByService) as error:
        if error.code in NOTHING_THERE:
            return vod.Snapshots(total=0, urls=())
        if error.code == ILLEGAL_STATUS:
            return None
        raise


async def _update(api: Api, items: Sequence[CallItem]) -> CallAnswer:
    try:
        outcome = await vod.update_image_infos(api, [updates.wire_item("ImageId", item) for item in items])
    except NotFound as error:
        # Of several the answer does not say which, so the engine must split them.
        if error.code not in NOTHING_THERE or len(items) > 1:
            raise
        return CallAnswer(missing=frozenset({items[0].id}), request_id=error.request_id)
    return outcome.answer()


async def _delete(api: Api, items: Sequence[CallItem]) -> CallAnswer:
    """Delete images; one item a call unless all are by id, for DeleteImage has no outcome per item."""
    first = items[0]
    url, video, kind = (first.params.get(name) for name in ("url", "video", "type"))
    ids = [item.id for item in items]
    try:
        if video and kind:
            request_id = await vod.delete_snapshots(api, str(video), str(kind))
        elif url and first.id in ("", url):
            request_id = await vod.delete_images_by_url(api, [str(url)])
        elif all(ids):
            request_id = await vod.delete_images(api, ids)
        else:
            raise BugError("The call that deletes an image names neither an id, nor a URL, nor a video.")
    except NotFound as error:
        if error.code not in NOTHING_THERE or len(items) > 1:
            raise
        return CallAnswer(missing=frozenset(ids), request_id=error.request_id)
    return CallAnswer(request_id=request_id)
