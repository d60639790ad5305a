"""The shape of a manifest as models: the source of its JSON Schema, and a second opinion in the tests.

Manifests are read without them: a model for each of a million records would cost more than all else.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, create_model, model_validator

from vodplan.kinds.attached import ATTACHED
from vodplan.kinds.image import IMAGE, SNAPSHOT_TYPES
from vodplan.kinds.video import VIDEO
from vodplan.manifests.document import API_VERSION
from vodplan.manifests.model_fields import fields_of
from vodplan.manifests.model_parts import (
    OPTIONAL,
    Day,
    Id,
    Model,
    Path,
    Reason,
    Reference,
    Schema,
    Streams,
    Url,
    choice,
    different,
    require,
)
from vodplan.manifests.model_rules import RuleEntry
from vodplan.manifests.seen import ALL_SNAPSHOTS


class Entry(Model):
    """What the entries have in common: keys that exclude or need each other, stated by each kind of entry."""

    @model_validator(mode="after")
    def _together(self) -> Entry:
        given = self.model_fields_set
        for names in _alone(type(self)):
            require("state" not in given or not given & set(names), "state: absent stands alone")
        if "force" in given:
            require("source" in given, "force goes with source: absent")
        if given & {"reason", "after"}:
            require(bool(given & {"state", "source", "streams"}), "reason and after go with a deletion")
        identities = _identities(type(self))
        if identities:
            require(len(given & set(identities)) == 1, "an entry names one asset")
        if given & {"url", "video", "types"}:
            require("state" in given and "id" not in given, "it can only be deleted")
            require(("video" in given) == ("types" in given), "video and types go together")
        return self


def _alone(entry: type[Entry]) -> list[list[str]]:
    extra: Any = entry.model_config.get("json_schema_extra") or {}
    return [list(extra.get("then", {}).get("properties", {}))]


def _identities(entry: type[Entry]) -> list[str]:
    extra: Any = entry.model_config.get("json_schema_extra") or {}
    return [one["required"][0] for one in extra.get("oneOf", [])]


def _entry_schema(identities: tuple[str, ...], beside: tuple[str, ...], removals: tuple[str, ...]) -> Schema:
    """Which keys of an entry exclude or need each other, in words that JSON Schema has had since draft 7."""
    rules: list[Schema] = [
        {
            "if": {"anyOf": [{"required": ["reason"]}, {"required": ["after"]}]},
            "then": {"anyOf": [{"required": [name]} for name in removals]},
        }
    ]
    if "source" in removals:
        rules.append({"if": {"required": ["force"]}, "then": {"required": ["source"]}})
    if "url" in identities:
        rules += [
            {
                "if": {"anyOf": [{"required": ["url"]}, {"required": ["video"]}, {"required": ["types"]}]},
                "then": {"required": ["state"], "not": {"required": ["id"]}},
            },
            {"if": {"required": ["video"]}, "then": {"required": ["types"]}, "else": {"not": {"required": ["types"]}}},
        ]
    schema: Schema = {
        "if": {"required": ["state"]},
        "then": {"properties": dict.fromkeys(beside, False)},
        "allOf": rules,
    }
    if identities:
        schema["oneOf"] = [{"required": [name]} for name in identities]
    return schema


Absent = Literal["absent"]


def _list_of(item: Any) -> Any:
    return list[item]


def _model(name: str, doc: str, base: type[BaseModel], fields: dict[str, Any], schema: Schema | None = None) -> Any:
    config = {"json_schema_extra": schema} if schema else {}
    parent = type(f"_{name}", (base,), {"model_config": config, "__doc__": doc, "__module__": __name__})
    return create_model(name, __base__=parent, __doc__=doc, **fields)


_REMOVAL: dict[str, Any] = {"reason": (Reason, OPTIONAL), "after": (Day, OPTIONAL)}
_VIDEO_FIELDS, _IMAGE_FIELDS, _ATTACHED_FIELDS = (fields_of(kind) for kind in (VIDEO, IMAGE, ATTACHED))

Video = _model(
    "Video",
    "A video or an audio.",
    Entry,
    {
        "id": (Id, OPTIONAL),
        "reference": (Reference, OPTIONAL),
        **_VIDEO_FIELDS,
        "state": (Absent, OPTIONAL),
        "source": (Absent, OPTIONAL),
        "force": (bool, OPTIONAL),
        "streams": (Streams, OPTIONAL),
        **_REMOVAL,
    },
    _entry_schema(("id", "reference"), (*_VIDEO_FIELDS, "source", "force", "streams"), ("state", "source", "streams")),
)
Image = _model(
    "Image",
    "An image, or the snapshots of a video.",
    Entry,
    {
        "id": (Id, OPTIONAL),
        "url": (Url, OPTIONAL),
        "video": (Id, OPTIONAL),
        "types": (different(choice(SNAPSHOT_TYPES), alone=ALL_SNAPSHOTS), OPTIONAL),
        **_IMAGE_FIELDS,
        "state": (Absent, OPTIONAL),
        **_REMOVAL,
    },
    _entry_schema(("id", "url", "video"), tuple(_IMAGE_FIELDS), ("state",)),
)
Attached = _model(
    "Attached",
    "A watermark, a subtitle or a piece of material.",
    Entry,
    {"id": (Id, OPTIONAL), **_ATTACHED_FIELDS, "state": (Absent, OPTIONAL), **_REMOVAL},
    _entry_schema(("id",), tuple(_ATTACHED_FIELDS), ("state",)),
)
Category = _model(
    "Category",
    "A category, made when it is missing, its parents too.",
    Entry,
    {"path": (Path, ...), "renamed_from": (Path, OPTIONAL), "state": (Absent, OPTIONAL), **_REMOVAL},
    _entry_schema((), ("renamed_from",), ("state",)),
)
VideoDefaults = _model("VideoDefaults", "Fields that every video of the file gets.", Model, _VIDEO_FIELDS)
ImageDefaults = _model("ImageDefaults", "Fields that every image of the file gets.", Model, _IMAGE_FIELDS)
AttachedDefaults = _model(
    "AttachedDefaults", "Fields that every piece of attached media of the file gets.", Model, _ATTACHED_FIELDS
)
Defaults = _model(
    "Defaults",
    "What the entries of this file share.",
    Model,
    {
        "video": (VideoDefaults, OPTIONAL),
        "image": (ImageDefaults, OPTIONAL),
        "attached": (AttachedDefaults, OPTIONAL),
    },
)
Manifest = _model(
    "Manifest",
    "A manifest of vodplan.",
    Model,
    {
        "apiVersion": (Literal[API_VERSION], ...),
        "defaults": (Defaults, OPTIONAL),
        "categories": (_list_of(Category), OPTIONAL),
        "videos": (_list_of(Video), OPTIONAL),
        "images": (_list_of(Image), OPTIONAL),
        "attached": (_list_of(Attached), OPTIONAL),
        "rules": (_list_of(RuleEntry), OPTIONAL),
    },
)
