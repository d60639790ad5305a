"""What every test stands on: a clean environment, loopback only, hypothesis settings, golden files, emulators."""

from __future__ import annotations

import ipaddress
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from vodplan.emulator import RunningEmulator

CLEANED = ("ALIBABA", "ALIYUN", "VODPLAN", "GITHUB_", "GITLAB_", "CI_", "XDG_")
"""Prefixes of variables that would let the machine that runs the tests have a say in their results."""

CLEANED_NAMES = frozenset(
    {"CI", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "PAGER"}
    | {"ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "PYTHONWARNINGS"}
)

TESTS = Path(__file__).parent
COVERING = frozenset({"unit", "property"})
"""Folders of tests that have to reach every branch of core and kinds by themselves."""

settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples on every run: a red pull request is red because of what it changed.
settings.register_profile("ci", parent=settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-cases`."""
    parser.addoption(
        "--update-cases",
        action="store_true",
        help="write the results of the golden cases over their expected files, for review in the diff",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to rewrite expectations where nobody would review them, and close the network."""
    if config.getoption("--update-cases") and os.environ.get("CI"):
        raise pytest.UsageError("--update-cases rewrites what the tests expect: run it where you can review the diff.")
    sys.addaudithook(_loopback_only)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Shells start what runs in the background so, and what the tests start would inherit it: Ctrl-C did nothing.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count coverage where units and laws are tested: in whole applies it takes as long again as they do."""
    for item in items:
        if item.path.relative_to(TESTS).parts[0] not in COVERING:
            item.add_marker("no_cover")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases the sweeps went through: one test each, and hundreds of applies that are broken on purpose."""
    counted: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "counted":
                what, number = value
                counted[what] += number
    if counted:
        terminalreporter.section("swept")
        for what, number in counted.items():
            terminalreporter.write_line(f"{number:,} {what}")


class NetworkUsed(RuntimeError):
    """A test reached for a network beyond this machine."""


def is_loopback(host: object) -> bool:
    """Whether a host, as sockets are given it, is this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _loopback_only(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        # A path or bytes is a Unix socket: this machine.
        if isinstance(address, tuple) and not is_loopback(address[0]):
            raise NetworkUsed(f"a test connects to {address[0]}; only loopback is open to tests")
    elif event == "socket.getaddrinfo" and not is_loopback(arguments[0]):
        raise NetworkUsed(f"a test looks up {arguments[0]!r}; only loopback is open to tests")


@pytest.fixture(autouse=True)
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take away credentials, settings, proxies and the home folder of whoever runs the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(CLEANED) and name.upper() not in CLEANED_NAMES
    }
    # One empty home for all tests of a process: whoever writes into it makes a folder of their own instead.
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    with mock.patch.dict(os.environ, {**kept, "HOME": str(home), "USERPROFILE": str(home)}, clear=True):
        yield


@pytest.fixture
def update_cases(request: pytest.FixtureRequest) -> bool:
    """Whether golden cases write their results instead of comparing them."""
    return bool(request.config.getoption("--update-cases"))


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[RunningEmulator]:
    """An emulator with an empty library, for this test alone."""
    from vodplan.emulator import running

    with running(tmp_path / "emulator.db") as served:
        yield served


@pytest.fixture(scope="session")
def _demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    from vodplan.emulator import running

    with running(tmp_path_factory.mktemp("emulator") / "demo.db", demo=True) as served:
        yield served


@pytest.fixture
def demo_emulator(_demo_server: RunningEmulator) -> RunningEmulator:
    """An emulator with the demo library, as it was made: tests share the server, each finds it put back."""
    restore_demo(_demo_server)
    return _demo_server


def restore_demo(emulator: RunningEmulator) -> None:
    """Undo whatever a test did to an emulator, the faults it switched on included."""
    emulator.set_faults([])
    emulator.reset()
