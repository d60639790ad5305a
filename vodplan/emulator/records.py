"""What the library holds, as plain frozen records: the shape in which media are put into the database."""

from dataclasses import dataclass

ROOT = -1
"""The id of the virtual root above all top-level categories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One transcoded rendition of a video or audio; bitrate in Kbit/s, size in bytes."""

    job_id: str
    definition: str
    format: str
    width: int
    height: int
    bitrate: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The uploaded file; `served` says that it is also played as the original quality.

    md5: marks the content: the bytes that are served follow from it (`sources`), and so does the MD5 that is reported.
    """

    file_name: str
    size: int
    width: int
    height: int
    bitrate: int
    fps: int
    md5: str
    served: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """One video or audio; times in seconds since 1970, duration in seconds, tags as the stored string."""

    id: str
    title: str
    created: int
    modified: int
    media_type: str = "video"
    reference_id: str | None = None
    description: str | None = None
    tags: str | None = None
    category: int | None = None
    cover: str | None = None
    status: str = "Normal"
    duration: float = 0.0
    size: int = 0
    app_id: str = "app-1000000"
    storage_class: str = "Standard"
    user_data: str | None = None
    source: Source | None = None
    streams: tuple[Stream, ...] = ()
    snapshots: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One uploaded image; `path` is its place under the picture host."""

    id: str
    title: str
    created: int
    modified: int
    path: str
    description: str | None = None
    tags: str | None = None
    category: int | None = None
    image_type: str = "default"
    status: str = "Normal"
    file_name: str = "image.png"
    width: int = 1280
    height: int = 720
    size: int = 0
    app_id: str = "app-1000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """One auxiliary asset: a watermark, subtitle or material."""

    id: str
    business_type: str
    title: str
    created: int
    modified: int
    path: str
    description: str | None = None
    tags: str | None = None
    categories: tuple[int, ...] = ()
    status: str = "Normal"
    file_name: str = "asset.png"
    size: int = 0
    app_id: str = "app-1000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One node of a category tree; level 0 is the top."""

    id: int
    name: str
    parent: int
    level: int
    type: str = "default"
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A whole library, ready to be loaded into an empty database."""

    categories: tuple[Category, ...]
    videos: tuple[Video, ...]
    images: tuple[Image, ...]
    attached: tuple[Attached, ...]

    def category_path(self, category: int | None) -> str | None:
        """The path of a category (`News/Sports`), or None for none."""
        nodes = {node.id: node for node in self.categories}
        names: list[str] = []
        while category is not None and category != ROOT:
            names.append(nodes[category].name)
            category = nodes[category].parent
        return "/".join(reversed(names)) or None
