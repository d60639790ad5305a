"""Saves the source file and the metadata of a video to this machine's disk before the service deletes them for good."""

from __future__ import annotations

import asyncio
import errno
import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from vodplan.core.change import Change
from vodplan.core.errors import ApiError, NotFound, VodplanError
from vodplan.core.ports import Clock, Refusal
from vodplan.vod import disk, video
from vodplan.vod import video_api as vod
from vodplan.vod.backup_record import ENDING, Saved, record_bytes, saved_before
from vodplan.vod.caller import Api
from vodplan.vod.download import Expected, Wrong, download, in_thread
from vodplan.vod.filenames import numbered, safe_name
from vodplan.vod.transfer import FileServer, Hopeless

log = logging.getLogger("vodplan.vod")

AT_ONCE = 2
"""Source files that are fetched side by side."""

SPARE = 64 * 1024 * 1024
"""Bytes of the disk that are left to others: the run's own journal may stand on it."""

URL_SECONDS = 6 * 3600
"""Seconds for which the service is asked to keep an address open."""

_MOST_NAMES = 1000
_MD5 = re.compile(r"[0-9a-f]{32}")
_NO_FILE = frozenset({"Deleted", "UploadFail"})
_AT_HAND = frozenset({"", "Standard", "IA"})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

Describe = Callable[[Saved], bytes]


class SourceBackup:
    """Implements `core.ports.Backup`: everything goes below `folder`, as REGION/VIDEO ID/FILE NAME.

    files: where source files come from; not the API, whose rates have no part in this.
    free:  bytes that may still be written into a folder.
    spare: as `SPARE`.
    """

    def __init__(
        self,
        api: Api,
        *,
        files: FileServer,
        folder: Path,
        region: str,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        free: Callable[[Path], int] = disk.free_bytes,
        spare: int = SPARE,
    ) -> None:
        self._api = api
        self._files = files
        self._folder = folder / safe_name(region, otherwise="region")
        self._clock = clock
        self._sleep = sleep
        self._free = free
        self._spare = spare
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._claimed: dict[Path, int] = {}

    async def save(self, change: Change, *, came: Callable[[int], None]) -> Refusal | None:
        """See `Backup.save`."""
        try:
            await self._save(change, came)
        except NotFound as error:
            # Gone already, and with it everything there was to save; its deletion will say so.
            return None if error.code == video.NO_VIDEO else _refusal(error.message, error)
        except VodplanError as error:
            return _refusal(error.message, error)
        except disk.Busy:
            return _refusal("another process is fetching it")
        except Hopeless as error:
            return _refusal(str(error))
        except OSError as error:
            return _refusal(f"the disk below {self._folder.parent} says: {error.strerror or type(error).__name__}")
        return None

    async def _save(self, change: Change, came: Callable[[int], None]) -> None:
        video_id = change.id or ""
        info = await self._info(video_id)
        if info is None:
            return
        source = await video.source_of(self._api, video_id)
        streams = await video.streams_of(self._api, video_id)
        folder = self._folder / safe_name(video_id, otherwise="video")
        await in_thread(disk.make_folder, folder)
        status = source.text("Status")
        if status in _NO_FILE:
            record = record_bytes(info, source, streams, change, None)
            await in_thread(disk.write_whole, folder / f"no-source{ENDING}", record)
            return
        if not source.text("FileURL"):
            raise Hopeless(f"the service gives no address for it (its status is {status or 'not told'})")

        def describe(saved: Saved) -> bytes:
            return record_bytes(info, source, streams, change, saved)

        async with self._slots:
            try:
                await self._keep(folder, video_id, source, describe, came)
            except Hopeless as error:
                storage = info.text("StorageClass")
                if storage in _AT_HAND:
                    raise
                raise Hopeless(f"{error} (storage class {storage}: it may have to be restored first)") from error

    async def _info(self, video_id: str) -> vod.VideoInfo | None:
        """What the service tells of a video, None when it is gone."""
        try:
            found = await vod.get_video_infos(self._api, ids=[video_id])
        except NotFound as error:
            if error.code != video.NO_VIDEO:
                raise
            return None
        if found.videos:
            return found.videos[0]
        if video_id in found.forbidden:
            raise video.forbidden(found.answer, video_id)
        return None

    async def _keep(
        self, folder: Path, video_id: str, source: vod.SourceInfo, describe: Describe, came: Callable[[int], None]
    ) -> None:
        """Fetch a source file unless it is there; another one of the same name stays as it is."""
        md5 = source.text("FileMD5").lower()
        expected = Expected(size=source.size, md5=md5 if _MD5.fullmatch(md5) else "")
        name = safe_name(source.text("FileName"), otherwise="source")
        for number in range(1, _MOST_NAMES):
            final = folder / numbered(name, number)
            if not await in_thread(_taken, final):
                await self._fetch(final, video_id, source, expected, describe, came)
                return
            kept = await in_thread(_kept, final, expected, self._now())
            if kept is not None:
                log.debug("backup of %s: there already, %d bytes", video_id, kept.size)
                await in_thread(disk.write_whole, _record_of(final), describe(kept))
                came(kept.size)
                return
        raise Hopeless(f"{folder} has too many files called like it")

    async def _fetch(
        self,
        final: Path,
        video_id: str,
        source: vod.SourceInfo,
        expected: Expected,
        describe: Describe,
        came: Callable[[int], None],
    ) -> None:
        async def address() -> str:
            now = await video.source_of(self._api, video_id, auth_timeout=URL_SECONDS)
            if not now.text("FileURL"):
                raise Hopeless("the service gives no address for it any more")
            return now.text("FileURL")

        def claim(more: int) -> None:
            self._claim(final, more)

        of = {"video": video_id, "created": source.text("CreationTime"), "size": expected.size, "md5": expected.md5}
        part = await in_thread(disk.PartFile, final, of=of)
        begun = part.length
        try:
            for again in (begun > 0, False):
                try:
                    await download(
                        self._files, part, expected, address=address, claim=claim, came=came, sleep=self._sleep
                    )
                    break
                except Wrong:
                    if not again:
                        raise
                    # What an earlier process left may be what is wrong.
                    await in_thread(part.restart)
            written = await in_thread(part.settle)
            saved = Saved(file=final.name, size=part.length, md5=part.md5, mtime_ns=written, at=self._now())
            await in_thread(disk.write_whole, _record_of(final), describe(saved))
            await in_thread(part.finish)
            log.debug("backup of %s: %d bytes fetched, %d there before", video_id, saved.size - begun, begun)
        except Wrong:
            await in_thread(part.discard)
            raise
        except OSError as error:
            if error.errno in _FULL:
                await in_thread(part.discard)
            raise
        finally:
            self._claimed.pop(final, None)
            await in_thread(part.close)

    def _claim(self, final: Path, more: int) -> None:
        """Lay a claim to bytes of the disk, beside those that the other files under way have."""
        others = sum(size for path, size in self._claimed.items() if path != final)
        left = self._free(final.parent) - others - self._spare
        if left < more:
            raise Hopeless(
                f"the disk below {self._folder.parent} has no room: {more:,} bytes are to come, and {max(left, 0):,} "
                f"are left beside the {self._spare:,} that are kept free"
            )
        self._claimed[final] = more

    def _now(self) -> str:
        return self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def _taken(final: Path) -> bool:
    return final.is_symlink() or final.exists()


def _kept(final: Path, expected: Expected, now: str) -> Saved | None:
    """How a file that stands there was saved, if it is the one that is wanted; None for another one."""
    if final.is_symlink() or not final.is_file():
        return None
    there = final.stat()
    if expected.size not in (None, there.st_size):
        return None
    saved = saved_before(_record_of(final))
    if saved is not None and (saved.size, saved.mtime_ns) == (there.st_size, there.st_mtime_ns):
        return saved if expected.md5 in ("", saved.md5) else None
    # Touched since, or not vodplan's: only its content can tell.
    if not expected.md5 or disk.md5_of(final) != expected.md5:
        return None
    return Saved(file=final.name, size=there.st_size, md5=expected.md5, mtime_ns=there.st_mtime_ns, at=now)


def _record_of(final: Path) -> Path:
    return final.with_name(final.name + ENDING)


def _refusal(why: str, error: VodplanError | None = None) -> Refusal:
    sentence = f"It is not deleted, since its source file could not be saved: {why}".rstrip(".") + "."
    if isinstance(error, ApiError):
        return Refusal(code=error.code, message=sentence, request_id=error.request_id)
    return Refusal(code="", message=sentence)
