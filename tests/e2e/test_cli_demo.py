"""The tour is what it promises, every time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.e2e.cli import vodplan
from tests.unit.cli.harness import run

pytestmark = pytest.mark.e2e


def test_demo_walks_every_step_twice(tmp_path: Path) -> None:
    """Each step's command is told before it runs; a second tour begins anew; nothing outside its folder is touched."""
    hostile = {"VODPLAN_ENDPOINT": "http://127.0.0.1:9", "VODPLAN_TARGET": "production", "VODPLAN_CONFIG": "none.yaml"}

    first = vodplan("demo", cwd=tmp_path, environ=hostile)
    second = vodplan("demo", "--format", "json", cwd=tmp_path)

    commands = re.findall(r"^\$ (vodplan \w+)", first.stderr, re.MULTILINE)
    assert first.returncode == 0
    assert commands == [f"vodplan {name}" for name in ("validate", "plan", "show", "apply", "plan")]
    assert "Converged: the library reads back as planned." in first.stdout
    assert "No changes: " in first.stdout
    assert " is gone\n" in first.stderr
    assert second.returncode == 0
    assert [step["kept"] for step in json.loads(second.stdout)["steps"]] == [True] * 6
    assert [path.name for path in tmp_path.iterdir()] == [".vodplan"]


def test_demo_step_that_fails_ends_the_tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tour that shows something else than it says is a failure, not a tour."""
    from vodplan.commands import demo

    broken = tmp_path / "examples"
    broken.mkdir()
    (broken / "a.yaml").write_text("apiVersion: vodplan/v1\nvideos: [{id: a1, titel: x}]\n")
    monkeypatch.setattr(demo, "_examples", lambda: broken)

    ran = run("demo", cwd=tmp_path)

    assert ran.code == 1
    assert "FAILED  The manifests are checked" in ran.out
    assert "vodplan validate ended with exit code 3; the tour promised 0." in ran.err


def test_demo_installed_without_examples_still_deletes_and_converges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a wheel the tour uses what init starts with, and one deletion."""
    from vodplan.commands import demo

    monkeypatch.setattr(demo, "_examples", lambda: None)

    ran = run("demo", cwd=tmp_path)

    assert ran.code == 0
    assert "1 to rename, 2 to update, 1 to delete" in ran.out
    assert "video/12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5 is gone" in ran.err


def test_demo_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    """The tour makes its folder anew, and must not make anew what a link leads to."""
    target = tmp_path / "precious"
    target.mkdir()
    (target / "file").write_text("kept")
    (tmp_path / ".vodplan").mkdir()
    (tmp_path / ".vodplan" / "demo").symlink_to(target)

    ran = run("demo", cwd=tmp_path)

    assert ran.code == 3
    assert (target / "file").read_text() == "kept"
