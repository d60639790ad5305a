"""What stands beside a saved source file: everything the service told of its video, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from vodplan.core.change import Change
from vodplan.vod import video_api as vod
from vodplan.vod.filenames import OURS
from vodplan.vod.wire import Record

FORMAT = "vodplan-backup/1"
ENDING = f"{OURS}.json"
"""Put behind the name of the source file."""

_STREAM_NUMBERS = ("Size", "Width", "Height", "Bitrate", "Duration", "Fps", "Encrypt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """How a source file was when it was saved: its name on the disk, bytes, MD5, the time of the file, and when."""

    file: str
    size: int
    md5: str
    mtime_ns: int
    at: str


def record_bytes(
    info: vod.VideoInfo, source: vod.SourceInfo, streams: Sequence[Record], change: Change, saved: Saved | None
) -> bytes:
    """The record of one video; no address in it has a signature.

    saved: None where there was no source file to save.
    """
    document = {
        "format": FORMAT,
        "video": _video(info, change),
        "source": _source(source),
        "streams": [_stream(one) for one in streams],
        "saved": asdict(saved) if saved else None,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def saved_before(path: Path) -> Saved | None:
    """What a record says of its source file, None without a record that can be read."""
    try:
        document = orjson.loads(path.read_bytes())
        saved = document["saved"]
        found = Saved(**saved)
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None
    kinds = ((found.file, str), (found.size, int), (found.md5, str), (found.mtime_ns, int), (found.at, str))
    return found if all(isinstance(value, kind) for value, kind in kinds) else None


def _video(info: vod.VideoInfo, change: Change) -> Mapping[str, object]:
    return {
        "id": info.id,
        "reference": info.reference,
        "title": info.text("Title"),
        "description": info.text("Description"),
        "tags": info.tags("Tags"),
        "category": {
            "id": info.category("CateId"),
            "name": info.text("CateName"),
            "path": change.facts.get("category"),
        },
        "cover": info.cover,
        "status": info.text("Status"),
        "created": info.text("CreationTime"),
        "modified": info.text("ModificationTime"),
        "duration": info.number("Duration"),
        "size": info.integer("Size"),
        "storage_class": info.text("StorageClass"),
        "storage_location": info.text("StorageLocation"),
        "app": info.text("AppId"),
        "template_group": info.text("TemplateGroupId"),
        "user_data": info.text("UserData"),
    }


def _source(source: vod.SourceInfo) -> Mapping[str, object]:
    return {
        "name": source.text("FileName"),
        "address": source.text("FileURL").partition("?")[0],
        "status": source.text("Status"),
        "size": source.size,
        "md5": source.text("FileMD5"),
        "created": source.text("CreationTime"),
        **{name.lower(): source.number(name) for name in ("Duration", "Width", "Height", "Bitrate", "Fps")},
    }


def _stream(stream: Record) -> Mapping[str, object]:
    return {
        "job": stream.text("JobId"),
        "definition": stream.text("Definition"),
        "format": stream.text("Format"),
        "status": stream.text("Status"),
        "created": stream.text("CreationTime"),
        **{name.lower(): stream.number(name) for name in _STREAM_NUMBERS},
    }
