"""The shape of selectors and rules as models: of what stands in `select:`, and of the JSON Schema of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, create_model, model_validator

from vodplan.core.coverfile import DELETE
from vodplan.core.selector import NO_CATEGORY, Between, Days, Selector
from vodplan.kinds.assets import ASSETS
from vodplan.kinds.attached import ATTACHED
from vodplan.kinds.image import IMAGE
from vodplan.kinds.video import VIDEO
from vodplan.manifests.limits import text_problem
from vodplan.manifests.model_fields import fields_of
from vodplan.manifests.model_parts import OPTIONAL, Model, PictureFile, Reason, require, text
from vodplan.manifests.project_parts import STATUSES, BytesValue, CategoryPath, DayValue, word

MAX_NAME = 64
MAX_PART_BYTES = 128
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"
_SOME: dict[str, Any] = {"minProperties": 1}
KINDS = tuple(ASSETS)


def _part(value: str) -> Any:
    problem = text_problem("it", value, max_bytes=MAX_PART_BYTES)
    if problem is None and any(not one.isprintable() and one != " " for one in value):
        raise ValueError("it must be one line, without control characters")
    return problem


Part: Any = Annotated[
    text(_part, {"maxLength": MAX_PART_BYTES, "pattern": _LINE}), Field(min_length=1, description="One line.")
]
Tag: Any = Annotated[text(_part, {"maxLength": 32, "pattern": _LINE}), Field(min_length=1)]
Status: Any = word(STATUSES, "a status of the service")


class Contains(Model):
    """A text that stands somewhere in it, upper and lower case alike."""

    contains: Part


class TagsOf(Model):
    """Tags of which one is enough, that must all be there, or of which none may be."""

    model_config = ConfigDict(json_schema_extra=_SOME)

    any: Annotated[list[Tag], Field(min_length=1)] = OPTIONAL
    all: Annotated[list[Tag], Field(min_length=1)] = OPTIONAL
    none: Annotated[list[Tag], Field(min_length=1)] = OPTIONAL

    @model_validator(mode="after")
    def _some(self) -> TagsOf:
        require(bool(self.model_fields_set), "it needs any, all or none, each with a list of tags")
        return self


class CreatedIn(Model):
    """A span of days, UTC."""

    model_config = ConfigDict(json_schema_extra=_SOME)

    after: Annotated[DayValue, Field(description="On this day or later.")] = OPTIONAL
    before: Annotated[DayValue, Field(description="Before this day.")] = OPTIONAL

    @model_validator(mode="after")
    def _some(self) -> CreatedIn:
        require(bool(self.model_fields_set), "it needs after or before, each with a day")
        if self.after is not None and self.before is not None:
            require(self.after < self.before, "no day is after the one and before the other, so nothing is found")
        return self


class SizeOf(Model):
    """Bytes of the source file, both ends included."""

    model_config = ConfigDict(json_schema_extra=_SOME)

    min: BytesValue = OPTIONAL
    max: BytesValue = OPTIONAL

    @model_validator(mode="after")
    def _some(self) -> SizeOf:
        _require_span(self.model_fields_set, self.min, self.max)
        return self


class LengthOf(Model):
    """Seconds, both ends included."""

    model_config = ConfigDict(json_schema_extra=_SOME)

    min: Annotated[int, Field(ge=0)] = OPTIONAL
    max: Annotated[int, Field(ge=0)] = OPTIONAL

    @model_validator(mode="after")
    def _some(self) -> LengthOf:
        _require_span(self.model_fields_set, self.min, self.max)
        return self


def _require_span(given: set[str], low: int | None, high: int | None) -> None:
    require(bool(given), "it needs min or max")
    require(low is None or high is None or low <= high, "min is more than max, so nothing is found")


class Select(Model):
    """What a rule finds: assets that fit every condition given; at least one beside the kind."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    kind: Literal[KINDS]  # type: ignore[valid-type]
    category: Annotated[CategoryPath | None, Field(description="There or below it; null for in no category.")] = (
        OPTIONAL
    )
    tags: TagsOf = OPTIONAL
    title: Contains = OPTIONAL
    description: Contains = OPTIONAL
    created: CreatedIn = OPTIONAL
    size: SizeOf = OPTIONAL
    duration: LengthOf = OPTIONAL
    status: Annotated[list[Status], Field(min_length=1)] = OPTIONAL
    without: Annotated[
        list[Literal["description", "tags", "category", "cover"]],
        Field(min_length=1, description="Fields that are empty."),
    ] = OPTIONAL

    @model_validator(mode="after")
    def _some(self) -> Select:
        given = self.model_fields_set
        require(
            len(given) > 1,
            "it has no condition, which would mean every asset there is; name at least one, such as category or tags",
        )
        if self.kind != VIDEO.name:
            what = "an image" if self.kind == IMAGE.name else "attached media"
            for name in ("size", "duration"):
                require(name not in given, f"{what} cannot be selected by {name}")
            has = "has" if self.kind == IMAGE.name else "have"
            require("cover" not in (self.without or ()), f"{what} {has} no cover")
        return self


NAMES = frozenset(
    name for model in (Select, TagsOf, Contains, CreatedIn, SizeOf, LengthOf) for name in model.model_fields
)
"""The names that stand in a selector; in pydantic's paths there are also members of unions."""


def selector_of(model: Select) -> Selector:
    """What the core takes."""
    category = model.category
    if category is None and "category" in model.model_fields_set:
        category = NO_CATEGORY
    tags: TagsOf | None = model.tags
    title: Contains | None = model.title
    description: Contains | None = model.description
    created: CreatedIn | None = model.created
    size: SizeOf | None = model.size
    duration: LengthOf | None = model.duration
    return Selector(
        kind=model.kind,
        category=category,
        any_tags=_stripped(tags.any) if tags else (),
        all_tags=_stripped(tags.all) if tags else (),
        no_tags=_stripped(tags.none) if tags else (),
        title=title.contains if title else None,
        description=description.contains if description else None,
        created=Days(after=created.after, before=created.before) if created else None,
        size=Between(least=size.min, most=size.max) if size else None,
        duration=Between(least=duration.min, most=duration.max) if duration else None,
        status=tuple(model.status or ()),
        without=tuple(model.without or ()),
    )


def _stripped(tags: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.strip() for tag in tags or ()))


VideoSet = create_model("VideoSet", __base__=Model, __doc__="What each video found is to have.", **fields_of(VIDEO))
ImageSet = create_model("ImageSet", __base__=Model, __doc__="What each image found is to have.", **fields_of(IMAGE))
AttachedSet = create_model(
    "AttachedSet", __base__=Model, __doc__="What each piece of attached media found is to have.", **fields_of(ATTACHED)
)


def _having(**members: Any) -> dict[str, Any]:
    """The schema of an object that has these members, as they are described."""
    return {"type": "object", "properties": members, "required": list(members)}


_DELETES_OLD = _having(set=_having(cover=_having(old={"const": DELETE})))


class RuleEntry(Model):
    """What is asked for of whatever a selector finds when planning."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["set"]}, {"required": ["state"]}],
            "if": {"anyOf": [{"required": ["state"]}, _DELETES_OLD]},
            "then": {"required": ["limit"]},
        }
    )

    name: Annotated[str, Field(pattern=NAME_PATTERN)]
    select: Select
    limit: Annotated[int, Field(ge=0, description="A plan in which more is found is held.")] = OPTIONAL
    set: VideoSet | ImageSet | AttachedSet = OPTIONAL  # type: ignore[valid-type]
    state: Literal["absent"] = OPTIONAL
    reason: Reason = OPTIONAL

    @model_validator(mode="after")
    def _together(self) -> RuleEntry:
        given = self.model_fields_set
        require(("set" in given) != ("state" in given), "a rule has set or state: absent")
        require("state" not in given or "limit" in given, "state: absent needs a limit")
        cover = getattr(self.set, "cover", None)
        deletes = isinstance(cover, PictureFile) and cover.old == DELETE
        require(not deletes or "limit" in given, "old: delete needs a limit")
        require("reason" not in given or "state" in given, "reason goes with a deletion")
        return self
