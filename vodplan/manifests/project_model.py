"""The shape of the project file; the source of its JSON Schema."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from vodplan.core.kind import Kind
from vodplan.core.policy import Bound
from vodplan.kinds.image import IMAGE
from vodplan.kinds.operations import OPERATIONS
from vodplan.kinds.video import VIDEO
from vodplan.manifests.limits import path_problem
from vodplan.manifests.wording import did_you_mean, one_of

REGION_PATTERN = r"^[a-z]{2,}(-[a-z0-9]+)+$"
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
PERCENT_PATTERN = r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)%$"

_PERCENT = re.compile(PERCENT_PATTERN[:-1] + r"\Z")


def _bound(value: object) -> Bound:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Bound(count=value)
    if isinstance(value, str) and _PERCENT.match(value):
        return Bound(percent=float(value[:-1]))
    raise ValueError('it must be a count, such as 10, or a percentage in quotes, such as "5%"')


def _endpoint(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("it must be an address, such as https://vod.cn-shanghai.aliyuncs.com") from error
    if parts.scheme not in ("http", "https") or not host or any(character.isspace() for character in value):
        raise ValueError("it must be an address, such as https://vod.cn-shanghai.aliyuncs.com")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError(
            f"plain http to {host} would send signed requests unencrypted; it is used on this machine only "
            "(127.0.0.1, localhost). Write https://"
        )
    return value


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _category(value: str) -> str:
    problem = path_problem(value)
    if problem is not None:
        raise ValueError(problem.detail)
    return value


def _store(value: str) -> str:
    if not re.match(r"(sqlite|postgresql|postgres)(\+\w+)?://", value):
        raise ValueError("it must begin with sqlite:/// or postgresql://")
    return value


OPTIONAL: Any = Field(default=None)
"""A setting that may be left out; it is None then, and never null in the file."""

Text = Annotated[str, Field(min_length=1)]
BoundValue = Annotated[
    Bound,
    PlainValidator(_bound),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": PERCENT_PATTERN}]}),
]


def _field_of(kind: Kind) -> Any:
    names = [field.name for field in kind.fields]

    def check(value: str) -> str:
        if value not in names:
            raise ValueError(f"it must be a field of the kind: {one_of(names)}.{did_you_mean(value, names)}")
        return value

    return Annotated[str, AfterValidator(check), WithJsonSchema({"enum": names})]


VideoField: Any = _field_of(VIDEO)
ImageField: Any = _field_of(IMAGE)


class Model(BaseModel):
    """What every block of a file has in common: nothing unknown, nothing converted."""

    model_config = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True)


_EMULATOR_ALONE: dict[str, Any] = {
    "if": {"required": ["emulator"]},
    "then": {"properties": {"endpoint": False, "profile": False}},
    "else": {"required": ["region"]},
}


class Target(Model):
    """One account and region, or an emulator on this machine."""

    model_config = ConfigDict(json_schema_extra=_EMULATOR_ALONE)

    region: Annotated[str, Field(pattern=REGION_PATTERN, description="Such as cn-shanghai.")] = OPTIONAL
    endpoint: Annotated[
        str,
        AfterValidator(_endpoint),
        WithJsonSchema({"type": "string", "pattern": "^https?://"}),
        Field(description="Instead of the region's own; https, or http on this machine."),
    ] = OPTIONAL
    profile: Annotated[Text, Field(description="Of the credential chain.")] = OPTIONAL
    emulator: Annotated[Text, Field(description="Database file of an emulator started in the process.")] = OPTIONAL


class AnyOf(Model):
    """A set of tags of which one is enough."""

    any: Annotated[list[Text], Field(min_length=1)]


class Protect(Model):
    """What is never deleted: an asset that fits every condition given."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    tags: AnyOf = OPTIONAL
    category: Annotated[str, AfterValidator(_category), Field(min_length=1)] = OPTIONAL
    ids: Annotated[list[Text], Field(min_length=1)] = OPTIONAL


class Require(Model):
    """The fields that every entry of a kind must set."""

    video: list[VideoField] = Field(default_factory=list)
    image: list[ImageField] = Field(default_factory=list)


class Tags(Model):
    """The closed list of tags."""

    vocabulary: Annotated[list[Text], Field(min_length=1)]


class Rules(Model):
    """The team's rules."""

    max_deletes: Annotated[BoundValue, Field(description='A count, or "5%" of the managed assets.')] = OPTIONAL
    max_updates: Annotated[BoundValue, Field(description='A count, or "30%" of the managed assets.')] = OPTIONAL
    protect: list[Protect] = Field(default_factory=list)
    require: Require = Field(default_factory=Require)
    tags: Tags = OPTIONAL


class Limits(Model):
    """How much of the account's rate may be used."""

    share: Annotated[float, Field(gt=0, le=1)] = 0.8
    rates: Annotated[
        dict[Literal[*sorted(OPERATIONS)], Annotated[float, Field(gt=0, le=1_000_000)]],  # type: ignore[valid-type]
        Field(description="Operation: calls per second that the account has, where that is not the documented rate."),
    ] = Field(default_factory=dict)


class ProjectModel(Model):
    """The project file, vodplan.yaml."""

    apiVersion: Literal["vodplan/v1"]
    manifests: Annotated[list[Text], Field(min_length=1, description="Files and folders.")] = ["manifests/"]
    default_target: Text = OPTIONAL
    targets: dict[Annotated[str, Field(pattern=NAME_PATTERN)], Target] = Field(
        default_factory=dict, json_schema_extra={"additionalProperties": False}
    )
    policy: Rules = Field(default_factory=Rules)
    store: Annotated[
        str,
        AfterValidator(_store),
        WithJsonSchema({"type": "string", "pattern": r"^(sqlite|postgresql|postgres)(\+\w+)?://"}),
        Field(description="sqlite:///PATH or postgresql://HOST/DATABASE; a password comes from VODPLAN_STORE."),
    ] = OPTIONAL
    limits: Limits = Field(default_factory=Limits)
