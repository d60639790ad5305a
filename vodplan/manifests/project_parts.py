"""The values that the models of the project file are built of."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from vodplan.core.kind import Kind
from vodplan.core.policy import Bound, Bounds
from vodplan.kinds.assets import ASSETS
from vodplan.manifests.limits import DATE_PATTERN, date_problem, path_problem
from vodplan.manifests.wording import did_you_mean, one_of

KINDS = (*ASSETS, "category")
"""The kinds that a bound can be given for."""

STATUSES = (
    "Uploading",
    "UploadFail",
    "UploadSucc",
    "Transcoding",
    "TranscodeFail",
    "Checking",
    "Blocked",
    "Normal",
    "ProduceFail",
)
"""Every status of an asset (page «Basic data types»)."""

OPTIONAL: Any = Field(default=None)
"""A setting that may be left out; it is None then, and never null in the file."""

Text = Annotated[str, Field(min_length=1)]

_PERCENT_PATTERN = r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)%$"
_BYTES_PATTERN = r"^[0-9]{1,15}(\.[0-9]{1,6})? ?(B|[kKMGTP]B|[KMGTP]iB)$"
_SPAN_PATTERN = r"^[1-9][0-9]{0,4}[hdw]$"

_PERCENT = re.compile(_PERCENT_PATTERN[:-1] + r"\Z")
_BYTES = re.compile(r"([0-9.]+) ?([kKMGTP]?)(i?)B\Z")
_SPAN = re.compile(_SPAN_PATTERN[:-1] + r"\Z")
_HOURS = {"h": 1, "d": 24, "w": 168}


class Model(BaseModel):
    """What every block of the file has in common: nothing unknown, nothing converted."""

    model_config = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True)


def _bound(value: object) -> Bound:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Bound(count=value)
    if isinstance(value, str) and _PERCENT.match(value):
        return Bound(percent=float(value[:-1]))
    raise ValueError('it must be a count, such as 10, or a percentage in quotes, such as "5%"')


def _bounds(value: object) -> Bounds:
    if not isinstance(value, dict):
        try:
            return _bound(value)
        except ValueError as error:
            raise ValueError(f"{error}; or one for each kind, such as {{video: 10, category: 0}}") from error
    if not value:
        raise ValueError("it is empty; give a bound, or one for each kind, such as {video: 10, category: 0}")
    bounds: dict[str, Bound] = {}
    for kind, one in value.items():
        if kind not in KINDS:
            raise ValueError(f'"{kind}" is no kind; the kinds are {one_of(KINDS)}.{did_you_mean(str(kind), KINDS)}')
        try:
            bounds[kind] = _bound(one)
        except ValueError as error:
            raise ValueError(f"of {kind} {error}") from error
    return bounds


def _bytes(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = _BYTES.match(value) if isinstance(value, str) and re.match(_BYTES_PATTERN[:-1] + r"\Z", value) else None
    if found is None:
        raise ValueError("it must be an amount of bytes, such as 500GB, 1TiB or 1000000")
    number, unit, binary = found.groups()
    step = 1024 if binary else 1000
    whole, _, fraction = number.partition(".")
    # In whole numbers: a petabyte has more digits than a float keeps.
    size: int = step ** " KMGTP".index(unit.upper() or " ")
    parts: int = 10 ** len(fraction)
    return int(whole + fraction) * size // parts


def _span(value: object) -> datetime.timedelta:
    if isinstance(value, str) and _SPAN.match(value):
        return datetime.timedelta(hours=int(value[:-1]) * _HOURS[value[-1]])
    raise ValueError("it must be a time in hours, days or weeks, such as 12h, 30d or 8w")


def _day(value: object) -> datetime.date:
    problem = date_problem("it", value) if isinstance(value, str) else None
    if not isinstance(value, str) or problem is not None:
        raise ValueError("it must be a day, written YYYY-MM-DD, such as 2026-12-31")
    return datetime.date.fromisoformat(value)


def _category(value: str) -> str:
    problem = path_problem(value)
    if problem is not None:
        raise ValueError(problem.detail)
    return value


def word(names: tuple[str, ...], what: str) -> Any:
    """One of a set of words; `what` they are, for the sentence about another."""

    def check(value: str) -> str:
        if value not in names:
            raise ValueError(f"it must be {what}: {one_of(names)}.{did_you_mean(value, names)}")
        return value

    return Annotated[str, AfterValidator(check), WithJsonSchema({"enum": list(names)})]


def field_of(kind: Kind) -> Any:
    """The name of a field of a kind."""
    return word(tuple(field.name for field in kind.fields), "a field of the kind")


_BOUND_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": _PERCENT_PATTERN}]
}
_BY_KIND: dict[str, Any] = {
    "type": "object",
    "properties": dict.fromkeys(KINDS, _BOUND_SCHEMA),
    "additionalProperties": False,
    "minProperties": 1,
}

BoundValue = Annotated[Bound, PlainValidator(_bound), WithJsonSchema(_BOUND_SCHEMA)]
BoundsValue = Annotated[Any, PlainValidator(_bounds), WithJsonSchema({"anyOf": [*_BOUND_SCHEMA["anyOf"], _BY_KIND]})]
BytesValue = Annotated[
    int,
    PlainValidator(_bytes),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": _BYTES_PATTERN}]}),
]
SpanValue = Annotated[
    datetime.timedelta, PlainValidator(_span), WithJsonSchema({"type": "string", "pattern": _SPAN_PATTERN})
]
DayValue = Annotated[datetime.date, PlainValidator(_day), WithJsonSchema({"type": "string", "pattern": DATE_PATTERN})]
CategoryPath = Annotated[str, AfterValidator(_category), Field(min_length=1)]
