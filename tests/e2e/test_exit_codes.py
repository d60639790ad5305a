"""Every exit code of the contract in every format, on the installed command, with valid output of that format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.e2e.helpers import Ended, Project, actions, finish, interrupt, project, wait_until
from vodplan.emulator import KeyPair, RunningEmulator

pytestmark = pytest.mark.e2e

FORMATS = ("text", "json", "markdown", "html", "github", "gitlab")


class _Tags(HTMLParser):
    """Counts what is opened and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "link", "br", "img", "input", "hr", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass


def _html(text: str) -> bool:
    tags = _Tags()
    tags.feed(text)
    tags.close()
    return text.startswith("<!DOCTYPE html>") and not tags.open and {"html", "head", "body", "main"} <= tags.seen


def _json(text: str) -> bool:
    return isinstance(json.loads(text), dict)


def _github(text: str) -> bool:
    commands = [line for line in text.splitlines() if line.startswith("::")]
    return bool(text) and all(
        line.startswith(("::error", "::warning", "::notice", "::group", "::end")) for line in commands
    )


VALID: Mapping[str, Callable[[str], bool]] = {
    "text": lambda text: True,
    "json": _json,
    "markdown": lambda text: text.startswith("<!-- vodplan "),
    "html": _html,
    "github": _github,
    "gitlab": lambda text: isinstance(json.loads(text), dict | list),
}
"""Format → whether stdout is what it promises."""


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """A project with one video that is not as wanted."""
    made = project(tmp_path, demo_emulator)
    found = made.call("select", "kind: video, status: [Normal]", "--format", "json").document["assets"]
    made.write(json.dumps([one["address"].removeprefix("video/") for one in found[:3]]), "ids.json")
    wanted(made, "Wanted")
    return made


def ids(made: Project) -> list[str]:
    """Three videos of the library."""
    found: list[str] = json.loads((made.folder / "ids.json").read_text())
    return found


def wanted(made: Project, title: str) -> None:
    """Want the first video to have a title."""
    made.manifest(f"videos: [{{id: {ids(made)[0]}, title: {title}}}]\n")


def check(name: str, ended: Ended, code: int) -> None:
    """The code, and stdout as the format has it; whatever is said on stderr has no traceback."""
    assert ended.code == code, ended.said
    assert VALID[name](ended.out), ended.out[:500]
    assert "Traceback" not in ended.err
    assert "\x1b" not in ended.out


@pytest.mark.parametrize("name", FORMATS)
def test_success_and_pending_changes(name: str, library: Project) -> None:
    """0, and 2 where it was asked for; 0 again once there is nothing to do."""
    check(name, library.call("plan", "--format", name), 0)
    check(name, library.call("plan", "--detailed-exitcode", "--format", name), 2)
    check(name, library.call("drift", "--detailed-exitcode", "--format", name), 2)
    check(name, library.call("apply", "--auto-approve", "--format", name), 0)
    check(name, library.call("plan", "--detailed-exitcode", "--format", name), 0)


@pytest.mark.parametrize("name", FORMATS)
def test_wrong_manifest_guard_and_stale_plan(name: str, library: Project, demo_emulator: RunningEmulator) -> None:
    """3, 4 and 5; what a guard holds is shown all the same."""
    library.call("plan", "--out", "plan.json")
    demo_emulator.edit_video(ids(library)[0], {"Title": "By hand"})
    check(name, library.call("apply", "plan.json", "--auto-approve", "--format", name), 5)

    library.manifest(f"videos: [{{id: {ids(library)[0]}, state: absent}}]\n")
    check(name, library.call("apply", "--auto-approve", "--format", name), 4)
    library.write("apiVersion: vodplan/v1\npolicy: {max_deletes: 0}\n", "vodplan.yaml")
    check(name, library.call("plan", "--format", name), 4)

    library.manifest("videos: [{id: x, titel: y}]\n")
    check(name, library.call("validate", "--format", name), 3)
    check(name, library.call("plan", "--format", name), 3)


@pytest.mark.parametrize("name", FORMATS)
def test_service_that_refuses_throttles_for_good_or_applies_a_part(
    name: str, library: Project, demo_emulator: RunningEmulator
) -> None:
    """1 for an answer that cannot be had, 8 for a key, 6 for what was not done."""
    demo_emulator.add_key(KeyPair(id="reader", secret="s", deny=("GetVideoInfos",)))
    check(name, library.call("plan", "--format", name, **_key("reader")), 1)
    check(name, library.call("plan", "--format", name, **_key("nobody")), 8)

    demo_emulator.add_key(KeyPair(id="planner", secret="s", deny=("Update*",)))
    check(name, library.call("apply", "--auto-approve", "--format", name, **_key("planner")), 6)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "argv",
    [
        ("plan", "--nonsense"),
        ("plna",),
        ("plan", "--only"),
        ("apply", "--allow-deletes", "many"),
        ("plan", "--only", "x/*"),
    ],
    ids=" ".join,
)
def test_command_line_that_cannot_be_understood(name: str, argv: tuple[str, ...], library: Project) -> None:
    """64, in the format that was asked for, before and behind what is wrong."""
    check(name, library.call(*argv[:1], "--format", name, *argv[1:]), 64)
    check(name, library.call(*argv[:1], f"--format={name}", *argv[1:]), 64)


@pytest.mark.parametrize("name", FORMATS)
def test_interrupted_while_the_service_is_slow(name: str, library: Project, demo_emulator: RunningEmulator) -> None:
    """130, and what was begun of the output is whole."""
    library.manifest(f"videos: [{{id: {ids(library)[0]}, category: News}}]\n")
    demo_emulator.set_faults([{"kind": "latency", "ms": 600_000, "operation": "GetVideoInfos"}])
    demo_emulator.clear_calls()
    process = library.start("plan", "--format", name)
    wait_until(lambda: "GetCategories" in actions(demo_emulator), process=process)
    interrupt(process)

    check(name, finish(process), 130)


def _key(name: str) -> dict[str, str]:
    return {"ALIBABA_CLOUD_ACCESS_KEY_ID": name, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s"}
