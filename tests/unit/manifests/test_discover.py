"""Which files are manifests, and which paths lead nowhere good."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.manifests.manifests import VERSION, codes, project
from vodplan.manifests.load import Loaded, load

ENTRY = VERSION + "categories: [{path: %s}]\n"


def write(path: Path, name: str = "") -> None:
    """A manifest with one category, named after its file unless a name is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ENTRY % (name or path.stem), encoding="utf-8")


def from_root(root: Path, *paths: Path) -> Loaded:
    """What is loaded from paths, or from `manifests/` without any."""
    return load(paths, project=project(root, "manifests"))


def test_folder_is_searched_to_the_bottom_and_sorted(tmp_path: Path) -> None:
    """Both suffixes count, in any letter case; everything else and everything hidden does not."""
    for name in ("b.yaml", "a.yml", "sub/deep/c.yaml", "D.YAML"):
        write(tmp_path / "manifests" / name)
    for name in (".hidden.yaml", ".git/e.yaml", "notes.txt", "f.yaml.bak"):
        write(tmp_path / "manifests" / name)

    found = from_root(tmp_path)

    assert found.ok
    assert found.files == (
        "manifests/D.YAML",
        "manifests/a.yml",
        "manifests/b.yaml",
        "manifests/sub/deep/c.yaml",
    )


def test_paths_of_the_command_line_replace_the_project_s(tmp_path: Path) -> None:
    """Files and folders that are named are read, and nothing else; a file may have any name."""
    write(tmp_path / "manifests" / "a.yaml")
    write(tmp_path / "other" / "b.yaml")
    write(tmp_path / "c.txt")

    found = from_root(tmp_path, tmp_path / "other", tmp_path / "c.txt")

    assert found.files == ("c.txt", "other/b.yaml")


def test_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    """A folder, a file in it and a link to it within the folder are one file."""
    write(tmp_path / "manifests" / "a.yaml")
    (tmp_path / "manifests" / "link.yaml").symlink_to("a.yaml")

    found = from_root(tmp_path, tmp_path / "manifests", tmp_path / "manifests" / "a.yaml", tmp_path / "manifests")

    assert found.ok
    assert found.files == ("manifests/a.yaml",)


def test_file_outside_the_project_is_shown_by_its_whole_path(tmp_path: Path) -> None:
    """Only what lies in the project is shown relative to it."""
    root = tmp_path / "project"
    root.mkdir()
    write(tmp_path / "outside.yaml")

    found = load([tmp_path / "outside.yaml"], project=project(root, "manifests"))

    assert found.files == ((tmp_path / "outside.yaml").resolve().as_posix(),)


def test_relative_path_is_shown_relative_to_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a command is called from has no say in how files are shown."""
    write(tmp_path / "manifests" / "a.yaml")
    monkeypatch.chdir(tmp_path / "manifests")

    found = from_root(tmp_path, Path("a.yaml"))

    assert found.files == ("manifests/a.yaml",)


def test_link_to_a_file_outside_is_refused(tmp_path: Path) -> None:
    """A link must not bring in what nobody reviewed."""
    write(tmp_path / "secret.yaml")
    write(tmp_path / "manifests" / "a.yaml")
    (tmp_path / "manifests" / "b.yaml").symlink_to(tmp_path / "secret.yaml")

    found = from_root(tmp_path)

    assert codes(found.diagnostics) == ["VP102"]
    assert found.diagnostics[0].span is not None
    assert found.diagnostics[0].span.file == "manifests/b.yaml"
    assert found.files == ("manifests/a.yaml",)


def test_link_to_a_folder_outside_is_refused(tmp_path: Path) -> None:
    """Folders are no way around."""
    write(tmp_path / "elsewhere" / "b.yaml")
    write(tmp_path / "manifests" / "a.yaml")
    (tmp_path / "manifests" / "sub").symlink_to(tmp_path / "elsewhere")

    assert codes(from_root(tmp_path).diagnostics) == ["VP102"]


def test_link_named_on_the_command_line_is_refused_when_it_leaves(tmp_path: Path) -> None:
    """Naming a link does not vouch for what it leads to."""
    write(tmp_path / "secret.yaml")
    (tmp_path / "manifests").mkdir()
    link = tmp_path / "manifests" / "b.yaml"
    link.symlink_to(tmp_path / "secret.yaml")

    assert codes(from_root(tmp_path, link).diagnostics) == ["VP102"]


def test_link_within_the_folders_is_followed(tmp_path: Path) -> None:
    """A link from one manifest folder into another stays inside what was named."""
    write(tmp_path / "manifests" / "a.yaml")
    write(tmp_path / "shared" / "b.yaml")
    (tmp_path / "manifests" / "b.yaml").symlink_to(tmp_path / "shared" / "b.yaml")

    found = load([], project=project(tmp_path, "manifests", "shared"))

    assert found.ok
    assert found.files == ("manifests/a.yaml", "shared/b.yaml")


def test_named_folder_may_be_a_link(tmp_path: Path) -> None:
    """The folder that the project names is the folder, wherever it is kept."""
    write(tmp_path / "kept" / "a.yaml")
    (tmp_path / "manifests").symlink_to(tmp_path / "kept")

    found = from_root(tmp_path)

    assert found.ok
    assert found.files == ("kept/a.yaml",)


def test_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    """Every folder is entered once."""
    write(tmp_path / "manifests" / "a.yaml")
    (tmp_path / "manifests" / "again").symlink_to(".")

    found = from_root(tmp_path)

    assert found.ok
    assert found.files == ("manifests/a.yaml",)


def test_link_to_itself_is_told(tmp_path: Path) -> None:
    """A link that never arrives is a finding."""
    write(tmp_path / "manifests" / "a.yaml")
    (tmp_path / "manifests" / "loop.yaml").symlink_to("loop.yaml")

    assert codes(from_root(tmp_path).diagnostics) == ["VP101"]


def test_link_to_nothing_is_told(tmp_path: Path) -> None:
    """A link whose target is gone is a finding, not a file left out."""
    write(tmp_path / "manifests" / "a.yaml")
    (tmp_path / "manifests" / "gone.yaml").symlink_to("nowhere.yaml")

    (found,) = from_root(tmp_path).diagnostics

    assert found.code == "VP101"
    assert "nowhere.yaml" in found.detail


def test_folder_with_the_name_of_a_manifest_is_told(tmp_path: Path) -> None:
    """It would otherwise be searched, or left out, in silence."""
    write(tmp_path / "manifests" / "a.yaml")
    (tmp_path / "manifests" / "b.yaml").mkdir()

    assert codes(from_root(tmp_path).diagnostics) == ["VP101"]


def test_pipe_with_the_name_of_a_manifest_is_told(tmp_path: Path) -> None:
    """Nothing waits for a writer."""
    write(tmp_path / "manifests" / "a.yaml")
    os.mkfifo(tmp_path / "manifests" / "b.yaml")

    assert codes(from_root(tmp_path).diagnostics) == ["VP101"]


def test_empty_folder_is_told(tmp_path: Path) -> None:
    """No manifest at all is never a plan."""
    (tmp_path / "manifests" / "sub").mkdir(parents=True)

    (found,) = from_root(tmp_path).diagnostics

    assert (found.code, found.span) == ("VP103", None)
    assert "manifests" in found.detail


def test_missing_paths_are_told_one_by_one(tmp_path: Path) -> None:
    """A path that does not exist is named, and the others are read."""
    write(tmp_path / "manifests" / "a.yaml")

    found = from_root(tmp_path, tmp_path / "manifests", tmp_path / "x.yaml", tmp_path / "nowhere")

    assert codes(found.diagnostics) == ["VP101", "VP101"]
    assert [one.span for one in found.diagnostics] == [None, None]
    assert found.files == ("manifests/a.yaml",)


def test_path_with_a_nul_is_told(tmp_path: Path) -> None:
    """The operating system knows no such path."""
    assert codes(from_root(tmp_path, Path("a\0b.yaml")).diagnostics) == ["VP101"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read every folder")
def test_unreadable_folder_is_told(tmp_path: Path) -> None:
    """A folder that may not be searched is a finding."""
    write(tmp_path / "manifests" / "a.yaml")
    closed = tmp_path / "manifests" / "closed"
    closed.mkdir()
    closed.chmod(0)
    try:
        found = codes(from_root(tmp_path).diagnostics)
    finally:
        closed.chmod(0o700)

    assert found == ["VP101"]
