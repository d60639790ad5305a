"""Rows as the database gives them, typed, one class per table; the order of the fields is that of the columns."""

import json
from typing import NamedTuple

from .records import Attached, Category, Image, Source, Stream, Video


class VideoRow(NamedTuple):
    """A row of `videos`; source, streams and snapshots are JSON."""

    id: str
    reference_id: str | None
    media_type: str
    title: str | None
    description: str | None
    tags: str | None
    cate_id: int | None
    cover: str | None
    status: str
    duration: float
    size: int
    created: int
    modified: int
    app_id: str
    storage_class: str
    user_data: str | None
    source: str | None
    streams: str
    snapshots: str

    def stream_list(self) -> tuple[Stream, ...]:
        """The renditions, in their order."""
        return tuple(Stream(**item) for item in json.loads(self.streams))

    def snapshot_counts(self) -> dict[str, list[int]]:
        """Snapshot type to the indexes that are still there."""
        counts: dict[str, list[int]] = json.loads(self.snapshots)
        return counts

    def source_file(self) -> Source | None:
        """The source file, or None once it is deleted or was never uploaded."""
        return None if self.source is None else Source(**json.loads(self.source))


class ImageRow(NamedTuple):
    """A row of `images`."""

    id: str
    title: str | None
    description: str | None
    tags: str | None
    cate_id: int | None
    image_type: str
    status: str
    path: str
    file_name: str
    width: int
    height: int
    size: int
    created: int
    modified: int
    app_id: str


class AttachedRow(NamedTuple):
    """A row of `attached`; the category ids are joined by commas."""

    id: str
    business_type: str
    title: str | None
    description: str | None
    tags: str | None
    cate_ids: str
    status: str
    path: str
    file_name: str
    size: int
    created: int
    modified: int
    app_id: str


class CategoryRow(NamedTuple):
    """A row of `categories`."""

    id: int
    name: str
    parent: int
    level: int
    type: str
    created: int


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def streams_json(streams: tuple[Stream, ...]) -> str:
    """The stored form of a list of renditions."""
    return _json(
        [
            {
                "job_id": stream.job_id,
                "definition": stream.definition,
                "format": stream.format,
                "width": stream.width,
                "height": stream.height,
                "bitrate": stream.bitrate,
                "size": stream.size,
            }
            for stream in streams
        ]
    )


def source_json(source: Source | None) -> str | None:
    """The stored form of a source file."""
    if source is None:
        return None
    return _json({name: getattr(source, name) for name in Source.__slots__})


def video_row(video: Video) -> VideoRow:
    """The row of a record."""
    return VideoRow(
        id=video.id,
        reference_id=video.reference_id,
        media_type=video.media_type,
        title=video.title,
        description=video.description,
        tags=video.tags,
        cate_id=video.category,
        cover=video.cover,
        status=video.status,
        duration=video.duration,
        size=video.size,
        created=video.created,
        modified=video.modified,
        app_id=video.app_id,
        storage_class=video.storage_class,
        user_data=video.user_data,
        source=source_json(video.source),
        streams=streams_json(video.streams),
        snapshots=_json({kind: list(range(1, count + 1)) for kind, count in video.snapshots}),
    )


def image_row(image: Image) -> ImageRow:
    """The row of a record."""
    return ImageRow(
        id=image.id,
        title=image.title,
        description=image.description,
        tags=image.tags,
        cate_id=image.category,
        image_type=image.image_type,
        status=image.status,
        path=image.path,
        file_name=image.file_name,
        width=image.width,
        height=image.height,
        size=image.size,
        created=image.created,
        modified=image.modified,
        app_id=image.app_id,
    )


def attached_row(media: Attached) -> AttachedRow:
    """The row of a record."""
    return AttachedRow(
        id=media.id,
        business_type=media.business_type,
        title=media.title,
        description=media.description,
        tags=media.tags,
        cate_ids=",".join(map(str, media.categories)),
        status=media.status,
        path=media.path,
        file_name=media.file_name,
        size=media.size,
        created=media.created,
        modified=media.modified,
        app_id=media.app_id,
    )


def category_row(category: Category) -> CategoryRow:
    """The row of a record."""
    return CategoryRow(category.id, category.name, category.parent, category.level, category.type, category.created)
