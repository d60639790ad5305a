"""The edge half of attached media: watermarks, subtitles and material by their ids."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from functools import partial

from vodplan.core.errors import BugError
from vodplan.core.kind import Call
from vodplan.core.live import LiveAsset, LiveBatch
from vodplan.core.ports import CallAnswer
from vodplan.core.values import Json
from vodplan.kinds.attached import ATTACHED
from vodplan.vod import attached_api as vod
from vodplan.vod import updates
from vodplan.vod.caller import Api
from vodplan.vod.concurrency import as_completed

_FACTS = (("type", "Type"), ("status", "Status"), ("created", "CreationTime"), ("modified", "ModificationTime"))
"""Facts that are texts, and their names on the wire."""


async def read(api: Api, keys: Sequence[str]) -> AsyncIterator[LiveBatch]:
    """See `LiveReader.read`; keys are ids."""

    def work() -> Iterator[Callable[[], Awaitable[LiveBatch]]]:
        for start in range(0, len(keys), ATTACHED.read_batch):
            yield partial(_by_id, api, keys[start : start + ATTACHED.read_batch])

    async for batch in as_completed(work()):
        yield batch


async def write(api: Api, call: Call) -> CallAnswer:
    """See `LiveWriter.write`."""
    match call.operation:
        case "UpdateAttachedMediaInfos":
            items = [updates.wire_item("MediaId", item) for item in call.items]
            return (await vod.update_attached_media_infos(api, items)).answer()
        case "DeleteAttachedMedia":
            return (await vod.delete_attached_media(api, [item.id for item in call.items])).answer()
    raise BugError(f"Attached media have no operation {call.operation}.")


async def pictures(api: Api, ids: Sequence[str]) -> list[tuple[str, str]]:
    """See `Edge.pictures`."""
    return [(one.id, one.text("URL")) for one in (await vod.get_attached_media_info(api, ids)).media]


def asset(info: vod.AttachedInfo) -> LiveAsset:
    """Normalise one; the values stand in the order of `kinds.attached.FIELDS`."""
    facts: dict[str, Json] = {name: info.text(member) for name, member in _FACTS}
    facts["url"] = info.url
    values = (info.text("Title"), info.text("Description"), info.tags("Tags"), info.categories)
    return LiveAsset(ATTACHED.name, info.id, values, {name: value for name, value in facts.items() if value})


async def _by_id(api: Api, ids: Sequence[str]) -> LiveBatch:
    found = await vod.get_attached_media_info(api, ids)
    media = {info.id: info for info in found.media}
    here: list[tuple[str, LiveAsset]] = []
    gone: list[str] = []
    for media_id in ids:
        if media_id in media:
            here.append((media_id, asset(media[media_id])))
        elif media_id in found.missing:
            gone.append(media_id)
        else:
            raise found.answer.invalid(f"it says nothing about {media_id}")
    return LiveBatch(tuple(here), tuple(gone))
