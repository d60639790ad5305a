"""From nothing to an empty plan, by the commands that a new user types."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.e2e.cli import vodplan

pytestmark = pytest.mark.e2e

DELETION = """\
apiVersion: vodplan/v1
videos:
  - {id: 12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, state: absent, reason: Replaced}
"""


def test_journey_from_init_to_an_empty_plan(tmp_path: Path) -> None:
    """init, validate, plan, show, apply, plan: each ends as the help says, on the embedded emulator."""
    assert vodplan("init", cwd=tmp_path).returncode == 0
    (tmp_path / "manifests" / "delete.yaml").write_text(DELETION, encoding="utf-8")
    checked = vodplan("validate", cwd=tmp_path)
    planned = vodplan("plan", "--out", "plan.json", "--detailed-exitcode", cwd=tmp_path)
    shown = vodplan("show", "plan.json", cwd=tmp_path)
    refused = vodplan("apply", "plan.json", "--auto-approve", cwd=tmp_path)
    applied = vodplan("apply", "plan.json", "--auto-approve", "--allow-deletes", "1", "--format", "json", cwd=tmp_path)
    again = vodplan("plan", "--detailed-exitcode", cwd=tmp_path)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith("OK: 5 entries in 2 files, no errors.\n")
    assert planned.returncode == 2
    assert planned.stdout == shown.stdout
    assert planned.stdout.endswith("Next: vodplan apply plan.json --allow-deletes 1\n")
    assert refused.returncode == 4
    assert refused.stderr.endswith("Next: vodplan apply plan.json --allow-deletes 1 --auto-approve\n")
    assert applied.returncode == 0
    assert json.loads(applied.stdout)["plan_digest"] == json.loads((tmp_path / "plan.json").read_text())["digest"]
    assert again.returncode == 0
    assert "No changes: " in again.stdout


def test_journey_outputs_are_written_beside_stdout(tmp_path: Path) -> None:
    """One run, three views: text on stdout, the canonical JSON twice, byte for byte the saved plan."""
    vodplan("init", cwd=tmp_path)

    ran = vodplan("plan", "--out", "saved.json", "--output", "json=a.json", "--output", "text=b.txt", cwd=tmp_path)

    assert ran.returncode == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "saved.json").read_bytes()
    assert (tmp_path / "b.txt").read_text(encoding="utf-8") == ran.stdout


def test_init_in_a_used_folder_overwrites_nothing(tmp_path: Path) -> None:
    """What is there stays as it is, and is listed; a second init writes nothing at all."""
    (tmp_path / "vodplan.yaml").write_text("mine", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*.pyc", encoding="utf-8")

    first = vodplan("init", cwd=tmp_path)
    second = vodplan("init", "--format", "json", cwd=tmp_path)

    assert (first.returncode, second.returncode) == (0, 0)
    assert "kept   vodplan.yaml (it was there)\n" in first.stdout
    assert (tmp_path / "vodplan.yaml").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "*.pyc\n.vodplan/\n"
    assert json.loads(second.stdout)["written"] == []


def test_validate_reports_every_error_and_exits_3(tmp_path: Path) -> None:
    """All errors of all files in one run, with the place, and the next command."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "a.yaml").write_text(
        "apiVersion: vodplan/v1\nvideos:\n  - {id: a1, titel: 开幕比赛}\n", encoding="utf-8"
    )
    (tmp_path / "manifests" / "b.yaml").write_text("apiVersion: vodplan/v9\n", encoding="utf-8")

    text = vodplan("validate", cwd=tmp_path)
    document = json.loads(vodplan("validate", "--format", "json", cwd=tmp_path).stdout)

    assert (text.returncode, text.stdout) == (3, "")
    assert re.search(r"^manifests/a\.yaml:3:14: error\[VP\d{3}\]: ", text.stderr, re.MULTILINE)
    assert 'Did you mean "title"?' in text.stderr
    assert "manifests/b.yaml:1:" in text.stderr
    assert {one["file"] for one in document["error"]["diagnostics"]} == {"manifests/a.yaml", "manifests/b.yaml"}


@pytest.mark.parametrize("name", ["manifest", "project", "plan"])
def test_schema_prints_a_json_schema(tmp_path: Path, name: str) -> None:
    """The same in both formats."""
    text = vodplan("schema", name, cwd=tmp_path)

    assert text.returncode == 0
    assert json.loads(text.stdout)["$schema"].startswith("https://json-schema.org/")
    assert vodplan("schema", name, "--format", "json", cwd=tmp_path).stdout == text.stdout


def test_schema_unknown_name_is_a_usage_error(tmp_path: Path) -> None:
    """And says which there are."""
    ran = vodplan("schema", "manifst", cwd=tmp_path)

    assert ran.returncode == 64
    assert "manifest, project, plan" in ran.stderr


@pytest.mark.parametrize(("shell", "said"), [("bash", "complete "), ("zsh", "#compdef vodplan"), ("tcsh", "complete ")])
def test_completion_scripts_know_the_commands(tmp_path: Path, shell: str, said: str) -> None:
    """Made from the command line itself, for each shell."""
    ran = vodplan("completion", shell, cwd=tmp_path)

    assert ran.returncode == 0
    assert said in ran.stdout
    assert "doctor" in ran.stdout
    assert "allow-deletes" in ran.stdout
