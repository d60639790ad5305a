"""The operations on attached media, one typed function each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vodplan.core.urls import strip_signature
from vodplan.vod.caller import Api
from vodplan.vod.updates import BatchOutcome, Item, update_content
from vodplan.vod.wire import Record


class AttachedInfo(Record):
    """One watermark, subtitle or piece of material as the service describes it; texts are "" when absent."""

    __slots__ = ()

    @property
    def id(self) -> str:
        """Its id."""
        return self.text("MediaId")

    @property
    def url(self) -> str:
        """Its URL, without its signature."""
        return strip_signature(self.text("URL"))

    @property
    def categories(self) -> tuple[int, ...]:
        """The ids of the categories it stands in, in ascending order."""
        ids = (one.category("CateId") for one in self.records("Categories"))
        return tuple(sorted({one for one in ids if one is not None}))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFound:
    """What a look-up of several gave: those that exist, in no order, and ids that do not."""

    media: tuple[AttachedInfo, ...]
    missing: frozenset[str]
    answer: Record


async def get_attached_media_info(api: Api, ids: Sequence[str], *, auth_timeout: int | None = None) -> AttachedFound:
    """Read up to 20 pieces of attached media.

    auth_timeout: seconds for which their URLs are to stay valid.
    source:       page «ApsaraVideo VOD:GetAttachedMediaInfo».
    """
    params = {"MediaIds": ",".join(ids)}
    if auth_timeout is not None:
        params["AuthTimeout"] = str(auth_timeout)
    answer = await api.call("GetAttachedMediaInfo", params)
    return AttachedFound(
        media=tuple(AttachedInfo(record.raw, record.origin) for record in answer.records("AttachedMediaList")),
        missing=answer.ids("NonExistMediaIds"),
        answer=answer,
    )


async def update_attached_media_infos(api: Api, items: Sequence[Item]) -> BatchOutcome:
    """Change up to 20 pieces of attached media; each item has `MediaId` and the fields to set.

    source: page «ApsaraVideo VOD:UpdateAttachedMediaInfos».
    """
    answer = await api.call("UpdateAttachedMediaInfos", {"UpdateContent": update_content(items)})
    return BatchOutcome(missing=answer.ids("NonExistMediaIds"), refused=frozenset(), request_id=answer.request_id)


async def delete_attached_media(api: Api, ids: Sequence[str]) -> BatchOutcome:
    """Delete up to 20 pieces of attached media, for good; those that were not deleted count as missing.

    source: page «ApsaraVideo VOD:DeleteAttachedMedia».
    """
    answer = await api.call("DeleteAttachedMedia", {"MediaIds": ",".join(ids)})
    return BatchOutcome(missing=answer.ids("NonExistMediaIds"), refused=frozenset(), request_id=answer.request_id)
