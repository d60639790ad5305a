"""The shape of `policy:` in the project file, and what it comes to."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from vodplan.core.policy import Policy, Protection
from vodplan.kinds.assets import ASSETS
from vodplan.kinds.attached import ATTACHED
from vodplan.kinds.image import IMAGE
from vodplan.kinds.video import VIDEO
from vodplan.manifests.project_parts import (
    OPTIONAL,
    STATUSES,
    BoundsValue,
    BoundValue,
    BytesValue,
    CategoryPath,
    DayValue,
    Model,
    SpanValue,
    Text,
    field_of,
    word,
)

VideoField: Any = field_of(VIDEO)
ImageField: Any = field_of(IMAGE)
AttachedField: Any = field_of(ATTACHED)
Status: Any = word(STATUSES, "a status of the service")

_SOME: dict[str, Any] = {"minProperties": 1}


def _backup(value: str) -> str:
    if "://" in value or not value.isprintable():
        raise ValueError("it must be a folder on this machine, or off")
    if value.startswith("~"):
        raise ValueError("a folder that begins with ~ is not expanded; write its whole path")
    return value


class TagSet(Model):
    """Tags of which one is enough, or which must all be there."""

    model_config = ConfigDict(json_schema_extra=_SOME)

    any: Annotated[list[Text], Field(min_length=1)] = OPTIONAL
    all: Annotated[list[Text], Field(min_length=1)] = OPTIONAL

    @model_validator(mode="after")
    def _some(self) -> TagSet:
        if not self.model_fields_set:
            raise ValueError("it needs any or all, each with a list of tags")
        return self


class Created(Model):
    """A span of days, UTC."""

    model_config = ConfigDict(json_schema_extra=_SOME)

    after: Annotated[DayValue, Field(description="On this day or later.")] = OPTIONAL
    before: Annotated[DayValue, Field(description="Before this day.")] = OPTIONAL

    @model_validator(mode="after")
    def _some(self) -> Created:
        if not self.model_fields_set:
            raise ValueError("it needs after or before, each with a day")
        if self.after is not None and self.before is not None and self.after >= self.before:
            raise ValueError("no day is after the one and before the other, so it would protect nothing")
        return self


class Protect(Model):
    """What is never deleted: an asset that fits every condition given."""

    model_config = ConfigDict(json_schema_extra=_SOME)

    tags: TagSet = OPTIONAL
    category: Annotated[CategoryPath, Field(description="And everything below it.")] = OPTIONAL
    id: Annotated[Text, Field(description="An id or an address.")] = OPTIONAL
    ids: Annotated[list[Text], Field(min_length=1, description="Ids or addresses.")] = OPTIONAL
    created: Created = OPTIONAL
    younger_than: Annotated[SpanValue, Field(description="Such as 12h, 30d or 8w.")] = OPTIONAL
    status: Annotated[list[Status], Field(min_length=1)] = OPTIONAL


class Require(Model):
    """The fields that every entry of a kind must set."""

    video: list[VideoField] = Field(default_factory=list)
    image: list[ImageField] = Field(default_factory=list)
    attached: list[AttachedField] = Field(default_factory=list)


class Tags(Model):
    """The closed list of tags."""

    vocabulary: Annotated[list[Text], Field(min_length=1)]


class Rules(Model):
    """The team's rules."""

    max_deletes: Annotated[
        BoundsValue, Field(description='A count, "5%" of the managed assets, or one of both for each kind.')
    ] = OPTIONAL
    max_updates: Annotated[
        BoundsValue, Field(description='A count, "30%" of the managed assets, or one of both for each kind.')
    ] = OPTIONAL
    max_delete_bytes: Annotated[BytesValue, Field(description="Such as 500GB or 1TiB.")] = OPTIONAL
    max_managed_drop: Annotated[
        BoundValue, Field(description='How many fewer entries than when a plan was last applied: a count, or "50%".')
    ] = OPTIONAL
    max_rule_growth: Annotated[
        BoundValue,
        Field(description='How many more a rule may find than when one was last applied: a count, or "50%".'),
    ] = OPTIONAL
    protect: list[Protect] = Field(default_factory=list)
    require: Require = Field(default_factory=Require)
    tags: Tags = OPTIONAL
    backup: Annotated[
        Text,
        AfterValidator(_backup),
        Field(description="The folder that source files are saved to before they are deleted, or off."),
    ] = "off"


def policy_of(rules: Rules) -> Policy:
    """The rules as the core takes them."""
    required = {kind: tuple(getattr(rules.require, kind)) for kind in ASSETS}
    return Policy(
        max_deletes=rules.max_deletes,
        max_updates=rules.max_updates,
        max_delete_bytes=rules.max_delete_bytes,
        max_managed_drop=rules.max_managed_drop,
        max_rule_growth=rules.max_rule_growth,
        protect=tuple(protection_of(one) for one in rules.protect),
        require=MappingProxyType({kind: fields for kind, fields in required.items() if fields}),
        vocabulary=None if rules.tags is None else frozenset(rules.tags.vocabulary),
        backup=None if rules.backup == "off" else rules.backup,
    )


def protection_of(one: Protect) -> Protection:
    """The conditions as the core takes them."""
    tags: TagSet | None = one.tags
    created: Created | None = one.created
    return Protection(
        any_tags=frozenset((tags.any if tags else None) or ()),
        all_tags=frozenset((tags.all if tags else None) or ()),
        category=one.category,
        ids=frozenset([*(one.ids or ()), *([one.id] if one.id else ())]),
        created_after=created.after if created else None,
        created_before=created.before if created else None,
        younger_than=one.younger_than,
        statuses=frozenset(one.status or ()),
    )
