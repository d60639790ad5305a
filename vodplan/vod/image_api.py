"""The operations on images and snapshots, one typed function each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from vodplan.core.urls import strip_signature
from vodplan.vod.caller import Api
from vodplan.vod.updates import BatchOutcome, Item, update_content
from vodplan.vod.wire import Record


class ImageInfo(Record):
    """One uploaded image as the service describes it; texts are "" when absent."""

    __slots__ = ()

    @property
    def id(self) -> str:
        """Its id."""
        return self.text("ImageId")

    @property
    def url(self) -> str:
        """Its URL, without its signature."""
        return strip_signature(self.text("URL"))

    @property
    def size(self) -> int | None:
        """Bytes."""
        source = self.record("Mezzanine")
        return source.integer("FileSize") if source else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesFound:
    """What a look-up of several gave: those that exist, in no order, and ids that do not."""

    images: tuple[ImageInfo, ...]
    missing: frozenset[str]
    answer: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshots:
    """Snapshots of one type of one video: how many there are, and the URLs of one page, signatures included."""

    total: int
    urls: tuple[str, ...]


async def get_image_info(api: Api, image_id: str, *, auth_timeout: int | None = None) -> ImageInfo:
    """Read one uploaded image.

    auth_timeout: seconds for which the image's URL is to stay valid.
    raises: NotFound, code `NoSuchResource`.
    source: page «ApsaraVideo VOD:GetImageInfo».
    """
    params = {"ImageId": image_id}
    if auth_timeout is not None:
        params["AuthTimeout"] = str(auth_timeout)
    answer = await api.call("GetImageInfo", params)
    record = answer.record("ImageInfo")
    if record is None:
        raise answer.invalid("it has no ImageInfo")
    return ImageInfo(record.raw, record.origin)


async def create_upload_image(
    api: Api, *, title: str, extension: str, tags: str, file_name: str, image_type: str = "cover"
) -> Record:
    """Begin the upload of a picture that is to be a cover; the answer names the image and where its file goes.

    Each call makes another image, which stays without a file until that has arrived.

    source: page «ApsaraVideo VOD:CreateUploadImage».
    """
    return await api.call(
        "CreateUploadImage",
        {"ImageType": image_type, "ImageExt": extension, "Title": title, "Tags": tags, "OriginalFileName": file_name},
    )


async def get_image_infos(api: Api, ids: Sequence[str]) -> ImagesFound:
    """Read up to 20 uploaded images.

    source: page «ApsaraVideo VOD:GetImageInfos».
    """
    answer = await api.call("GetImageInfos", {"ImageIds": ",".join(ids)})
    return ImagesFound(
        images=tuple(ImageInfo(record.raw, record.origin) for record in answer.records("ImageInfo")),
        missing=answer.ids("NonExistImageIds"),
        answer=answer,
    )


async def update_image_infos(api: Api, items: Sequence[Item]) -> BatchOutcome:
    """Change up to 20 uploaded images; each item has `ImageId` and the fields to set.

    source: page «ApsaraVideo VOD:UpdateImageInfos».
    """
    answer = await api.call("UpdateImageInfos", {"UpdateContent": update_content(items)})
    return BatchOutcome(missing=answer.ids("NonExistImageIds"), refused=frozenset(), request_id=answer.request_id)


async def delete_images(api: Api, ids: Sequence[str]) -> str:
    """Delete up to 20 uploaded images by id, for good; returns the request's id.

    raises: NotFound, code `NoSuchResource`; the answer does not say which.
    source: page «ApsaraVideo VOD:DeleteImage».
    """
    return (await api.call("DeleteImage", {"DeleteImageType": "ImageId", "ImageIds": ",".join(ids)})).request_id


async def delete_images_by_url(api: Api, urls: Sequence[str]) -> str:
    """Delete up to 20 images or snapshots by address, for good; returns the request's id.

    raises: NotFound, code `NoSuchResource`.
    source: page «ApsaraVideo VOD:DeleteImage»: each URL is encoded before they are joined.
    """
    joined = ",".join(quote(url, safe="") for url in urls)
    return (await api.call("DeleteImage", {"DeleteImageType": "ImageURL", "ImageURLs": joined})).request_id


async def delete_snapshots(api: Api, video_id: str, kind: str) -> str:
    """Delete the snapshots of one type of one video, for good; returns the request's id.

    kind:   `CoverSnapshot`, `NormalSnapshot`, `SpriteSnapshot`, `SpriteOriginSnapshot` or `All`.
    raises: NotFound.
    source: page «ApsaraVideo VOD:DeleteImage».
    """
    params = {"DeleteImageType": "VideoId", "VideoId": video_id, "ImageType": kind}
    return (await api.call("DeleteImage", params)).request_id


async def list_snapshots(api: Api, video_id: str, kind: str, *, page: int = 1, page_size: int = 100) -> Snapshots:
    """List the snapshots of one type that the last snapshot job of a video made; one page of at most 100.

    raises: NotFound, code `InvalidVideo.NotFound` or `NoSuchResource`; RefusedByService, code
            `Forbidden.IllegalStatus`, while the video has no status in which it can have snapshots.
    source: page «ApsaraVideo VOD:ListSnapshots».
    """
    params = {"VideoId": video_id, "SnapshotType": kind, "PageNo": str(page), "PageSize": str(page_size)}
    answer = await api.call("ListSnapshots", params)
    snapshot = answer.record("MediaSnapshot")
    if snapshot is None:
        return Snapshots(total=0, urls=())
    urls = tuple(record.text("Url") for record in snapshot.records("Snapshots"))
    total = snapshot.integer("Total")
    return Snapshots(total=len(urls) if total is None else total, urls=urls)
