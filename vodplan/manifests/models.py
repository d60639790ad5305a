"""The shape of a manifest as models: the source of its JSON Schema, and a second opinion in the tests.

Manifests are read without them: a model for each of a million records would cost more than all else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, create_model, model_validator

from vodplan.core.kind import Field as KindField
from vodplan.core.kind import Kind, Style
from vodplan.kinds.category import MAX_LEVELS, MAX_NAME_BYTES
from vodplan.kinds.image import IMAGE, SNAPSHOT_TYPES
from vodplan.kinds.video import VIDEO
from vodplan.manifests import limits
from vodplan.manifests.document import API_VERSION
from vodplan.manifests.removal import DEFINITIONS, FORMATS
from vodplan.manifests.seen import ALL_SNAPSHOTS

Schema = dict[str, Any]

OPTIONAL: Any = Field(default=None)
"""A key that may be left out; it is None then."""

# The patterns are written in what the regular expressions of Python, JavaScript and RE2 have in common.
_CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff"
_INNER = rf"[^,\t\n\r{_CONTROLS}]"
_OUTER = rf"[^,\s{_CONTROLS}]"
_ANY_TEXT = rf"^[^{_CONTROLS}]*$"
# Said by what is allowed, since no range beyond U+FFFF can be written for all of them.
_BASIC = r"\u00a0-\u2027\u202a-\ufffd"
_BASIC_INNER = rf"[\u0020-\u002b\u002d-\u007e{_BASIC}]"
_BASIC_OUTER = (
    r"[\u0021-\u002b\u002d-\u007e\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff"
    r"\u3001-\ufffd]"
)
_BASIC_TEXT = rf"^[\t\n\r\u0020-\u007e{_BASIC}]*$"
_NAME_CHARACTER = r"[^/\u0000-\u001f\u007f-\u009f\u2028\u2029]"
_NAME_END = r"[^/\s\u0000-\u001f\u007f-\u009f\u2028\u2029]"
_NAME = rf"{_NAME_END}({_NAME_CHARACTER}{{0,{MAX_NAME_BYTES - 2}}}{_NAME_END})?"
_PATH = rf"^{_NAME}(/{_NAME}){{0,{MAX_LEVELS - 1}}}$"


class Model(BaseModel):
    """What every block of a manifest has in common: nothing unknown, nothing converted."""

    model_config = ConfigDict(strict=True, extra="forbid")


def _text(check: Callable[[str], limits.Problem | None], schema: Schema) -> Any:
    def validate(value: str) -> str:
        problem = check(value)
        if problem is not None:
            raise ValueError(problem.detail)
        return value

    return Annotated[str, AfterValidator(validate), WithJsonSchema({"type": "string", **schema})]


def _choice(names: tuple[str, ...]) -> Any:
    def validate(value: str) -> str:
        if value not in names:
            raise ValueError(f"not one of {', '.join(names)}")
        return value

    return Annotated[str, AfterValidator(validate), WithJsonSchema({"enum": list(names)})]


def _different(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("something is written twice")
    return values


def _list(item: Any, alone: str = "") -> Any:
    """A list of different items, at least one; the item `alone` has no other beside it."""

    def validate(values: list[str]) -> list[str]:
        if alone in values and len(values) > 1:
            raise ValueError(f"{alone} stands alone")
        return _different(values)

    schema: Schema = {"uniqueItems": True}
    if alone:
        schema |= {"if": {"contains": {"const": alone}}, "then": {"maxItems": 1}}
    return Annotated[list[item], AfterValidator(validate), Field(min_length=1, json_schema_extra=schema)]


Id: Any = _text(lambda value: limits.id_problem("id", value), {"pattern": limits.ID_PATTERN})
Reference: Any = _text(limits.reference_problem, {"pattern": limits.REFERENCE_PATTERN})
Url: Any = _text(
    lambda value: limits.url_problem("url", value),
    {"pattern": limits.URL_PATTERN, "maxLength": limits.MAX_URL_BYTES},
)
Path: Any = _text(limits.path_problem, {"pattern": _PATH, "description": "One to three names, joined by slashes."})
Day: Any = _text(
    lambda value: limits.date_problem("after", value),
    {"pattern": limits.DATE_PATTERN, "description": "The first day of the deletion, UTC, YYYY-MM-DD."},
)
Reason: Any = _text(
    lambda value: limits.text_problem("reason", value, max_bytes=limits.MAX_REASON_BYTES),
    {"maxLength": limits.MAX_REASON_BYTES, "pattern": _ANY_TEXT, "description": "For people; shown in the plan."},
)


class CategoryById(Model):
    """A category by its id."""

    id: Annotated[int, Field(ge=1, le=limits.MAX_CATEGORY_ID)]


class Keep(Model):
    """Which streams stay: those that fit every filter given."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    definitions: _list(_choice(DEFINITIONS)) = OPTIONAL  # type: ignore[valid-type]  # built at run time
    formats: _list(_choice(FORMATS)) = OPTIONAL  # type: ignore[valid-type]  # built at run time

    @model_validator(mode="after")
    def _some(self) -> Keep:
        _require(self, bool(self.model_fields_set), "keep needs definitions or formats")
        return self


class Streams(Model):
    """Which streams are deleted: those named by job id, or all but those to keep."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["absent"]}, {"required": ["keep"]}]})

    absent: _list(Id) = OPTIONAL  # type: ignore[valid-type]  # built at run time
    keep: Keep = OPTIONAL

    @model_validator(mode="after")
    def _one(self) -> Streams:
        _require(self, len(self.model_fields_set) == 1, "streams takes absent or keep")
        return self


class Entry(Model):
    """What the entries have in common: keys that exclude or need each other, stated by each kind of entry."""

    @model_validator(mode="after")
    def _together(self) -> Entry:
        given = self.model_fields_set
        for names in _alone(type(self)):
            _require(self, "state" not in given or not given & set(names), "state: absent stands alone")
        if "force" in given:
            _require(self, "source" in given, "force goes with source: absent")
        if given & {"reason", "after"}:
            _require(self, bool(given & {"state", "source", "streams"}), "reason and after go with a deletion")
        identities = _identities(type(self))
        if identities:
            _require(self, len(given & set(identities)) == 1, "an entry names one asset")
        if given & {"url", "video", "types"}:
            _require(self, "state" in given and "id" not in given, "it can only be deleted")
            _require(self, ("video" in given) == ("types" in given), "video and types go together")
        return self


def _require(_: BaseModel, holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


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


def _value(field: KindField) -> Any:
    """The type of a field, from what its kind states."""
    if field.style is Style.TEXT:
        return _described(field, _text_value(field))
    if field.style is Style.TAGS:
        return _described(field, _tags_value(field))
    if field.style is Style.CATEGORY:
        return _described(field, Literal[""] | Path | CategoryById)
    return _described(field, Literal[""] | Url)


def _described(field: KindField, value: Any) -> Any:
    wanted = value | None if field.nullable else value
    extra: Schema = {"description": f"{_LIMITS[field.style](field)} {field.source}".strip()}
    return Annotated[wanted, Field(json_schema_extra=extra)]


_LIMITS: dict[Style, Callable[[KindField], str]] = {
    Style.TEXT: lambda field: (
        f"At most {field.max_bytes:,} bytes of UTF-8{'' if field.emoji else ', no emoji'}; empty clears it."
    ),
    Style.TAGS: lambda field: (
        f"The whole set, or what to add and remove; at most {field.max_items} tags of {field.max_bytes} bytes of UTF-8"
        f"{'' if field.emoji else ', no emoji'}; empty clears them."
    ),
    Style.CATEGORY: lambda _: "A path of at most three names of 64 bytes, {id: 123}, or null for none.",
    Style.URL: lambda _: "An address that begins with http:// or https://; empty clears it.",
}


def _text_value(field: KindField) -> Any:
    return _text(
        lambda value: limits.text_problem(field.name, value, max_bytes=field.max_bytes, emoji=field.emoji),
        {"maxLength": field.max_bytes, "pattern": _ANY_TEXT if field.emoji else _BASIC_TEXT},
    )


def _tags_value(field: KindField) -> Any:
    inner, outer = (_INNER, _OUTER) if field.emoji else (_BASIC_INNER, _BASIC_OUTER)
    pattern = rf"^\s*{outer}({inner}{{0,{(field.max_bytes or 2) - 2}}}{outer})?\s*$"
    tag = _text(lambda value: limits.tag_problem(value.strip(), field), {"pattern": pattern})
    added = Annotated[list[tag], Field(max_length=field.max_items)]  # type: ignore[valid-type]  # built at run time
    edit = create_model(
        "TagEdit" if field.emoji else "ImageTagEdit",
        __base__=_TagEdit,
        add=(added, OPTIONAL),
        remove=(list[tag], OPTIONAL),  # type: ignore[valid-type]  # built at run time
    )
    return added | edit


class _TagEdit(Model):
    """Tags to add and to remove; the others stay."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def _apart(self) -> _TagEdit:
        _require(self, bool(self.model_fields_set), "tags takes add and remove")
        given: Any = self
        add = {tag.strip() for tag in given.add or ()}
        _require(self, add.isdisjoint(tag.strip() for tag in given.remove or ()), "a tag is added and removed")
        return self


def _list_of(item: Any) -> Any:
    return list[item]


def _fields(kind: Kind) -> dict[str, Any]:
    return {field.name: (_value(field), OPTIONAL) for field in kind.fields}


def _model(name: str, doc: str, base: type[BaseModel], fields: dict[str, Any], schema: Schema | None = None) -> Any:
    config = {"json_schema_extra": schema} if schema else {}
    parent = type(f"_{name}", (base,), {"model_config": config, "__doc__": doc, "__module__": __name__})
    return create_model(name, __base__=parent, __doc__=doc, **fields)


_REMOVAL: dict[str, Any] = {"reason": (Reason, OPTIONAL), "after": (Day, OPTIONAL)}
_VIDEO_FIELDS, _IMAGE_FIELDS = _fields(VIDEO), _fields(IMAGE)

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
        "types": (_list(_choice(SNAPSHOT_TYPES), alone=ALL_SNAPSHOTS), OPTIONAL),
        **_IMAGE_FIELDS,
        "state": (Absent, OPTIONAL),
        **_REMOVAL,
    },
    _entry_schema(("id", "url", "video"), tuple(_IMAGE_FIELDS), ("state",)),
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
Defaults = _model(
    "Defaults",
    "What the entries of this file share.",
    Model,
    {"video": (VideoDefaults, OPTIONAL), "image": (ImageDefaults, OPTIONAL)},
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
    },
)
