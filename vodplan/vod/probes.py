"""What works and what does not, found out by reads that touch nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vodplan.core.errors import ApiError, CredentialsError, Forbidden, NotFound, RefusedByService
from vodplan.vod import category_api, image_api, search, video_api
from vodplan.vod.caller import Caller

NOBODY = "0" * 32
"""An id in the form of the service's own that no asset has."""

MOST_SKEW = 15 * 60
"""Seconds that the service tolerates between its clock and a request's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One finding.

    name:   `credentials`, `clock`, or the operation that was tried.
    detail: one sentence or phrase; what to do when not `ok`.
    """

    name: str
    ok: bool
    detail: str


async def probe(caller: Caller) -> list[ProbeResult]:
    """Try every read that vodplan makes; the credentials and the clock are judged by the first.

    Writes are not tried: there is none that is sure to change nothing.
    """
    reads: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("GetVideoInfos", lambda: video_api.get_video_infos(caller, ids=[NOBODY])),
        ("BatchGetMediaInfos", lambda: video_api.batch_get_media_infos(caller, [NOBODY])),
        ("GetMezzanineInfo", lambda: video_api.get_mezzanine_info(caller, NOBODY)),
        ("GetPlayInfo", lambda: video_api.get_play_info(caller, NOBODY)),
        ("GetImageInfos", lambda: image_api.get_image_infos(caller, [NOBODY])),
        ("ListSnapshots", lambda: image_api.list_snapshots(caller, NOBODY, "CoverSnapshot", page_size=1)),
        ("GetCategories", lambda: category_api.get_categories(caller)),
        ("SearchMedia", lambda: search.search_media(caller, page_size=1)),
    ]
    results: list[ProbeResult] = []
    for place, (name, read) in enumerate(reads):
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
    return results


async def _permission(name: str, read: Callable[[], Awaitable[object]]) -> ProbeResult:
    try:
        await read()
    except Forbidden as error:
        if not error.code.endswith("IllegalStatus"):
            return ProbeResult(name=name, ok=False, detail=_told(error.message, error.next))
    except (NotFound, RefusedByService):
        # Only a key that may call an operation learns that the id does not exist.
        pass
    return ProbeResult(name=name, ok=True, detail=f"allowed (vod:{name})")


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
