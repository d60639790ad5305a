"""What works and what does not, found out by calls that change nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from vodplan.core.errors import ApiError, CredentialsError, Forbidden, NotFound, RefusedByService
from vodplan.vod import attached_api, category_api, image_api, search, video_api
from vodplan.vod.caller import Api, Caller

NOBODY = "0" * 32
"""An id in the form of the service's own that no asset has."""

NOWHERE = 9_007_199_254_740_991
"""A category's id that no category has: the largest whole number that every JSON reader keeps exact."""

UNNAMEABLE = "vodplan doctor " + "x" * 64
"""A category's name over the service's 64 bytes: a second reason to refuse what names `NOWHERE` already."""

_NO_IMAGE = {
    "image_type": "none",
    "extension": "none",
    "title": "vodplan doctor " + "x" * 128,
    "tags": "",
    "file_name": "",
}
"""An upload of a type, an ending and a title that the service does not have, each a reason to refuse it: there is no
image to name that does not exist. Were all three taken, an image without a file would be left behind."""

MOST_SKEW = 15 * 60
"""Seconds that the service tolerates between its clock and a request's time."""


class Need(StrEnum):
    """What a permission is needed for; each includes the ones before it."""

    PLAN = "plan"
    APPLY = "apply"
    DELETE = "delete"


NEEDS = tuple(Need)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One finding.

    name:   `credentials`, `clock`, or the operation that was tried.
    ok:     None for a write that was not tried, as it could not be shown before that it would change nothing.
    detail: one sentence or phrase; what to do when not `ok`.
    need:   what the operation is needed for.
    action: the RAM action, `vod:OPERATION`, when a policy denies it; else "".
    """

    name: str
    ok: bool | None
    detail: str
    need: Need = Need.PLAN
    action: str = ""


Try = tuple[str, Callable[[], Awaitable[object]]]


async def probe(caller: Caller, *, need: Need = Need.DELETE) -> list[ProbeResult]:
    """Try every operation that vodplan calls; the credentials and the clock are judged by the first.

    Writes name an asset and a category that do not exist, so that there is nothing to change; they are sent only after
    the service has said so itself.

    need: how far to go: reads, or updates too, or removals too.
    """
    results: list[ProbeResult] = []
    for place, (name, read) in enumerate(_reads(caller)):
        try:
            finding = await _permission(name, read)
        except CredentialsError as error:
            return [ProbeResult(name="credentials", ok=False, detail=_told(error.message, error.next)), *_clock(caller)]
        except ApiError as error:
            finding = ProbeResult(name=name, ok=False, detail=_told(error.message, error.next))
            if place == 0 and error.status is None:
                return [ProbeResult(name="endpoint", ok=False, detail=error.message)]
        if place == 0:
            results = [
                ProbeResult(name="credentials", ok=True, detail=f"accepted, from {caller.provider}"),
                *_clock(caller),
            ]
        results.append(finding)
    if need is not Need.PLAN:
        results.extend(await _written(caller, need))
    return results


def _reads(api: Api) -> list[Try]:
    return [
        ("GetVideoInfos", lambda: video_api.get_video_infos(api, ids=[NOBODY])),
        ("BatchGetMediaInfos", lambda: video_api.batch_get_media_infos(api, [NOBODY])),
        ("GetMezzanineInfo", lambda: video_api.get_mezzanine_info(api, NOBODY)),
        ("GetPlayInfo", lambda: video_api.get_play_info(api, NOBODY)),
        ("GetImageInfos", lambda: image_api.get_image_infos(api, [NOBODY])),
        ("ListSnapshots", lambda: image_api.list_snapshots(api, NOBODY, "CoverSnapshot", page_size=1)),
        ("GetAttachedMediaInfo", lambda: attached_api.get_attached_media_info(api, [NOBODY])),
        ("GetCategories", lambda: category_api.get_categories(api)),
        ("SearchMedia", lambda: search.search_media(api, page_size=1)),
    ]


def _writes(api: Api) -> dict[Need, list[Try]]:
    video = {"VideoId": NOBODY, "Title": "vodplan doctor"}
    image = {"ImageId": NOBODY, "Title": "vodplan doctor"}
    attached = {"MediaId": NOBODY, "Title": "vodplan doctor"}
    return {
        Need.APPLY: [
            ("UpdateVideoInfo", lambda: video_api.update_video_info(api, video)),
            ("UpdateVideoInfos", lambda: video_api.update_video_infos(api, [video])),
            ("UpdateImageInfos", lambda: image_api.update_image_infos(api, [image])),
            ("CreateUploadImage", lambda: image_api.create_upload_image(api, **_NO_IMAGE)),
            ("UpdateAttachedMediaInfos", lambda: attached_api.update_attached_media_infos(api, [attached])),
            ("AddCategory", lambda: category_api.add_category(api, UNNAMEABLE, parent=NOWHERE)),
            ("UpdateCategory", lambda: category_api.update_category(api, NOWHERE, UNNAMEABLE)),
        ],
        Need.DELETE: [
            ("DeleteVideo", lambda: video_api.delete_video(api, [NOBODY])),
            ("DeleteMezzanines", lambda: video_api.delete_mezzanines(api, [NOBODY])),
            ("DeleteStream", lambda: video_api.delete_stream(api, NOBODY, [NOBODY])),
            ("DeleteImage", lambda: image_api.delete_images(api, [NOBODY])),
            ("DeleteAttachedMedia", lambda: attached_api.delete_attached_media(api, [NOBODY])),
            ("DeleteCategory", lambda: category_api.delete_category(api, NOWHERE)),
        ],
    }


async def _written(caller: Caller, need: Need) -> list[ProbeResult]:
    absent = {
        "Video": await _absent(_names_no_video(caller)),
        "Image": await _absent(_names_no_image(caller)),
        "Attached": await _absent(_names_nothing_attached(caller)),
        "Category": await _absent(_names_no_category(caller)),
    }
    results = []
    for step, writes in _writes(caller).items():
        if NEEDS.index(step) > NEEDS.index(need):
            break
        for name, write in writes:
            about = next((word for word in absent if word in name), "Video")
            if not absent[about]:
                detail = f"not tried: the service did not say first that there is no such {about.lower()}"
                results.append(ProbeResult(name=name, ok=None, need=step, detail=detail))
                continue
            try:
                results.append(await _permission(name, write, step))
            except ApiError as error:
                results.append(ProbeResult(name=name, ok=False, need=step, detail=_told(error.message, error.next)))
    return results


async def _absent(says: Awaitable[bool]) -> bool:
    """Whether the service itself says that what the writes name does not exist: in its answer, or by an error."""
    try:
        return await says
    except NotFound:
        return True
    except ApiError:
        return False


async def _names_no_video(api: Api) -> bool:
    return NOBODY in (await video_api.get_video_infos(api, ids=[NOBODY])).missing_ids


async def _names_no_image(api: Api) -> bool:
    return NOBODY in (await image_api.get_image_infos(api, [NOBODY])).missing


async def _names_nothing_attached(api: Api) -> bool:
    return NOBODY in (await attached_api.get_attached_media_info(api, [NOBODY])).missing


async def _names_no_category(api: Api) -> bool:
    await category_api.get_categories(api, NOWHERE)
    return False


async def _permission(name: str, call: Callable[[], Awaitable[object]], need: Need = Need.PLAN) -> ProbeResult:
    action = f"vod:{name}"
    try:
        await call()
    except Forbidden as error:
        if not error.code.endswith("IllegalStatus"):
            detail = _told(error.message, error.next)
            return ProbeResult(name=name, ok=False, need=need, detail=detail, action=action)
    except (NotFound, RefusedByService):
        # Only a key that may call an operation learns that the id does not exist.
        pass
    return ProbeResult(name=name, ok=True, need=need, detail=f"allowed ({action})")


def _clock(caller: Caller) -> list[ProbeResult]:
    skew = caller.skew
    if skew is None:
        return []
    if not skew:
        return [ProbeResult(name="clock", ok=True, detail="as the service's")]
    side = "behind" if skew > 0 else "ahead of"
    fits = abs(skew) < MOST_SKEW
    detail = f"{abs(skew):.0f} seconds {side} the service's; it tolerates {MOST_SKEW // 60} minutes"
    return [ProbeResult(name="clock", ok=fits, detail=detail if fits else f"{detail}. Set this machine's clock (NTP)")]


def _told(message: str, next: str) -> str:
    return f"{message} {next}".strip()
