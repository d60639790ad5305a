"""Where requests may go."""

from __future__ import annotations

import pytest

from tests.unit.vod.fakes import Keys
from vodplan.core.errors import ConfigError
from vodplan.vod.service import VodService, endpoint_for


@pytest.mark.parametrize(
    ("region", "override", "endpoint"),
    [
        ("cn-shanghai", None, "https://vod.cn-shanghai.aliyuncs.com"),
        ("cn-hangzhou", None, "https://vod.cn-shanghai.aliyuncs.com"),
        ("eu-central-1", "", "https://vod.eu-central-1.aliyuncs.com"),
        ("cn-shanghai", "https://vod-vpc.cn-shanghai.aliyuncs.com/", "https://vod-vpc.cn-shanghai.aliyuncs.com"),
        ("cn-shanghai", "vod.example.com", "https://vod.example.com"),
        ("", "https://vod.example.com:443", "https://vod.example.com"),
        ("", "http://127.0.0.1:8900", "http://127.0.0.1:8900"),
        ("", "http://127.8.8.8:80/", "http://127.8.8.8"),
        ("", "http://localhost:1", "http://localhost:1"),
        ("", "http://[::1]:8900", "http://[::1]:8900"),
    ],
)
def test_endpoint_for_gives_a_bare_address(region: str, override: str | None, endpoint: str) -> None:
    """Region or override, it ends as scheme, host and port."""
    assert endpoint == endpoint_for(region, override)


@pytest.mark.parametrize(
    "override",
    [
        "http://vod.cn-shanghai.aliyuncs.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0:80",
        "http://192.168.0.1",
        "ftp://127.0.0.1",
        "https://vod.example.com/path",
        "https://vod.example.com?x=1",
        "https://",
        "https://h:port",
        "https://h h",
        "https://[::1",
    ],
)
def test_endpoint_for_anything_else_is_refused(override: str) -> None:
    """Plain http to another machine lets anyone on the way read and change requests."""
    with pytest.raises(ConfigError) as raised:
        endpoint_for("cn-shanghai", override)

    assert raised.value.exit_code == 3
    assert raised.value.next


def test_endpoint_for_a_url_with_a_password_does_not_repeat_it() -> None:
    """The message may end in a CI log."""
    with pytest.raises(ConfigError) as raised:
        endpoint_for("cn-shanghai", "https://user:hush@vod.example.com")

    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("region", ["", "cn shanghai", "CN", "cn-shanghai.evil.example", "-"])
def test_endpoint_for_what_is_no_region_is_refused(region: str) -> None:
    """A region becomes part of a host name, so it may not bring its own."""
    with pytest.raises(ConfigError):
        endpoint_for(region, None)


@pytest.mark.parametrize("share", [0.0, -1.0, 1.01, float("nan")])
def test_service_with_a_share_out_of_bounds_is_refused(share: float) -> None:
    """More than the whole rate cannot be used, and none at all would wait for ever."""
    with pytest.raises(ConfigError, match=r"limits\.share"):
        VodService("https://vod.example.com", "cn-shanghai", Keys(), share=share)
