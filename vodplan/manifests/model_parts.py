"""The values that models of manifests are built of: ids, paths, days, texts, lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from vodplan.core.picturefile import LONGEST_NAME
from vodplan.kinds.category import MAX_LEVELS, MAX_NAME_BYTES
from vodplan.manifests import limits
from vodplan.manifests.removal import DEFINITIONS, FORMATS

Schema = dict[str, Any]

OPTIONAL: Any = Field(default=None)
"""A key that may be left out; it is None then."""

# The patterns are written in what the regular expressions of Python, JavaScript and RE2 have in common.
_CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff"
INNER = rf"[^,\t\n\r{_CONTROLS}]"
OUTER = rf"[^,\s{_CONTROLS}]"
ANY_TEXT = rf"^[^{_CONTROLS}]*$"
# Said by what is allowed, since no range beyond U+FFFF can be written for all of them.
_BASIC = r"\u00a0-\u2027\u202a-\ufffd"
BASIC_INNER = rf"[\u0020-\u002b\u002d-\u007e{_BASIC}]"
BASIC_OUTER = (
    r"[\u0021-\u002b\u002d-\u007e\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff"
    r"\u3001-\ufffd]"
)
BASIC_TEXT = rf"^[\t\n\r\u0020-\u007e{_BASIC}]*$"
_NAME_CHARACTER = r"[^/\u0000-\u001f\u007f-\u009f\u2028\u2029]"
_NAME_END = r"[^/\s\u0000-\u001f\u007f-\u009f\u2028\u2029]"
_NAME = rf"{_NAME_END}({_NAME_CHARACTER}{{0,{MAX_NAME_BYTES - 2}}}{_NAME_END})?"
_PICTURE = r"^[^/~\\\u0000-\u001f\u007f-\u009f\u2028\u2029][^\\\u0000-\u001f\u007f-\u009f\u2028\u2029]*\.[A-Za-z]{3,4}$"
_PATH = rf"^{_NAME}(/{_NAME}){{0,{MAX_LEVELS - 1}}}$"


class Model(BaseModel):
    """What every block of a manifest has in common: nothing unknown, nothing converted."""

    model_config = ConfigDict(strict=True, extra="forbid")


def text(check: Callable[[str], limits.Problem | None], schema: Schema) -> Any:
    """A text that passes a check; `schema` says the same in JSON Schema, as far as it can."""

    def validate(value: str) -> str:
        problem = check(value)
        if problem is not None:
            raise ValueError(problem.detail)
        return value

    return Annotated[str, AfterValidator(validate), WithJsonSchema({"type": "string", **schema})]


def choice(names: tuple[str, ...]) -> Any:
    """One of a set of words."""

    def validate(value: str) -> str:
        if value not in names:
            raise ValueError(f"not one of {', '.join(names)}")
        return value

    return Annotated[str, AfterValidator(validate), WithJsonSchema({"enum": list(names)})]


def _different(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("something is written twice")
    return values


def different(item: Any, alone: str = "") -> Any:
    """A list of different items, at least one; the item `alone` has no other beside it."""

    def validate(values: list[str]) -> list[str]:
        if alone in values and len(values) > 1:
            raise ValueError(f"{alone} stands alone")
        return _different(values)

    schema: Schema = {"uniqueItems": True}
    if alone:
        schema |= {"if": {"contains": {"const": alone}}, "then": {"maxItems": 1}}
    return Annotated[list[item], AfterValidator(validate), Field(min_length=1, json_schema_extra=schema)]


Id: Any = text(lambda value: limits.id_problem("id", value), {"pattern": limits.ID_PATTERN})
Reference: Any = text(limits.reference_problem, {"pattern": limits.REFERENCE_PATTERN})
Url: Any = text(
    lambda value: limits.url_problem("url", value),
    {"pattern": limits.URL_PATTERN, "maxLength": limits.MAX_URL_BYTES},
)
Path: Any = text(limits.path_problem, {"pattern": _PATH, "description": "One to three names, joined by slashes."})
PicturePath: Any = text(
    lambda value: limits.picture_problem("file", value),
    {
        "maxLength": LONGEST_NAME,
        "pattern": _PICTURE,
        "description": "The path of a picture below the project's folder, with forward slashes.",
    },
)
Day: Any = text(
    lambda value: limits.date_problem("after", value),
    {"pattern": limits.DATE_PATTERN, "description": "The first day of the deletion, UTC, YYYY-MM-DD."},
)
Reason: Any = text(
    lambda value: limits.text_problem("reason", value, max_bytes=limits.MAX_REASON_BYTES),
    {"maxLength": limits.MAX_REASON_BYTES, "pattern": ANY_TEXT, "description": "For people; shown in the plan."},
)


_OLD = "What becomes of the image that was the cover: it is kept unless delete is written, which counts as a removal."


class CategoryById(Model):
    """A category by its id."""

    id: Annotated[int, Field(ge=1, le=limits.MAX_CATEGORY_ID)]


class PictureFile(Model):
    """A picture that stands in a file of the project."""

    file: PicturePath
    old: Annotated[Literal["keep", "delete"], Field(description=_OLD)] = OPTIONAL


class Keep(Model):
    """Which streams stay: those that fit every filter given."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    definitions: different(choice(DEFINITIONS)) = OPTIONAL  # type: ignore[valid-type]  # built at run time
    formats: different(choice(FORMATS)) = OPTIONAL  # type: ignore[valid-type]  # built at run time

    @model_validator(mode="after")
    def _some(self) -> Keep:
        require(bool(self.model_fields_set), "keep needs definitions or formats")
        return self


class Streams(Model):
    """Which streams are deleted: those named by job id, or all but those to keep."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["absent"]}, {"required": ["keep"]}]})

    absent: different(Id) = OPTIONAL  # type: ignore[valid-type]  # built at run time
    keep: Keep = OPTIONAL

    @model_validator(mode="after")
    def _one(self) -> Streams:
        require(len(self.model_fields_set) == 1, "streams takes absent or keep")
        return self


def require(holds: bool, otherwise: str) -> None:
    """Raise ValueError unless something holds."""
    if not holds:
        raise ValueError(otherwise)
