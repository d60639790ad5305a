"""The shape of the project file; the source of its JSON Schema."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema

from vodplan.kinds.operations import OPERATIONS
from vodplan.manifests.project_drift import Drift
from vodplan.manifests.project_parts import OPTIONAL, Model, Text
from vodplan.manifests.project_policy import Rules

REGION_PATTERN = r"^[a-z]{2,}(-[a-z0-9]+)+$"
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


def _endpoint(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("it must be an address, such as https://vod.cn-shanghai.aliyuncs.com") from error
    if parts.scheme not in ("http", "https") or not host or any(character.isspace() for character in value):
        raise ValueError("it must be an address, such as https://vod.cn-shanghai.aliyuncs.com")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("it is a host and, if need be, a port; it has no path, query or fragment")
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


def _store(value: str) -> str:
    if not re.match(r"(sqlite|postgresql|postgres)(\+\w+)?://", value):
        raise ValueError("it must begin with sqlite:/// or postgresql://")
    return value


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
    manifests: Annotated[list[Text], Field(min_length=1, description="Files and folders.")] = Field(
        default=["manifests/"]
    )
    default_target: Text = OPTIONAL
    targets: dict[Annotated[str, Field(pattern=NAME_PATTERN)], Target] = Field(
        default_factory=dict, json_schema_extra={"additionalProperties": False}
    )
    policy: Rules = Field(default_factory=Rules)
    drift: Drift = Field(default_factory=Drift)
    store: Annotated[
        str,
        AfterValidator(_store),
        WithJsonSchema({"type": "string", "pattern": r"^(sqlite|postgresql|postgres)(\+\w+)?://"}),
        Field(description="sqlite:///PATH or postgresql://HOST/DATABASE; a password comes from VODPLAN_STORE."),
    ] = OPTIONAL
    limits: Limits = Field(default_factory=Limits)
