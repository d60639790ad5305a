"""Images in files: which of them are uploaded already, and the uploading of one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from vodplan.core.cost import PICTURES_A_SEARCH
from vodplan.core.coverfile import Images, cover_of, digest_in, title_of
from vodplan.core.errors import BugError
from vodplan.core.kind import Call
from vodplan.core.picturefile import MEDIA, Unusable, type_of
from vodplan.core.ports import CallAnswer, Refusal, Uploaded
from vodplan.core.urls import strip_signature
from vodplan.vod import image_api
from vodplan.vod.caller import Api
from vodplan.vod.concurrency import gather
from vodplan.vod.search import Walk, one_of

if TYPE_CHECKING:
    from vodplan.vod.storage import ObjectStorage

NOT_STORED = "NotStored"
"""The code of an upload that the object storage did not take."""

FILE_CHANGED = "FileChanged"
"""The code of an upload whose file is not the one that was planned."""

TAG = "vodplan-cover"
"""The tag of every image that is uploaded from a file."""

_NORMAL = "Normal"


class CoverImages:
    """The images of pictures in files.

    read:    gives the content of a file by its path in a plan, raising `Unusable`; None where nothing is uploaded.
    region:  the service's.
    storage: opened by the first upload.
    Images of this process are remembered, since the search index may not know them yet.
    """

    def __init__(
        self,
        api: Api,
        *,
        read: Callable[[str], bytes] | None = None,
        region: str = "",
        storage: Callable[[], ObjectStorage] | None = None,
    ) -> None:
        self._api = api
        self._read = read
        self._region = region
        self._storage = storage
        self._own: dict[str, Uploaded] = {}

    def remember(self, uploaded: Mapping[str, Uploaded]) -> None:
        """Take note of images that an earlier process uploaded; digest → image."""
        self._own.update(uploaded)

    async def find(self, digests: Sequence[str]) -> Images:
        """See `LiveReader.pictures`.

        The index names candidates; what is believed is what the service says of an image by its id: its title has the
        digest, and its file has arrived.
        """
        ids = {self._own[one].id: None for one in digests if one in self._own}
        unknown = [one for one in digests if one not in self._own]
        groups = [unknown[start : start + PICTURES_A_SEARCH] for start in range(0, len(unknown), PICTURES_A_SEARCH)]
        for found in await gather(partial(self._candidates, group) for group in groups):
            ids.update(dict.fromkeys(found))
        names = list(ids)
        batches = [names[start : start + 20] for start in range(0, len(names), 20)]
        urls: dict[str, list[str]] = {}
        for batch in await gather(partial(image_api.get_image_infos, self._api, some) for some in batches):
            for info in batch.images:
                digest = digest_in(info.text("Title"))
                if digest and info.url and info.text("Status") in ("", _NORMAL):
                    urls.setdefault(digest, []).append(info.url)
        return {digest: tuple(sorted(urls[digest])) for digest in digests if digest in urls}

    async def _candidates(self, digests: Sequence[str]) -> list[str]:
        walk = Walk(self._api, "image", match=one_of("Title", [title_of(one) for one in digests]), fields=("Title",))
        wanted = set(digests)
        return [
            one.id
            async for page in walk.pages()
            for one in page
            if digest_in(one.fields.text("Title")) in wanted or not one.fields.text("Title")
        ]

    async def write(self, call: Call) -> CallAnswer:
        """Upload one picture; see `LiveWriter.write`.

        What hinders this one alone, a file that changed or a storage that does not take it, is a refusal of it.
        """
        item = call.items[0]
        from vodplan.vod.storage import NotStored, grant_of

        cover = cover_of(item.params)
        if cover is None or self._read is None or self._storage is None:
            raise BugError("An upload was begun without a file to upload.")
        try:
            content = await asyncio.to_thread(self._read, cover.file)
        except Unusable as error:
            return _refused(item.id, FILE_CHANGED, f"{cover.file} {error}.")
        if hashlib.sha256(content).hexdigest() != cover.sha256:
            return _refused(item.id, FILE_CHANGED, f"{cover.file} is not the file that was planned; plan again.")
        ending = type_of(content)
        begun = await image_api.create_upload_image(
            self._api, title=title_of(cover.sha256), extension=ending, tags=TAG, file_name=f"{cover.sha256}.{ending}"
        )
        try:
            grant = grant_of(begun.text("UploadAddress"), begun.text("UploadAuth"), region=self._region)
        except ValueError as error:
            raise begun.invalid(f"{error}") from None
        try:
            await self._storage().put(grant, content, MEDIA[ending])
        except NotStored as error:
            return _refused(item.id, NOT_STORED, f"{cover.file} was not uploaded: {error}.", begun.request_id)
        image_id = begun.text("ImageId")
        url = strip_signature(begun.text("ImageURL") or begun.text("FileURL"))
        if not image_id or not url:
            raise begun.invalid("it names no image")
        made = self._own[cover.sha256] = Uploaded(id=image_id, url=url)
        return CallAnswer(uploaded=made, request_id=begun.request_id)


def _refused(item: str, code: str, message: str, request_id: str = "") -> CallAnswer:
    refusal = Refusal(code=code, message=message, request_id=request_id)
    return CallAnswer(refused={item: refusal}, request_id=request_id)
