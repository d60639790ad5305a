"""What init writes is valid and complete, and it never takes anything away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.unit.cli.harness import run
from vodplan import api
from vodplan.commands import init

FILES = {
    "vodplan.yaml",
    "manifests/example.yaml",
    ".github/workflows/vodplan.yml",
    ".vscode/settings.json",
    ".vscode/vodplan-manifest.schema.json",
    ".vscode/vodplan-project.schema.json",
    ".gitignore",
}


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_init_empty_folder_gets_every_file(tmp_path: Path) -> None:
    """All of them, in a folder that is made when it is missing."""
    ran = run("init", "new/media", cwd=tmp_path)

    assert ran.code == 0
    assert _files(tmp_path / "new/media") == FILES
    assert ran.out.endswith("Next: cd new/media && vodplan validate && vodplan plan\n")


def test_init_starter_project_and_manifest_are_valid(tmp_path: Path) -> None:
    """The first thing that a new user sees has no error and no warning."""
    run("init", cwd=tmp_path)

    workspace = api.load(cwd=tmp_path, environ={})

    assert workspace.diagnostics == ()
    assert workspace.project.default_target == "local"
    assert workspace.project.targets["local"].emulator == tmp_path / ".vodplan/emulator.db"
    assert sum(workspace.managed.values()) >= 4


def test_init_editor_settings_name_schemas_that_are_there(tmp_path: Path) -> None:
    """Completion in the editor works at once, without a network."""
    run("init", cwd=tmp_path)

    settings = json.loads((tmp_path / ".vscode/settings.json").read_text(encoding="utf-8"))
    for name in settings["yaml.schemas"]:
        assert json.loads((tmp_path / name).read_text(encoding="utf-8"))["$schema"]
    first = (tmp_path / "manifests/example.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert (tmp_path / "manifests" / first.partition("$schema=")[2]).resolve().is_file()


def test_init_workflow_asks_the_action_for_commands_that_exist(tmp_path: Path) -> None:
    """The workflow is YAML; it plans, and carries out what was planned."""
    run("init", cwd=tmp_path)

    workflow = yaml.safe_load((tmp_path / ".github/workflows/vodplan.yml").read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert [step["with"]["command"] for step in steps if "command" in step.get("with", {})] == ["plan", "apply"]


@pytest.mark.parametrize("name", sorted(FILES - {".gitignore"}))
def test_init_file_that_is_there_is_kept(tmp_path: Path, name: str) -> None:
    """Not a byte of what somebody wrote is changed."""
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"mine")

    ran = run("init", "--format", "json", cwd=tmp_path)

    document = json.loads(ran.out)
    assert (tmp_path / name).read_bytes() == b"mine"
    assert document["kept"] == [name]
    assert set(document["written"]) == FILES - {name}


def test_init_symlink_is_not_followed(tmp_path: Path) -> None:
    """A link that leads elsewhere, or nowhere, is something that is there."""
    (tmp_path / "vodplan.yaml").symlink_to(tmp_path / "elsewhere.yaml")

    run("init", cwd=tmp_path)

    assert not (tmp_path / "elsewhere.yaml").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b".vodplan/\n"),
        (b"*.pyc\n", b"*.pyc\n.vodplan/\n"),
        (b"*.pyc", b"*.pyc\n.vodplan/\n"),
        (b"/.vodplan/\n", b"/.vodplan/\n"),
        (b"\xff\n .vodplan \r\n", b"\xff\n .vodplan \r\n"),
    ],
)
def test_init_gitignore_gets_one_line_once(tmp_path: Path, before: bytes, after: bytes) -> None:
    """Whatever is in it stays, and a second time nothing is added."""
    (tmp_path / ".gitignore").write_bytes(before)

    for _ in range(2):
        run("init", cwd=tmp_path)

    assert (tmp_path / ".gitignore").read_bytes() == after


def test_init_folder_that_cannot_be_written_exits_3(tmp_path: Path) -> None:
    """A file where a folder should be is named."""
    (tmp_path / "media").write_text("a file")

    ran = run("init", "media", cwd=tmp_path)

    assert ran.code == 3
    assert "media cannot be written: File exists." in " ".join(ran.err.split())


def test_init_starters_are_all_used() -> None:
    """No file lies in the package that nobody gets."""
    folder = Path(init.__file__).parent / "starter"

    assert {path.name for path in folder.iterdir()} == set(init._STARTERS.values())
