"""Where the service is."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from vodplan.core.errors import ConfigError

MOVED = {"cn-hangzhou": "cn-shanghai"}
"""Regions whose media are served by another region's endpoint."""

_REGION = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+")
_EXAMPLE = "https://vod.cn-shanghai.aliyuncs.com"


def endpoint_for(region: str, override: str | None) -> str:
    """The endpoint of a region, or the one given instead: `scheme://host[:port]`, without a path.

    override: from the project file or `VODPLAN_ENDPOINT`; https is meant when it has no scheme.
    raises:   ConfigError: no region, not a URL, plain http to anywhere but this machine, or a URL with credentials, a
              path or a query.
    source:   page «Endpoints»; docs/contract.md section 2.
    """
    if override:
        return checked(override)
    if not _REGION.fullmatch(region):
        raise ConfigError(
            f"{region!r} is not the name of a region." if region else "The target names no region.",
            next="Set region in vodplan.yaml, for example: region: cn-shanghai",
        )
    return f"https://vod.{MOVED.get(region, region)}.aliyuncs.com"


def checked(endpoint: str) -> str:
    """See `endpoint_for`."""
    text = endpoint.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _refused(endpoint, f"is not a URL ({error})") from error
    if parts.username is not None or parts.password is not None:
        # The endpoint may hold a password, so it is not repeated.
        raise ConfigError(
            "The endpoint holds a user name or password; credentials never stand in an endpoint.",
            next="See docs/credentials.md for where the key is taken from.",
        )
    if parts.scheme not in ("http", "https"):
        raise _refused(endpoint, f"has the scheme {parts.scheme!r}; only https is used, and http on this machine")
    if not host or not _HOST.fullmatch(host):
        raise _refused(endpoint, "has no host name that can be called")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _refused(endpoint, "has a path, a query or a fragment; an endpoint is a host and, if need be, a port")
    if parts.scheme == "http" and not on_this_machine(host):
        raise _refused(
            endpoint, "is plain http to another machine, where anyone on the way could read and change requests"
        )
    shown = f"[{host}]" if ":" in host else host
    own = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{shown}" + (f":{port}" if port and port != own else "")


def on_this_machine(host: str) -> bool:
    """Whether a host is the loopback interface."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(endpoint: str, why: str) -> ConfigError:
    return ConfigError(f"The endpoint {endpoint!r} {why}.", next=f"Use an endpoint such as {_EXAMPLE}")
