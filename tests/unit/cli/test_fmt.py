"""`vodplan fmt`, and what the library does when it edits manifests, as far as files are concerned."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import vodplan
from tests.unit.cli.harness import run
from vodplan import api
from vodplan.core.edited import FileEdits
from vodplan.core.errors import ConfigError, UsageError
from vodplan.core.values import UNSET, TagEdit
from vodplan.manifests.edit import AddEntry

UNTIDY = "# ours\r\napiVersion:   vodplan/v1\r\nvideos:\r\n- id: a1   # one\r\n  tags: [ b,a ]\r\n"
TIDY = "# ours\napiVersion: vodplan/v1\nvideos:\n  - id: a1   # one\n    tags: [b, a]\n"
ENTRIES = """\
apiVersion: vodplan/v1
defaults:
  video: {category: News, tags: {add: [sports]}}
videos:
  - id: a1   # one
    title: One
  - id: b2
    tags: {add: [x]}
  - id: c3
    state: absent
categories:
  - path: News
"""


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    """The folder of manifests of a project without a project file."""
    folder = tmp_path / "manifests"
    folder.mkdir()
    return folder


def write(path: Path, text: str) -> Path:
    """A file with exactly these bytes."""
    path.write_bytes(text.encode())
    return path


def edits(cwd: Path, *wanted: api.FieldEdit | api.EntryEdit, over_defaults: bool = False) -> FileEdits:
    """Edit the manifests of a folder."""
    return api.edit_manifests(vodplan.load(cwd=cwd, environ={}), wanted, over_defaults=over_defaults)


def test_fmt_writes_what_is_not_canonical_and_nothing_else(tmp_path: Path, manifests: Path) -> None:
    """A file that is fine keeps its bytes and its time; the other keeps its permissions."""
    untidy = write(manifests / "untidy.yaml", UNTIDY)
    untidy.chmod(0o640)
    tidy = write(manifests / "tidy.yaml", TIDY.replace("a1", "b2"))
    os.utime(tidy, (1, 1))

    ran = run("fmt", cwd=tmp_path)

    assert ran.code == 0
    assert ran.out == "formatted  manifests/untidy.yaml\n2 files: 1 formatted, 1 fine as they are.\n"
    assert untidy.read_bytes().decode() == TIDY
    assert stat.S_IMODE(untidy.stat().st_mode) == 0o640
    assert tidy.stat().st_mtime == 1


def test_fmt_check_writes_nothing_and_exits_3(tmp_path: Path, manifests: Path) -> None:
    """A pipeline sees which files, and the command that mends them."""
    path = write(manifests / "a.yaml", UNTIDY)

    ran = run("fmt", "--check", "--diff", cwd=tmp_path)

    assert ran.code == 3
    assert "would be formatted  manifests/a.yaml\n--- manifests/a.yaml\n" in ran.out
    assert "+    tags: [b, a]\n" in ran.out
    assert ran.out.endswith("Next: vodplan fmt\n")
    assert path.read_bytes().decode() == UNTIDY


def test_fmt_as_json_lists_what_changes_and_what_was_left_alone(tmp_path: Path, manifests: Path) -> None:
    """What cannot be read has its place and its reason; the exit code is that of invalid manifests."""
    write(manifests / "a.yaml", UNTIDY)
    broken = write(manifests / "b.yaml", "apiVersion: vodplan/v1\nvideos:\n - {id: a\n")

    ran = run("fmt", "--format", "json", cwd=tmp_path)
    shown = json.loads(ran.out)

    assert ran.code == 3
    assert shown["written"] is True
    assert shown["changed"] == [{"file": "manifests/a.yaml"}]
    assert shown["left_alone"][0]["file"] == "manifests/b.yaml"
    assert shown["left_alone"][0]["line"] == 3
    assert shown["next"] == "vodplan validate"
    assert broken.read_bytes() == b"apiVersion: vodplan/v1\nvideos:\n - {id: a\n"


def test_fmt_of_a_read_only_file_leaves_it_alone(tmp_path: Path, manifests: Path) -> None:
    """Its folder would let it be replaced, but somebody said that it shall not be written."""
    path = write(manifests / "a.yaml", UNTIDY)
    path.chmod(0o444)

    ran = run("fmt", cwd=tmp_path)

    assert ran.code == 3
    assert "read-only" in ran.out
    assert path.read_bytes().decode() == UNTIDY


def test_fmt_follows_a_link_within_its_folder_and_no_other(tmp_path: Path, manifests: Path) -> None:
    """The file that a link leads to is written, the link stays; a link out of the folder is an error."""
    write(manifests / "real.yaml", UNTIDY)
    (manifests / "link.yaml").symlink_to("real.yaml")
    assert run("fmt", cwd=tmp_path).code == 0
    assert (manifests / "link.yaml").is_symlink()
    assert (manifests / "real.yaml").read_bytes().decode() == TIDY

    outside = write(tmp_path / "outside.yaml", UNTIDY)
    (manifests / "away.yaml").symlink_to(outside)
    ran = run("fmt", cwd=tmp_path)

    assert ran.code == 3
    assert "VP102" in ran.err
    assert outside.read_bytes().decode() == UNTIDY


def test_commands_that_edit_nothing_do_not_load_the_writer(tmp_path: Path, manifests: Path) -> None:
    """Its library takes longer to load than a small repository to validate."""
    write(manifests / "a.yaml", TIDY)
    code = (
        "import sys\n"
        "from vodplan.cli.main import main\n"
        "assert main(['validate']) == 0\n"
        "import vodplan.commands.drift, vodplan.commands.plan\n"
        "print([name for name in sys.modules if name.startswith(('ruamel', 'vodplan.manifests.edit'))])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_edit_changes_fields_where_they_stand(tmp_path: Path, manifests: Path) -> None:
    """Two entries of one file in one go; the difference is what a reviewer will see."""
    path = write(manifests / "a.yaml", ENTRIES)

    done = edits(
        tmp_path,
        api.FieldEdit(address="video/a1", field="title", value="Eins"),
        api.EntryEdit(address="video/c3", sets={"reason": "Licence: ended"}),
    )

    assert [(one.file, one.changed, one.left) for one in done.files] == [("manifests/a.yaml", True, None)]
    assert path.read_text() == ENTRIES.replace("title: One", "title: Eins").replace(
        "state: absent\n", 'state: absent\n    reason: "Licence: ended"\n'
    )
    assert "-    title: One\n+    title: Eins\n" in done.files[0].diff


def test_edit_takes_a_field_out_and_adds_entries(tmp_path: Path, manifests: Path) -> None:
    """An entry that is left alone from then on, and one that is new."""
    path = write(manifests / "a.yaml", ENTRIES)
    workspace = vodplan.load(cwd=tmp_path, environ={})

    api.edit_manifests(
        workspace,
        [api.FieldEdit(address="video/a1", field="title", value=UNSET)],
        add={"manifests/a.yaml": [AddEntry(section="categories", values={"path": "News/World"})]},
    )

    assert path.read_text() == ENTRIES.replace("    title: One\n", "") + "  - path: News/World\n"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (api.FieldEdit(address="video/a1", field="category", value="Sports"), "comes from the defaults"),
        (api.FieldEdit(address="video/b2", field="tags", value=TagEdit(("y",), ())), "something else than it should"),
        (api.FieldEdit(address="video/a1", field="title", value="x" * 200), "VP124"),
        (api.FieldEdit(address="video/c3", field="title", value="x"), "VP141"),
    ],
)
def test_edit_that_would_go_wrong_leaves_the_file_alone(
    tmp_path: Path, manifests: Path, edit: api.FieldEdit, said: str
) -> None:
    """Shared defaults, limits of the service and fields beside a deletion: nothing is written, and it says why."""
    path = write(manifests / "a.yaml", ENTRIES)

    done = edits(tmp_path, edit)

    assert done.files[0].left is not None
    assert said in done.files[0].left.why
    assert not done.changed
    assert path.read_text() == ENTRIES


def test_edit_over_defaults_gives_the_entry_a_field_of_its_own(tmp_path: Path, manifests: Path) -> None:
    """Only that entry asks for something else."""
    path = write(manifests / "a.yaml", ENTRIES)

    done = edits(tmp_path, api.FieldEdit(address="video/a1", field="category", value=None), over_defaults=True)

    assert done.changed
    assert "    title: One\n    category: null\n" in path.read_text()


def test_edit_of_manifests_that_changed_meanwhile_is_refused(tmp_path: Path, manifests: Path) -> None:
    """Places in the file may be other entries by now."""
    path = write(manifests / "a.yaml", ENTRIES)
    workspace = vodplan.load(cwd=tmp_path, environ={})
    write(path, "# new line\n" + ENTRIES)

    with pytest.raises(ConfigError, match="changed since"):
        api.edit_manifests(workspace, [api.FieldEdit(address="video/a1", field="title", value="x")])


def test_edit_of_an_entry_that_is_not_there_is_refused(tmp_path: Path, manifests: Path) -> None:
    """An address that no manifest has is a mistake of the caller."""
    write(manifests / "a.yaml", ENTRIES)

    with pytest.raises(UsageError, match="video/zz"):
        edits(tmp_path, api.FieldEdit(address="video/zz", field="title", value="x"))


def test_edit_that_is_only_tried_writes_nothing(tmp_path: Path, manifests: Path) -> None:
    """The result says what would be."""
    path = write(manifests / "a.yaml", ENTRIES)
    workspace = vodplan.load(cwd=tmp_path, environ={})

    tried = api.edit_manifests(workspace, [api.FieldEdit(address="video/a1", field="title", value="Eins")], write=False)

    assert tried.changed
    assert not tried.written
    assert "+    title: Eins" in tried.files[0].diff
    assert path.read_text() == ENTRIES
