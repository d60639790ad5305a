"""Every exit code of the contract in every format, on the installed command, with valid output of that format."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.e2e.cli import REPOSITORY
from tests.e2e.helpers import Ended, Project, actions, finish, interrupt, project, wait_until
from tests.harmless import CHECKS, printable
from vodplan.emulator import KeyPair, RunningEmulator

pytestmark = pytest.mark.e2e

CODES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 64, 70)
"""All but 130, which has a test of its own on the installed command."""

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
    if ended.out or name != "text":
        # Nothing beside it could be more harmless than itself: what is left is that it can be read, and shows nothing odd.
        CHECKS[name](ended.out, ended.out)
    assert "Traceback" not in ended.err
    printable(ended.err)


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


@pytest.mark.parametrize("name", FORMATS)
def test_locked_by_another_run(name: str, library: Project, demo_emulator: RunningEmulator) -> None:
    """7 while somebody else is at work, and nothing is written."""
    with _at_work(library, demo_emulator):
        check(name, library.call("apply", "--auto-approve", "--format", name), 7)


@pytest.mark.parametrize("name", FORMATS)
def test_bug(name: str, library: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """70, also with a result on the way."""

    def wrong(*_: object) -> int:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr("vodplan.commands.plan.run", wrong)
    ended = library.call("plan", "--format", name)

    check(name, ended, 70)
    assert "a secret" not in ended.said


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("validate",), 0),
        (("validate", "wrong.yaml"), 3),
        (("validate", "nowhere"), 3),
        (("validate", "--nonsense"), 64),
    ],
)
def test_findings_of_validate_as_sarif(argv: tuple[str, ...], code: int, library: Project) -> None:
    """A failure without findings has none, and says that it was one."""
    library.write("apiVersion: vodplan/v1\nvideos: [{id: x, titel: y}]\n", "wrong.yaml")

    ended = library.call(*argv, "--format", "sarif")

    assert ended.code == code, ended.said
    CHECKS["sarif"](ended.out, ended.out)
    run = ended.document["runs"][0]
    assert bool(run["results"]) == (code == 3)
    assert run["invocations"][0]["executionSuccessful"] == (code == 0 or bool(run["results"]))


@pytest.mark.parametrize(("code", "name"), [(code, FORMATS[place % 6]) for place, code in enumerate(CODES)])
def test_installed_command_ends_with_every_code(
    code: int, name: str, library: Project, demo_emulator: RunningEmulator, tmp_path: Path
) -> None:
    """What the tests above see in one process holds for the command that people install, stream by stream."""
    argv, environ = _arranged(code, library, demo_emulator, tmp_path)
    busy = _at_work(library, demo_emulator) if code == 7 else contextlib.nullcontext()

    with busy:
        ended = library.run(*argv, "--format", name, **environ)

    check(name, ended, code)


def _arranged(
    code: int, library: Project, emulator: RunningEmulator, folder: Path
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Bring about what ends with a code: a command line, and what its environment has."""
    apply = ("apply", "--auto-approve")
    match code:
        case 1:
            emulator.add_key(KeyPair(id="reader", secret="s", deny=("GetVideoInfos",)))
            return ("plan",), _key("reader")
        case 2:
            return ("plan", "--detailed-exitcode"), {}
        case 3:
            library.manifest("videos: [{id: x, titel: y}]\n")
        case 4:
            library.manifest(f"videos: [{{id: {ids(library)[0]}, state: absent}}]\n")
            return apply, {}
        case 5:
            library.call("plan", "--out", "plan.json")
            emulator.edit_video(ids(library)[0], {"Title": "By hand"})
            return ("apply", "plan.json", "--auto-approve"), {}
        case 6:
            emulator.add_key(KeyPair(id="planner", secret="s", deny=("Update*",)))
            return apply, _key("planner")
        case 7:
            return apply, {}
        case 8:
            return ("plan",), _key("nobody")
        case 64:
            return ("plan", "--nonsense"), {}
        case 70:
            # What Python runs before anything else puts a bug where there is none.
            library.write(
                "import vodplan.commands.plan as one\n\n\ndef wrong(*_):\n    raise ZeroDivisionError\n\n\none.run = wrong\n",
                "wrong/sitecustomize.py",
            )
            return ("plan",), {"PYTHONPATH": os.pathsep.join((str(folder / "wrong"), str(REPOSITORY)))}
    return ("plan",), {}


@contextlib.contextmanager
def _at_work(library: Project, emulator: RunningEmulator) -> Iterator[None]:
    """Another run that holds the target for as long as it lasts."""
    emulator.set_faults([{"kind": "latency", "ms": 600_000, "operation": "UpdateVideoInfo*"}])
    process = library.start("apply", "--auto-approve")
    try:
        # A call that is kept waiting is not on the emulator's list yet; a run on record holds the target.
        wait_until(lambda: bool(library.call("history", "--format", "json").document["runs"]), process=process)
        yield
    finally:
        process.kill()
        finish(process)


def _key(name: str) -> dict[str, str]:
    return {"ALIBABA_CLOUD_ACCESS_KEY_ID": name, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s"}
