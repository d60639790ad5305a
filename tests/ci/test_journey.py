"""From a pull request to the history: the action's own steps, on the emulator, with a stand-in for the host's API."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.ci.host import FakeHost, serving
from tests.ci.runner import Runner
from tests.e2e.cli import vodplan
from vodplan.emulator import RunningEmulator, running

pytestmark = pytest.mark.e2e

HOSTILE = "Final ::error::owned <script>alert(1)</script> @everyone `x`"


@pytest.fixture(name="database", scope="module")
def _database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library") / "e.db"


@pytest.fixture(name="service", scope="module")
def _service(database: Path) -> Iterator[RunningEmulator]:
    with running(database, demo=True) as service:
        yield service


@pytest.fixture(name="host")
def _host() -> Iterator[FakeHost]:
    with serving() as host:
        yield host


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder of its own; what it prints."""
    names = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    ran = subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8")
    return ran.stdout.strip()


@pytest.fixture(name="videos")
def _videos(service: RunningEmulator, database: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT id FROM videos WHERE status = 'Normal' ORDER BY id LIMIT 3")
        return [row[0] for row in found]


@pytest.fixture(name="keys")
def _keys(service: RunningEmulator) -> dict[str, str]:
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": service.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": service.access_key_secret,
    }


@pytest.fixture(name="checkout")
def _checkout(service: RunningEmulator, tmp_path: Path, videos: list[str]) -> Path:
    folder = tmp_path / "checkout"
    (folder / "manifests").mkdir(parents=True)
    project = {
        "apiVersion": "vodplan/v1",
        "targets": {"production": {"endpoint": service.url, "region": service.region}},
        "policy": {"max_deletes": 5},
    }
    (folder / "vodplan.yaml").write_text(json.dumps(project))
    write(folder, videos[:1], "first")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "start")
    return folder


def write(folder: Path, ids: list[str], title: str, gone: list[str] | None = None) -> None:
    """The manifest."""
    entries: list[dict[str, Any]] = [{"id": one, "title": title} for one in ids]
    entries += [{"id": one, "state": "absent", "reason": "Licence ended"} for one in gone or []]
    (folder / "manifests/a.yaml").write_text(json.dumps({"apiVersion": "vodplan/v1", "videos": entries}))


def request(head: str = "team/media") -> tuple[str, dict[str, Any]]:
    """A pull request from a repository."""
    return "pull_request", {
        "pull_request": {
            "number": 12,
            "head": {"repo": {"full_name": head}},
            "base": {"repo": {"full_name": "team/media"}},
        }
    }


def test_pull_request_to_history(
    host: FakeHost, checkout: Path, keys: dict[str, str], videos: list[str], tmp_path: Path
) -> None:
    """Comment, page and plan; the comment again; the merge; the approved plan; the history."""
    base = git(checkout, "rev-parse", "HEAD")
    git(checkout, "switch", "-qc", "branch")
    write(checkout, videos[:2], HOSTILE, videos[2:])
    git(checkout, "commit", "-qam", "change")
    pull = Runner(tmp_path / "pull", checkout, request(), host.url, keys)
    pull.folder.mkdir()

    code, outputs = pull.use(command="plan", base=base)

    assert code == 0, pull.log
    assert outputs["exit-code"] == "2"
    assert (outputs["changes"], outputs["deletes"]) == ("3", "1")
    (comment,) = host.bodies()
    assert comment.startswith("<!-- vodplan")
    assert "production" in comment.partition("\n")[0]
    assert "https://git.example.com/artifacts/vodplan" in comment
    assert "<script>" not in re.sub(r"(`+).+?\1", "", comment)
    assert {one.name for one in (pull.artifacts / "vodplan").iterdir()} >= {"plan.json", "plan.html", "comment.md"}
    assert "Licence ended" in pull.summary
    commands = [line for line in pull.log.splitlines() if line.startswith("::")]
    assert commands
    assert not [line for line in pull.log.splitlines() if line.lstrip().startswith("::error::owned") or "##[" in line]
    assert keys["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] not in pull.log

    write(checkout, videos[:1], "Second thoughts", videos[2:])
    git(checkout, "commit", "-qam", "change")
    assert pull.use(command="plan", base=base)[1]["changes"] == "2"
    assert len(host.bodies()) == 1
    assert "Second thoughts" in host.bodies()[0]

    git(checkout, "switch", "-q", "main")
    git(checkout, "merge", "-q", "branch")
    push = Runner(tmp_path / "push", checkout, ("push", {}), host.url, keys)
    push.folder.mkdir()
    code, outputs = push.use(command="plan", base="")
    assert (code, outputs["exit-code"]) == (0, "2")
    plan = push.artifacts / "vodplan/plan.json"

    code, _ = push.use(command="apply", plan_file=str(plan), artifact="")
    assert code == 4, "a removal that nobody approved"
    code, after = push.use(command="apply", plan_file=str(plan), allow_deletes=outputs["deletes"], artifact="")

    assert (code, after["exit-code"]) == (0, "0"), push.log
    code, outputs = push.use(command="plan", artifact="")
    assert (code, outputs["exit-code"], outputs["changes"]) == (0, "0", "0")
    history = json.loads(vodplan("history", "--format", "json", cwd=checkout, environ=keys).stdout)
    assert len(history["runs"]) == 1
    assert len(host.bodies()) == 1


def test_fork_is_validated_and_calls_nobody(
    host: FakeHost, checkout: Path, service: RunningEmulator, videos: list[str], tmp_path: Path
) -> None:
    """No key is there; what is wrong stands at its line all the same."""
    write(checkout, [*videos, videos[0]], "Twice")
    runner = Runner(tmp_path / "fork", checkout, request("stranger/media"), host.url)
    runner.folder.mkdir()
    service.clear_calls()

    code, outputs = runner.use(command="plan")

    assert (code, outputs["exit-code"], outputs["plan-file"]) == (3, "3", "")
    assert "::error file=manifests/a.yaml" in runner.log
    assert host.asked == []
    assert service.calls() == []


def test_plan_that_a_guard_holds_fails_after_it_was_told(
    host: FakeHost, checkout: Path, keys: dict[str, str], videos: list[str], tmp_path: Path
) -> None:
    """The comment and the page are where those look who have to decide."""
    project = json.loads((checkout / "vodplan.yaml").read_text())
    (checkout / "vodplan.yaml").write_text(json.dumps({**project, "policy": {"max_deletes": 0}}))
    write(checkout, [], "", videos[:2])
    runner = Runner(tmp_path / "held", checkout, request(), host.url, keys)
    runner.folder.mkdir()

    code, outputs = runner.use(command="plan")

    assert (code, outputs["exit-code"]) == (4, "4")
    assert len(host.bodies()) == 1
    assert (runner.artifacts / "vodplan/plan.html").exists()


def test_manifests_that_are_wrong_are_told_in_the_comment(
    host: FakeHost, checkout: Path, keys: dict[str, str], tmp_path: Path
) -> None:
    """There is no plan, and what was said of an older push does not stand."""
    (checkout / "manifests/a.yaml").write_text("apiVersion: vodplan/v1\nvideos: [{id: x, titel: y}]\n")
    runner = Runner(tmp_path / "wrong", checkout, request(), host.url, keys)
    runner.folder.mkdir()

    code, _ = runner.use(command="plan")

    assert code == 3
    (comment,) = host.bodies()
    assert "titel" in comment
