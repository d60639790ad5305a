"""The ground that the tests stand on holds."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import restore_demo

if TYPE_CHECKING:
    from vodplan.emulator import RunningEmulator

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("address", ["192.0.2.1", "example.com", "10.0.0.1", "2001:db8::1"])
def test_network_address_beyond_loopback_is_refused(address: str) -> None:
    """No test may depend on, or touch, anything but the machine it runs on."""
    with pytest.raises(RuntimeError, match="only loopback is open to tests"):
        socket.create_connection((address, 80), timeout=0.1)


def test_network_loopback_port_without_a_server_is_an_ordinary_refusal() -> None:
    """What a closed port on this machine says must come through: tests of failures are made of it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = taken.getsockname()

        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)


def test_environment_has_no_credentials_settings_proxies_or_home() -> None:
    """Results are the same for somebody with a production profile in their home folder."""
    names = set(os.environ)

    assert not {name for name in names if name.startswith(("ALIBABA", "VODPLAN")) or name.upper().endswith("_PROXY")}
    assert not names & {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI"}
    assert list(Path.home().iterdir()) == []


@given(st.integers())
def test_environment_under_hypothesis_is_clean_too(number: int) -> None:
    """Property tests stand on the same ground."""
    assert not set(os.environ) & {"NO_COLOR", "CI"}, number
    assert list(Path.home().iterdir()) == []


def test_update_cases_in_ci_is_refused(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody reads the difference, a golden file may not be rewritten."""
    pytester.makeconftest(Path(__file__).parents[1].joinpath("conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile("def test_it(update_cases):\n    assert update_cases\n")

    monkeypatch.delenv("CI", raising=False)
    pytester.runpytest_subprocess("--update-cases", "-p", "no:cacheprovider").assert_outcomes(passed=1)
    monkeypatch.setenv("CI", "true")
    refused = pytester.runpytest_subprocess("--update-cases", "-p", "no:cacheprovider")

    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["*--update-cases rewrites what the tests expect*"])


def test_emulator_starts_empty(emulator: RunningEmulator) -> None:
    """A test that asks for an emulator gets one of its own, answering on loopback, with nothing in it."""
    assert emulator.url.startswith("http://127.0.0.1:")
    with urlopen(emulator.url, timeout=10) as answer:
        assert answer.status == 200
    assert emulator.access_key_id
    assert emulator.access_key_secret


def test_demo_emulator_change_of_an_earlier_test_is_gone(demo_emulator: RunningEmulator) -> None:
    """Tests share the server and find its library as it was made."""
    video = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
    assert demo_emulator.edit_video(video, {"Title": "Edited"})
    (edited,) = demo_emulator.app.state.db.videos([video])

    restore_demo(demo_emulator)
    (restored,) = demo_emulator.app.state.db.videos([video])

    assert (edited.title, restored.title) == ("Edited", "Opening match")
    assert demo_emulator.calls() == []
