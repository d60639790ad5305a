"""The fields of assets as types of models, from what their kinds state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, create_model, model_validator

from vodplan.core.kind import Field as KindField
from vodplan.core.kind import Kind, Style
from vodplan.manifests import limits
from vodplan.manifests.model_parts import (
    ANY_TEXT,
    BASIC_INNER,
    BASIC_OUTER,
    BASIC_TEXT,
    INNER,
    OPTIONAL,
    OUTER,
    CategoryById,
    Model,
    Path,
    PictureFile,
    Schema,
    Url,
    require,
    text,
)


def _value(field: KindField) -> Any:
    """The type of a field, from what its kind states."""
    if field.style is Style.TEXT:
        return _described(field, _text_value(field))
    if field.style is Style.TAGS:
        return _described(field, _tags_value(field))
    if field.style is Style.CATEGORY:
        return _described(field, Literal[""] | Path | CategoryById)
    if field.style is Style.CATEGORIES:
        return _described(field, Annotated[list[Path | CategoryById], Field(max_length=field.max_items)])
    return _described(field, Literal[""] | Url | PictureFile)


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
    Style.CATEGORIES: lambda field: (
        f"The whole set, at most {field.max_items}, each a path or {{id: 123}}; empty clears them."
    ),
    Style.URL: lambda _: (
        "An address that begins with http:// or https://, or {file: PATH} for a picture in a file; empty clears it."
    ),
}


def _text_value(field: KindField) -> Any:
    return text(
        lambda value: limits.text_problem(field.name, value, max_bytes=field.max_bytes, emoji=field.emoji),
        {"maxLength": field.max_bytes, "pattern": ANY_TEXT if field.emoji else BASIC_TEXT},
    )


def _tags_value(field: KindField) -> Any:
    inner, outer = (INNER, OUTER) if field.emoji else (BASIC_INNER, BASIC_OUTER)
    pattern = rf"^\s*{outer}({inner}{{0,{(field.max_bytes or 2) - 2}}}{outer})?\s*$"
    tag = text(lambda value: limits.tag_problem(value.strip(), field), {"pattern": pattern})
    added = Annotated[list[tag], Field(max_length=field.max_items)]  # type: ignore[valid-type]  # built at run time
    return added | _tag_edit(added, list[tag], emoji=field.emoji)  # type: ignore[valid-type]  # built at run time


_edits: dict[bool, Any] = {}


def _tag_edit(added: Any, removed: Any, *, emoji: bool) -> Any:
    """The edit of tags that may have emoji, or not; kinds whose tags are alike share one, and so its schema."""
    if emoji not in _edits:
        _edits[emoji] = create_model(
            "TagEdit" if emoji else "ImageTagEdit",
            __base__=_TagEdit,
            add=(added, OPTIONAL),
            remove=(removed, OPTIONAL),
        )
    return _edits[emoji]


class _TagEdit(Model):
    """Tags to add and to remove; the others stay."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def _apart(self) -> _TagEdit:
        require(bool(self.model_fields_set), "tags takes add and remove")
        given: Any = self
        add = {tag.strip() for tag in given.add or ()}
        require(add.isdisjoint(tag.strip() for tag in given.remove or ()), "a tag is added and removed")
        return self


def fields_of(kind: Kind) -> dict[str, Any]:
    """The fields of a kind, as `pydantic.create_model` takes them."""
    return {field.name: (_value(field), OPTIONAL) for field in kind.fields}
